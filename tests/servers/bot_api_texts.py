"""Texts of the Bot API: how long they are, and whether their entities fit them.

https://core.telegram.org/bots/api#messageentity and #formatting-options; lengths are in UTF-16 units.
"""

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tests.servers.bot_api_names import ENTITIES, TAGS

_NEEDS = {"text_link": "url", "text_mention": "user", "custom_emoji": "custom_emoji_id"}
_TAG = re.compile(r"<(/?)([a-zA-Z0-9-]+)[^<>]*>")
_MARKS = re.compile(r"\\(.)|[*_~`|>]")

Fault = tuple[str, str]
"""What is wrong, and Telegram's own words for it; empty where it takes no notice."""


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def shown(text: str, parse_mode: Any = None) -> str:
    """The text after entities parsing, without the blank around it that Telegram trims."""
    if parse_mode == "HTML":
        text = html.unescape(_TAG.sub("", text))
    elif parse_mode in ("MarkdownV2", "Markdown"):
        text = _MARKS.sub(lambda mark: mark[1] or "", text)
    return text.strip()


def length_of(text: str, parse_mode: Any) -> int:
    return units(shown(text, parse_mode))


def text_wrongs(
    text: str, parse_mode: Any, entities: Iterable[Mapping[str, Any]]
) -> Iterator[Fault]:
    if parse_mode not in (None, "", "HTML", "MarkdownV2", "Markdown"):
        yield f"the parse mode {parse_mode}", "unsupported parse_mode"
    if parse_mode == "HTML":
        yield from _tags(text)
    if re.search("[\ud800-\udfff]", text):
        yield "half a surrogate pair", "strings must be encoded in UTF-8"
    for entity in entities:
        yield from _entity(text, entity)


def _tags(text: str) -> Iterator[Fault]:
    opened: list[str] = []
    for closing, name in _TAG.findall(text):
        if name.lower() not in TAGS:
            yield f"the tag <{name}>", f'can\'t parse entities: Unsupported start tag "{name}"'
        elif not closing:
            opened.append(name.lower())
        elif not opened or opened.pop() != name.lower():
            yield f"the tag </{name}>", f"can't parse entities: Unmatched end tag </{name}>"
    if opened:
        yield (
            f"<{opened[-1]}> is never closed",
            f"can't parse entities: Can't find end tag corresponding to start tag {opened[-1]}",
        )


def _entity(text: str, entity: Mapping[str, Any]) -> Iterator[Fault]:
    kind, start, length = entity["type"], entity["offset"], entity["length"]
    end, most = start + length, units(text)
    if kind not in ENTITIES:
        yield f"an entity {kind}", f"can't parse MessageEntity: unsupported type {kind}"
    if start < 0 or length < 1:
        yield f"an entity at {start} of {length}", ""
    elif end > most:
        answer = f"entity beginning at UTF-16 offset {start} ends after the end of the text"
        yield f"an entity ends at {end} of {most}", f"{answer} at UTF-16 offset {most}"
    elif _splits(text, start) or _splits(text, end):
        yield "an entity halves a sign", "entity begins in a middle of a UTF-16 symbol"
    needed = _NEEDS.get(kind)
    if needed is not None and not entity.get(needed):
        yield f"{kind} without {needed}", f"can't parse MessageEntity: {needed} is required"


def _splits(text: str, offset: int) -> bool:
    """Whether the UTF-16 unit at the offset is the second half of a pair."""
    encoded = text.encode("utf-16-le", "surrogatepass")[offset * 2 : offset * 2 + 2]
    return len(encoded) == 2 and 0xDC <= encoded[1] <= 0xDF
