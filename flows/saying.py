"""Saying what the owner wrote: which words, what is shown with them, which buttons stay good."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flows.attachments import given_back
from flows.errors import RunError
from flows.frames import Frame
from flows.model import Card, Lines, Message, OfferedButton
from flows.stage import Stage
from flows.text import LONGEST_RESULT, Text
from flows.turn import Card as ShownCard
from flows.turn import MediaKind, Press
from flows.values import freeze_light

OFFERS_KEPT = 40
MOST_LINES = 100
"""Elements of a `list` that are written out; a message of more nobody reads."""

MOST_MEDIA = 100
"""Pictures and files beside one message: what a variable holds may have come from another system."""


def say(stage: Stage, frame: Frame, message: Message) -> None:
    """Say it, where this channel gets it; its buttons are good for as long as they are remembered."""
    channel = stage.around.channel
    if message.only and channel not in message.only:
        return
    message = message.channels.get(channel, message)
    text = _words(stage, frame, message)
    beside = _beside(stage, frame, message)
    if message.lines is not None and not text and not any(beside.values()):
        # A list of nothing is not said, and buttons about it would hang in the air.
        return
    if stage.position.last:
        stage.position.last = []
    if beside or message.cards or message.buttons:
        cards = tuple([_card(stage, frame, card) for card in message.cards])
        buttons = tuple([_offer(stage, frame, button) for button in message.buttons])
        stage.tell(text, buttons=buttons, cards=cards, once=message.once, **beside)
    else:
        stage.tell(text, once=message.once)


def _words(stage: Stage, frame: Frame, message: Message) -> str:
    if message.lines is not None:
        return _listed(stage, frame, message.lines)
    if message.pick:
        place = int(stage.chance() * len(message.pick))
        return stage.render(frame, message.pick[min(place, len(message.pick) - 1)])
    return stage.render(frame, message.text) if message.text is not None else ""


def _beside(stage: Stage, frame: Frame, message: Message) -> dict[str, Any]:
    if not (message.media or message.album or message.template):
        return {}
    return {
        "media": media(stage, frame, message.media),
        "album": media(stage, frame, message.album),
        "template": stage.values(frame, message.template) if message.template else {},
    }


# ---------------------------------------------------------------- lists


def _listed(stage: Stage, frame: Frame, lines: Lines) -> str:
    """The text with its lines about `item` once for every element, in the order of the lines.

    RunError for more than a text may have, as soon as it is more.
    """
    items = stage.evaluate(frame, lines.items)
    if isinstance(items, dict):
        items = list(items.values())
    elements = items[:MOST_LINES] if isinstance(items, (list, tuple)) else ()
    page = _Page()
    block: list[Text] = []
    for repeated, line in lines.lines:
        if repeated:
            block.append(line)
            continue
        _repeat(stage, frame, block, elements, page)
        block = []
        page.add([stage.render(frame, line)])
    _repeat(stage, frame, block, elements, page)
    return "\n".join(page.lines).strip()


@dataclass(slots=True)
class _Page:
    """Lines of one text, with the characters that it may still have."""

    lines: list[str] = field(default_factory=list)
    left: int = LONGEST_RESULT

    def add(self, lines: list[str]) -> None:
        self.left -= sum(map(len, lines)) + len(lines)
        if self.left < 0:
            raise RunError(f"текст длиннее {LONGEST_RESULT} знаков")
        self.lines += lines


def _repeat(
    stage: Stage, frame: Frame, block: Iterable[Text], elements: Iterable[Any], page: _Page
) -> None:
    scope = stage.scope(frame)
    before = scope.get("item")
    try:
        for element in elements:
            scope["item"] = element
            page.add([line.render(scope, stage.env) for line in block])
    finally:
        scope["item"] = before


# ---------------------------------------------------------------- media and cards


def media(
    stage: Stage, frame: Frame, listed: Sequence[tuple[str, Text]]
) -> tuple[tuple[MediaKind, str], ...]:
    """Kinds with paths or addresses; a variable may hold one, several or none."""
    if not listed:
        return ()
    found: list[tuple[MediaKind, str]] = []
    for kind, ref in listed:
        found.extend(given_back(stage.value(frame, ref), kind))
    return tuple(found[:MOST_MEDIA])


def _card(stage: Stage, frame: Frame, card: Card) -> ShownCard:
    pictures = media(stage, frame, (("photo", card.photo),)) if card.photo is not None else ()
    return ShownCard(
        title=stage.render(frame, card.title),
        text=stage.render(frame, card.text) if card.text is not None else "",
        photo=pictures[0][1] if pictures else "",
        buttons=tuple(_offer(stage, frame, button) for button in card.buttons),
    )


# ---------------------------------------------------------------- buttons


def _offer(stage: Stage, frame: Frame, button: OfferedButton) -> Press:
    label = stage.render(frame, button.label)
    url = stage.render(frame, button.url) if button.url is not None else None
    payload = ""
    if button.act:
        number = str(stage.number())
        payload = f"s:{number}"
        offer: dict[str, Any] = {"label": label, "act": button.act, "target": button.target}
        if button.arguments:
            offer["arguments"] = freeze_light(stage.values(frame, button.arguments))
        if button.act == "go":
            offer["frame"] = stage.owner(frame).id
        if button.act == "text":
            offer["target"] = str(stage.value(frame, button.value))
        stage.position.offers[number] = offer
        stage.position.last.append(number)
        while len(stage.position.offers) > OFFERS_KEPT:
            del stage.position.offers[next(iter(stage.position.offers))]
    return stage.press(frame, button, label, payload, url)
