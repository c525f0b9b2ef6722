"""Takes operations apart: the texts and expressions in them, the variables they give values."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from flows.answers import AnswerType
from flows.errors import Place
from flows.expressions import Expression
from flows.model import Ask, Assign, Flow, Operation
from flows.text import Text


def pieces(operation: Operation) -> Iterator[Text | Expression]:
    """Every text and every expression, however deep."""
    ahead: list[Any] = [operation]
    while ahead:
        thing = ahead.pop()
        if isinstance(thing, Text | Expression):
            yield thing
        elif isinstance(thing, Mapping):
            ahead.extend(thing.values())
        elif isinstance(thing, list | tuple | set | frozenset):
            ahead.extend(thing)
        elif is_dataclass(thing) and not isinstance(thing, AnswerType):
            ahead.extend(getattr(thing, field.name) for field in fields(thing))


def given_values(operation: Operation) -> tuple[str, ...]:
    """The variables that an operation writes."""
    if isinstance(operation, Assign):
        return tuple(name for name, _ in operation.values)
    holder = operation.question if isinstance(operation, Ask) else operation
    name = getattr(holder, "save", None)
    return (name,) if name else ()


def place_of(flow: Flow, index: int) -> Place:
    """Where an operation stands in the owner's file."""
    operation = flow.code[index]
    if isinstance(operation, Ask):
        return operation.question.place
    return Place(flow.place.file, flow.lines[index])
