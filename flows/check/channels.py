"""What messengers can show: lengths and numbers of buttons."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from flows import complaints
from flows.check.homes import lives_on
from flows.check.pieces import place_of
from flows.errors import Place
from flows.matching import fold
from flows.model import Ask, Bot, Flow, OfferedButton, Say
from flows.report import Report


class Limits(NamedTuple):
    """The characters of a label and the number of buttons that a channel shows of one message."""

    title: str
    label: int
    buttons: int


LIMITS: Mapping[str, Limits] = {
    "telegram": Limits("Telegram", 64, 100),
    # More than three buttons, or longer ones than 20 characters, go out as a list, which has these:
    # https://developers.facebook.com/docs/whatsapp/cloud-api/messages/interactive-list-messages
    "whatsapp": Limits("WhatsApp", 24, 10),
    # https://dev.vk.com/ru/api/bots/development/keyboard
    "vk": Limits("VK", 40, 40),
}


def check_channels(bot: Bot, report: Report) -> None:
    limits = {channel: found for channel, found in LIMITS.items() if lives_on(bot, channel)}
    for flow in (bot.own, *bot.flows.values()):
        for place, buttons, only in _offers(flow):
            reached = [found for name, found in limits.items() if not only or name in only]
            _check_limits(report, place, buttons, reached)
            _check_alike(report, place, buttons)


def _offers(flow: Flow) -> Iterator[tuple[Place, tuple[OfferedButton, ...], frozenset[str]]]:
    """Every set of buttons with the channels it is for; none named means all."""
    for index, operation in enumerate(flow.code):
        place = place_of(flow, index)
        if isinstance(operation, Ask):
            yield place, operation.question.body.buttons, frozenset()
        elif isinstance(operation, Say):
            message = operation.message
            yield place, message.buttons, message.only - message.channels.keys()
            for card in message.cards:
                yield place, card.buttons, message.only
            for channel, variant in message.channels.items():
                if variant.buttons is not message.buttons:
                    yield place, variant.buttons, frozenset({channel})


def _check_limits(
    report: Report, place: Place, buttons: tuple[OfferedButton, ...], limits: list[Limits]
) -> None:
    few = [f"{one.title} {one.buttons}" for one in limits if len(buttons) > one.buttons]
    if few:
        report(complaints.MANY_BUTTONS, place, count=len(buttons), limits=", ".join(few))
    for button in buttons:
        label = button.label.source
        short = [f"{one.title} {one.label}" for one in limits if len(label) > one.label]
        if button.label.constant and short:
            report(complaints.LONG_LABEL, place, name=label, limits=", ".join(short))


def _check_alike(report: Report, place: Place, buttons: tuple[OfferedButton, ...]) -> None:
    seen: set[str] = set()
    for button in buttons:
        label = button.label
        if not label.constant:
            continue
        key = fold(label.source) or label.source
        if key in seen:
            report(complaints.SAME_LABELS, place, name=label.source)
        seen.add(key)
