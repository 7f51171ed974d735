"""Completions for bash, zsh and fish, from the programs' command tables. Names of rules, cameras and so on are asked of
`snapcron names`, which reads them from the configuration."""

from .commands import takes

# What an option takes -> the kind that `snapcron names` prints.
NAMES = {"RULE": "rule", "CAMERA|URL": "camera", "DESTINATION": "destination", "INPUT": "input", "RELAY": "relay"}
FILES = ("FILE", "PATH", "TRACE", "SCRIPT")
# Words that a value may be, where the program's table has only a name for it.
WORDS = {"RELAY": ["on", "off", "toggle", "pulse"], "WHAT": ["on", "off", "pulse", "pulse="]}
HEAD = "# Made by packaging/reference from the programs' own command tables.\n"


def flags(command):
    return [name for option in command["options"] if not option["positional"] for name in option["names"]]


def positionals(command):
    return [option for option in command["options"] if option["positional"]]


def walked(path, command):
    """Each command with its path: "snapcron outbox retry"."""
    yield path, command
    for part in command["commands"]:
        yield from walked(f"{path} {part['name']}", part)


def valued(program):
    """The names of each option that takes a value -> the option."""
    return {name: option for _, command in walked("", program) for option in command["options"]
            if not option["positional"] and takes(option) for name in option["names"]}


# bash

def bash_reply(option):
    """How COMPREPLY is filled with what an option may be; None where nothing is known of it."""
    kind, words = takes(option), option.get("words") or WORDS.get(takes(option), [])
    name = NAMES.get(kind)
    if kind in FILES:
        return "compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- \"$word\"))"
    if name:
        words = [*words, f"$(snapcron \"${{config[@]}}\" names {name} 2>/dev/null)"]
    return f'mapfile -t COMPREPLY < <(compgen -W "{" ".join(words)}" -- "$word")' if words else None


def bash(program):
    name = program["name"]
    lines = [HEAD + f"_{name}() {{",
             '  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} path=' + name + " at=0 i",
             "  local -a config=()", "  COMPREPLY=()",
             "  for ((i = 1; i < COMP_CWORD; i++)); do",
             '    case "${COMP_WORDS[i]}" in',
             '      -c | --config) config=(-c "${COMP_WORDS[i+1]}"); ((i++)) ;;']
    rest = sorted(set(valued(program)) - {"-c", "--config"})
    if rest:
        lines.append(f"      {' | '.join(rest)}) ((i++)) ;;")
    lines += ["      -*) ;;", "      *)", '        case "$path ${COMP_WORDS[i]}" in']
    paths = [path for path, _ in walked(name, program) if path != name]
    if paths:
        lines += [f"          {' | '.join(chr(34) + path + chr(34) for path in paths)}) path=\"$path ${{COMP_WORDS[i]}}\" at=0 ;;"]
    lines += ["          *) ((at++)) ;;", "        esac ;;", "    esac", "  done", '  case "$path $before" in']
    for path, command in walked(name, program):
        for option in command["options"]:
            reply = None if option["positional"] else bash_reply(option)
            if takes(option) and not option["positional"]:
                either = " | ".join(f'"{path}"*" {flag}"' for flag in option["names"])
                lines.append(f"    {either}) {reply or ':'}; return ;;")
    lines += ["  esac", '  case "$path" in']
    for path, command in walked(name, program):
        lines += [f'    "{path}")', f'      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "{" ".join(flags(command) + inherited(program, command))}" -- "$word")); return; fi']
        if command["commands"]:
            lines.append(f'      mapfile -t COMPREPLY < <(compgen -W "{" ".join(part["name"] for part in command["commands"])}" -- "$word") ;;')
            continue
        for at, option in enumerate(positionals(command)):
            reply = bash_reply(option)
            if reply:
                lines.append(f"      {'((at >= ' + str(at) + '))' if option['many'] else '((at == ' + str(at) + '))'} && {{ {reply}; }}")
        lines.append("      ;;")
    return "\n".join([*lines, "  esac", "}", f"complete -F _{name} {name}"]) + "\n"


def inherited(program, command):
    """The options of the program hold behind a command as well."""
    return [] if command is program else [flag for flag in flags(program) if flag not in flags(command) and flag != "--version"]


# zsh

def quoted(text):
    return text.replace("\\", "\\\\").replace("'", "'\\''").replace("[", "\\[").replace("]", "\\]").replace(":", "\\:").replace("`", "\\`")


