"""How flows, handlers and tasks end: done, cancelled, failed, expired, begun anew."""

from collections.abc import Mapping
from typing import Any

from flows import guards, moving, promises, tasks
from flows.errors import RunError
from flows.frames import BOTTOM, Ending, Frame
from flows.model import HandOff, Target
from flows.stage import Stage
from flows.turn import Happened
from flows.values import thaw_fields

FAILURES_PER_TURN = 3
_NO_DETAILS: Mapping[str, Any] = {}
_ENDINGS = {"cancel": "task_cancelled", "error": "task_failed", "expired": "task_expired"}


def finish(stage: Stage, frame: Frame, results: Mapping[str, Any]) -> None:
    """`done`: the flow is over, its caller goes on."""
    if frame.why == "handler":
        lender = stage.by_id(frame.of)
        if lender is None:
            end_handler(stage, frame)
            return
        tasks.cut(stage, stage.index(lender) + 1)
        tasks.abandon(stage, lender)
        frame = lender
    results = _promised(stage, frame, results)
    if frame.flow == stage.intent:
        _report(stage, frame, results)
    if frame.task:
        stage.happened("task_done", frame)
    tasks.leave(stage, frame, results, "done")


def _report(stage: Stage, frame: Frame, results: Mapping[str, Any]) -> None:
    flow = tasks.flow_if_known(stage, frame)
    for name in flow.gives if flow is not None else ():
        if isinstance(results.get(name), (str, int, float, bool)):
            stage.entities[name] = results[name]


def _promised(stage: Stage, frame: Frame, results: Mapping[str, Any]) -> dict[str, Any]:
    """What the flow gives: by `done`, else its variables of the promised names."""
    flow = tasks.flow_if_known(stage, frame)
    if flow is None or not flow.gives:
        return dict(results)
    own = {name: stage.read(frame, name) for name in flow.gives if name not in results}
    bot = stage.version(frame.version) or stage.bot
    return promises.given_by(bot, flow, {**own, **results}, stage.env)


def end_handler(stage: Stage, frame: Frame) -> None:
    """A handler's block is over."""
    beneath = stage.beneath(frame)
    stage.forget_history_of(frame)
    tasks.cut(stage, stage.index(frame))
    if beneath is None:
        return
    if beneath.ending:
        end_task(stage, beneath)
    else:
        stage.returning = frame.asked


# ---------------------------------------------------------------- a task


def begin_ending(stage: Stage, root: Frame, ending: Ending) -> None:
    """End a task: what it called goes, its handler of the event speaks, then it leaves."""
    tasks.cut(stage, stage.index(root) + 1)
    tasks.abandon(stage, root)
    root.ending = ending
    root.loops = []
    stage.forget_lists(root)
    target, own = _ending_target(stage, root, ending)
    if target is not None:
        flow = "" if own else root.flow
        version = stage.bot.version if own else root.version
        of = BOTTOM if own else root.id
        tasks.handle(stage, flow, version, target.entry, of=of, event=ending)
        return
    start = _started_by(stage, root, ending)
    if start is None:
        _say_ending(stage, ending)
    end_task(stage, root)
    if start is not None:
        stage.muted = False
        tasks.interrupt(stage, start.flow, trigger="", arguments={})


def _started_by(stage: Stage, root: Frame, ending: Ending) -> Target | None:
    """The flow that begins where a task of another flow has ended so."""
    target = guards.first(stage, stage.bot.starts.events.get(ending, ()), None)
    return None if target is None or target.flow == root.flow else target


def _ending_target(stage: Stage, root: Frame, ending: Ending) -> tuple[Target | None, bool]:
    flow = tasks.flow_if_known(stage, root)
    if flow is not None:
        target = guards.first(stage, flow.scope.events.get(ending, ()), root)
        if target is not None:
            return target, False
    return guards.first(stage, stage.bot.own.scope.events.get(ending, ()), None), True


def _say_ending(stage: Stage, ending: Ending) -> None:
    if ending == "cancel" and not stage.said:
        stage.tell(stage.phrase("stopped"))
    elif ending == "error":
        stage.tell(stage.phrase("broken"))
    elif ending == "updated":
        stage.tell(stage.phrase("updated"))


def end_task(stage: Stage, root: Frame) -> None:
    """The task that was ending is over; an updated one begins anew with what it knows."""
    ending, root.ending = root.ending, ""
    if ending == "updated":
        root.at = 0
        root.step = None
        root.jumped = False
        return
    if root.why != "person":
        stage.happened(_ENDINGS[ending], root)
    if ending == "expired":
        # The customer has been away for long: what goes on beneath goes on in silence.
        stage.muted = True
    tasks.leave(stage, root, None, ending)


def renew(stage: Stage, frame: Frame) -> None:
    """The version a frame stands on is not at hand: its task begins anew in the newest one."""
    if frame.why == "handler":
        end_handler(stage, frame)
        return
    root = stage.root(frame) or frame
    now = moving.flow_of(stage.bot, root.flow)
    if not root.flow or now is None:
        tasks.cut(stage, stage.index(root) + 1)
        tasks.drop(stage, root)
        stage.tell(stage.phrase("gone"))
        tasks.leave(stage, root, None, "error")
        return
    before = moving.flow_of(stage.version(root.version), root.flow)
    variables = thaw_fields(root.variables)
    kept = promises.still_there(variables, before, now, stage.bot, stage.env)
    root.variables = {name: value for name, value in root.variables.items() if name in kept}
    root.version, root.flow, root.retired = stage.bot.version, now.name, False
    root.known = None
    root.at = 0
    root.latest = -1
    root.history = []
    root.found = []
    begin_ending(stage, root, "updated")


