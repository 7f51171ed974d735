"""`snapcron check`: mistakes are told like a compiler tells them, and whatever the docs, rules/ and examples/ show is good."""

import pathlib
import re
import subprocess
import textwrap
import unittest

import support

# What a fragment of the docs may leave out.
REST = {
    "version": "version: 1\n",
    "gpio": "gpio: {chip: sim}\n",
    "inputs": "inputs: {1: {name: front-door, line: 17}, 2: {name: window, line: 27}, 3: {name: gate, line: 5}, 4: {name: bell, line: 6}}\n",
    "relays": "relays: {1: {name: strike, line: 22}, 2: {name: lamp, line: 23}}\n",
    "cameras": "cameras: {door: {test_pattern: {width: 640, height: 480}}, yard: {test_pattern: {width: 640, height: 480}}, gate: {test_pattern: {width: 64, height: 48}}}\n",
}


def fragments(page):
    """(line, text) of each ```yaml block."""
    found, begun, lines = [], None, []
    for number, line in enumerate(page.read_text().splitlines(), 1):
        if begun is None:
            if line.strip() == "```yaml":
                begun, lines = number, []
        elif line.strip() == "```":
            found.append((begun, textwrap.dedent("\n".join(lines)) + "\n"))
            begun = None
        else:
            lines.append(line)
    return found


def completed(text):
    if text.startswith("- "):
        text = "rules:\n" + textwrap.indent(text, "  ")
    given = set(re.findall(r"(?m)^(\w+):", text))
    return "".join(part for key, part in REST.items() if key not in given) + text


class Check(support.TestCase):
    def test_a_good_file_is_ok_with_the_number_of_its_rules(self):
        done = self.assertExit(self.site.snapcron("check"), 0)
        self.assertEqual((done.stdout, done.stderr), (f"{self.site.config}: ok (1 rule)\n", ""))
        done = self.assertExit(self.site.snapcron("check", self.site.config, config=False), 0)

    def test_every_mistake_is_told_at_once_with_its_place_a_caret_and_the_nearest_word(self):
        site = self.site
        site.replace("edge: rising", "edge: risng")
        site.replace("snapshot: door", "snapshot: dor")
        site.replace("pulse: 300ms", "pulse: 300")
        site.replace("timezone: Europe/Stockholm", "timezone: Europe/Stokholm")

        done = self.assertExit(site.snapcron("check"), 1)

        self.assertEqual(done.stdout, "")
        errors = re.findall(rf"(?m)^{re.escape(str(site.config))}:(\d+):(\d+): error: (.+)\n(.*)\n( *)\^", done.stderr)
        self.assertEqual(len(errors), 4, done.stderr)
        source = site.config.read_text().splitlines()
        for line, column, message, shown, indent in errors:
            self.assertEqual(shown.strip(), source[int(line) - 1].strip())
            self.assertEqual(len(indent) - (len(shown) - len(source[int(line) - 1])), int(column) - 1, message)
        self.assertIn("did you mean 'rising'?", done.stderr)
        self.assertIn("did you mean 'door'?", done.stderr)

    def test_a_missing_file_is_told_by_name(self):
        done = self.assertExit(self.site.snapcron("check", "/nonexistent/x.yaml"), 1)
        self.assertIn("/nonexistent/x.yaml", done.stderr)

    def test_words_of_later_are_errors_that_say_so(self):
        self.site.config.write_text(self.site.config.read_text() + "  - name: later\n    triggers: {mqtt: a/b}\n    actions: {mqtt: x}\n")
        done = self.assertExit(self.site.snapcron("check"), 1)
        self.assertEqual(len(re.findall("not built yet", done.stderr)), 2, done.stderr)

    def test_a_file_of_rules_is_checked_against_a_site_or_without_references_and_says_so(self):
        rules = self.site.write("rules.d/mine.yaml", "rules:\n  - name: mine\n    triggers: {input: nobody}\n    actions: {snapshot: door}\n")
        alone = self.assertExit(self.site.snapcron("check", rules, config=False), 0)
        self.assertIn("ok (1 rule)", alone.stdout)
        self.assertRegex(alone.stderr, "rules only")
        against = self.assertExit(self.site.snapcron("check", rules, "-c", self.site.config), 1)
        self.assertIn("nobody", against.stderr)
        self.site.replace("edge: rising", "edge: risng")
        self.site.write("rules.d/mine.yaml", "rules:\n  - name: mine\n    trigers: {input: front-door}\n    actions: {snapshot: door}\n")
        both = self.assertExit(self.site.snapcron("check", rules, "-c", self.site.config), 1)
        self.assertIn("risng", both.stderr)
        self.assertIn("trigers", both.stderr)

    def test_hostile_yaml_is_an_error_in_time_and_no_crash(self):
        texts = {"cycle": "a: &x [*x]\n", "bomb": "a: &a [x,x]\n" + "".join(f"b{n}: &b{n} [*{p},*{p}]\n" for n, p in [(0, "a")] + [(n, f"b{n-1}") for n in range(1, 30)]),
                 "two documents": support.DOOR + "---\nversion: 1\n", "unclosed quote": support.DOOR + 'control_socket: "sock\n',
                 "double key": support.DOOR + "version: 1\n", "merge key": "base: &b {a: 1}\nx: {<<: *b}\n", "deep": "a: " + "[" * 5000 + "\n",
                 "huge": "# " + "x" * 3_000_000 + "\n"}
        for name, text in texts.items():
            with self.subTest(name):
                self.site.config.write_text(text.replace("@PORT@", "8080"))
                self.assertExit(self.site.snapcron("check", timeout=20), 1)
        self.site.config.write_bytes(b"version: 1\ntimezone: \"\xff\xfe\"\n")
        self.assertExit(self.site.snapcron("check"), 1)
        done = self.assertExit(self.site.snapcron("check", "/dev/zero", timeout=20), 1)
        self.assertNotEqual(done.stderr, "")


