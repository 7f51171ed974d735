"""The reference pages, the completions and the trouble-shooting page say what the programs say."""

import functools
import re
import shlex
import subprocess
import unittest

import support

DOCS = support.ROOT / "docs"
COMPLETIONS = support.ROOT / "packaging/completions"


@functools.cache
def help_of(program, *words):
    return subprocess.run([program, *words, "--help"], capture_output=True, text=True, check=True).stdout


def commands(program, *path):
    """Each command's path, by the help alone."""
    yield path
    found = re.search(r"(?ms)^(?:Subcommands|SUBCOMMANDS):\n(.*?)(?:\n\n|\n\S|\Z)", help_of(program, *path))
    for name in re.findall(r"(?m)^  ([a-z][a-z-]*)\s", found.group(1) if found else ""):
        yield from commands(program, *path, name)


def flags(program, *path):
    """The options of a command, by its help."""
    return set(re.findall(r"(?m)^  (-\w)[ ,]", help_of(program, *path))) | set(re.findall(r"(?m)^  (?:-\w,)?(--[a-z-]+)", help_of(program, *path)))


class Reference(support.TestCase):
    def test_pages_and_completions_are_what_the_programs_tables_say_and_each_word_has_an_example(self):
        done = subprocess.run([support.ROOT / "packaging/reference", "--check", support.BIN], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_each_command_and_option_of_the_help_stands_on_the_page(self):
        for program in ("snapcron", "snapshot"):
            page = (DOCS / f"{program}.1.md").read_text()
            for path in commands(support.BIN / program):
                if path:
                    self.assertIn(f"\n## {program} {' '.join(path)}\n", page)
                for flag in flags(support.BIN / program, *path) - {"-h", "--help"}:
                    self.assertIn(f"`{flag}", page, path)
        self.assertGreater(len(list(commands(support.SNAPCRON))), 15)

    @support.need("go-md2man", "man")
    def test_each_page_becomes_a_man_page_without_a_warning(self):
        for page in sorted(DOCS.glob("*.[15].md")):
            made = self.site.folder / page.stem
            subprocess.run(["go-md2man", "-in", page, "-out", made], check=True)
            done = subprocess.run(["man", "--warnings", "-l", made], capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MANWIDTH": "100"})
            self.assertEqual((done.returncode, done.stderr), (0, ""), page.name)
            self.assertIn("NAME", done.stdout)

    def test_the_package_has_the_version_of_the_programs(self):
        version = re.search(r"project\(snapcron VERSION ([\d.]+)", (support.ROOT / "CMakeLists.txt").read_text()).group(1)
        self.assertRegex((support.ROOT / "debian/changelog").read_text(), rf"\Asnapcron \({re.escape(version)}\) ")


class Completion(support.TestCase):
    """In the real shells, with the site's own configuration."""

    def setUp(self):
        super().setUp()
        config = f"-c {self.site.config}"
        self.expected = {
            "snapcron outbox ": {"retry", "drop"},
            f"snapcron {config} trigger ": {"door-open"},
            f"snapcron {config} input ": {"front-door", "window"},
            "snapcron input 1 h": {"high"},
            "snapcron next --dst-gap ": {"run_once", "skip"},
            f"snapcron {config} relay ": {"strike", "lamp", "on", "off", "toggle", "pulse"},
            f"snapshot {config} y": {"yard"},
        }

    def check(self, complete, everything=True):
        """`complete` gives of each of many lines what may follow."""
        expected = dict(self.expected)
        if everything:
            expected["snapcron "] = {path[0] for path in commands(support.SNAPCRON) if len(path) == 1}
            for program in ("snapcron", "snapshot"):
                for path in commands(support.BIN / program):
                    for dashes in ("-", "--"):
                        expected[" ".join([program, *path, dashes])] = {flag for flag in flags(support.BIN / program, *path) if flag.startswith("--") == (dashes == "--")}
        found = complete(list(expected))
        for line, words in expected.items():
            self.assertLessEqual(words, set(found[line]), line)
        for line in self.expected:
            if " input " not in line:  # fish does not count the words before
                self.assertEqual(self.expected[line], {word for word in found[line] if not word.startswith("-")}, line)

    def run_shell(self, *arguments, **more):
        env = support.env_for_child(PATH=f"{support.BIN}:/usr/bin:/bin", HOME=self.site.folder, TERM="dumb", SNAPCRON_CONFIG=self.site.config)
        return subprocess.run(arguments, capture_output=True, text=True, env=env, stdin=subprocess.DEVNULL, **more)

    def by_line(self, output):
        found = {}
        for text in output.splitlines():
            if text.startswith("LINE "):
                words = found.setdefault(text[5:], [])
            elif text:
                words.append(text.split("\t")[0].strip())
        return found

    @support.need("bash")
    def test_bash(self):
        def complete(lines):
            script = f". {COMPLETIONS}/snapcron.bash; . {COMPLETIONS}/snapshot.bash\n"
            for line in lines:
                words = line.split(" ")
                script += f"echo LINE {shlex.quote(line)}; COMP_WORDS=({' '.join(map(shlex.quote, words))}); COMP_CWORD={len(words) - 1}; " \
                          f'_{words[0]} 2>/dev/null; printf "%s\\n" "${{COMPREPLY[@]}}"\n'
            return self.by_line(self.run_shell("bash", "-c", script).stdout)
        self.check(complete)

    @support.need("fish")
    def test_fish(self):
        def complete(lines):
            script = f"source {COMPLETIONS}/snapcron.fish; source {COMPLETIONS}/snapshot.fish\n"
            script += "".join(f"echo LINE {shlex.quote(line)}; complete -C {shlex.quote(line)}\n" for line in lines)
            return self.by_line(self.run_shell("fish", "-N", "-c", script).stdout)
        self.check(complete)

    @support.need("zsh")
    def test_zsh(self):
        # Its completion needs a terminal: one is made within zsh, and what is offered is caught. Not ^U: the terminal itself takes that
        # while zsh does not read.
        def complete(lines):
            found = self.site.folder / "found"
            script = f"""
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z 'PS1= RPS1=; fpath=({COMPLETIONS} $fpath); autoload -Uz compinit; compinit -D -u
compadd() {{ local -a o; if [[ $* == *-[OAD]\\ * ]]; then builtin compadd "$@"; return; fi; builtin compadd -O o "$@"; local w; for w in $o; do print -r -- "$w" >>{found}; done; builtin compadd "$@" }}
bindkey "^I" complete-word; bindkey "^Xk" kill-whole-line; print READY'
zpty -r z got '*READY*READY*'
"""
            for number, line in enumerate(lines):
                script += f"print -r -- LINE {shlex.quote(line)} >>{found}\n"
                script += f"zpty -w -n z {shlex.quote(line)}$'\\t'; zpty -w -n z $'\\x18kprint DO\"\"NE{number}\\n'; zpty -r z got '*DONE{number}*'\n"
            self.run_shell("zsh", "-f", "-c", script, timeout=120)
            return self.by_line(found.read_text())
        self.check(complete, everything=False)


class Trouble(unittest.TestCase):
    def test_each_message_on_the_page_of_troubles_is_one_of_the_programs(self):
        texts = []
        for file in sorted((support.ROOT / "src").rglob("*.[ch]pp")):
            texts += re.findall(r'"((?:[^"\\\n]|\\.)+)"', re.sub(r'(?<!\\)"\s*\n\s*"', "", file.read_text()))
        said = "\n".join(texts).replace('\\"', '"')
        messages = re.findall(r"(?m)^### `(.+)`$", (DOCS / "troubleshooting.md").read_text())
        self.assertGreater(len(messages), 15)
        unknown = [(message, part) for message in messages for part in filter(None, (part.strip(" :;()'") for part in message.split("..."))) if part not in said]
        self.assertEqual(unknown, [], "no program says this")


if __name__ == "__main__":
    support.main()
