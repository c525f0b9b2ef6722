"""One line of a test's chat: who does what."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Literal

from flows.errors import Place
from flows.hours import parse_duration
from flows.script_nodes import mapped, only_keys, text_of, texts_of, unknown, values_of, wrong
from flows.turn import MediaKind, Sent
from flows.yaml_text import Listing, Mapped, Node, Scalar

Move = Literal[
    "says", "presses", "sends", "shares", "hears", "after", "operator", "happens", "edit"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the chat. `text` is what is said, heard (with wildcards), pressed or done.

    `media` are the kinds and names a message of the bot brings, `cards` the titles of its cards;
    `data` comes with an event, or is what an operator sets; `deed` is what an operator does, with the
    `tags` they put.
    """

    place: Place
    move: Move
    text: str = ""
    buttons: tuple[str, ...] | None = None
    media: tuple[tuple[str, str], ...] = ()
    cards: tuple[str, ...] | None = None
    attached: tuple[Sent, ...] = ()
    duration: timedelta = timedelta()
    deed: str = ""
    tags: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)


def read_line(node: Node) -> Line:
    """A line of the chat. Raises ScriptError."""
    entry = mapped(node, "client, bot, after …")
    if not entry.entries:
        raise wrong(entry, "пустая реплика", "the line is empty")
    key, value = entry.entries[0]
    reader = _LINES.get(key.text)
    if reader is None:
        unknown(key, "не знаю реплики", "no line begins with", _LINES)
    return reader(entry, value)


# ---------------------------------------------------------------- the customer


def _client(entry: Mapped, value: Node) -> Line:
    only_keys(entry, ("client",))
    if isinstance(value, Scalar):
        return Line(place=entry.place, move="says", text=value.text)
    what = mapped(value, "client")
    if not what.entries:
        raise wrong(what, "что сделал клиент?", "what did the customer do?")
    key, inner = what.entries[0]
    reader = _DEEDS.get(key.text)
    if reader is None:
        unknown(key, "не знаю, как прислать", "a customer cannot send", _DEEDS)
    only_keys(what, (key.text, "text"))
    text = what.get("text")
    caption = text_of(text) if text is not None else ""
    return reader(key, inner, caption, entry.place)


Deed = Callable[[Scalar, Node, str, Place], Line]


def _press(key: Scalar, node: Node, caption: str, place: Place) -> Line:
    return Line(place=place, move="presses", text=text_of(node))


def _share(key: Scalar, node: Node, caption: str, place: Place) -> Line:
    return Line(place=place, move="shares", text=text_of(node))


def _text(key: Scalar, node: Node, caption: str, place: Place) -> Line:
    return Line(place=place, move="says", text=text_of(node))


def _album(key: Scalar, node: Node, caption: str, place: Place) -> Line:
    items = node.items if isinstance(node, Listing) else (node,)
    sent = tuple(map(_of_album, items))
    return Line(place=place, move="sends", text=caption, attached=sent)


def _of_album(item: Node) -> Sent:
    if not isinstance(item, Mapped) or not item.entries:
        return Sent(kind="photo", ref=text_of(item))
    key, value = item.entries[0]
    kind = _KINDS.get(key.text)
    if kind is None:
        unknown(key, "в альбоме не бывает", "an album cannot hold", _KINDS)
    return _sent(kind, value)


def _media(key: Scalar, node: Node, caption: str, place: Place) -> Line:
    sent = (_sent(_KINDS[key.text], node),)
    return Line(place=place, move="sends", text=caption, attached=sent)


_KINDS: Mapping[str, MediaKind] = {
    "photo": "photo",
    "video": "video",
    "voice": "voice",
    "audio": "audio",
    "file": "document",
    "sticker": "sticker",
    "location": "location",
    "contact": "contact",
}
_DEEDS: Mapping[str, Deed] = {
    "press": _press,
    "share": _share,
    "album": _album,
    "text": _text,
    **dict.fromkeys(_KINDS, _media),
}


def _sent(kind: MediaKind, node: Node) -> Sent:
    if isinstance(node, Mapped):
        return Sent(kind=kind, details=values_of(node))
    text = text_of(node)
    if kind == "location":
        return Sent(kind=kind, details=_point(node, text))
    if kind == "contact":
        return Sent(kind=kind, details={"phone": text, "own": False})
    return Sent(kind=kind, ref=text)


