"""Checks data against a JSON Schema of draft 7, as far as our schemas go, as an editor would."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flows.yaml_text import Listing, Mapped, Node

Schema = Mapping[str, Any]

_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?", re.IGNORECASE)
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
}


def data_of(node: Node) -> Any:
    """What an editor makes of a document: YAML 1.2, where `yes` and dates are texts."""
    if isinstance(node, Mapped):
        return {key.text: data_of(value) for key, value in node.entries}
    if isinstance(node, Listing):
        return [data_of(item) for item in node.items]
    if not node.plain or node.block >= 0:
        return node.text
    if node.text.lower() in _WORDS:
        return _WORDS[node.text.lower()]
    if _NUMBER.fullmatch(node.text):
        number = float(node.text)
        return int(number) if number.is_integer() and "." not in node.text else number
    return node.text


def flaws(data: Any, schema: Schema) -> list[str]:
    """What does not fit, each with its path; empty if all does."""
    return list(_flaws(data, schema, schema, "$"))


def _flaws(data: Any, schema: Schema, root: Schema, path: str) -> Iterator[str]:
    if "$ref" in schema:
        # In this draft everything else beside a reference is passed over.
        name = schema["$ref"].removeprefix("#/definitions/")
        yield from _flaws(data, root["definitions"][name], root, path)
        return
    for part in schema.get("allOf", ()):
        yield from _flaws(data, part, root, path)
    ways = schema.get("anyOf")
    if ways is not None and all(list(_flaws(data, way, root, path)) for way in ways):
        yield f"{path}: none of {len(ways)} fits {data!r}"
    types = schema.get("type", ())
    types = [types] if isinstance(types, str) else types
    if types and not any(_TYPES[one](data) for one in types):
        yield f"{path}: {data!r} is no {' or '.join(types)}"
    if "enum" in schema and not any(
        data == one and type(data) is type(one) for one in schema["enum"]
    ):
        yield f"{path}: {data!r} is none of {schema['enum']}"
    if isinstance(data, str) and not re.search(schema.get("pattern", ""), data):
        yield f"{path}: {data!r} does not match {schema['pattern']}"
    if _TYPES["number"](data) and data < schema.get("minimum", data):
        yield f"{path}: {data} is too small"
    if isinstance(data, list):
        yield from _flaws_of_list(data, schema, root, path)
    if isinstance(data, dict):
        yield from _flaws_of_object(data, schema, root, path)


def _flaws_of_list(data: list[Any], schema: Schema, root: Schema, path: str) -> Iterator[str]:
    if len(data) < schema.get("minItems", 0):
        yield f"{path}: too few items"
    for number, item in enumerate(data):
        yield from _flaws(item, schema.get("items", {}), root, f"{path}[{number}]")


def _flaws_of_object(
    data: dict[str, Any], schema: Schema, root: Schema, path: str
) -> Iterator[str]:
    if len(data) < schema.get("minProperties", 0):
        yield f"{path}: too few keys"
    for key in schema.get("required", ()):
        if key not in data:
            yield f"{path}: no {key}"
    for key, value in data.items():
        known = schema.get("properties", {}).get(key)
        other = schema.get("additionalProperties", {})
        if known is None and other is False:
            yield f"{path}: there is no key {key}"
        elif known is not None or isinstance(other, Mapping):
            yield from _flaws(value, known if known is not None else other, root, f"{path}.{key}")
