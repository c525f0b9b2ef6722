"""What messengers can show: lengths and numbers of buttons."""

from collections.abc import Iterator

from flows import complaints
from flows.errors import Place
from flows.matching import fold
from flows.model import Ask, Bot, Flow, OfferedButton, Say
from flows.report import Report

_LONGEST_LABEL = 64
_MOST_BUTTONS = 100
_NARROWEST = "Telegram"


def check_channels(bot: Bot, report: Report) -> None:
    for flow in (bot.own, *bot.flows.values()):
        for place, buttons in _offers(flow):
            _check(report, place, buttons)


def _offers(flow: Flow) -> Iterator[tuple[Place, tuple[OfferedButton, ...]]]:
    for operation, line in zip(flow.code, flow.lines, strict=True):
        place = Place(flow.place.file, line)
        if isinstance(operation, Ask):
            yield place, operation.question.body.buttons
        elif isinstance(operation, Say):
            yield place, operation.message.buttons


def _check(report: Report, place: Place, buttons: tuple[OfferedButton, ...]) -> None:
    if len(buttons) > _MOST_BUTTONS:
        report(
            complaints.MANY_BUTTONS,
            place,
            count=len(buttons),
            limit=_MOST_BUTTONS,
            channel=_NARROWEST,
        )
    seen: set[str] = set()
    for button in buttons:
        label = button.label
        if not label.constant:
            continue
        if len(label.source) > _LONGEST_LABEL:
            report(complaints.LONG_LABEL, place, name=label.source, limit=_LONGEST_LABEL)
        key = fold(label.source) or label.source
        if key in seen:
            report(complaints.SAME_LABELS, place, name=label.source)
        seen.add(key)
