"""What happens to the stack: flows pushed, ended, cancelled, gone back in, returned to."""

from collections.abc import Mapping
from typing import Any

from flows import asking
from flows.errors import RunError
from flows.frames import BOTTOM, Ending, Frame, Wait, Why, frame_of
from flows.model import Ask, Flow, HandOff, Target
from flows.stage import Stage
from flows.turn import DropRun, Happened, Press, WithdrawRequest

CALLS_DEEP = 20
INTERRUPTIONS_DEEP = 5
AT_END = -1

# ---------------------------------------------------------------- beginning


def push_flow(
    stage: Stage,
    name: str,
    arguments: Mapping[str, Any],
    *,
    why: Why,
    task: bool,
    trigger: str | None,
    save: str | None = None,
) -> Frame:
    """Put a flow on top of the stack; it always runs in the newest version."""
    if name not in stage.bot.flows:
        raise RunError(f"сценария «{name}» больше нет")
    if stage.stack:
        asking.cover(stage, stage.stack[-1])
    frame = Frame(
        stage.number(), name, stage.bot.version, 0, why, task=task, trigger=trigger, save=save
    )
    stage.stack.append(frame)
    for variable, value in arguments.items():
        frame.variables[variable] = value
    if why == "call":
        _refuse_endless_calls(stage)
    else:
        _forget_oldest(stage)
    if task:
        stage.happened("task_started", frame)
    return frame


def _refuse_endless_calls(stage: Stage) -> None:
    calls = 0
    for frame in reversed(stage.stack):
        if frame.why != "call":
            break
        calls += 1
    if calls > CALLS_DEEP:
        chain = " → ".join(frame.flow for frame in stage.stack[-4:])
        raise RunError(f"сценарии вызывают друг друга без конца: {chain}")


def interrupt(stage: Stage, name: str, *, trigger: str, arguments: Mapping[str, Any]) -> None:
    """A trigger, a button of a message or `later` begins a flow, on top of whatever waits."""
    again = _running(stage, name)
    if again is not None:
        come_back_to(stage, again)
    else:
        push_flow(stage, name, arguments, why="task", task=True, trigger=trigger)


def start(stage: Stage, name: str, *, trigger: str, arguments: Mapping[str, Any]) -> None:
    """Leave everything and begin a flow."""
    clear(stage)
    withdraw(stage)
    push_flow(stage, name, arguments, why="task", task=True, trigger=trigger)


def call(
    stage: Stage, caller: Frame, name: str, arguments: Mapping[str, Any], save: str | None
) -> None:
    """`call`: a handler's flow is a task of its own and never a second copy of a running one."""
    from_handler = caller.why == "handler"
    if from_handler:
        again = _running(stage, name)
        if again is not None:
            come_back_to(stage, again)
            return
    flow = stage.bot.flows.get(name)
    task = from_handler or (flow is not None and flow.is_task)
    trigger = None if from_handler or not task else ""
    push_flow(stage, name, arguments, why="call", task=task, trigger=trigger, save=save)


def _running(stage: Stage, name: str) -> Frame | None:
    for frame in reversed(stage.stack):
        if frame.flow == name and not frame.ending:
            return frame
    return None


def come_back_to(stage: Stage, frame: Frame) -> None:
    """Drop what came on top of a task that is under way, and put its question again."""
    place = stage.index(frame) + 1
    while place < len(stage.stack):
        above = stage.stack[place]
        if above.task or above.why != "call":
            break
        place += 1
    cut(stage, place)
    _settle_on(stage, stage.stack[-1])


def _settle_on(stage: Stage, frame: Frame) -> None:
    if frame.wait is not None and frame.wait.kind == "ask":
        asking.repeat(stage, frame)


def handle(
    stage: Stage,
    flow: str,
    version: str,
    entry: int,
    *,
    of: int = BOTTOM,
    trigger: str | None = None,
    event: str = "",
) -> None:
    """Put a handler's block on top of what it interrupts."""
    if stage.stack:
        asking.cover(stage, stage.stack[-1])
    frame = Frame(
        stage.number(),
        flow,
        version,
        entry,
        "handler",
        of=of,
        trigger=trigger,
        event=event,
    )
    stage.stack.append(frame)


def _segments(stage: Stage) -> list[int]:
    """Where in the stack each task that interrupted another begins."""
    return [place for place, frame in enumerate(stage.stack) if frame.why != "call"]


def _forget_oldest(stage: Stage) -> None:
    begins = _segments(stage)
    if len(begins) <= INTERRUPTIONS_DEEP + 1:
        return
    for nth, begin in enumerate(begins[:-1]):
        end = begins[nth + 1]
        suspended = stage.stack[end - 1]
        if _is_menu(stage, suspended):
            continue
        about = about_of(stage, suspended)
        for frame in stage.stack[begin:end]:
            abandon(stage, frame)
        del stage.stack[begin:end]
        stage.happened("task_dropped", suspended)
        if about:
            stage.tell(stage.phrase("dropped", about=about))
        return