def _point(node: Node, text: str) -> dict[str, float]:
    latitude, _, longitude = text.partition(",")
    try:
        return {"latitude": float(latitude), "longitude": float(longitude)}
    except ValueError:
        raise wrong(
            node,
            'место пишут широтой и долготой: "55.75, 37.61"',
            'write a place as latitude and longitude: "55.75, 37.61"',
        ) from None


# ---------------------------------------------------------------- the bot


def _bot(entry: Mapped, value: Node) -> Line:
    """`bot: text`, with what it brings beside it or, in `bot: {…}`, within."""
    if isinstance(value, Mapped):
        only_keys(entry, ("bot",))
        only_keys(value, ("text", *_BROUGHT))
        return _heard(entry.place, value, value.get("text"))
    only_keys(entry, ("bot", *_BROUGHT))
    return _heard(entry.place, entry, value)


_SHOWN: Mapping[str, str] = {
    "photo": "photo",
    "video": "video",
    "audio": "audio",
    "voice": "voice",
    "file": "document",
}
_BROUGHT = ("buttons", *_SHOWN, "album", "cards")


def _heard(place: Place, brought: Mapped, text: Node | None) -> Line:
    media = [
        (_SHOWN[key.text], text_of(value)) for key, value in brought.entries if key.text in _SHOWN
    ]
    media += [("", name) for name in texts_of(brought.get("album")) or ()]
    return Line(
        place=place,
        move="hears",
        text=text_of(text).rstrip("\n") if text is not None else "*",
        buttons=texts_of(brought.get("buttons")),
        media=tuple(media),
        cards=texts_of(brought.get("cards")),
    )


# ---------------------------------------------------------------- what else happens


def _after(entry: Mapped, value: Node) -> Line:
    only_keys(entry, ("after",))
    text = text_of(value)
    try:
        duration = parse_duration(text)
    except ValueError:
        raise wrong(
            value,
            f"«{text}» не похоже на срок, пишите так: 30s, 15m, 24h, 7d",
            f"“{text}” is no duration, write 30s, 15m, 24h, 7d",
        ) from None
    return Line(place=entry.place, move="after", text=text, duration=duration)


def _operator(entry: Mapped, value: Node) -> Line:
    """`operator: take`, or what it is done with beside: `operator: {take: Оля}`."""
    only_keys(entry, ("operator",))
    if not isinstance(value, Mapped):
        deed = text_of(value)
        if deed not in ("take", "release", "close"):
            raise wrong(
                value,
                "оператор может take, release, close или {answer: текст} — а ещё {note: …},"
                " {transfer: очередь}, {set: {поле: значение}}, {tag: […]}",
                "an operator may take, release, close or {answer: text}, and {note: …},"
                " {transfer: queue}, {set: {field: value}}, {tag: […]}",
            )
        return Line(place=entry.place, move="operator", deed=deed)
    only_keys(value, (*_SAID_BESIDE, "set", "tag"))
    if len(value.entries) != 1:
        raise wrong(
            value,
            "в одной строке оператор делает одно — разделите её на несколько",
            "an operator does one thing in a line: make several of it",
        )
    key, inner = value.entries[0]
    line = Line(place=entry.place, move="operator", deed=key.text)
    if key.text == "set":
        return replace(line, data=values_of(inner))
    if key.text == "tag":
        return replace(line, tags=texts_of(inner) or ())
    return replace(line, text=text_of(inner))


_SAID_BESIDE = ("take", "answer", "note", "transfer", "release", "close")


def _event(entry: Mapped, value: Node) -> Line:
    only_keys(entry, ("event", "data"))
    name, data = value, entry.get("data")
    if isinstance(value, Mapped):
        only_keys(value, ("event", "data"))
        name, data = value.get("event") or value, value.get("data")
    return Line(place=entry.place, move="happens", text=text_of(name), data=values_of(data))


def _edit(entry: Mapped, value: Node) -> Line:
    only_keys(entry, ("edit",))
    return Line(place=entry.place, move="edit", text=text_of(value))


_LINES: Mapping[str, Callable[[Mapped, Node], Line]] = {
    "client": _client,
    "bot": _bot,
    "after": _after,
    "operator": _operator,
    "event": _event,
    "edit": _edit,
}