def zsh_values(option):
    """The part behind the message: how the values are completed."""
    kind, words = takes(option), option.get("words") or WORDS.get(takes(option), [])
    if kind in FILES:
        return "_files"
    name = NAMES.get(kind)
    if name:
        return f"{{_snapcron_names {name} {' '.join(words)}}}" if words else f"{{_snapcron_names {name}}}"
    return f"({' '.join(words)})" if words else " "


def zsh_arguments(program, command):
    parts = []
    options = command["options"] + ([] if command is program else [o for o in program["options"] if set(o["names"]) & set(inherited(program, command))])
    for option in options:
        message = quoted(takes(option) or option["about"])
        if option["positional"]:
            many, optional = "*" if option["many"] else "", "" if option["many"] or option["required"] else ":"
            parts.append(f"'{many}:{optional}{message}:{zsh_values(option)}'")
            continue
        for name in option["names"]:
            value = f":{message}:{zsh_values(option)}" if takes(option) else ""
            parts.append(f"'{name}[{quoted(option['about'])}]{value}'")
    return parts


def zsh_command(program, path, command):
    function = "_" + path.replace(" ", "_").replace("-", "_")
    lines = [f"{function}() {{"]
    arguments = zsh_arguments(program, command)
    if command["commands"]:
        lines += ["  local -a commands=(", *[f"    '{part['name']}:{quoted(part['about'])}'" for part in command["commands"]], "  )",
                  '  local curcontext="$curcontext" state line', "  _arguments -C " + " \\\n    ".join([*arguments, "'1:command:->command'", "'*::argument:->argument'"]),
                  "  case $state in", "    command) _describe command commands ;;", "    argument)", "      case $words[1] in"]
        lines += [f"        {part['name']}) {function}_{part['name'].replace('-', '_')} ;;" for part in command["commands"]]
        lines += ["      esac ;;", "  esac", "}"]
    else:
        lines += ["  _arguments " + " \\\n    ".join(arguments), "}"]
    return "\n".join(lines) + "\n"


def zsh(program):
    name = program["name"]
    text = f"#compdef {name}\n{HEAD}\n"
    text += """_snapcron_names() {
  local kind=$1 at=${words[(I)(-c|--config)]}
  shift
  local -a found=("$@") config=()
  ((at == 0)) || config=(-c $words[at+1])
  found+=(${(f)"$(snapcron $config names $kind 2>/dev/null)"})
  compadd -a found
}
"""
    for path, command in walked(name, program):
        text += "\n" + zsh_command(program, path, command)
    return text + f'\n_{name} "$@"\n'


# fish

def fish_quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def fish_values(option):
    kind, words = takes(option), option.get("words") or WORDS.get(takes(option), [])
    if kind in FILES:
        return " -F"
    name = NAMES.get(kind)
    if name:
        words = [*words, f"(__snapcron_names {name})"]
    return f" -x -a {fish_quoted(' '.join(words))}" if words else " -x"


def fish_condition(path):
    words = path.split()[1:]
    return " -n " + fish_quoted(" && ".join(f"__fish_seen_subcommand_from {word}" for word in words)) if words else ""


def fish(program):
    name = program["name"]
    text = HEAD + """function __snapcron_names
    set -l words (commandline -opc)
    set -l at (contains -i -- -c $words; or contains -i -- --config $words)
    set -l config
    test -n "$at"; and set config -c $words[(math $at + 1)]
    snapcron $config names $argv[1] 2>/dev/null
end
""" + f"complete -c {name} -f\n"
    for path, command in walked(name, program):
        at = fish_condition(path)
        if command["commands"]:
            parts = [part["name"] for part in command["commands"]]
            within = [f"__fish_seen_subcommand_from {word}" for word in path.split()[1:]] + [f"not __fish_seen_subcommand_from {' '.join(parts)}"]
            for part in command["commands"]:
                text += f"complete -c {name} -n {fish_quoted(' && '.join(within))} -a {part['name']} -d {fish_quoted(part['about'])}\n"
        for option in command["options"]:
            if option["positional"]:
                values = fish_values(option)
                if values != " -x":
                    text += f"complete -c {name}{at}{values}\n"
                continue
            names = "".join(f" -l {flag[2:]}" if flag.startswith("--") else f" -s {flag[1:]}" for flag in option["names"])
            text += f"complete -c {name}{at}{names}{fish_values(option) if takes(option) else ''} -d {fish_quoted(option['about'])}\n"
    return text


def files(programs):
    for program in programs:
        name = program["name"]
        yield f"{name}.bash", bash(program)
        yield f"_{name}", zsh(program)
        yield f"{name}.fish", fish(program)
