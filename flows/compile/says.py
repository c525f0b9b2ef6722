"""Compiles `say`: words, media, cards, and what one channel gets in place of the others."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flows import complaints
from flows.compile.buttons import message_buttons
from flows.compile.fields import Fields
from flows.compile.media import album, media
from flows.compile.reading import Reader
from flows.compile.writer import Action, Writer
from flows.expressions import Expression, ExpressionError
from flows.model import Card, Lines, Message, OfferedButton, Say, Value
from flows.text import Text, parse_text
from flows.vocabulary import CHANNELS, OVERRIDING
from flows.yaml_text import Listing, Mapped, Node, Scalar

_WORDS = ("text", "list", "pick")


def say(writer: Writer, action: Action) -> None:
    writer.emit(Say(_message(writer, action)), action.place)


def _message(writer: Writer, action: Action) -> Message:
    reader = writer.reader
    if not isinstance(action.value, Mapped):
        return Message(text=_plain(reader, action.value))
    fields = reader.fields(action.value, "say", "say")
    whole = Message(
        once=reader.yes_no(fields.get("once"), "once", default=False),
        only=_only(reader, fields.get("only")),
        **_content(writer, fields),
    )
    channels = {
        name: _override(writer, name, whole, node)
        for name in OVERRIDING
        if (node := fields.get(name)) is not None
    }
    message = replace(whole, channels=channels)
    if not any(map(_says_something, (whole, *channels.values()))) and not fields.broken:
        reader.report(complaints.MISSING_KEY, action.place, where="say", key="text")
    return message


def _plain(reader: Reader, node: Node | None) -> Text | None:
    if isinstance(node, Listing):
        ru = "один текст; чтобы бот выбирал наугад — «pick:» и под ним тексты списком"
        reader.expected(node, "say", ru, "one text; to say one of several by chance, use “pick:”")
        return None
    return reader.text(node, "say")


def _says_something(message: Message) -> bool:
    words = message.text is not None or message.lines is not None or bool(message.pick)
    return words or bool(message.media or message.album or message.cards or message.template)


def _content(writer: Writer, fields: Fields) -> dict[str, Any]:
    """The parts of a message that `fields` speak of."""
    reader = writer.reader
    content = _words(reader, fields)
    if found := media(reader, fields):
        content["media"] = found
    if "album" in fields:
        content["album"] = album(reader, fields.get("album"))
    if "cards" in fields:
        content["cards"] = _cards(writer, fields.get("cards"))
    if "buttons" in fields:
        content["buttons"] = message_buttons(writer, fields.get("buttons"))
    return content


# ---------------------------------------------------------------- words


def _words(reader: Reader, fields: Fields) -> dict[str, Any]:
    given = [key for key in _WORDS if key in fields]
    if not given:
        return {}
    if "pick" in given and len(given) > 1:
        place = fields.key("pick").place
        reader.expected(place, "say", "или text, или pick", "either text or pick")
    items = reader.expression(fields.get("list"), "list") if "list" in given else None
    with reader.each_of(items):
        text = reader.text(fields.get("text"), "text")
    lines = _lines(reader, fields, items, text) if items is not None else None
    return {
        "text": None if lines else text,
        "lines": lines,
        "pick": _pick(reader, fields.get("pick")),
    }


def _pick(reader: Reader, node: Node | None) -> tuple[Text, ...]:
    if node is None:
        return ()
    if not isinstance(node, Listing) or not node.items:
        reader.expected(node, "pick", "список текстов", "a list of texts")
        return ()
    texts = (reader.text(item, "pick") for item in node.items)
    return tuple(text for text in texts if text is not None)


def _lines(reader: Reader, fields: Fields, items: Expression, text: Text | None) -> Lines | None:
    if text is None:
        reader.report(complaints.MISSING_KEY, fields.key("list").place, where="say", key="text")
        return None
    lines = _split(text)
    if not any(repeated for repeated, _ in lines):
        ru = "строка об элементе списка, например «№{{ item.number }}»"
        en = "a line about the element, such as “No. {{ item.number }}”"
        reader.expected(fields.key("text").place, "text", ru, en)
    return Lines(items, lines)


def _split(text: Text) -> tuple[tuple[bool, Text], ...]:
    """The lines of a text; all of it is one where an expression goes over the end of a line."""
    try:
        lines = [parse_text(line) for line in text.source.split("\n")]
    except ExpressionError:
        lines = [text]
    return tuple(("item" in line.names, line) for line in lines)


# ---------------------------------------------------------------- cards


def _cards(writer: Writer, node: Node | None) -> tuple[Card, ...]:
    if not isinstance(node, Listing):
        if node is not None:
            ru, en = "список карточек {title, text, photo, buttons}", "a list of cards"
            writer.reader.expected(node, "cards", ru, en)
        return ()
    return tuple(card for item in node.items if (card := _card(writer, item)) is not None)


def _card(writer: Writer, node: Node) -> Card | None:
    reader = writer.reader
    fields = reader.fields(node, "card", "cards")
    title = reader.text(reader.required(fields, "title", "cards"), "title")
    pictures = media(reader, fields)
    if title is None:
        return None
    return Card(
        title=title,
        text=reader.text(fields.get("text"), "text"),
        photo=pictures[0][1] if pictures else None,
        buttons=_card_buttons(writer, fields.get("buttons")),
    )


def _card_buttons(writer: Writer, node: Node | None) -> tuple[OfferedButton, ...]:
    buttons = message_buttons(writer, node)
    if node is not None and any(button.share for button in buttons):
        ru = "call, start, go или url: номером и местом делятся кнопкой под сообщением"
        en = "call, start, go or url: sharing is for buttons below the message"
        writer.reader.expected(node, "cards", ru, en)
    return tuple(button for button in buttons if button.share is None)


# ---------------------------------------------------------------- channels


def _only(reader: Reader, node: Node | None) -> frozenset[str]:
    names = []
    for item in reader.items(node):
        name = reader.word(item, "only")
        if name and name not in CHANNELS:
            allowed = ", ".join(CHANNELS)
            reader.report(
                complaints.BAD_CHOICE, item.place, name=name, where="only", allowed=allowed
            )
        names.append(name)
    return frozenset(names)


def _override(writer: Writer, channel: str, whole: Message, node: Node) -> Message:
    """The whole message with what the owner wrote for one channel laid over it."""
    reader = writer.reader
    if isinstance(node, Scalar):
        return replace(whole, text=reader.text(node, channel), lines=None, pick=())
    fields = reader.fields(node, "channel", channel)
    content = _content(writer, fields)
    if "media" in content:
        replaced = {kind for kind, _ in content["media"]}
        kept = [one for one in whole.media if one[0] not in replaced]
        content["media"] = (*kept, *content["media"])
    return replace(whole, **content, template=_template(reader, channel, fields))


def _template(reader: Reader, channel: str, fields: Fields) -> Mapping[str, Value]:
    given = [key for key in ("template", "values") if key in fields]
    if given and channel != "whatsapp":
        place = fields.key(given[0]).place
        reader.report(complaints.UNKNOWN_KEY, place, name=given[0], where=channel, nearest="")
        return {}
    if given == ["values"]:
        reader.required(fields, "template", channel)
    found: dict[str, Value] = {}
    for key in given:
        inner = fields.get(key)
        assert inner is not None
        found[key] = reader.value(inner)
    return found
