"""What the pages say can be done: links and their anchors, command lines, pins. What their YAML does is check_test's and schema_test's."""

import functools
import re
import shlex
import subprocess
import sys
import unittest

import support
from check_test import fragments
from support import ROOT

PAGES = sorted({ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")}
               | {page for folder in ("docs", "examples", "rules", "tests", "packaging") for page in (ROOT / folder).rglob("*.md") if "node_modules" not in page.parts})
FENCE = re.compile(r"(?ms)^ *```(\w*)\n(.*?)^ *```$")


@functools.cache
def anchors(page):
    """Of the headings, as GitHub makes them."""
    found, text = set(), FENCE.sub("", page.read_text())
    for heading in re.findall(r"(?m)^#{1,6} (.+?) *$", text):
        heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug, number = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-"), 0
        while (name := slug + (f"-{number}" if number else "")) in found:
            number += 1
        found.add(name)
    return found


class Links(unittest.TestCase):
    def test_each_leads_somewhere_and_each_anchor_is_a_heading(self):
        seen = 0
        for page in PAGES:
            text = re.sub(r"`[^`\n]*`", "", FENCE.sub("", page.read_text()))
            for target in re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'(?:src|href)="([^"]+)"', text):
                if re.match(r"\w+:", target):
                    continue
                seen += 1
                file, _, anchor = target.partition("#")
                there = (page.parent / file).resolve() if file else page
                with self.subTest(f"{page.relative_to(ROOT)}: {target}"):
                    self.assertTrue(there.exists())
                    if anchor:
                        self.assertIn(anchor, anchors(there))
        self.assertGreater(seen, 100)

    def test_each_path_of_the_source_is_there(self):
        for page in PAGES:
            for path in re.findall(r"(?:^|(?<=[ `(]))(?:\./)?((?:packaging|tests|examples|rules|src|docs)/[\w./-]*\w)", page.read_text()):
                with self.subTest(f"{page.relative_to(ROOT)}: {path}"):
                    self.assertTrue((ROOT / path).exists() or (page.parent / path).exists())


@functools.cache
def table(program):
    """{path: (options that take nothing, options that take a value, positional)}, of all commands."""
    from reference_parts import commands
    found = {}

    def add(command, path, around):
        options = around + [option for option in command["options"] if option not in around]
        takes, alone = set(), set()
        for option in options:
            if not option["positional"]:
                (takes if option.get("takes") or option.get("words") else alone).update(option["names"])
        found[path] = (alone, takes, [option for option in command["options"] if option["positional"]])
        for part in command["commands"]:
            add(part, (*path, part["name"]), options)

    add(commands.table(support.BIN / program), (), [])
    return found


def shown(page):
    """Command lines of ours on a page: (program, words, whether they are to be typed as they stand)."""
    text = page.read_text()
    blocks = [block for kind, block in FENCE.findall(text) if kind in ("", "sh", "crontab")] + re.findall(r"(?m)^    (?! )(.*)$", FENCE.sub("", text))
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    spans = [span.replace("\\|", "|") for span in re.findall(r"`((?:snapcron|snapshot) [^`\n]+)`", FENCE.sub("", text))]
    for line, whole in [(line, True) for line in lines] + [(span, False) for span in spans]:
        line = re.sub(r"(^|\s)#.*", "", line)
        for part in re.split(r"&&|\|\||;|\$\(|\)|(?<!\\)\|(?= )", line):
            part = re.sub(r"\s*\d?>{1,2}.*", "", part)
            found = re.match(r"\s*(?:\$ |[\d*/,-]+(?:\s+[\d*/,A-Z-]+){4}\s+|\w+=)?\s*(?:sudo (?:-u \w+ )?)?(?:[\w./]*/)?(snapcron|snapshot) (.*)", part)
            if found and not re.match(r"[\d(:]|is |turns |command$|\[?-src ", found.group(2)):  # -src: of the old units' language
                yield found.group(1), found.group(2), whole


HIDDEN = {"guard", "deliver", "open-port"}  # of the daemon and its unit; architecture.md and operations.md tell of them