def about_of(stage: Stage, frame: Frame) -> str:
    """What a task is about, as the customer is told."""
    root = stage.root(frame) or frame
    flow = _flow_if_known(stage, root)
    if flow is None or not flow.name:
        return ""
    return (flow.about or flow.name).rstrip(". ")


def _flow_if_known(stage: Stage, frame: Frame) -> Flow | None:
    return stage.flow(frame) if stage.knows(frame) else None


# ---------------------------------------------------------------- leaving


def abandon(stage: Stage, frame: Frame) -> None:
    """Nobody waits any more for what this frame waited for."""
    wait = frame.wait
    frame.wait = None
    if wait is None:
        return
    stage.drop_timers(wait)
    if wait.kind == "do":
        stage.effects.append(DropRun(wait=wait.id))
    elif wait.kind == "person":
        withdraw(stage)


def withdraw(stage: Stage) -> None:
    """The chat is the bot's again, before a person came."""
    if stage.holder == "queue":
        stage.holder = "bot"
        stage.effects.append(WithdrawRequest())


def cut(stage: Stage, place: int) -> None:
    """Drop the frames from a place on."""
    stage.position.offer = None
    for frame in reversed(stage.stack[place:]):
        abandon(stage, frame)
    del stage.stack[place:]


def clear(stage: Stage) -> None:
    cut(stage, 0)


def finish(stage: Stage, frame: Frame, results: Mapping[str, Any]) -> None:
    """`done`: the flow is over, its caller goes on."""
    if frame.why == "handler":
        lender = stage.by_id(frame.of)
        if lender is None:
            end_handler(stage, frame)
            return
        cut(stage, stage.index(lender) + 1)
        abandon(stage, lender)
        frame = lender
    if frame.flow == stage.intent:
        _report(stage, frame, results)
    if frame.task:
        stage.happened("task_done", frame)
    leave(stage, frame, dict(results))


def _report(stage: Stage, frame: Frame, results: Mapping[str, Any]) -> None:
    for name in stage.flow(frame).gives:
        value = results.get(name)
        if value is None:
            value = frame.variables.get(name)
        if isinstance(value, (str, int, float, bool)):
            stage.entities[name] = value


def leave(stage: Stage, frame: Frame, value: Any) -> None:
    """Take the frame off the stack and give what is beneath its turn."""
    beneath = stage.beneath(frame)
    stage.stack.pop()
    if beneath is None:
        return
    if frame.why != "call":
        resume(stage, asked=frame.asked)
        return
    beneath.asked = beneath.asked or frame.asked
    if not frame.task:
        stage.note_end(frame, beneath)
    if frame.save:
        stage.write(beneath, frame.save, value)


def end_handler(stage: Stage, frame: Frame) -> None:
    """A handler's block is over."""
    beneath = stage.beneath(frame)
    cut(stage, stage.index(frame))
    if beneath is None:
        return
    if beneath.ending:
        end_task(stage, beneath)
    else:
        resume(stage, asked=frame.asked)


def begin_ending(stage: Stage, root: Frame, ending: Ending) -> None:
    """End a task: what it called goes, its handler of the event speaks, then it leaves."""
    cut(stage, stage.index(root) + 1)
    abandon(stage, root)
    root.ending = ending
    root.loops = []
    target, own = _ending_target(stage, root, ending)
    if target is not None:
        flow = "" if own else root.flow
        version = stage.bot.version if own else root.version
        of = BOTTOM if own else root.id
        handle(stage, flow, version, target.entry, of=of, event=ending)
        return
    _say_ending(stage, ending)
    end_task(stage, root)


def renew(stage: Stage, frame: Frame) -> None:
    """The version a frame stands on is not at hand: its task begins anew in the newest one."""
    if frame.why == "handler":
        end_handler(stage, frame)
        return
    root = stage.root(frame) or frame
    if not root.flow or root.flow not in stage.bot.flows:
        cut(stage, stage.index(root))
        stage.tell(stage.phrase("gone"))
        return
    root.version = stage.bot.version
    root.at = 0
    root.latest = -1
    root.history = []
    root.found = []
    begin_ending(stage, root, "updated")


def _ending_target(stage: Stage, root: Frame, ending: Ending) -> tuple[Target | None, bool]:
    flow = _flow_if_known(stage, root)
    if flow is not None and ending in flow.scope.events:
        return flow.scope.events[ending], False
    return stage.bot.own.scope.events.get(ending), True