def cancel(stage: Stage) -> None:
    """`go: cancel`: end the task on top, or withdraw the request for a person as its step says."""
    top = stage.top
    if top is None:
        tasks.withdraw(stage)
        if not stage.said:
            stage.tell(stage.phrase("stopped"))
        return
    if top.wait is not None and top.wait.kind == "person":
        if take_edge(stage, top, "cancel"):
            tasks.withdraw(stage)
            return
        note_outcome(stage, "cancel")
        missed(stage, top, "cancel")
    root = stage.root(top)
    if top.why == "handler" or root is None:
        _say_ending(stage, "cancel")
        end_handler(stage, top)
    elif root.ending:
        tasks.cut(stage, stage.index(root) + 1)
        _say_ending(stage, "cancel")
        end_task(stage, root)
    else:
        begin_ending(stage, root, "cancel")


def fail(stage: Stage, reason: str) -> None:
    """Something went wrong in the flow on top: its task ends, with `event: error`.

    What is to be said about it may go wrong as well; after a few failures nothing is left to fail.
    """
    try:
        _fail_once(stage, reason)
    except RunError as error:
        fail(stage, str(error))


def _fail_once(stage: Stage, reason: str) -> None:
    top = stage.top
    data = {"reason": reason, "flow": top.flow if top else "", "step": top.step if top else None}
    stage.effects.append(Happened(name="error", data=data))
    stage.exhausted = None
    position = stage.position
    position.actions = 0
    position.walked = []
    position.failures += 1
    if top is None or position.failures > FAILURES_PER_TURN:
        tasks.clear(stage)
        stage.tell(stage.phrase("broken"))
        return
    failing = next((frame for frame in stage.stack if frame.ending == "error"), None)
    if failing is not None:
        # What was to be said about one failure has failed itself.
        tasks.cut(stage, stage.index(failing) + 1)
        stage.tell(stage.phrase("broken"))
        end_task(stage, failing)
    elif top.why == "handler":
        _fail_handler(stage, top)
    else:
        begin_ending(stage, stage.root(top) or top, "error")


def _fail_handler(stage: Stage, handler: Frame) -> None:
    """A handler went wrong: what it interrupted is not to blame and goes on."""
    beneath = stage.beneath(handler)
    target = guards.first(stage, stage.bot.own.scope.events.get("error", ()), None)
    if target is None or handler.event == "error":
        stage.tell(stage.phrase("broken"))
        end_handler(stage, handler)
        return
    tasks.cut(stage, stage.index(handler))
    tasks.handle(stage, "", stage.bot.version, target.entry, event="error")
    if beneath is not None and beneath.wait is None and not beneath.ending:
        beneath.ending = "error"


# ---------------------------------------------------------------- a step that waits for a person


def end_waiting(stage: Stage, frame: Frame, outcome: str) -> None:
    """The chat is the bot's again: the step goes the way of the outcome."""
    wait = frame.wait
    assert wait is not None
    stage.drop_timers(wait)
    moving.returned_to(stage, frame)
    frame.wait = None
    if frame.why == "person":
        tasks.leave(stage, frame, None, "done")
        return
    if not stage.knows(frame):
        return
    operation = stage.operation(frame, wait.entry)
    assert isinstance(operation, HandOff)
    if outcome == "released":
        frame.at = wait.entry + 1
    elif outcome == "closed":
        frame.at = operation.closed if operation.closed >= 0 else wait.entry + 1
    else:
        end_by(stage, frame, operation, outcome)


def end_by(stage: Stage, frame: Frame, operation: HandOff, outcome: str) -> None:
    """Nobody came: the step's block for it, or the end of the flow."""
    entry = getattr(operation, outcome)
    missed(stage, frame, outcome)
    if entry >= 0:
        frame.at = entry
        return
    if outcome == "unanswered":
        # Whoever waited for a person is not left without a word.
        stage.tell(stage.phrase("nobody_came"))
    finish(stage, frame, {})


def take_edge(stage: Stage, frame: Frame, outcome: str) -> bool:
    """Go the way a `handoff` step names for this outcome, if it names one."""
    wait = frame.wait
    assert wait is not None
    known = wait.entry >= 0 and stage.knows(frame)
    operation = stage.operation(frame, wait.entry) if known else None
    entry = getattr(operation, outcome, -1) if isinstance(operation, HandOff) else -1
    if entry < 0:
        return False
    if outcome == "cancel":
        stage.lift_barrier(frame)
    note_outcome(stage, outcome)
    stage.drop_timers(wait)
    frame.wait = None
    frame.at = entry
    missed(stage, frame, outcome)
    return True


def missed(stage: Stage, frame: Frame, outcome: str) -> None:
    stage.happened("handoff_missed", frame, outcome=outcome)


def note_outcome(stage: Stage, outcome: str, details: Mapping[str, Any] = _NO_DETAILS) -> None:
    """The request for a person is over: what flows may read of it."""
    before = stage.position.outcome or {}
    queue = "" if "outcome" in before else before.get("queue", "")
    stage.note_handed(**details, queue=queue, outcome=outcome)