class CommandLines(unittest.TestCase):
    """Each `snapcron ...` and `snapshot ...` that a page shows is one that the program takes."""

    def complaint(self, program, text, to_be_typed=True):
        """What is wrong, or None. Placeholders are fine: [--json], ID..., on|off."""
        try:
            words = shlex.split(re.sub(r"[\[\]]", " ", text))
        except ValueError as error:
            return str(error)
        commands, path, given = table(program), (), 0
        words = [word for word in words if word not in ("...", "\\", "|", "&")]
        while words:
            word = words.pop(0)
            alone, takes, positional = commands[path]
            name, _, value = word.partition("=")
            if word.startswith("-") and word != "-":
                if name in takes:
                    if not value and not words and to_be_typed:
                        return f"{name} wants a value"
                    if not value and words:
                        words.pop(0)
                elif name not in alone:
                    return f"no option {name}"
            elif (*path, word) in commands:
                path = (*path, word)
            elif not path and program == "snapcron":
                return None if word in HIDDEN or word == "COMMAND" else f"no command {word}"
            elif not positional:
                return f"{word} is too much"
            else:
                option = positional[min(given, len(positional) - 1)]
                if given >= len(positional) and not option["many"] and "|" not in word:
                    return f"{word} is too much"
                known = option.get("words")
                if known and not set(word.split("|")) <= set(known):
                    return f"{word} is none of {known}"
                given += 1
        return None

    def test_each_is_one_that_the_program_takes(self):
        sys.path.insert(0, str(ROOT / "packaging"))
        seen = 0
        for page in PAGES:
            for program, text, to_be_typed in shown(page):
                seen += 1
                with self.subTest(f"{page.relative_to(ROOT)}: {program} {text}"):
                    self.assertIsNone(self.complaint(program, text, to_be_typed))
        self.assertGreater(seen, 150)

    def test_a_wrong_one_is_seen(self):
        sys.path.insert(0, str(ROOT / "packaging"))
        for program, text in (("snapcron", "stat"), ("snapcron", "log --rules x"), ("snapcron", "outbox drop --destination"), ("snapcron", "status door"),
                              ("snapcron", "input door hihg"), ("snapshot", "--cuont 3 door"), ("snapcron", "next --cron '* * * * *")):
            self.assertIsNotNone(self.complaint(program, text), text)

    def test_what_a_page_says_that_it_prints_is_what_it_prints(self):
        seen = 0
        for page in PAGES:
            for line, printed in re.findall(r"(?m)^```\n\$ (snapcron next .*)\n((?:(?!```).*\n)+)```$", page.read_text()):
                seen += 1
                with self.subTest(line):
                    done = subprocess.run([support.BIN / "snapcron", *shlex.split(line)[1:]], capture_output=True, text=True, env=support.env_for_child())
                    self.assertEqual(done.stdout + done.stderr, printed)
        self.assertGreater(seen, 2)


# The 40-pin header, and how a line rests until a program takes it (BCM2835 to BCM2712 with RP1).
PIN = {2: 3, 3: 5, 4: 7, 5: 29, 6: 31, 7: 26, 8: 24, 9: 21, 10: 19, 11: 23, 12: 32, 13: 33, 14: 8, 15: 10, 16: 36, 17: 11, 18: 12, 19: 35, 20: 38, 21: 40,
       22: 15, 23: 16, 24: 18, 25: 22, 26: 37, 27: 13}
GROUND = {6, 9, 14, 20, 25, 30, 34, 39}
RESTS_HIGH = range(9)


class Pins(unittest.TestCase):
    def test_each_pin_is_that_of_its_line(self):
        told = {"GPIO": 0, "GND": 0, "3.3 V": 0}
        for page in PAGES:
            text = page.read_text()
            for line, pin in re.findall(r"\bGPIO(\d+) \(pin (\d+)\)", text) + [(line, pin) for pin, line in re.findall(r"\bpin (\d+) \(GPIO(\d+)\)", text)]:
                told["GPIO"] += 1
                self.assertEqual(PIN[int(line)], int(pin), f"{page}: GPIO{line}")
            for name, pins in (("GND", GROUND), ("3.3 V", {1, 17})):
                for pin in re.findall(rf"{re.escape(name)} (?:of the Pi )?\(pin (\d+)\)", text):
                    told[name] += 1
                    self.assertIn(int(pin), pins, page)
        self.assertTrue(all(told.values()), told)

    def test_no_relay_that_is_shown_pulls_at_boot(self):
        seen = 0
        texts = [(file, file.read_text()) for folder in ("examples", "rules", "packaging") for file in (ROOT / folder).rglob("*.yaml")]
        texts += [(page, text) for page in PAGES for _, text in fragments(page)]
        for where, text in texts:
            for relays in re.findall(r"(?ms)^(?:#   )?relays: *(\{.*?\}\}|\n(?:  .*?\n)+)", text):
                for relay in re.findall(r"\{name: [^}]*line: GPIO\d+[^}]*\}", relays):
                    seen += 1
                    line = int(re.search(r"GPIO(\d+)", relay).group(1))
                    self.assertEqual(line in RESTS_HIGH, "active_low: true" in relay, f"{where}: {relay}")
        self.assertGreater(seen, 5)


class Examples(unittest.TestCase):
    def test_the_reference_takes_them_from_what_other_tests_load(self):
        """shipped_test and check_test load these files and blocks."""
        sys.path.insert(0, str(ROOT / "packaging"))
        from reference_parts import configuration
        loaded = {file.read_text() for folder in ("examples", "rules") for file in (ROOT / folder).rglob("*.yaml")} | {(ROOT / "packaging/snapcron.yaml").read_text()}
        loaded |= {text for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")] for _, text in fragments(page)}
        self.assertEqual([text for text in configuration.shipped(ROOT) if text not in loaded and not text.startswith("rules:\n  - ")], [])

    def test_each_word_on_the_page_of_the_configuration_shows_one(self):
        words = re.findall(r"(?m)^- `\w+`: .*$", (ROOT / "docs/snapcron.yaml.5.md").read_text())
        self.assertGreater(len(words), 200)
        self.assertEqual([word for word in words if not word.endswith("`")], [])


class FailedLogIns(support.TestCase):
    def test_the_filter_for_fail2ban_finds_the_line_of_the_log(self):
        pattern = re.search(r"(?m)^failregex = (.*)$", (ROOT / "docs/http.md").read_text()).group(1)
        site = self.site
        site.write("users", site.ok("passwd", "anna", input="right\n"), 0o600)
        site.replace("http: {", "http: {users_file: users, ")
        site.start()
        self.assertEqual(site.get("/api/v1/status", user="anna", password="wrong").status, 401)
        found = site.daemon.wait_log(pattern.replace("<HOST>", r"(\S+)"))
        self.assertEqual(found.group(1), "127.0.0.1")


if __name__ == "__main__":
    support.main()
