"""Holds recorded calls against the whole machine-readable specification of the Bot API, where it lies.

The file is the one that https://github.com/PaulSonOfLars/telegram-bot-api-spec makes of Telegram's
page: methods and types with their fields, each with its types and whether it is required.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import orjson

from tests.servers.specs import specs_folder


@cache
def specification() -> Mapping[str, Any] | None:
    """Its `methods` and `types`; None where this machine has none."""
    folder = specs_folder()
    path = folder / "telegram" / "api.json" if folder is not None else None
    if path is None or not path.is_file():
        return None
    read: dict[str, Any] = orjson.loads(path.read_bytes())
    return read


def against_specification(
    method: str, parameters: Mapping[str, Any], files: Iterable[str] = ()
) -> list[str]:
    """Everything in a call that the specification does not know, misses, or wants of another type."""
    spec = specification()
    assert spec is not None, "ask specification() first"
    declared = spec["methods"].get(method)
    if declared is None:
        return [f"no method {method}"]
    fields = _declared(declared)
    given = dict(parameters) | {name: _FILE for name in files if name in fields}
    return list(_fields(spec, method, fields, given))


def against_type(name: str, value: Mapping[str, Any]) -> list[str]:
    """The same for an object that Telegram itself sends."""
    spec = specification()
    assert spec is not None, "ask specification() first"
    return list(_fields(spec, name, _declared(spec["types"][name]), value))


def _declared(one: Mapping[str, Any]) -> dict[str, Any]:
    return {field["name"]: field for field in one.get("fields", ())}


_FILE = object()


def _fields(
    spec: Mapping[str, Any], where: str, fields: Mapping[str, Any], values: Mapping[str, Any]
) -> Iterator[str]:
    for name in values.keys() - fields.keys():
        yield f"{where}: no {name}"
    for name, field in fields.items():
        if name not in values:
            if field["required"]:
                yield f"{where}: {name} is missing"
        elif not any(_fits(spec, kind, values[name]) for kind in field["types"]):
            yield f"{where}.{name}: {values[name]!r} is none of {field['types']}"


_PLAIN: Mapping[str, Any] = {
    "Integer": lambda value: type(value) is int,
    "Float": lambda value: type(value) in (int, float),
    "Boolean": lambda value: isinstance(value, bool),
    "String": lambda value: isinstance(value, str),
    "InputFile": lambda value: value is _FILE,
}


def _fits(spec: Mapping[str, Any], kind: str, value: Any) -> bool:
    if kind.startswith("Array of "):
        inner = kind.removeprefix("Array of ")
        if not isinstance(value, list):
            return False
        if inner.startswith("InputMedia"):
            # An album mixes: each part may be any of the kinds the other arrays name.
            return all(_fits(spec, "InputMedia", one) for one in value)
        return all(_fits(spec, inner, one) for one in value)
    if kind in _PLAIN:
        return bool(_PLAIN[kind](value))
    declared = spec["types"].get(kind, {})
    if subtypes := declared.get("subtypes"):
        return any(_fits(spec, subtype, value) for subtype in subtypes)
    if kind == "KeyboardButton" and isinstance(value, str):
        return True
    if not isinstance(value, dict):
        return False
    return next(_fields(spec, kind, _declared(declared), value), None) is None and _is(kind, value)


_TELLING = {"InputMedia": "InputMedia", "ReactionType": "ReactionType"}


def _is(kind: str, value: Mapping[str, Any]) -> bool:
    """Of subtypes that differ in the word of `type` alone, whether it is that one."""
    for family, prefix in _TELLING.items():
        if kind.startswith(family) and "type" in value:
            words = str(value["type"]).replace("_", "")
            return kind.removeprefix(prefix).lower() == words
    return True
