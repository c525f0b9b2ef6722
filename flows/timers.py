"""What happens when a timer is due, and the one timer that counts a chat's silence."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from flows import answering, asking, endings, handing, tasks
from flows.choices import pending, question_of
from flows.frames import Frame
from flows.stage import Stage

LATER_WAITS = timedelta(minutes=15)
EXPIRES = "expires"


def fire(stage: Stage, payload: Mapping[str, Any]) -> None:
    """A timer is due. One whose wait is over, or that nobody knows, is let pass."""
    act = _KINDS.get(payload.get("kind", ""))
    if act is not None:
        act(stage, payload)


def _waiting(stage: Stage, name: str) -> Frame | None:
    """The frame on top, if it still waits for what the timer was set for."""
    top = stage.top
    if top is None or top.wait is None or name not in top.wait.timers or not stage.knows(top):
        return None
    top.wait.timers.remove(name)
    return top


def _remind(stage: Stage, payload: Mapping[str, Any]) -> None:
    place = payload["place"]
    frame = _waiting(stage, f"remind:{payload['wait']}:{place}")
    if frame is None or stage.holder != "bot":
        return
    reminders = question_of(stage, frame).reminders
    if place < len(reminders):
        stage.tell(stage.render(frame, reminders[place].say))
        stage.happened("reminded", frame)


def _time_out(stage: Stage, payload: Mapping[str, Any]) -> None:
    frame = _waiting(stage, f"timeout:{payload['wait']}")
    if frame is None or stage.holder != "bot":
        return
    stage.position.offer = None
    if answering.gathering(frame):
        # The answer is there, it was only not yet known to be whole.
        answering.close_gathering(stage, frame)
    else:
        asking.abandon_by_timeout(stage, frame)


def _collect(stage: Stage, payload: Mapping[str, Any]) -> None:
    frame = _waiting(stage, f"collect:{payload['wait']}")
    if frame is not None and frame.wait is not None and frame.wait.collected:
        answering.close_gathering(stage, frame)


def _unanswered(stage: Stage, payload: Mapping[str, Any]) -> None:
    wait = payload.get("wait")
    frame = next((one for one in stage.stack if one.wait is not None and one.wait.id == wait), None)
    if frame is not None and stage.holder == "queue":
        handing.unanswered(stage, frame)


# ---------------------------------------------------------------- later


def _later(stage: Stage, payload: Mapping[str, Any]) -> None:
    if stage.called(payload["flow"]) not in stage.bot.flows:
        return
    if_busy = payload.get("if_busy", "wait")
    stage.position.held = [one for one in stage.position.held if one["id"] != payload["id"]]
    if stage.holder != "bot":
        _hold(stage, payload)
    elif idle(stage) or if_busy == "now" or payload.get("held"):
        _begin(stage, payload)
    elif if_busy == "wait":
        _hold(stage, payload)


def _hold(stage: Stage, payload: Mapping[str, Any]) -> None:
    held = {**payload, "held": True}
    stage.position.held.append(held)
    stage.set_timer(f"later:{payload['id']}", stage.around.now + LATER_WAITS, held, keep=True)


def _begin(stage: Stage, payload: Mapping[str, Any]) -> None:
    stage.position.offer = None
    tasks.push_flow(
        stage, payload["flow"], payload.get("with", {}), why="task", task=True, trigger=""
    )


def idle(stage: Stage) -> bool:
    """Nothing is under way, or only a menu stands open."""
    top = stage.top
    if stage.position.meaning is not None:
        return False
    if top is None:
        return True
    waiting = pending(stage)
    if waiting is None or stage.position.offer is not None or not stage.knows(waiting):
        return False
    return question_of(stage, waiting).menu


def release_held(stage: Stage) -> bool:
    """Begin the flow that has waited longest, now that the chat is idle."""
    position = stage.position
    if not position.held or stage.holder != "bot" or not idle(stage):
        return False
    payload = position.held.pop(0)
    stage.drop_timer(f"later:{payload['id']}")
    _begin(stage, payload)
    return True


# ---------------------------------------------------------------- silence


def _lifetime(stage: Stage) -> timedelta | Literal["never"]:
    """How long the chat may be silent before the task on top ends."""
    top = stage.top
    if top is None or not stage.knows(top):
        return "never"
    wait = top.wait
    if wait is None or wait.kind == "person":
        return "never"
    if wait.kind == "do":
        # Its result should have come long ago.
        return stage.bot.defaults.expires
    own = question_of(stage, top).expires
    if own is not None:
        return own
    for frame in stage.task_frames(top):
        if stage.knows(frame) and stage.flow(frame).expires is not None:
            return stage.flow(frame).expires or "never"
    return stage.bot.defaults.expires


def watch_silence(stage: Stage) -> None:
    """Keep the timer of silence. It is moved only when it would come too late: a message costs no
    timer, and one that fires too early is set anew."""
    lifetime = _lifetime(stage)
    if lifetime == "never":
        return
    position = stage.position
    due = position.heard + lifetime.total_seconds()
    if position.expiry and position.expiry <= due:
        return
    position.expiry = due
    stage.set_timer(EXPIRES, datetime.fromtimestamp(due, UTC), {"kind": EXPIRES}, keep=True)


def _expire(stage: Stage, payload: Mapping[str, Any]) -> None:
    position = stage.position
    position.expiry = 0.0
    lifetime = _lifetime(stage)
    if stage.holder != "bot":
        position.heard = stage.seconds
    if lifetime == "never":
        return
    silence = stage.seconds - position.heard
    if silence + 0.5 < lifetime.total_seconds():
        return
    top = stage.top
    root = stage.root(top) if top is not None else None
    position.offer = None
    if root is None:
        tasks.clear(stage)
    elif root.ending:
        # Its farewell was a question, and nobody answered that either.
        tasks.cut(stage, stage.index(root) + 1)
        endings.end_task(stage, root)
    else:
        endings.begin_ending(stage, root, "expired")


_KINDS: dict[str, Callable[[Stage, Mapping[str, Any]], None]] = {
    "remind": _remind,
    "timeout": _time_out,
    "collect": _collect,
    "unanswered": _unanswered,
    "later": _later,
    EXPIRES: _expire,
}
