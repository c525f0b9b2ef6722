"""Holds calls, answers and events of the fake VK against VK's own schema whole, where it lies.

The schema is https://github.com/VKCOM/vk-api-schema, put as `vk/schema` into the folder of specs.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from tests.servers.specs import specs_folder

GLOBAL = frozenset({"access_token", "v", "lang", "test_mode"})
OTHER_VERSIONS = {"conversation_message_id", "conversation_message_ids", "format_data"}
"""Names on VK's pages of methods that are older (now `cmid`, `cmids`) or newer than the schema."""

SLIPS = ("event.type: 'message_event' is none of", "message_event.payload: ")
"""Where the schema is behind https://dev.vk.com/ru/api/community-events/json-schema: it leaves
`message_event` out of its list, and calls the payload a text, which comes as the value it holds."""


def schema_folder() -> Path | None:
    """None where this machine has no schema of VK."""
    folder = specs_folder()
    schema = folder / "vk" / "schema" if folder is not None else None
    return schema if schema is not None and schema.is_dir() else None


class VkSchema:
    """Every problem is a line of words; what refers to a file that is not there fits anything."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._methods: dict[str, dict[str, Any]] = {}
        for path in sorted(folder.glob("*/methods.json")):
            for method in orjson.loads(path.read_bytes())["methods"]:
                self._methods[method["name"]] = method

    def knows(self, method: str) -> bool:
        return method in self._methods

    def wrong_in_call(self, method: str, values: Mapping[str, str]) -> list[str]:
        """What is wrong about the parameters, texts as they go over the wire."""
        declared = {one["name"]: one for one in self._methods[method].get("parameters", [])}
        found = [
            f"{method}: no parameter {name}"
            for name in values
            if name not in declared and name not in GLOBAL and name not in OTHER_VERSIONS
        ]
        for name, parameter in declared.items():
            if name in values:
                found += [
                    f"{method}: {name} {says}" for says in _wrong_text(parameter, values[name])
                ]
            elif parameter.get("required"):
                found.append(f"{method}: {name} is missing")
        return found

    def wrong_in_answer(self, method: str, response: Any) -> list[str]:
        """What is wrong by all of the method's responses, if none of them fits."""
        problems: list[str] = []
        for reference in self._methods[method]["responses"].values():
            answer = self._resolved(reference)
            if answer is None:
                return []
            wrong = list(self.wrong(answer["properties"]["response"], response, method))
            if not wrong:
                return []
            problems += wrong
        return problems

    def wrong_in_event(self, event: Mapping[str, Any]) -> list[str]:
        """The envelope, and the object where the schema has one for its kind."""
        base = self._definition("callback", "callback_base")
        found = list(self.wrong(base, event, "event"))
        kind = event["type"]
        name = "message" if kind in ("message_reply", "message_edit") else kind
        declared = self._definition("callback", f"callback_{name}")
        found += self.wrong(declared, event["object"], kind) if declared else []
        return [line for line in found if not line.startswith(SLIPS)]

    def wrong(self, declared: Any, value: Any, where: str) -> Iterator[str]:
        """What of `value` is not as declared."""
        declared = self._resolved(declared)
        if declared is None:
            return
        if "oneOf" in declared:
            each = [list(self.wrong(one, value, where)) for one in declared["oneOf"]]
            yield from min(each, key=len)
        for part in declared.get("allOf", ()):
            yield from self.wrong(part, value, where)
        kind = declared.get("type")
        if kind and not _is(kind, value):
            yield f"{where}: {value!r} is no {kind}"
            return
        if "enum" in declared and value not in declared["enum"]:
            yield f"{where}: {value!r} is none of {declared['enum']}"
        if isinstance(value, dict):
            yield from self._wrong_fields(declared.get("properties", {}), value, where)
        if isinstance(value, list) and "items" in declared:
            for number, one in enumerate(value):
                yield from self.wrong(declared["items"], one, f"{where}[{number}]")
        if isinstance(value, int | float) and value < declared.get("minimum", value):
            yield f"{where}: {value} is below {declared['minimum']}"

    def _wrong_fields(
        self, fields: Mapping[str, Any], value: Mapping[str, Any], where: str
    ) -> Iterator[str]:
        for name, declared in fields.items():
            if name in value:
                yield from self.wrong(declared, value[name], f"{where}.{name}")
            elif declared.get("required"):
                yield f"{where}: {name} is missing"

    def _resolved(self, declared: Any) -> Any:
        """What a reference leads to; None if there is no such file."""
        while isinstance(declared, dict) and "$ref" in declared:
            file, _, name = declared["$ref"].partition("#/definitions/")
            declared = self._definitions(file).get(name)
        return declared

    def _definition(self, part: str, name: str) -> Any:
        return self._definitions(f"../{part}/objects.json").get(name)

    def _definitions(self, file: str) -> Mapping[str, Any]:
        path = self._folder / file.removeprefix("../")
        return _read(path) if path.is_file() else {}


@cache
def _read(path: Path) -> Mapping[str, Any]:
    definitions: Mapping[str, Any] = orjson.loads(path.read_bytes())["definitions"]
    return definitions


def _is(kind: str | list[str], value: Any) -> bool:
    if isinstance(kind, list):
        return any(_is(one, value) for one in kind)
    if kind in ("integer", "number"):
        return isinstance(value, int if kind == "integer" else int | float) and (
            not isinstance(value, bool)
        )
    types = {"string": str, "boolean": bool, "object": dict, "array": list}
    return isinstance(value, types[kind])


def _wrong_text(parameter: Mapping[str, Any], text: str) -> Iterator[str]:
    kind = parameter["type"]
    if kind == "array":
        parts = text.split(",")
        if len(parts) > parameter.get("maxItems", len(parts)):
            yield f"has {len(parts)} items"
        if parameter["items"].get("type") == "integer" and not all(map(_whole, parts)):
            yield f"has other items than integers: {text!r}"
    if kind == "integer" and not _whole(text):
        yield f"is no integer: {text!r}"
    if kind == "integer" and _whole(text):
        if int(text) < parameter.get("minimum", int(text)):
            yield f"is too small: {text}"
        if int(text) > parameter.get("maximum", int(text)):
            yield f"is too large: {text}"
    if kind == "number" and not re.fullmatch(r"-?\d+(\.\d+)?", text):
        yield f"is no number: {text!r}"
    if kind == "boolean" and text not in ("0", "1"):
        yield f"is no boolean: {text!r}"
    if "enum" in parameter and text not in parameter["enum"]:
        yield f"is none of {parameter['enum']}: {text!r}"
    if kind == "string" and len(text) > parameter.get("maxLength", len(text)):
        yield f"is too long: {len(text)} characters"


def _whole(text: str) -> bool:
    return re.fullmatch(r"-?\d+", text) is not None
