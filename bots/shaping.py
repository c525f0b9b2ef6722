"""What a messenger cannot show, in the nearest form it can: words, numbered lines, parts that fit."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bots.model.message import Attachment, Button, Card, Entity, Reply

ONLY_BUTTONS = "👇"
"""What stands above buttons that come without a text, where a messenger wants one."""


def clean(text: str) -> str:
    """Half a surrogate pair cannot be written as UTF-8; a question mark stands in for it."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def units(text: str) -> int:
    """The length in UTF-16 code units, the longest way in which messengers count."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def split(text: str, limit: int) -> list[str]:
    """Parts of at most `limit` UTF-16 units, cut after a paragraph, else a line, a sentence, a word."""
    parts = []
    rest = text.strip()
    while units(rest) > limit:
        cut = _best_cut(head(rest, limit))
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest else parts


def head(text: str, limit: int) -> str:
    """The longest beginning of at most `limit` units; no character outside the BMP is halved."""
    return text.encode("utf-16-le")[: limit * 2].decode("utf-16-le", "ignore")


def shortened(text: str, limit: int) -> str:
    """The text, or as much of it as fits with an ellipsis at its end; cut at a word if one is near."""
    if units(text) <= limit:
        return text
    short = head(text, limit - 1)
    space = short.rfind(" ")
    return (short[:space] if space > len(short) * 2 // 3 else short).rstrip() + "…"


def numbered(buttons: Iterable[Button]) -> str:
    """Buttons as lines to answer with a number; links as lines that can be followed."""
    lines = []
    number = 0
    for button in buttons:
        if button.url is not None:
            lines.append(f"{button.text}: {button.url}")
        else:
            number += 1
            lines.append(f"{number}. {button.text}")
    return "\n".join(lines)


def links(buttons: Iterable[Button]) -> str:
    """Lines that lead where buttons with an address lead."""
    return "\n".join(f"{button.text}: {button.url}" for button in buttons if button.url)


def card_words(card: Card) -> str:
    """A card's title and text."""
    return "\n".join(filter(None, (card.title.strip(), card.text.strip())))


def place_words(attachment: Attachment) -> str:
    """A location as words and a link to a map."""
    details = attachment.details
    latitude, longitude = details.get("latitude", 0), details.get("longitude", 0)
    named = [str(details[key]) for key in ("title", "address") if details.get(key)]
    return "\n".join([*named, f"https://maps.google.com/?q={latitude},{longitude}"])


def contact_words(attachment: Attachment) -> str:
    """A contact as a name and a number."""
    details = attachment.details
    return " ".join(str(details[key]) for key in ("name", "phone") if details.get(key))


def linked(text: str, entities: Sequence[Entity]) -> str:
    """A text whose links under words are written out behind them."""
    for entity in sorted(entities, key=lambda one: one.start, reverse=True):
        if entity.kind == "link" and entity.url:
            end = entity.start + entity.length
            text = f"{text[:end]} ({entity.url}){text[end:]}"
    return text


def said_anew(reply: Reply) -> Reply:
    """A correction as a message of its own; files stay where they are."""
    before = len(reply.corrected) - len(reply.text)
    return replace(
        reply,
        text=reply.corrected,
        entities=tuple(replace(one, start=one.start + before) for one in reply.entities),
        attachments=(),
        replaces="",
    )


def _best_cut(text: str) -> int:
    """Where to cut. A nice place in the first quarter would leave too short a part."""
    shortest = len(text) // 4
    for ends in (("\n\n",), ("\n",), (". ", "! ", "? ", "… "), (" ",)):
        cut = max(text.rfind(end) + len(end) if end in text else 0 for end in ends)
        if cut > shortest:
            return cut
    return len(text)
