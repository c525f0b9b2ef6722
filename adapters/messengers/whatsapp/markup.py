"""Texts for WhatsApp: styled parts in its own markup, long ones in parts that it takes.

https://faq.whatsapp.com/539178204879377 tells the markup. There is no way to escape it, and it
works only around words that stand by themselves on one line: where it would not be understood, or
would meet a sign of its own among the words, the words go out plain.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bots.model.message import Entity
from bots.shaping import clean, split, units

_MARKS = {"bold": "*", "italic": "_", "strikethrough": "~", "code": "```", "pre": "```"}

Span = tuple[int, int, str]
"""From where to where in a text, and the mark around it."""


def parts_of(text: str, entities: Sequence[Entity], limit: int) -> list[str]:
    """The text in parts of at most `limit` UTF-16 units; links under words are written out."""
    text = clean(text)
    if not entities:
        return split(text, limit)
    text, entities = _with_links(text, entities)
    room = limit - sum(2 * len(_MARKS.get(one.kind, "")) for one in entities)
    if room < limit // 2 or any(one.kind == "quote" for one in entities):
        room = limit // 2
    parts, at = [], 0
    for part in split(text, room):
        at = text.index(part, at)
        parts.extend(split(_marked(part, at, entities), limit))
        at += len(part)
    return parts


def last_apart(parts: list[str], limit: int) -> tuple[list[str], str]:
    """The last part, of at most `limit`, by itself: buttons stand under it."""
    if not parts:
        return [], ""
    *before, last = parts
    if units(last) <= limit:
        return before, last
    tail = split(last, limit)[-1]
    return [*before, last.removesuffix(tail).rstrip()], tail


def _with_links(text: str, entities: Sequence[Entity]) -> tuple[str, list[Entity]]:
    """Addresses stand behind the words they were under, and what comes after has moved."""
    moved = list(entities)
    within = (one for one in entities if 0 <= one.start < len(text))
    links = [one for one in within if one.kind == "link" and one.url]
    for link in sorted(links, key=lambda one: one.start, reverse=True):
        end, written = link.start + link.length, f" ({link.url})"
        if text[link.start : end] == link.url:
            continue
        text = text[:end] + written + text[end:]
        moved = [
            replace(one, start=one.start + len(written)) if one.start >= end else one
            for one in moved
        ]
    return text, moved


def _marked(part: str, at: int, entities: Sequence[Entity]) -> str:
    """A part that begins at a place of the whole text, with its marks."""
    opening: dict[int, list[str]] = {}
    closing: dict[int, list[str]] = {}
    # The longest first, so that marks are closed in the opposite order of their opening.
    found = [span for one in entities for span in _spans(part, at, one)]
    taken: list[Span] = []
    for span in sorted(found, key=lambda one: (one[0], -one[1])):
        start, end, mark = span
        if any(_crosses(span, other) for other in taken):
            continue
        taken.append(span)
        opening.setdefault(start, []).append(mark)
        closing.setdefault(end, []).insert(0, mark)
    quoted = _quoted_lines(part, at, entities)
    pieces: list[str] = []
    for place in range(len(part) + 1):
        pieces += closing.get(place, ())
        if place in quoted:
            pieces.append("> ")
        pieces += opening.get(place, ())
        pieces.append(part[place : place + 1])
    return "".join(pieces)


def _spans(part: str, at: int, entity: Entity) -> Iterator[Span]:
    """The lines of an entity that may bear its mark."""
    mark = _MARKS.get(entity.kind)
    if mark is None:
        return
    start = max(entity.start - at, 0)
    end = min(entity.start + entity.length - at, len(part))
    for first, last in _lines(part, start, end):
        words = part[first:last]
        first += len(words) - len(words.lstrip())
        last -= len(words) - len(words.rstrip())
        if first < last and mark[0] not in part[first:last] and _stands_alone(part, first, last):
            yield first, last, mark


def _lines(part: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        stop = part.find("\n", start, end)
        stop = end if stop < 0 else stop
        yield start, stop
        start = stop + 1


def _stands_alone(part: str, first: int, last: int) -> bool:
    before = part[first - 1 : first]
    after = part[last : last + 1]
    return not before.isalnum() and not after.isalnum()


def _crosses(one: Span, other: Span) -> bool:
    """Whether two overlap without the one being inside of the other."""
    return other[0] < one[0] < other[1] < one[1] or one[:2] == other[:2] and one[2] == other[2]


def _quoted_lines(part: str, at: int, entities: Sequence[Entity]) -> set[int]:
    places = set()
    for one in entities:
        if one.kind == "quote":
            start = max(one.start - at, 0)
            end = min(one.start + one.length - at, len(part))
            places |= {first for first, _ in _lines(part, start, end) if part[:first][-1:] in "\n"}
    return places