def _say_ending(stage: Stage, ending: Ending) -> None:
    if ending == "cancel" and not stage.said:
        stage.tell(stage.phrase("stopped"))
    elif ending == "error":
        stage.tell(stage.phrase("broken"))
    elif ending == "updated":
        stage.tell(stage.phrase("updated"))


_ENDINGS = {"cancel": "task_cancelled", "error": "task_failed", "expired": "task_expired"}


def end_task(stage: Stage, root: Frame) -> None:
    """The task that was ending is over; an updated one begins anew with what it knows."""
    ending, root.ending = root.ending, ""
    if ending == "updated":
        root.at = 0
        root.step = None
        root.jumped = False
        return
    stage.happened(_ENDINGS[ending], root)
    if ending == "expired":
        # The customer has been away for long: what goes on beneath goes on in silence.
        stage.muted = True
    leave(stage, root, None)


def cancel(stage: Stage) -> None:
    """`go: cancel`: end the task on top, or withdraw the request for a person as its step says."""
    top = stage.top
    if top is None:
        withdraw(stage)
        if not stage.said:
            stage.tell(stage.phrase("stopped"))
        return
    if top.wait is not None and top.wait.kind == "person" and take_edge(stage, top, "cancel"):
        withdraw(stage)
        return
    root = stage.root(top)
    if root is None or root.ending:
        # A handler is cancelled in the middle of an ending: the ending goes on.
        cut(stage, 0 if root is None else stage.index(root) + 1)
        if root is not None:
            end_task(stage, root)
        return
    begin_ending(stage, root, "cancel")


def take_edge(stage: Stage, frame: Frame, outcome: str) -> bool:
    """Go the way a `handoff` step names for this outcome, if it names one."""
    wait = frame.wait
    assert wait is not None
    operation = stage.operation(frame, wait.entry) if wait.entry >= 0 else None
    entry = getattr(operation, outcome, -1) if isinstance(operation, HandOff) else -1
    if entry < 0:
        return False
    stage.position.outcome = {"outcome": outcome}
    stage.forget_scopes()
    stage.drop_timers(wait)
    frame.wait = None
    frame.at = entry
    missed(stage, frame, outcome)
    return True


def missed(stage: Stage, frame: Frame, outcome: str) -> None:
    stage.happened("handoff_missed", frame, outcome=outcome)


def fail(stage: Stage, reason: str) -> None:
    """Something went wrong in the flow on top: its task ends, with `event: error`."""
    top = stage.top
    data = {"reason": reason, "flow": top.flow if top else "", "step": top.step if top else None}
    stage.effects.append(Happened(name="error", data=data))
    stage.exhausted = None
    stage.position.actions = 0
    stage.position.walked = []
    failing = any(frame.ending == "error" for frame in stage.stack)
    root = stage.root(top) if top is not None else None
    if failing or root is None:
        clear(stage)
        stage.tell(stage.phrase("broken"))
        return
    begin_ending(stage, root, "error")


# ---------------------------------------------------------------- returning


def resume(stage: Stage, *, asked: bool) -> None:
    """What was interrupted comes to the top again."""
    top = stage.top
    if top is None or top.wait is None or top.wait.kind != "ask" or stage.muted:
        return
    if not stage.knows(top):
        renew(stage, top)
        return
    policy = stage.bot.defaults.resume
    if not asked or policy == "auto" or _is_menu(stage, top):
        asking.repeat(stage, top)
    elif policy == "never":
        root = stage.root(top) or top
        cut(stage, stage.index(root) + 1)
        abandon(stage, root)
        stage.happened("task_dropped", root)
        leave(stage, root, None)
    else:
        _offer(stage)


def _is_menu(stage: Stage, frame: Frame) -> bool:
    wait = frame.wait
    if wait is None or wait.kind != "ask" or not stage.knows(frame):
        return False
    return asking.question_of(stage, frame).menu


def _offer(stage: Stage) -> None:
    """Ask which of the interrupted tasks goes on."""
    suspended = [
        frame
        for frame in reversed(stage.stack)
        if frame.wait is not None
        and frame.wait.kind == "ask"
        and stage.knows(frame)
        and not _is_menu(stage, frame)
    ]
    frames = [frame.id for frame in suspended]
    stage.position.offer = {"id": f"w{stage.number()}", "frames": frames}
    text, presses = offered(stage)
    stage.tell(text, buttons=presses, asks=True)


