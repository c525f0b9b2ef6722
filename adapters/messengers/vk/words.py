"""Texts for VK: parts that fit, each with the places in it that look otherwise."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import orjson

from bots.model.message import Entity
from bots.shaping import clean, split, units

MAX_TEXT = 4096

_STYLES = ("bold", "italic", "underline")
"""VK has no others: https://dev.vk.com/ru/reference/objects/message#format_data"""


class Words(NamedTuple):
    """A text and its `styles`: kind, first character, length in characters."""

    text: str = ""
    styles: tuple[tuple[str, int, int], ...] = ()

    def with_line(self, line: str) -> "Words":
        """The same with more below it."""
        return Words("\n\n".join(filter(None, (self.text, line))), self.styles)


def words_of(text: str, entities: Iterable[Entity]) -> Words:
    """Links under words are written out behind them: not every program of VK's shows them."""
    marks = sorted(entities, key=lambda one: one.start)
    added = [
        (link.start + link.length, f" ({clean(link.url)})")
        for link in marks
        if link.kind == "link" and link.url
    ]
    styles = []
    for mark in marks:
        if mark.kind in _STYLES:
            end = mark.start + mark.length
            begin = mark.start + sum(len(more) for at, more in added if at <= mark.start)
            end += sum(len(more) for at, more in added if at < end)
            styles.append((mark.kind, begin, end - begin))
    written = clean(text)
    for at, more in reversed(added):
        written = written[:at] + more + written[at:]
    ahead = len(written) - len(written.lstrip())
    return Words(written.strip(), tuple((kind, at - ahead, long) for kind, at, long in styles))


def parts_of(words: Words) -> Iterator[dict[str, Any]]:
    """The parameters of `messages.send` that say it, part by part."""
    at = 0
    for part in split(words.text, MAX_TEXT):
        at = words.text.index(part, at)
        said: dict[str, Any] = {"message": part}
        if items := list(_items(part, at, words.styles)):
            said["format_data"] = orjson.dumps({"version": 1, "items": items}).decode()
        yield said
        at += len(part)


def _items(part: str, at: int, styles: Sequence[tuple[str, int, int]]) -> Iterator[dict[str, Any]]:
    """Those that reach into the part, counted in UTF-16 units as VK counts."""
    for kind, start, length in styles:
        begin, end = max(start - at, 0), min(start + length - at, len(part))
        if begin < end:
            offset, long = units(part[:begin]), units(part[begin:end])
            yield {"type": kind, "offset": offset, "length": long}
