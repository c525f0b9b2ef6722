"""Compiles the buttons of questions and of messages."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from flows import complaints
from flows.compile.reading import Reader
from flows.compile.references import flow_arguments, flow_name, step_name
from flows.compile.writer import Writer
from flows.model import Choice, Jump, OfferedButton, Value
from flows.phrases import phrase
from flows.text import Text, parse_text
from flows.vocabulary import words
from flows.yaml_text import Listing, Mapped, Node, Scalar

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:|\s*\{\{", re.IGNORECASE)
_SHARED = ("phone", "location")
_LEAPS = ("back", "again", "cancel")
_DECORATIONS = frozenset(("share", "url", "name", "with"))


def question_buttons(
    writer: Writer, node: Node | None, base: str, after: int
) -> tuple[OfferedButton, ...]:
    """A question's buttons; the block of one that acts ends with a jump to `after`."""
    return tuple(
        _question_button(writer, label, value, base, after) for label, value in _pairs(writer, node)
    )


def message_buttons(writer: Writer, node: Node | None) -> tuple[OfferedButton, ...]:
    return tuple(
        button
        for label, value in _pairs(writer, node)
        if (button := _message_button(writer, label, value)) is not None
    )


def own_buttons(base: str, most: object, language: str) -> tuple[OfferedButton, ...]:
    """What `yes_no` and `rating` offer by themselves."""
    if base == "yes_no":
        return (
            OfferedButton(label=parse_text(phrase(language, "yes")), value=True),
            OfferedButton(label=parse_text(phrase(language, "no")), value=False),
        )
    if base == "rating":
        top = most if isinstance(most, int) else 5
        return tuple(
            OfferedButton(label=parse_text(str(number)), value=number)
            for number in range(1, min(top, 10) + 1)
        )
    return ()


def _pairs(writer: Writer, node: Node | None) -> list[tuple[Scalar, Node | None]]:
    """Labels with what stands after them; None in a plain list, where the label is all."""
    reader = writer.reader
    if node is None:
        return []
    if isinstance(node, Mapped):
        return [pair for pair in node.entries if _labelled(writer, *pair)]
    if isinstance(node, Listing):
        found: list[tuple[Scalar, Node | None]] = []
        for item in node.items:
            if isinstance(item, Scalar) and item.text:
                found.append((item, None))
            elif isinstance(item, Mapped):
                found.extend(pair for pair in item.entries if _labelled(writer, *pair, listed=True))
            else:
                reader.expected(item, "buttons", "надпись кнопки", "a button's label")
        return found
    reader.expected(node, "buttons", "список надписей: [Да, Нет]", "a list of labels: [Yes, No]")
    return []


def _labelled(writer: Writer, key: Scalar, node: Node, *, listed: bool = False) -> bool:
    """Complains of `{share: phone}` or `{go: step}` where the label is missing before it.

    In a list, where a button is one pair, no verb is a label; as one of several keys it may be.
    """
    reader = writer.reader
    value = node.text if isinstance(node, Scalar) else ""
    forgotten = (
        (key.text == "share" and value in _SHARED)
        or (key.text == "url" and _ADDRESS.match(value) is not None)
        or (key.text in ("call", "start") and value in reader.known.flows)
        or (key.text == "go" and value in (*writer.steps, *_LEAPS))
        or (listed and key.text in words("verb"))
    )
    if forgotten:
        reader.report(complaints.UNLABELLED, key.place, name=key.text, value=value or "…")
    return not forgotten


def _question_button(
    writer: Writer, key: Scalar, node: Node | None, base: str, after: int
) -> OfferedButton:
    reader = writer.reader
    label = reader.parsed_text(key)
    if node is None:
        return OfferedButton(label=label, value=label)
    if isinstance(node, Scalar):
        return OfferedButton(label=label, value=reader.value(node, _typed(base)))
    if isinstance(node, Mapped) and node.entries and node.entries[0][0].text in _DECORATIONS:
        return _decorated(reader, label, node)
    name, action = _named(reader, node)
    entry = writer.side_block(action, "buttons", Jump(after))
    return OfferedButton(label=label, entry=entry, name=name)


def _named(reader: Reader, node: Node) -> tuple[str | None, Node]:
    """What programs know a button by, and the action that it stands beside."""
    name = node.get("name") if isinstance(node, Mapped) else None
    if name is None or not isinstance(node, Mapped):
        return None, node
    rest = tuple(pair for pair in node.entries if pair[1] is not name)
    return reader.word(name, "name"), Mapped(node.place, rest)


