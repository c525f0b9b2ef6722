"""Steps that wait for a time or for an event, and what happens when it comes."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flows import answering, asking, limits, moving, tasks
from flows.frames import Frame, Wait
from flows.model import Await
from flows.stage import Stage
from flows.values import freeze_light

TYPING_PAUSE = timedelta(seconds=30)
"""Up to so long a customer is kept waiting for what comes next; what they write is heard after it."""

WAITING = ("pause", "wait")


def begin(stage: Stage, frame: Frame, operation: Await) -> None:
    """`wait`: the frame goes on when its time is up, or its event comes."""
    limits.count_turn(stage, frame)
    after = operation.after
    pause = not operation.event and after is not None and after <= TYPING_PAUSE
    signature = moving.signature_at(stage.flow(frame), frame.at)
    wait = Wait(
        f"w{stage.number()}",
        "pause" if pause else "wait",
        frame.at,
        list(signature) if signature is not None else None,
        since=stage.seconds,
    )
    frame.wait = wait
    if after is not None:
        name = f"{wait.kind}:{wait.id}"
        payload = {"kind": wait.kind, "id": wait.id}
        stage.set_timer(name, stage.around.now + after, payload, keep=True)
        wait.timers.append(name)


def under_way(stage: Stage) -> bool:
    """Something will come by itself within seconds: what is written meanwhile is kept for then."""
    if stage.position.meaning is not None:
        return True
    wait = stage.stack[-1].wait if stage.stack else None
    return wait is not None and wait.kind in ("do", "pause")


def takes_events(stage: Stage) -> bool:
    """Whether an event may be taken now, and not only when what is under way is over."""
    top = stage.top
    gathering = top is not None and answering.gathering(top)
    return stage.holder == "bot" and not under_way(stage) and not gathering


# ---------------------------------------------------------------- what is waited for comes


def waiting_by(stage: Stage, wait_id: str) -> Frame | None:
    """The frame whose pause, or patience with an event, this timer measures."""
    for frame in stage.stack:
        if frame.wait is not None and frame.wait.id == wait_id and frame.wait.kind in WAITING:
            return frame
    return None


def waiting_for(stage: Stage, event: str) -> Frame | None:
    """The nearest frame that waits for an event."""
    for frame in reversed(stage.stack):
        wait = frame.wait
        if wait is None or wait.kind != "wait" or wait.signature is None:
            continue
        if wait.signature[2] == f"event {event}":
            return frame
    return None


def come(stage: Stage, frame: Frame, data: Mapping[str, Any]) -> None:
    """The event is there. What it stands for has happened: nothing goes back past it."""
    operation = _awaited(stage, frame)
    if operation is not None:
        frame.at += 1
        stage.note_barrier(frame)
        if operation.save is not None:
            stage.write(frame, operation.save, freeze_light(dict(data)))
    _bring_up(stage, frame)


def time_is_up(stage: Stage, frame: Frame) -> None:
    """The pause is over, or the event has not come in time."""
    operation = _awaited(stage, frame)
    if operation is not None:
        frame.at = operation.timeout_entry if operation.timeout_entry >= 0 else frame.at + 1
        if operation.save is not None:
            stage.write(frame, operation.save, None)
    _bring_up(stage, frame)


def _awaited(stage: Stage, frame: Frame) -> Await | None:
    """The operation whose wait ends now; None where the version it stands in is gone."""
    wait = frame.wait
    assert wait is not None
    moving.returned_to(stage, frame)
    stage.drop_timers(wait)
    frame.wait = None
    if not stage.knows(frame):
        return None
    frame.at = wait.entry
    operation = stage.operation(frame, wait.entry)
    assert isinstance(operation, Await)
    return operation


def _bring_up(stage: Stage, frame: Frame) -> None:
    """Let the task go on, on top of what the customer has begun meanwhile: an interruption."""
    end = stage.index(frame) + 1
    begin = _begin(stage, frame)
    above = stage.stack[end:]
    ids = {one.id for one in stage.stack[begin:end]}
    if not above or any(one.why == "handler" and one.of in ids for one in above):
        # Where a handler of the task is at work for it, the task goes on after that.
        return
    asking.cover(stage, above[-1])
    stage.position.offer = None
    raised = stage.stack[begin:end]
    for one in raised:
        # As an interruption it has asked nothing yet.
        one.asked = False
    stage.stack[begin:] = [*above, *raised]


def _begin(stage: Stage, frame: Frame) -> int:
    """Where in the stack that begins which goes on together: a handler is never without its task."""
    begins = [begin for begin in tasks.segments(stage) if begin <= stage.index(frame)]
    begin = begins.pop()
    while begins and stage.stack[begin].why == "handler":
        beneath = stage.stack[begins[-1] : begin]
        served = beneath[-1].ending or stage.stack[begin].of in {one.id for one in beneath}
        if not served:
            break
        begin = begins.pop()
    return begin
