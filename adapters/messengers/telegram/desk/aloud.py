"""Where what is written stays inside by default: `>` or `/r` in front says that it is for the customer."""

from typing import Any

from adapters.foreign_json import listed
from adapters.messengers.telegram.fields import string
from bots.shaping import units

_WORDS = (("text", "entities"), ("caption", "caption_entities"))
_COMMANDS = ("/r", "/о", "/reply", "/ответ")
_SIGN = ">"


def aloud(raw: dict[str, Any], username: str) -> dict[str, Any] | None:
    """The message without its mark; None where it has none. Of an album any part may carry it."""
    bare = _bare(raw, username)
    album = [one for one in listed(raw, "album") if isinstance(one, dict)]
    parts = [_bare(one, username) for one in album]
    if bare is None and not any(parts):
        return None
    if album:
        # The first part of an album is the message itself.
        kept = [after or before for before, after in zip(album, parts, strict=True)]
        return {**(bare or raw), "album": kept}
    return bare


def _bare(raw: dict[str, Any], username: str) -> dict[str, Any] | None:
    for words, marks in _WORDS:
        text = string(raw.get(words)) or ""
        length = _mark(text, username)
        if not length:
            continue
        cut = units(text[:length])
        moved = [
            {**one, "offset": one["offset"] - cut}
            for one in listed(raw, marks)
            if isinstance(one, dict) and isinstance(one.get("offset"), int) and one["offset"] >= cut
        ]
        return {**raw, words: text[length:], marks: moved}
    return None


def _mark(text: str, username: str) -> int:
    """How many characters the mark has, with the blanks behind it; 0 for none."""
    if text.startswith(_SIGN):
        rest = text[len(_SIGN) :]
        return len(text) - len(rest.lstrip())
    head = text.split(maxsplit=1)[0] if text.strip() else ""
    name, at, bot = head.partition("@")
    if name.casefold() not in _COMMANDS or (at and bot.casefold() != username.casefold()):
        return 0
    return len(text) - len(text[len(head) :].lstrip())
