"""Whether what a timetable wakes without a chat speaks to nobody."""

from collections.abc import Iterator

from flows import complaints
from flows.errors import Place
from flows.graph import reached
from flows.model import (
    Ask,
    Await,
    Bot,
    CallFlow,
    CancelLater,
    Flow,
    HandOff,
    Later,
    Operation,
    Say,
    StartFlow,
    Target,
)
from flows.report import Report

_NEEDS_A_CHAT: dict[type[Operation], str] = {
    Say: "say",
    Ask: "ask",
    Await: "wait",
    Later: "later",
    CancelLater: "later",
    HandOff: "handoff",
    StartFlow: "start",
}


def check_schedules(bot: Bot, report: Report) -> None:
    for schedule in bot.schedules:
        if schedule.for_chats:
            continue
        spoken = next(_spoken(bot, schedule.target), None)
        if spoken is not None:
            verb, where = spoken
            report(complaints.EVERY_SPEAKS, schedule.place, verb=verb, where=where)


def _spoken(bot: Bot, target: Target) -> Iterator[tuple[str, Place]]:
    """What speaks to a customer, in whatever is woken and in the flows that calls."""
    ahead = [(bot.flows.get(target.flow, bot.own), max(target.entry, 0))]
    seen: set[str] = set()
    while ahead:
        flow, entry = ahead.pop()
        for index in sorted(reached(flow, [entry])):
            operation = flow.code[index]
            verb = _NEEDS_A_CHAT.get(type(operation))
            if verb is not None:
                yield verb, Place(flow.place.file, flow.lines[index])
            if isinstance(operation, CallFlow) and operation.flow not in seen:
                seen.add(operation.flow)
                ahead += _called(bot, operation)


def _called(bot: Bot, operation: CallFlow) -> list[tuple[Flow, int]]:
    called = bot.flows.get(operation.flow)
    return [(called, 0)] if called is not None else []