def _typed(base: str) -> str | None:
    """A choice declares no type of its value; the others do."""
    return None if base in ("choice", "many", "any") else base


def _decorated(reader: Reader, label: Text, node: Mapped) -> OfferedButton:
    fields = reader.checked(node.entries, "button", "buttons", node.place)
    share = _share(reader, fields.get("share"))
    url = _address(reader, fields.get("url"))
    name = fields.get("name")
    return OfferedButton(
        label=label,
        value=None if share or url else label,
        share=share,
        url=url,
        name=reader.word(name, "name") if name is not None else None,
        data=_data(reader, fields.get("with")),
    )


def _address(reader: Reader, node: Node | None) -> Text | None:
    address = reader.text(node, "url")
    if node is not None and address is not None and not _ADDRESS.match(address.source):
        reader.expected(node, "url", "адрес, который начинается с https://", "an https:// address")
    return address


def _share(reader: Reader, node: Node | None) -> Literal["phone", "location"] | None:
    if node is None:
        return None
    what = reader.one_of(node, _SHARED, "share", "phone")
    return "location" if what == "location" else "phone"


def _data(reader: Reader, node: Node | None) -> Mapping[str, Value]:
    return {key.text: reader.value(value) for key, value in reader.entries(node, "with")}


def _message_button(writer: Writer, key: Scalar, node: Node | None) -> OfferedButton | None:
    reader = writer.reader
    label = reader.parsed_text(key)
    if node is None:
        return OfferedButton(label=label, value=label, act="text")
    if isinstance(node, Scalar):
        return OfferedButton(label=label, value=reader.parsed_text(node), act="text")
    if not isinstance(node, Mapped) or not node.entries:
        _refuse(reader, node)
        return None
    if node.entries[0][0].text in _DECORATIONS:
        button = _decorated(reader, label, node)
        return button if button.value is None else _as_text(button)
    name, action = _named(reader, node)
    acting = _acting(writer, label, action)
    return replace(acting, name=name) if acting is not None else None


def _acting(writer: Writer, label: Text, node: Node) -> OfferedButton | None:
    """A button of a message that leads somewhere."""
    reader = writer.reader
    assert isinstance(node, Mapped)
    verb, value = node.entries[0]
    if verb.text in ("call", "start"):
        fields = reader.checked(node.entries[1:], "start", verb.text, node.place)
        target = flow_name(reader, value, verb.text)
        arguments = flow_arguments(reader, target, fields.get("with"), verb.place)
        act: Literal["call", "start"] = "call" if verb.text == "call" else "start"
        return OfferedButton(label=label, act=act, target=target, arguments=arguments)
    if verb.text == "go" and len(node.entries) == 1:
        step = step_name(writer.reader, writer.flow, writer.steps, value)
        return OfferedButton(label=label, act="go", target=step)
    if verb.text not in words("verb"):
        nearest = reader.report.nearest(verb.text, (*words("verb"), *_DECORATIONS))
        reader.report(complaints.UNKNOWN_VERB, verb.place, name=verb.text, nearest=nearest)
        return None
    _refuse(reader, node)
    return None


def _as_text(button: OfferedButton) -> OfferedButton:
    return OfferedButton(
        label=button.label, value=button.value, act="text", name=button.name, data=button.data
    )


def _refuse(reader: Reader, node: Node) -> None:
    reader.expected(
        node,
        "buttons",
        "call, start, go или url: кнопка сообщения может быть нажата и позже",
        "call, start, go or url: the button of a message may be pressed later too",
    )


def fixed_choices(buttons: tuple[OfferedButton, ...]) -> tuple[Choice, ...] | None:
    """What the buttons of a question mean, worked out once; None where that depends on the chat."""
    found = []
    for place, button in enumerate(buttons):
        value = button.value
        if isinstance(value, Text) and value.constant:
            value = value.source
        if not button.label.constant or isinstance(value, (Text, Mapping, list, tuple)):
            return None
        answers = button.share is None and button.url is None
        kept = value if answers and button.entry < 0 else None
        label = button.label.source
        found.append(Choice(label, str(place), kept, button.entry, answers, button))
    return tuple(found)
