"""Holds calls, answers and updates of the fake MAX against MAX's own schema whole, where it lies.

The schema is https://github.com/max-messenger/max-bot-api-schema, put as `max/schema.yaml` into the
folder of specs.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.servers.specs import specs_folder

OUT_OF_DATE = ("vcf_info: ", "link is missing")
"""Where the schema is behind what MAX does: it wants a `link` in a body, where it never stands."""


def schema_file() -> Path | None:
    """None where this machine has no schema of MAX."""
    folder = specs_folder()
    schema = folder / "max" / "schema.yaml" if folder is not None else None
    return schema if schema is not None and schema.is_file() else None


class MaxSchema:
    """Every problem is a line of words."""

    def __init__(self, file: Path) -> None:
        whole = yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)
        self._paths: Mapping[str, Any] = whole["paths"]
        self._parts: Mapping[str, Any] = whole["components"]
        self._schemas: Mapping[str, Any] = self._parts["schemas"]

    def knows(self, method: str) -> bool:
        verb, path = method.split(" ")
        return verb.lower() in self._paths.get(path, {})

    def wrong_in_call(self, method: str, query: Mapping[str, str], body: Any) -> list[str]:
        """What is wrong about a call, the values of its query as the texts they are."""
        declared = self._of(method)
        known = {one["name"]: one for one in declared.get("parameters", []) if one["in"] == "query"}
        found = [f"no parameter {name}" for name in query if name not in known]
        for name, one in known.items():
            if name in query:
                found += self.wrong(
                    one["schema"], _read(self._resolved(one["schema"]), query[name]), name
                )
            elif one.get("required"):
                found.append(f"{name} is missing")
        content = declared.get("requestBody", {}).get("content", {}).get("application/json")
        if content is not None:
            found += self.wrong(content["schema"], body, "body")
        return [line for line in found if not any(one in line for one in OUT_OF_DATE)]

    def wrong_in_answer(self, method: str, response: Any) -> list[str]:
        """What is wrong about what a call is answered with."""
        declared = self._of(method)["responses"]
        answer = self._resolved(declared.get("200") or declared[200])
        found = self.wrong(answer["content"]["application/json"]["schema"], response, "answer")
        return [line for line in found if not any(one in line for one in OUT_OF_DATE)]

    def wrong_in_update(self, update: Any) -> list[str]:
        """What is wrong about an update."""
        found = self.wrong({"$ref": "#/components/schemas/Update"}, update, "update")
        return [line for line in found if not any(one in line for one in OUT_OF_DATE)]

    def wrong(self, declared: Any, value: Any, where: str) -> Iterator[str]:
        """What of `value` is not as declared."""
        declared = self._resolved(declared)
        if value is None:
            if not declared.get("nullable"):
                yield f"{where}: null"
            return
        if "discriminator" in declared and isinstance(value, dict):
            yield from self._wrong_kind(declared["discriminator"], value, where)
            return
        yield from self._wrong_here(declared, value, where)

    def _wrong_here(self, declared: Any, value: Any, where: str) -> Iterator[str]:
        for part in declared.get("allOf", ()):
            yield from self._wrong_here(self._resolved(part), value, where)
        kind = declared.get("type") or ("object" if "properties" in declared else None)
        if kind and not _is(kind, value):
            yield f"{where}: {value!r} is no {kind}"
            return
        if "enum" in declared and value not in declared["enum"]:
            yield f"{where}: {value!r} is none of {declared['enum']}"
        if isinstance(value, str):
            yield from _wrong_text(declared, value, where)
        if _is("number", value) and not (
            declared.get("minimum", value) <= value <= declared.get("maximum", value)
        ):
            yield f"{where}: {value} is out of bounds"
        if isinstance(value, dict):
            for name in declared.get("required", ()):
                if name not in value:
                    yield f"{where}: {name} is missing"
            for name, one in declared.get("properties", {}).items():
                if name in value:
                    yield from self.wrong(one, value[name], f"{where}.{name}")
        if isinstance(value, list) and "items" in declared:
            if not declared.get("minItems", 0) <= len(value) <= declared.get("maxItems", 10**9):
                yield f"{where}: {len(value)} items"
            for number, one in enumerate(value):
                yield from self.wrong(declared["items"], one, f"{where}[{number}]")

    def _wrong_kind(self, tells: Any, value: Mapping[str, Any], where: str) -> Iterator[str]:
        name = value.get(tells["propertyName"])
        if name not in tells["mapping"]:
            yield f"{where}: {name!r} is no {tells['propertyName']}"
            return
        yield from self._wrong_here(self._resolved({"$ref": tells["mapping"][name]}), value, where)

    def _of(self, method: str) -> Any:
        verb, path = method.split(" ")
        return self._paths[path][verb.lower()]

    def _resolved(self, declared: Any) -> Any:
        """What a reference leads to."""
        while "$ref" in declared:
            _, _, part, name = declared["$ref"].split("/")
            declared = self._parts[part][name]
        return declared


def _is(kind: str, value: Any) -> bool:
    if kind in ("integer", "number"):
        return isinstance(value, int if kind == "integer" else int | float) and (
            not isinstance(value, bool)
        )
    types = {"string": str, "boolean": bool, "object": dict, "array": list}
    return isinstance(value, types[kind])


def _read(declared: Mapping[str, Any], text: str) -> Any:
    """A text of a query as the value it means."""
    if declared.get("type") in ("integer", "number") and re.fullmatch(r"-?\d+", text):
        return int(text)
    if declared.get("type") == "boolean":
        return {"true": True, "false": False}.get(text, text)
    return text.split(",") if declared.get("type") == "array" else text


def _wrong_text(declared: Mapping[str, Any], value: str, where: str) -> Iterator[str]:
    if not declared.get("minLength", 0) <= len(value) <= declared.get("maxLength", 10**9):
        yield f"{where}: {len(value)} characters"
    if "pattern" in declared and not re.search(declared["pattern"], value):
        yield f"{where}: {value!r} is not like {declared['pattern']}"
