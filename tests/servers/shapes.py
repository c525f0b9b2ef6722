"""A small language for what JSON may look like: tables of calls and of webhooks are written in it."""

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["type", "missing", "unexpected", "value", "length"]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at `path` (`interactive.action.buttons[0].reply.title`)."""

    path: str
    kind: Kind
    says: str


@dataclass(frozen=True, slots=True)
class Text:
    """A string of `least` to `most` characters; `like` is a pattern that all of it follows."""

    most: int | None = None
    least: int = 1
    like: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    values: Sequence[str]


@dataclass(frozen=True, slots=True)
class Number:
    """`in_words` lets a string that reads as a number pass too."""

    least: float | None = None
    most: float | None = None
    whole: bool = False
    in_words: bool = False


@dataclass(frozen=True, slots=True)
class Flag:
    pass


@dataclass(frozen=True, slots=True)
class Anything:
    """Any JSON object or value: what nobody looks into."""


@dataclass(frozen=True, slots=True)
class Maybe:
    """What may be null too."""

    of: "Shape"


@dataclass(frozen=True, slots=True)
class Several:
    of: "Shape"
    least: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Fields:
    """An object. Of each group in `one_of` exactly one key is there; they stand in `optional` too."""

    required: "Mapping[str, Shape]" = field(default_factory=dict)
    optional: "Mapping[str, Shape]" = field(default_factory=dict)
    one_of: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, slots=True)
class Tagged:
    """An object whose key `tag` says which of `kinds` it is; each shape leaves the tag itself out."""

    tag: str
    kinds: "Mapping[str, Fields]"


Shape = Text | Choice | Number | Flag | Anything | Maybe | Several | Fields | Tagged


def problems(shape: Shape, value: Any, path: str = "") -> Iterator[Problem]:
    """Everything in which `value` is not of this shape, in the order of the table."""
    match shape:
        case Text():
            yield from _text(shape, value, path)
        case Choice(values):
            if value not in values:
                yield Problem(path, "value", f"must be one of {{{', '.join(values)}}}")
        case Number():
            yield from _number(shape, value, path)
        case Flag():
            if not isinstance(value, bool):
                yield Problem(path, "type", "must be a boolean")
        case Maybe(of):
            if value is not None:
                yield from problems(of, value, path)
        case Several():
            yield from _several(shape, value, path)
        case Fields():
            yield from _fields(shape, value, path)
        case Tagged():
            yield from _tagged(shape, value, path)


def _text(shape: Text, value: Any, path: str) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield Problem(path, "type", "must be a string")
    elif len(value) < shape.least:
        yield Problem(path, "length", f"must be at least {shape.least} characters long")
    elif shape.most is not None and len(value) > shape.most:
        yield Problem(path, "length", f"must be at most {shape.most} characters long")
    elif shape.like and not re.fullmatch(shape.like, value):
        yield Problem(path, "value", f"must be like {shape.like}")


def _number(shape: Number, value: Any, path: str) -> Iterator[Problem]:
    if shape.in_words and isinstance(value, str):
        with contextlib.suppress(ValueError):
            value = float(value)
    if isinstance(value, bool) or not isinstance(value, int if shape.whole else int | float):
        yield Problem(path, "type", "must be an integer" if shape.whole else "must be a number")
    elif not (
        (shape.least is None or value >= shape.least)
        and (shape.most is None or value <= shape.most)
    ):  # a NaN is on no side of anything
        yield Problem(path, "value", f"must be between {shape.least} and {shape.most}")


def _several(shape: Several, value: Any, path: str) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield Problem(path, "type", "must be an array")
        return
    if len(value) < shape.least:
        yield Problem(path, "length", f"must have at least {shape.least} elements")
    if shape.most is not None and len(value) > shape.most:
        yield Problem(path, "length", f"must have at most {shape.most} elements")
    for number, element in enumerate(value):
        yield from problems(shape.of, element, f"{path}[{number}]")


def _fields(shape: Fields, value: Any, path: str) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield Problem(path, "type", "must be a JSON object")
        return
    for key in shape.required:
        if key not in value:
            yield Problem(_under(path, key), "missing", "is required")
    for keys in shape.one_of:
        found = [key for key in keys if key in value]
        if len(found) != 1:
            kind: Kind = "unexpected" if found else "missing"
            yield Problem(path, kind, f"must have exactly one of {' and '.join(keys)}")
    for key, element in value.items():
        inner = shape.required.get(key) or shape.optional.get(key)
        if inner is None:
            yield Problem(_under(path, key), "unexpected", "is not a parameter")
        else:
            yield from problems(inner, element, _under(path, key))


def _tagged(shape: Tagged, value: Any, path: str) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield Problem(path, "type", "must be a JSON object")
        return
    tag = value.get(shape.tag)
    if tag is None:
        yield Problem(_under(path, shape.tag), "missing", "is required")
    elif not isinstance(tag, str) or tag not in shape.kinds:
        known = ", ".join(shape.kinds)
        yield Problem(_under(path, shape.tag), "value", f"must be one of {{{known}}}")
    else:
        rest = {key: element for key, element in value.items() if key != shape.tag}
        yield from _fields(shape.kinds[tag], rest, path)


def _under(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
