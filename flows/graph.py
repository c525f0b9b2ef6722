"""The ways through a flow: which operation may follow which, and what the owner called the way."""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from flows.model import (
    Ask,
    AskAgain,
    Await,
    Branch,
    Choose,
    Do,
    EachBegin,
    EachNext,
    EndHandler,
    Finish,
    Flow,
    Go,
    HandOff,
    Jump,
    Operation,
    Question,
    Say,
    Scope,
    Sends,
    Split,
    StartFlow,
)
from flows.patterns import Pattern

WayKind = Literal[
    "",
    "button",
    "if",
    "else",
    "case",
    "misses",
    "timeout",
    "failed",
    "unanswered",
    "offline",
    "closed",
    "cancel",
    "handler",
]


class Way(NamedTuple):
    """A way to another operation; `label` is the button, the condition, the case, the trigger.

    `kind` tells them apart; of the ways that have no words of the owner's it says what they are.
    """

    target: int
    label: str = ""
    kind: WayKind = ""


def ways(flow: Flow, index: int) -> Iterator[Way]:
    """Where a dialog may go on after an operation of this flow."""
    operation = flow.code[index]
    if isinstance(operation, Ask):
        yield Way(index + 1)
        yield from _question_ways(operation.question)
    elif isinstance(operation, Branch):
        yield Way(index + 1, operation.condition.source, "if")
        yield Way(operation.otherwise, kind="else")
    elif isinstance(operation, Choose):
        for case, entry in operation.cases.items():
            yield Way(entry, case, "case")
        yield Way(operation.otherwise, kind="else")
    elif isinstance(operation, Split):
        for case, entry in operation.cases.items():
            yield Way(entry, case, "case")
    elif isinstance(operation, Do):
        yield Way(index + 1)
        yield from _written((operation.failed, "failed"))
    elif isinstance(operation, HandOff):
        yield Way(index + 1)
        yield from _written(
            (operation.unanswered, "unanswered"),
            (operation.offline, "offline"),
            (operation.closed, "closed"),
            (operation.cancel, "cancel"),
        )
    elif isinstance(operation, Say):
        yield Way(index + 1)
        for button in operation.message.offered:
            if button.act == "go" and button.target in flow.steps:
                yield Way(flow.steps[button.target], button.label.source, "button")
    else:
        yield from _plain_ways(flow, index, operation)


def _plain_ways(flow: Flow, index: int, operation: Operation) -> Iterator[Way]:
    if isinstance(operation, Jump):
        yield Way(operation.entry)
    elif isinstance(operation, AskAgain):
        yield from _written((operation.entry, ""))
    elif isinstance(operation, Await):
        yield Way(index + 1, operation.event)
        yield from _written((operation.timeout_entry, "timeout"))
    elif isinstance(operation, EachBegin):
        yield Way(index + 1)
        yield Way(operation.end)
    elif isinstance(operation, EachNext):
        begin = flow.code[operation.begin]
        yield Way(operation.begin)
        if isinstance(begin, EachBegin):
            yield Way(begin.end)
    elif isinstance(operation, Go):
        if operation.step in flow.steps:
            yield Way(flow.steps[operation.step])
        if operation.where == "back":
            # Where nothing has been answered the flow goes on.
            yield Way(index + 1)
    elif not isinstance(operation, Finish | EndHandler | StartFlow):
        yield Way(index + 1)


def _question_ways(question: Question) -> Iterator[Way]:
    for button in question.body.buttons:
        if button.entry >= 0:
            yield Way(button.entry, button.label.source, "button")
    if question.otherwise >= 0:
        yield Way(question.otherwise, "else", "misses")
    yield from _written((question.timeout_entry, "timeout"))
    yield from entries(question.scope)


def _written(*blocks: tuple[int, WayKind]) -> Iterator[Way]:
    for entry, kind in blocks:
        if entry >= 0:
            yield Way(entry, kind, kind)


def entries(scope: Scope) -> Iterator[Way]:
    """Where the handlers of a scope begin; each bears the first of its triggers."""
    events = [(name, target) for name, targets in scope.events.items() for target in targets]
    unsure = [(f"confidence {limit:g}", target) for limit, target in scope.unsure]
    listed = [*scope.exact.items(), *events, *scope.contains, *scope.means, *unsure]
    named: dict[int, str] = {}
    for trigger, target in listed:
        if target.entry >= 0:
            named.setdefault(target.entry, _called(trigger))
    yield from (Way(entry, label, "handler") for entry, label in sorted(named.items()))


def _called(trigger: str | Sends | Pattern) -> str:
    if isinstance(trigger, Sends):
        return trigger.kind
    return trigger if isinstance(trigger, str) else "matches"


def reached(flow: Flow, starts: Sequence[int]) -> set[int]:
    """Every operation that can be come to from these."""
    found: set[int] = set()
    ahead = list(starts)
    while ahead:
        index = ahead.pop()
        if index in found or not 0 <= index < len(flow.code):
            continue
        found.add(index)
        ahead.extend(way.target for way in ways(flow, index))
    return found
