"""What messengers can show: lengths and numbers of buttons."""

from collections.abc import Iterator

from flows import complaints
from flows.check.homes import lives_on
from flows.check.pieces import place_of
from flows.errors import Place
from flows.matching import fold
from flows.messengers import MESSENGERS, Messenger
from flows.model import Ask, Bot, Flow, OfferedButton, Say
from flows.report import Report


def check_channels(bot: Bot, report: Report) -> None:
    limits = {one.name: one for one in MESSENGERS if lives_on(bot, one.name)}
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
    report: Report, place: Place, buttons: tuple[OfferedButton, ...], limits: list[Messenger]
) -> None:
    most = {one.title: max(one.buttons, one.keyboard) for one in limits}
    few = [f"{title} {count}" for title, count in most.items() if len(buttons) > count]
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
