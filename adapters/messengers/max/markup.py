"""Texts that look otherwise in places: as the HTML that MAX reads, and from the marks it tells.

https://dev.max.ru/docs-api: only these tags are known, everything else in a text is escaped.
"""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any, NamedTuple

from adapters.foreign_json import string, whole
from bots.model.message import Entity, EntityKind
from bots.shaping import clean, linked, split

MAX_TEXT = 4000
LONGEST_LINK = 2048

_TAGS: dict[EntityKind, str] = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "code": "code",
    "pre": "pre",
    "quote": "blockquote",
}
_KINDS: dict[str, EntityKind] = {
    "strong": "bold",
    "heading": "bold",
    "highlighted": "bold",
    "emphasized": "italic",
    "underline": "underline",
    "strikethrough": "strikethrough",
    "monospaced": "code",
    "quote": "quote",
    "link": "link",
    "user_mention": "mention",
}


class Words(NamedTuple):
    """A text and what in it looks otherwise."""

    text: str = ""
    entities: tuple[Entity, ...] = ()

    def with_line(self, line: str) -> "Words":
        """The same with more below it."""
        return Words("\n\n".join(filter(None, (self.text, clean(line)))), self.entities)


def words_of(text: str, entities: Iterable[Entity] = ()) -> Words:
    """A text without space around it."""
    written = clean(text)
    ahead = len(written) - len(written.lstrip())
    return Words(written.strip(), tuple(_moved(one, -ahead) for one in entities if _shows(one)))


def parts_of(words: Words) -> list[dict[str, Any]]:
    """The `text`, and the `format` where it has one, of each message that it takes."""
    for limit in (MAX_TEXT, MAX_TEXT * 3 // 4, MAX_TEXT // 2, MAX_TEXT // 4):
        parts = [_part(part) for part in _split(words, limit)]
        if all(len(part["text"]) <= MAX_TEXT for part in parts):
            return parts
    plain = linked(words.text, words.entities)
    return [{"text": part} for part in split(plain, MAX_TEXT)]


def entities_of(text: str, markup: Sequence[Any]) -> tuple[Entity, ...]:
    """The marks of a message as MAX tells them, which counts in UTF-16 units."""
    found = []
    for mark in markup:
        kind = _KINDS.get(string(mark.get("type"))) if isinstance(mark, dict) else None
        if kind is None:
            continue
        start = _characters(text, whole(mark.get("from")))
        end = _characters(text, whole(mark.get("from")) + whole(mark.get("length")))
        if start < end:
            found.append(Entity(kind=kind, start=start, length=end - start, url=_url(kind, mark)))
    return tuple(found)


def html(words: Words) -> str:
    """The text as HTML. Marks that overlap are cut where another begins."""
    marks = sorted(words.entities, key=lambda one: (one.start, -one.length))
    return _between(words.text, marks, 0, len(words.text))


# ---------------------------------------------------------------- inside


def _split(words: Words, limit: int) -> list[Words]:
    at = 0
    parts = []
    for part in split(words.text, limit):
        at = words.text.index(part, at)
        inside = [_clipped(_moved(one, -at), 0, len(part)) for one in words.entities]
        parts.append(Words(part, tuple(one for one in inside if one.length > 0)))
        at += len(part)
    return parts


def _part(words: Words) -> dict[str, Any]:
    if not words.entities:
        return {"text": words.text}
    return {"text": html(words), "format": "html"}


def _between(text: str, marks: Sequence[Entity], start: int, end: int) -> str:
    pieces = []
    at = start
    for place, mark in enumerate(marks):
        mark = _clipped(mark, at, end)
        if mark.length <= 0:
            continue
        until = mark.start + mark.length
        inner = _between(text, marks[place + 1 :], mark.start, until)
        pieces += [escape(text[at : mark.start], quote=False), _tagged(mark, inner)]
        at = until
    return "".join([*pieces, escape(text[at:end], quote=False)])


def _tagged(mark: Entity, inner: str) -> str:
    if mark.kind in ("link", "mention"):
        url = mark.url if mark.kind == "link" else f"max://user/{mark.url}"
        return f'<a href="{escape(clean(url))}">{inner}</a>'
    tag = _TAGS[mark.kind]
    return f"<{tag}>{inner}</{tag}>"


def _shows(mark: Entity) -> bool:
    if mark.kind == "mention":
        return mark.url.isdecimal()
    if mark.kind == "link":
        return 0 < len(mark.url) <= LONGEST_LINK
    return mark.kind in _TAGS


def _moved(mark: Entity, by: int) -> Entity:
    return Entity(kind=mark.kind, start=mark.start + by, length=mark.length, url=mark.url)


def _clipped(mark: Entity, start: int, end: int) -> Entity:
    begin, until = max(mark.start, start), min(mark.start + mark.length, end)
    return Entity(kind=mark.kind, start=begin, length=max(until - begin, 0), url=mark.url)


def _characters(text: str, units: int) -> int:
    """How many characters so many UTF-16 units are."""
    if text.isascii():
        return min(max(units, 0), len(text))
    return len(text.encode("utf-16-le")[: max(units, 0) * 2].decode("utf-16-le", "ignore"))


def _url(kind: EntityKind, mark: dict[str, Any]) -> str:
    if kind == "link":
        return string(mark.get("url"))
    return str(whole(mark.get("user_id")) or "") if kind == "mention" else ""
