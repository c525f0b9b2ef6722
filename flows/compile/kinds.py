"""Compiles answer types: a bot's own ones, and a question's `as` with what narrows it."""

import re
from dataclasses import replace
from typing import Any

from flows import complaints
from flows.answers import AnswerType, answer_type, narrowed
from flows.compile.fields import Fields
from flows.compile.reading import Reader
from flows.english import english
from flows.errors import Place
from flows.values import typed_scalar
from flows.yaml_text import Node

_NARROWING = ("clean", "matches", "min", "max")


def own_type(reader: Reader, name: str, place: Place, node: Node) -> None:
    """Add a type of the bot's own to what is known."""
    fields = reader.fields(node, "type", "types")
    base = fields.get("as")
    wider = reader.type(reader.type_name(base, "types") if base is not None else "text")
    limits = _limits(reader, fields)
    # What a type built on another own type does not say stays as it is there.
    try:
        narrow = narrowed(wider, **limits)
        made = answer_type(
            name,
            base=wider.base,
            clean=narrow.clean,
            matches=limits["matches"],
            min=narrow.min,
            max=narrow.max,
            retry=reader.text(fields.get("retry"), "retry") or wider.retry,
        )
        if limits["matches"] is None:
            made = replace(made, matches=wider.matches, unmistakable=wider.unmistakable)
    except ValueError as error:
        used = [key for key in _NARROWING if key in fields]
        _complain(reader, _at_fault(fields, used, error) if used else place, name, error)
        made = wider
    reader.known.types[name] = made
    reader.known.own_types.append(name)


def question_kind(reader: Reader, fields: Fields, default: str) -> AnswerType:
    """The type of a question's answer; narrowed by its own keys where it has some."""
    node = fields.get("as")
    kind = reader.type(reader.type_name(node, "as") if node is not None else default)
    used = [key for key in _NARROWING if key in fields]
    if not used:
        return kind
    try:
        return narrowed(kind, **_limits(reader, fields))
    except ValueError as error:
        _complain(reader, _at_fault(fields, used, error), kind.name, error)
        return kind


def _at_fault(fields: Fields, used: list[str], error: ValueError) -> Place:
    """The key that the error is about: it names it, or the first one that narrows."""
    named = [key for key in used if re.search(rf"\b{key}\b", str(error))]
    return fields.key((named or used)[0]).place


def _limits(reader: Reader, fields: Fields) -> dict[str, Any]:
    return {
        "clean": _word(reader, fields, "clean"),
        "matches": _word(reader, fields, "matches"),
        "min": _number(reader, fields, "min"),
        "max": _number(reader, fields, "max"),
    }


def _word(reader: Reader, fields: Fields, key: str) -> str | None:
    node = fields.get(key)
    return reader.word(node, key) if node is not None else None


def _number(reader: Reader, fields: Fields, key: str) -> object:
    word = _word(reader, fields, key)
    return None if word is None else typed_scalar(word)


def _complain(reader: Reader, place: Place, name: str, error: ValueError) -> None:
    unfit = f"clean, matches, min or max of “{name}” cannot be read or do not fit this type"
    reason = reader.report.words(str(error), english(str(error)) or unfit)
    reader.report(complaints.BAD_VALUE, place, reason=reason)
