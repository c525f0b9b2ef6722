"""What is marked in a text: Telegram counts UTF-16 units where we count characters.

https://core.telegram.org/bots/api#messageentity
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any

from adapters.foreign_json import mapping
from adapters.messengers.telegram.fields import id_of, string
from bots.model.message import Entity, EntityKind
from bots.shaping import units

MAX_ENTITIES = 100
"""More than these Telegram passes over."""

_KINDS: dict[str, EntityKind] = {
    "bold": "bold",
    "italic": "italic",
    "underline": "underline",
    "strikethrough": "strikethrough",
    "spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "quote",
    "expandable_blockquote": "quote",
    "text_link": "link",
    "text_mention": "mention",
    "mention": "mention",
    "hashtag": "hashtag",
    "cashtag": "cashtag",
    "bot_command": "command",
    "url": "url",
    "email": "email",
    "phone_number": "phone",
    "custom_emoji": "emoji",
}
_LOOKS: dict[EntityKind, str] = {
    "bold": "bold",
    "italic": "italic",
    "underline": "underline",
    "strikethrough": "strikethrough",
    "spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
    "quote": "blockquote",
}
_ADDRESSES = ("https://", "http://", "tg://")


# ---------------------------------------------------------------- in


def parse_entities(raw: Any, text: str) -> tuple[Entity, ...]:
    """Those of a kind we know that lie inside the text."""
    if not isinstance(raw, list) or not raw:
        return ()
    # Where each character begins, where any of them takes two units.
    starts = None if text.isascii() or max(text) <= "\uffff" else [0, *_ends(text)]
    found = (_entity(one, starts, len(text)) for one in raw if isinstance(one, dict))
    return tuple(entity for entity in found if entity is not None)


def moved(entities: Iterable[Entity], cut: int, by: int) -> tuple[Entity, ...]:
    """After `by` characters were taken out of the text at `cut`."""
    kept = []
    for entity in entities:
        end = entity.start + entity.length
        start = entity.start - by if entity.start >= cut + by else min(entity.start, cut)
        end = end - by if end >= cut + by else min(end, cut)
        if end > start:
            kept.append(Entity(kind=entity.kind, start=start, length=end - start, url=entity.url))
    return tuple(kept)


def _ends(text: str) -> Iterable[int]:
    return accumulate(2 if sign > "\uffff" else 1 for sign in text)


def _entity(raw: dict[str, Any], starts: Sequence[int] | None, length: int) -> Entity | None:
    kind = raw.get("type")
    offset, size = raw.get("offset"), raw.get("length")
    if not isinstance(kind, str) or kind not in _KINDS:
        return None
    if type(offset) is not int or type(size) is not int or offset < 0 or size <= 0:
        return None
    start, end = offset, offset + size
    if starts is not None:
        start, end = bisect_left(starts, start), bisect_left(starts, end)
    end = min(end, length)
    if start >= end:
        return None
    return Entity(kind=_KINDS[kind], start=start, length=end - start, url=_more(kind, raw))


def _more(kind: str, raw: dict[str, Any]) -> str:
    if kind == "text_link":
        return string(raw.get("url")) or ""
    if kind == "text_mention":
        return id_of(mapping(raw, "user").get("id")) or ""
    if kind == "pre":
        return string(raw.get("language")) or ""
    return (string(raw.get("custom_emoji_id")) or "") if kind == "custom_emoji" else ""


# ---------------------------------------------------------------- out


def written_out(text: str, entities: Sequence[Entity]) -> tuple[str, tuple[Entity, ...]]:
    """Links that Telegram would not take stand behind their words; the rest moves along."""
    kept = list(entities)
    for at, entity in enumerate(kept):
        if entity.kind != "link" or not entity.url or entity.url.startswith(_ADDRESSES):
            continue
        cut = entity.start + entity.length
        words = f" ({entity.url})"
        text = f"{text[:cut]}{words}{text[cut:]}"
        kept[at] = Entity(kind=entity.kind, start=entity.start, length=entity.length)
        kept[:] = [_pushed(one, cut, len(words)) for one in kept]
    return text, tuple(kept)


def _pushed(entity: Entity, at: int, by: int) -> Entity:
    start, end = entity.start, entity.start + entity.length
    start = start + by if start >= at else start
    end = end + by if end > at else end
    return Entity(kind=entity.kind, start=start, length=end - start, url=entity.url)


def render_entities(entities: Iterable[Entity], text: str, *, begins: int = 0) -> list[Any]:
    """As Telegram counts them, for a part of a message that begins at character `begins` of it.

    What Telegram finds by itself, such as addresses and hashtags, is left to it.
    """
    made = []
    for entity in entities:
        start = max(entity.start - begins, 0)
        end = min(entity.start + entity.length - begins, len(text))
        look = _look(entity) if start < end else None
        if look is not None:
            where = {"offset": units(text[:start]), "length": units(text[start:end])}
            made.append({**look, **where})
    return made[:MAX_ENTITIES]


def _look(entity: Entity) -> dict[str, Any] | None:
    kind = entity.kind
    if kind == "pre" and entity.url:
        return {"type": "pre", "language": entity.url}
    if kind in _LOOKS:
        return {"type": _LOOKS[kind]}
    if kind == "link" and entity.url.startswith(_ADDRESSES):
        return {"type": "text_link", "url": entity.url}
    if kind == "mention" and entity.url.isdecimal():
        return {"type": "text_link", "url": f"tg://user?id={entity.url}"}
    if kind == "emoji" and entity.url.isdecimal():
        return {"type": "custom_emoji", "custom_emoji_id": entity.url}
    return None
