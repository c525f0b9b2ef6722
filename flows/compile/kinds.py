"""Compiles answer types: a bot's own ones, and a question's `as` with what narrows it."""

from flows import complaints
from flows.answers import AnswerType, answer_type
from flows.compile.known import TypeSource
from flows.compile.reading import Fields, Reader
from flows.errors import Place
from flows.text import Text
from flows.values import typed_scalar
from flows.yaml_text import Node

_NARROWING = ("clean", "matches", "min", "max")


def own_type(reader: Reader, name: str, place: Place, node: Node) -> None:
    """Add a type of the bot's own to what is known."""
    fields = reader.fields(node, "type", "types")
    base = fields.get("as")
    kind = reader.type_name(base, "types") if base is not None else "text"
    _define(reader, name, place, kind, fields, reader.text(fields.get("retry"), "retry"))


def question_kind(reader: Reader, fields: Fields, default: str) -> AnswerType:
    """The type of a question's answer; narrowed by its own keys where it has some."""
    node = fields.get("as")
    name = reader.type_name(node, "as") if node is not None else default
    if not any(key in fields for key in _NARROWING):
        return reader.type(name)
    place = next(fields.key(key).place for key in _NARROWING if key in fields)
    return _narrowed(reader, name, place, name, fields, reader.type(name).retry)[0]


def _define(
    reader: Reader, name: str, place: Place, kind: str, fields: Fields, retry: Text | None
) -> None:
    made, source = _narrowed(reader, name, place, kind, fields, retry)
    reader.known.types[name] = made
    reader.known.sources[name] = source


def _narrowed(
    reader: Reader, name: str, place: Place, kind: str, fields: Fields, retry: Text | None
) -> tuple[AnswerType, TypeSource]:
    wider = reader.known.sources.get(kind) or TypeSource(reader.type(kind).base)
    source = TypeSource(
        base=wider.base,
        clean=_word(reader, fields, "clean") or wider.clean,
        matches=_word(reader, fields, "matches") or wider.matches,
        min=_limit(reader, fields, "min", wider.min),
        max=_limit(reader, fields, "max", wider.max),
    )
    try:
        made = answer_type(
            name,
            base=source.base,
            clean=source.clean,
            matches=source.matches,
            min=source.min,
            max=source.max,
            retry=retry,
        )
    except ValueError as error:
        reader.report(complaints.BAD_VALUE, place, name=name, reason=error)
        made = reader.type(kind)
    return made, source


def _word(reader: Reader, fields: Fields, key: str) -> str | None:
    node = fields.get(key)
    return reader.word(node, key) if node is not None else None


def _limit(reader: Reader, fields: Fields, key: str, wider: object) -> object:
    node = fields.get(key)
    return typed_scalar(reader.word(node, key)) if node is not None else wider
