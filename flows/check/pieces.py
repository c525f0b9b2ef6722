"""Takes operations apart: the texts and expressions in them, the variables they give values."""

from collections.abc import Hashable, Iterator
from functools import cache
from typing import Any

from flows.answers import AnswerType
from flows.errors import Place
from flows.expressions import Expression
from flows.model import Ask, Assign, Flow, Operation, Scope
from flows.text import Text


def pieces(part: Operation | Scope) -> Iterator[Text | Expression]:
    """Every text and every expression of a part of a flow, however deep."""
    ahead: list[Any] = [part]
    while ahead:
        thing = ahead.pop()
        kind = type(thing)
        if kind is Text or kind is Expression:
            yield thing
        elif kind is dict:
            ahead.extend(thing.values())
        elif kind in _SEVERAL:
            ahead.extend(thing)
        elif names := _field_names(kind):  # type: ignore[arg-type]
            ahead.extend([getattr(thing, name) for name in names])


_SEVERAL = frozenset((tuple, list))


@cache
def _field_names(kind: Hashable) -> tuple[str, ...]:
    """What a part of an operation is made of; nothing where no text can be in it."""
    if kind is AnswerType or kind is Place:
        return ()
    if isinstance(kind, type) and issubclass(kind, tuple):
        return tuple(getattr(kind, "_fields", ()))
    return tuple(getattr(kind, "__dataclass_fields__", ()))


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
