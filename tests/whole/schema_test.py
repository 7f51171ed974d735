"""`snapcron schema`: what an editor underlines. Good configurations pass, and of the bad ones all but those that no
schema can tell."""

import datetime
import json
import unittest

import jsonschema
import ruamel.yaml

import support
from check_test import completed, fragments

BAD = support.ROOT / "tests/config/bad"
BEYOND = BAD / "beyond-schema.txt"


def as_json(node):
    """What YAML 1.2 calls a mapping with number keys is one with text keys to a schema, and dates are texts."""
    if isinstance(node, dict):
        return {str(key): as_json(value) for key, value in node.items()}
    if isinstance(node, list):
        return [as_json(item) for item in node]
    if isinstance(node, (datetime.date, datetime.datetime)):
        return str(node)
    return node


def load(text):
    yaml = ruamel.yaml.YAML(typ="safe", pure=True)
    yaml.version = (1, 2)
    return as_json(yaml.load(text))


class Schema(support.TestCase):
    def setUp(self):
        super().setUp()
        done = self.assertExit(self.site.snapcron("schema", config=False), 0)
        self.schema = json.loads(done.stdout)
        self.validator = jsonschema.Draft202012Validator(self.schema)

    def complaints(self, text):
        return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in self.validator.iter_errors(load(text))]

    def underlined(self, file):
        try:
            return bool(self.complaints(file.read_bytes()))
        except (ruamel.yaml.error.YAMLError, ValueError):
            return True

    def test_it_is_a_schema_with_a_name_and_words_for_people(self):
        jsonschema.Draft202012Validator.check_schema(self.schema)
        self.assertEqual(self.schema["$schema"], "https://json-schema.org/draft/2020-12/schema")
        self.assertTrue(self.schema["$id"] and self.schema["title"])
        for name, definition in self.schema["$defs"].items():
            for word, taken in definition.get("properties", {}).items():
                self.assertTrue(taken["description"], f"{name}: {word}")

    def test_whatever_is_shipped_passes(self):
        files = [*support.ROOT.glob("rules/*.yaml"), *support.ROOT.glob("examples/**/*.yaml"), support.ROOT / "packaging/snapcron.yaml"]
        self.assertGreater(len(files), 10)
        for file in files:
            with self.subTest(file.relative_to(support.ROOT)):
                self.assertEqual(self.complaints(file.read_text()), [])

    def test_whatever_the_docs_show_passes(self):
        seen = 0
        for page in [support.ROOT / "README.md", *sorted((support.ROOT / "docs").glob("*.md"))]:
            for line, text in fragments(page):
                with self.subTest(f"{page.name}:{line}"):
                    seen += 1
                    self.assertEqual(self.complaints(completed(text)), [], completed(text))
        self.assertGreater(seen, 5)

    def test_a_misspelt_word_a_wrong_type_and_a_missing_key_are_underlined(self):
        for wrong in ("edge: risng", "egde: rising", "for: 5", "count: 3"):
            text = support.DOOR.replace("edge: rising", wrong)
            self.assertNotEqual(self.complaints(text), [], wrong)
        self.assertEqual(self.complaints(support.DOOR), [])
        self.assertNotEqual(self.complaints(support.DOOR.replace("version: 1\n", "")), [])

    def test_of_the_known_mistakes_only_the_listed_ones_are_beyond_a_schema(self):
        listed = {line for line in BEYOND.read_text().splitlines() if line and not line.startswith("#")}
        files = [file for file in sorted(BAD.glob("*.yaml")) if ": error: " in file.with_suffix(".expected").read_text()]
        self.assertGreater(len(files), 100)
        missed = {file.stem for file in files if not self.underlined(file)}
        self.assertEqual(sorted(missed - listed), [], "these have errors that the schema does not tell")
        self.assertEqual(sorted(listed - missed), [], "these are told by the schema, or gone: take them off the list")

    def test_what_is_only_warned_of_passes(self):
        files = [file for file in sorted(BAD.glob("*.yaml")) if ": error: " not in file.with_suffix(".expected").read_text()]
        self.assertGreater(len(files), 3)
        for file in files:
            with self.subTest(file.name):
                self.assertEqual(self.complaints(file.read_text()), [])


if __name__ == "__main__":
    unittest.main()
