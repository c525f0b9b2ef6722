"""Which steps and branches of a bot its tests have walked, and which they have not."""

from collections.abc import Iterator
from typing import NamedTuple

from flows.errors import Place
from flows.graph import Way, entries, ways
from flows.model import Ask, Await, Bot, Branch, Choose, Do, EachBegin, Flow, HandOff, Split

_DECIDING = (Branch, Choose, Split, EachBegin)
_BLOCKS = (Ask, Await, Do, HandOff)


class Walked:
    """A `Watch` over the flows of one version of a bot."""

    def __init__(self, version: str) -> None:
        self._version = version
        self._ways: set[tuple[str, int, int]] = set()
        self._places: set[tuple[str, int]] = set()

    def __call__(self, version: str, flow: str, at: int, after: int) -> None:
        if version == self._version:
            self._ways.add((flow, at, after))
            self._places.add((flow, at))

    def been(self, flow: str, at: int) -> bool:
        return (flow, at) in self._places

    def went(self, flow: str, at: int, to: int) -> bool:
        return (flow, at, to) in self._ways


class Branching(NamedTuple):
    """A step (with an empty `way`) or a way out of one of its actions."""

    flow: str
    step: str
    way: str
    place: Place
    walked: bool


class FlowCoverage(NamedTuple):
    """How much of a flow was walked; `flow` is empty for the bot's own handlers."""

    flow: str
    walked: int
    total: int
    missing: list[Branching]

    @property
    def percent(self) -> int:
        return 100 * self.walked // self.total if self.total else 100


def coverage(bot: Bot, walked: Walked) -> list[FlowCoverage]:
    """Flow by flow, in the order of the files; flows with nothing to walk are left out."""
    found = []
    for flow in (bot.own, *bot.flows.values()):
        branchings = list(dict.fromkeys(_branchings(bot, flow, walked)))
        if branchings:
            missing = [one for one in branchings if not one.walked]
            there = len(branchings)
            found.append(FlowCoverage(flow.name, there - len(missing), there, missing))
    return found


def overall(flows: list[FlowCoverage]) -> int:
    """The percentage of all flows together."""
    total = sum(flow.total for flow in flows)
    return 100 * sum(flow.walked for flow in flows) // total if total else 100


def _branchings(bot: Bot, flow: Flow, walked: Walked) -> Iterator[Branching]:
    for step, entry in flow.steps.items():
        # A jump stands behind the operation that enters the step.
        been = walked.been(flow.name, entry) or walked.been(flow.name, entry + 1)
        yield Branching(flow.name, step, "", _place(flow, entry), been)
    for at, operation in enumerate(flow.code):
        step = _step_of(flow, at)
        if isinstance(operation, _DECIDING):
            for way in _decided(flow, at):
                went = walked.went(flow.name, at, way.target)
                yield Branching(flow.name, step, way.label, _place(flow, at), went)
        elif isinstance(operation, _BLOCKS):
            for way in list(ways(flow, at))[1:]:
                yield _entered(flow, step, way, walked)
    for way in entries(flow.scope):
        yield _entered(flow, "", way, walked)
    for schedule in bot.schedules:
        target = schedule.target
        if target.flow == flow.name and target.entry >= 0:
            yield _entered(flow, "", Way(target.entry, schedule.timetable.text), walked)
    if flow is bot.own and bot.defaults.otherwise >= 0:
        yield _entered(flow, "", Way(bot.defaults.otherwise, "else"), walked)


def _entered(flow: Flow, step: str, way: Way, walked: Walked) -> Branching:
    been = walked.been(flow.name, way.target)
    return Branching(flow.name, step, way.label, _place(flow, way.target), been)


def _decided(flow: Flow, at: int) -> Iterator[Way]:
    """The ways a deciding operation may go, each with a name."""
    operation = flow.code[at]
    for number, way in enumerate(ways(flow, at)):
        if isinstance(operation, Branch):
            yield Way(way.target, "then" if number == 0 else "else")
        elif isinstance(operation, EachBegin):
            # An empty list leads where a full one ends, too.
            if number == 0:
                yield Way(way.target, "each")
        else:
            yield Way(way.target, way.label or "else")


def _step_of(flow: Flow, at: int) -> str:
    """The step an operation stands in; blocks out of line stand behind all of them."""
    line = flow.lines[at]
    step = ""
    for name, entry in flow.steps.items():
        if flow.lines[entry] <= line:
            step = name
    return step


def _place(flow: Flow, at: int) -> Place:
    return Place(flow.place.file, flow.lines[at])
