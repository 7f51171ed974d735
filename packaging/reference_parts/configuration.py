"""The page of the configuration, from its JSON Schema and the shipped examples."""

import io
import json
import re
import subprocess
import textwrap

import ruamel.yaml

HEAD = """\
% snapcron.yaml 5

# NAME

snapcron.yaml - the configuration of snapcron

# DESCRIPTION

One YAML file: `-c FILE`, else `$SNAPCRON_CONFIG`, else `/etc/snapcron/snapcron.yaml`. `snapcron check` tells every mistake in it, and
`systemctl reload snapcron` takes it when there is none. Here is every word, with what it takes and an example; `rules.md` and `delivery.md`, in
`/usr/share/doc/snapcron`, tell what they are for.

Durations are whole numbers with units: `500ms`, `2s`, `1m30s`, `1h`, `30d`. Sizes: `500KB`, `2GB`, `16MiB`. Relative paths start at the folder
of the file that contains them. `on`, `off`, `yes` and `12:00:00` are texts. A word that is not listed here is an error.

"""
TAIL = """\
# SEE ALSO

`snapcron(1)`, `snapshot(1)`; `snapcron schema` prints all this as a JSON Schema, for editors
"""

# By a part that only this pattern has.
PATTERNS = (("[KMGT]", "a size"), ("[-+]?", "a duration, perhaps with a sign"), ("[0-9]+ms", "a duration"), ("jpe?g", "a template of a file name"),
            ("@[a-z]", "a cron pattern"), (":]{5,8}", 'a time of day to another, `"22:00-06:00"`'), ("[^/]", "a name"))


def kind(shape):
    """What a value may be, for people."""
    if "$ref" in shape:
        return f"a mapping, see {shape['$ref'].rsplit('/', 1)[1]}"
    if "anyOf" in shape:
        return ", or ".join(dict.fromkeys(kind(part) for part in shape["anyOf"]))
    if "then" in shape:
        return f"{kind(shape['else'])}, or a list of them"
    if "enum" in shape:
        return "nothing" if shape["enum"] == [None, True] else ", ".join(f"`{word}`" for word in shape["enum"])
    if "pattern" in shape:
        return next((text for part, text in PATTERNS if part in shape["pattern"]), "a text")
    types = shape.get("type", [])
    types = [types] if isinstance(types, str) else types
    if "patternProperties" in shape:
        return f"a mapping from numbers, each to {kind(next(iter(shape['patternProperties'].values())))}"
    if "propertyNames" in shape:
        return f"a mapping from names, each to {kind(shape['additionalProperties'])}"
    if "array" in types:
        return f"a list, each of it {kind(shape['items'])}"
    if "object" in types:
        return "a mapping from names to texts"
    if types == ["boolean"]:
        return "`true` or `false`"
    if types == ["string", "integer"]:
        return "a name or a number"
    if types in (["integer"], ["number"]):
        return f"a number from {shape['minimum']} to {shape['maximum']}"
    return "a text" if types else "any value"


def shipped(root):
    """The texts of all YAML that is shipped, completed as the test of the docs does it."""
    for folder in ("examples", "rules"):
        for file in sorted((root / folder).rglob("*.yaml")):
            yield file.read_text()
    yield (root / "packaging/snapcron.yaml").read_text()
    for page in [root / "README.md", *sorted((root / "docs").glob("*.md"))]:
        for block in re.findall(r"(?ms)^ *```yaml\n(.*?)^ *```$", page.read_text()):
            block = textwrap.dedent(block)
            yield "rules:\n" + textwrap.indent(block, "  ") if block.startswith("- ") else block


def loaded(text):
    yaml = ruamel.yaml.YAML(typ="safe", pure=True)
    yaml.version = (1, 2)
    return yaml.load(text)


class Examples:
    """The shortest value of each word of each mapping in what is shipped."""

    def __init__(self, schema, root):
        self.schema, self.found = schema, {}
        for text in shipped(root):
            self.walk(schema, loaded(text))

    def walk(self, shape, value):
        if "$ref" in shape:
            return self.mapping(shape["$ref"].rsplit("/", 1)[1], value)
        for part in shape.get("anyOf", []) + [shape[key] for key in ("then", "else") if key in shape]:
            self.walk(part, value)
        if isinstance(value, list):
            for item in value:
                self.walk(shape.get("items", {}), item)
        elif isinstance(value, dict):
            for pattern in [*shape.get("patternProperties", {}).values(), shape.get("additionalProperties", {})]:
                for item in value.values():
                    self.walk(pattern if isinstance(pattern, dict) else {}, item)

    def mapping(self, name, value):
        definition = self.schema["$defs"][name]
        if isinstance(value, list) or not isinstance(value, dict):
            return
        if "allOf" in definition:  # an item: the word that names its kind decides
            for choice in definition["allOf"]:
                if choice["if"]["required"][0] in value:
                    self.walk(choice["then"], value)
            return
        known = definition["properties"]
        if not set(value) <= set(known) | {"version"}:
            return  # it is a mapping of another kind: this was one of several alternatives
        for word, given in value.items():
            before = self.found.get((name, word))
            if word in known and (before is None or len(flow(given)) < len(flow(before[0]))):
                self.found[name, word] = (given,)
            self.walk(known.get(word, {}), given)


def flow(value):
    yaml = ruamel.yaml.YAML(typ="safe", pure=True)
    yaml.version, yaml.default_flow_style, yaml.width, yaml.sort_base_mapping_type_on_output = (1, 2), True, 10000, False
    out = io.StringIO()
    yaml.dump(value, out)
    return out.getvalue().removeprefix("%YAML 1.2\n").removeprefix("---").strip().removesuffix("...").strip()


def example(word, value):
    text = f"{word}: {flow(value)}" if value is not None else f"{word}:"
    return text if len(text) <= 90 else None


def page(program, root):
    """The page, and the words that no example has."""
    done = subprocess.run([program, "schema"], capture_output=True, text=True, check=True)
    schema = json.loads(done.stdout)
    examples, text, wanting = Examples(schema, root), HEAD, []
    for name in sorted(schema["$defs"], key=lambda name: (name != "site", name)):
        definition = schema["$defs"][name]
        if "allOf" in definition:
            kinds = ", ".join(f"`{choice['if']['required'][0]}`" for choice in definition["allOf"])
            text += f"## {name}\n\nA mapping whose first word is its kind: {kinds}.\n\n"
            continue
        text += f"## {name}\n\n{definition['description'][:1].upper() + definition['description'][1:]}.\n\n"
        required = definition.get("required", [])
        for word, shape in definition["properties"].items():
            found = examples.found.get((name, word))
            if not found:
                wanting.append(f"{name}: {word}")
            shown = example(word, *found) if found else None
            must = "; it must be there" if word in required else ""
            text += f"- `{word}`: {shape['description']}. Takes {kind(shape)}{must}.{f' `{shown}`' if shown else ''}\n"
        text += "\n"
    return text + TAIL, wanting
