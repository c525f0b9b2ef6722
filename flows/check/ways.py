"""Whether a dialog can get everywhere, and never runs in circles without waiting."""

from collections.abc import Iterator

from flows import complaints
from flows.errors import Place
from flows.graph import entries, reached, ways
from flows.model import (
    Ask,
    Await,
    Bot,
    CallFlow,
    EachNext,
    Enter,
    Finish,
    Flow,
    Go,
    HandOff,
    Later,
    OfferedButton,
    Say,
    Scope,
    StartFlow,
)
from flows.report import Report


def check_steps(flow: Flow, report: Report) -> None:
    """Steps that neither falling through nor any `go` comes to."""
    found = reached(flow, [0, *(way.target for way in entries(flow.scope))])
    for step, entry in flow.steps.items():
        if entry not in found:
            report(complaints.UNREACHABLE_STEP, _place(flow, entry), name=step)


def check_ends(flow: Flow, report: Report) -> None:
    """Flows that go round for ever though they are no menu: nobody gets out but by cancelling."""
    starts = [0, *(way.target for way in entries(flow.scope))]
    found = [flow.code[index] for index in reached(flow, starts)]
    ends = any(
        isinstance(one, Finish | StartFlow) or isinstance(one, Go) and one.where == "cancel"
        for one in found
    )
    questions = [one.question for one in found if isinstance(one, Ask)]
    if not ends and questions and not any(question.menu for question in questions):
        report(complaints.NO_WAY_OUT, flow.place, name=flow.name)


def check_reach(bot: Bot, report: Report) -> None:
    """Flows that nothing starts: no trigger, no call, no timer, no poor rating."""
    started = set(_triggered(bot.starts)) | _scheduled(bot) | {bot.start}
    started |= {queue.csat_low for queue in bot.queues.values()}
    for flow in (bot.own, *bot.flows.values()):
        for operation in flow.code:
            if isinstance(operation, CallFlow | StartFlow | Later):
                started.add(operation.flow)
            elif isinstance(operation, Say):
                started.update(_pressed(operation.message.offered))
    for name, flow in bot.flows.items():
        if name not in started:
            report(complaints.UNREACHABLE_FLOW, flow.place, name=name)


def check_needs(bot: Bot, report: Report) -> None:
    """Inputs that a flow demands and a message that starts it cannot give."""
    triggered = set(_triggered(bot.starts)) | _scheduled(bot)
    for name, flow in bot.flows.items():
        for need, described in flow.needs.items():
            if name in triggered and not described.optional:
                report(complaints.NEEDS_UNMET, flow.place, target=name, name=need)


def check_handoffs(bot: Bot, flow: Flow, report: Report) -> None:
    """Requests for a person that are silent for ever where nobody comes."""
    for index, operation in enumerate(flow.code):
        if isinstance(operation, HandOff) and operation.unanswered_after is None:
            queue = bot.queues.get(operation.queue)
            if queue is None or queue.unclaimed is None:
                report(complaints.NEVER_ANSWERED, _place(flow, index))


def _triggered(scope: Scope) -> Iterator[str]:
    for target in scope.exact.values():
        yield target.flow
    for targets in scope.events.values():
        yield from (target.flow for target in targets)
    for _, target in (*scope.contains, *scope.means, *scope.unsure):
        yield target.flow


def _scheduled(bot: Bot) -> set[str]:
    return {schedule.target.flow for schedule in bot.schedules}


def _pressed(buttons: tuple[OfferedButton, ...]) -> Iterator[str]:
    for button in buttons:
        if button.act in ("call", "start"):
            yield button.target


def check_loops(flow: Flow, report: Report) -> None:
    """Circles in which nobody is waited for; a called flow may wait."""
    for circle in _circles(flow):
        inside = set(circle)
        leaves = any(
            way.target not in inside
            for index in circle
            for way in ways(flow, index)
            if way.target < len(flow.code)
        )
        kind = complaints.LOOP_WITHOUT_WAITING if leaves else complaints.ENDLESS_LOOP
        first = min(circle, key=lambda index: (isinstance(flow.code[index], Enter), index))
        path = " → ".join(dict.fromkeys(_steps_of(flow, sorted(circle))))
        report(kind, _place(flow, first), path=path)


def _next(flow: Flow, index: int) -> list[int]:
    operation = flow.code[index]
    if isinstance(operation, Ask | HandOff | CallFlow | Await):
        return []
    targets = [way.target for way in ways(flow, index) if way.target < len(flow.code)]
    if isinstance(operation, EachNext):
        # A list ends; only what comes after it may close a circle.
        return [target for target in targets if target != operation.begin]
    return targets


def _circles(flow: Flow) -> Iterator[list[int]]:
    """Strongly connected parts of the ways that wait for nobody (Tarjan's, without recursion)."""
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    path: list[int] = []
    on_path: set[int] = set()
    for root in range(len(flow.code)):
        if root in order:
            continue
        work = [(root, iter(_next(flow, root)))]
        order[root] = low[root] = len(order)
        path.append(root)
        on_path.add(root)
        while work:
            index, targets = work[-1]
            for target in targets:
                if target not in order:
                    order[target] = low[target] = len(order)
                    path.append(target)
                    on_path.add(target)
                    work.append((target, iter(_next(flow, target))))
                    break
                if target in on_path:
                    low[index] = min(low[index], order[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[index])
                if low[index] == order[index]:
                    yield from _part(flow, index, path, on_path)


def _part(flow: Flow, root: int, path: list[int], on_path: set[int]) -> Iterator[list[int]]:
    part: list[int] = []
    while not part or part[-1] != root:
        part.append(path.pop())
        on_path.discard(part[-1])
    if len(part) > 1 or root in _next(flow, root):
        yield part


def _steps_of(flow: Flow, circle: list[int]) -> Iterator[str]:
    """The steps a circle runs through, by the nearest step begun before each operation."""
    begun = sorted((entry, step) for step, entry in flow.steps.items())
    for index in circle:
        before = [step for entry, step in begun if entry <= index]
        if before:
            yield before[-1]


def _place(flow: Flow, index: int) -> Place:
    return Place(flow.place.file, flow.lines[index])
