"""The pages of the programs, from their command tables."""

import json
import subprocess

FILES = """\
# FILES

- `/etc/snapcron/snapcron.yaml`: the configuration, see `snapcron.yaml(5)`
- `/run/snapcron/snapcron.sock`: the daemon's socket; who belongs to the group `snapcron` may use the commands
- `/var/lib/snapcron/snapshots`: the pictures, and in `.snapcron` below it what the daemon remembers

# ENVIRONMENT

- `SNAPCRON_CONFIG`: the configuration, where no `-c` is given
- `SNAPCRON_SOCKET`: the daemon's socket, whatever the configuration says

# EXIT CODES

- 0: done
- 1: refused, skipped, a bad configuration, no picture
- 2: wrong usage
- 3: `snapcron run`: hardware or port not available, or another daemon is running
- 4: `snapcron`: no daemon answers
- 5: `snapshot`: there is a picture, but the relay was not switched

# SEE ALSO

`snapcron(1)`, `snapshot(1)`, `snapcron.yaml(5)`, and the pages in `/usr/share/doc/snapcron`, `operations.md` first
"""


def table(program):
    done = subprocess.run([program, "--command-table"], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def takes(option):
    return "|".join(option["words"]) if option.get("words") else option.get("takes", "")


def synopsis(path, command):
    words = [path]
    for option in command["options"]:
        if "--help" in option["names"] or "--version" in option["names"] or "--config" in option["names"]:
            continue
        if option["positional"]:
            word = takes(option) + ("..." if option["many"] else "")
        else:
            word = " ".join(filter(None, [option["names"][0], takes(option)]))
        words.append(word if option["required"] else f"[{word}]")
    return " ".join(words)


def options(command):
    lines = []
    for option in command["options"]:
        if "--help" in option["names"]:
            continue
        names = [takes(option)] if option["positional"] else [" ".join(filter(None, [name, takes(option)])) for name in option["names"]]
        default = f" (default: {option['default']})" if option["default"] not in ("", "[]") else ""
        lines.append(f"- {', '.join(f'`{name}`' for name in names)}: {option['about']}{default}")
    return "\n".join(lines) + "\n\n" if lines else ""


def prose(text):
    """The indented lines are examples; the exit codes stand by themselves."""
    out, code = [], False
    for line in text.splitlines():
        if line.startswith("Exit: ") and not code:
            out.append("")
        if line.startswith("  ") != code:
            out += ["```"] if code else ["", "```"]
            out += [""] if code else []
            code = not code
        out.append(line[2:] if code else line)
    if code:
        out.append("```")
    return "\n".join(out).strip("\n") + "\n\n" if out else ""


def sections(path, command):
    own = command["about"][:1].upper() + command["about"][1:]
    text = f"## {path}\n\n`{synopsis(path, command)}`\n\n{own}.\n\n{options(command)}{prose(command['more'])}"
    return text + "".join(sections(f"{path} {part['name']}", part) for part in command["commands"])


def page(program):
    name = program["name"]
    text = f"% {name} 1\n\n# NAME\n\n{name} - {program['about'][:1].lower() + program['about'][1:]}\n\n# SYNOPSIS\n\n"
    if program["commands"]:
        text += f"`{name} [-c FILE] COMMAND ...`\n\n# OPTIONS\n\n{options(program)}{prose(program['more'])}# COMMANDS\n\n"
        text += "".join(sections(f"{name} {command['name']}", command) for command in program["commands"])
    else:
        text += f"`{synopsis(name, program)}`\n\n# OPTIONS\n\n{options(program)}# DESCRIPTION\n\n{prose(program['more'])}"
    return text + FILES