def offered(stage: Stage) -> tuple[str, tuple[Press, ...]]:
    """The question which of the suspended tasks goes on, and its buttons."""
    offer = stage.position.offer
    assert offer is not None
    frames = [frame for frame in map(stage.by_id, offer["frames"]) if frame is not None]
    names = [about_of(stage, frame) or frame.flow for frame in frames]
    if len(frames) == 1:
        text = stage.phrase("resume", about=names[0])
        labels = [stage.phrase("yes"), stage.phrase("no")]
    else:
        text = stage.phrase("which")
        labels = [*names, stage.phrase("neither")]
    presses = tuple(
        Press(text=label, payload=f"q:{offer['id']}:{place}") for place, label in enumerate(labels)
    )
    return text, presses


def accept_offer(stage: Stage, place: int) -> None:
    """The customer chose what goes on (or, with the last button, that nothing does)."""
    offer = stage.position.offer
    assert offer is not None
    stage.position.offer = None
    frames = [frame for frame in map(stage.by_id, offer["frames"]) if frame is not None]
    if place < len(frames):
        _raise_segment(stage, frames[place])
        asking.repeat(stage, frames[place])
    elif len(frames) == 1:
        begin_ending(stage, stage.root(frames[0]) or frames[0], "cancel")
    else:
        _drop_all(stage, frames)


def _raise_segment(stage: Stage, frame: Frame) -> None:
    place = stage.index(frame)
    begins = _segments(stage)
    begin = max(begin for begin in begins if begin <= place)
    end = min((other for other in begins if other > place), default=len(stage.stack))
    segment = stage.stack[begin:end]
    del stage.stack[begin:end]
    stage.stack.extend(segment)


def _drop_all(stage: Stage, frames: list[Frame]) -> None:
    for frame in frames:
        place = stage.index(frame)
        begins = _segments(stage)
        begin = max(begin for begin in begins if begin <= place)
        end = min((other for other in begins if other > place), default=len(stage.stack))
        root = stage.root(frame)
        if root is not None and begin <= stage.index(root):
            begin = stage.index(root)
        for dropped in stage.stack[begin:end]:
            abandon(stage, dropped)
            if dropped.task:
                stage.happened("task_cancelled", dropped)
        del stage.stack[begin:end]
    if not stage.said:
        stage.tell(stage.phrase("stopped"))
    top = stage.top
    if top is not None:
        _settle_on(stage, top)


# ---------------------------------------------------------------- back


def back(stage: Stage) -> None:
    """`go: back`: the last answered question of the task is put again, its answer forgotten."""
    top = stage.top
    if top is None:
        stage.tell(stage.phrase("nowhere_back"))
        return
    root = stage.root(top)
    if root is not None and not root.history and root.why == "call" and _caller_can(stage, root):
        stage.happened("task_cancelled", root)
        cut(stage, stage.index(root))
        top = stage.stack[-1]
        root = stage.root(top)
    if root is None or not root.history or "frame" not in root.history[-1]:
        stage.tell(stage.phrase("nowhere_back"))
        _settle_on(stage, top)
        return
    entry = root.history.pop()
    for change in reversed(entry.get("undo", ())):
        _undo(stage, change)
    frame = stage.by_id(entry["frame"])
    if frame is None:
        stage.tell(stage.phrase("nowhere_back"))
        return
    cut(stage, stage.index(frame) + 1)
    abandon(stage, frame)
    frame.step = entry["step"]
    frame.loops = [list(loop) for loop in entry.get("loops", ())]
    frame.at = entry["entry"]
    frame.scope = None
    if not stage.knows(frame):
        renew(stage, frame)
        return
    operation = stage.operation(frame, frame.at)
    assert isinstance(operation, Ask)
    save = operation.question.save
    if save in root.given:
        root.given.remove(save)
    stage.entered = frame.step
    stage.happened("back", frame)
    asking.put(stage, frame, frame.at, operation)


def _caller_can(stage: Stage, root: Frame) -> bool:
    caller = stage.beneath(root)
    if caller is None or caller.why == "handler":
        return False
    task = stage.root(caller)
    return task is not None and bool(task.history) and "frame" in task.history[-1]


def _undo(stage: Stage, change: list[Any]) -> None:
    if change[0] == "set":
        _, frame_id, path, value = change
        frame = stage.by_id(frame_id)
        if frame is not None:
            stage.put_back(frame, path, value)
        return
    _, caller_id, at, step, loops, kept = change
    caller = stage.by_id(caller_id)
    if caller is None:
        return
    cut(stage, stage.index(caller) + 1)
    abandon(stage, caller)
    caller.at, caller.step = at, step
    caller.loops = [list(loop) for loop in loops]
    caller.scope = None
    stage.stack.append(frame_of(kept))


def wait_for_person(stage: Stage, frame: Frame, entry: int) -> Wait:
    """The frame waits until the chat is the bot's again."""
    frame.wait = Wait(f"w{stage.number()}", "person", entry)
    return frame.wait