class Shown(support.TestCase):
    """What people copy must work."""

    def test_every_yaml_block_of_the_docs(self):
        pages = [support.ROOT / "README.md", *sorted((support.ROOT / "docs").glob("*.md"))]
        seen = 0
        for page in pages:
            for line, text in fragments(page):
                with self.subTest(f"{page.name}:{line}"):
                    seen += 1
                    for secret in re.findall(r"password_file: ([\w./-]+)", text):
                        self.site.write(secret, "secret\n", 0o600)
                    for users in re.findall(r"users_file: ([\w./-]+)", text):
                        self.site.write(users, self.site.ok("passwd", "anna", input="x\n"), 0o600)
                    for pair in re.findall(r"certificate: ([\w./-]+), key: ([\w./-]+)", text):
                        support.make_certificate(self.site.folder, *pair)
                    for script in re.findall(r"(?:axis_script|  file): ([\w./-]+)", text):
                        self.site.write(script, "* * * * * /I1:\nsnapshot;\n%\n")
                    for included in re.findall(r"include: \[?([\w./-]+)/\*\.yaml", text):
                        self.site.write(f"{included}/one.yaml", "rules:\n  - name: included\n    triggers: {startup: true}\n    actions: {log: x}\n")
                    self.site.config.write_text(completed(text))
                    done = self.site.snapcron("check")
                    self.assertEqual(done.returncode, 0, f"{page}:{line}\n{done.stderr}\n{completed(text)}")
        self.assertGreater(seen, 5)

    def test_every_file_of_rules_and_examples(self):
        files = sorted((support.ROOT / "rules").rglob("*.yaml"))
        self.assertGreaterEqual(len(files), 7)
        for file in files:
            with self.subTest(file.name):
                done = self.assertExit(self.site.snapcron("check", file, config=False), 0)
                self.assertNotIn("error", done.stderr)
        sites = [f for f in sorted((support.ROOT / "examples").rglob("*.yaml")) if "rules.d" not in f.parts]
        self.assertGreaterEqual(len(sites), 2)
        for file in sites:
            with self.subTest(str(file.relative_to(support.ROOT))):
                self.assertExit(self.site.snapcron("check", file, config=False), 0)


if __name__ == "__main__":
    support.main()
