"""What happens when a timer is due, and the one timer that counts a chat's silence."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from flows import (
    answering,
    asking,
    endings,
    guards,
    handing,
    holding,
    occurring,
    tasks,
    triggers,
    waiting,
)
from flows.choices import question_of
from flows.frames import Frame
from flows.model import Target
from flows.stage import Stage

EXPIRES = "expires"
EVERY = "every"


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
    holding.forget(stage, payload["id"])
    free = stage.holder == "bot" and holding.idle(stage)
    if_busy = payload.get("if_busy", "wait")
    if free or (stage.holder == "bot" and (if_busy == "now" or payload.get("held"))):
        _begin(stage, payload)
    elif if_busy != "skip":
        holding.hold(stage, payload)


def _begin(stage: Stage, payload: Mapping[str, Any]) -> None:
    name, arguments = stage.called(payload["flow"]), payload.get("with", {})
    if name not in stage.bot.flows or not guards.may_start(stage, name, arguments):
        return
    if not tasks.fits(stage, name, arguments):
        return
    stage.position.offer = None
    if "rating" in payload:
        stage.note_rating(payload["rating"])
    tasks.begin_unasked(stage, name, arguments)


def _await(stage: Stage, payload: Mapping[str, Any]) -> None:
    """A pause is over, or an event has not come in time; the customer may be at something else."""
    holding.forget(stage, payload["id"])
    frame = waiting.waiting_by(stage, payload["id"])
    if frame is None:
        return
    free = frame is stage.top or holding.idle(stage) or payload.get("held", False)
    if stage.holder == "bot" and free:
        waiting.time_is_up(stage, frame)
    else:
        holding.hold(stage, payload)


def _occur(stage: Stage, payload: Mapping[str, Any]) -> None:
    holding.forget(stage, payload["id"])
    occurring.occur(stage, payload["name"], payload["data"])


def strike(stage: Stage, key: str) -> None:
    """A schedule's time has come; in the middle of a customer's task it waits as `later` does."""
    payload = {"kind": EVERY, "id": f"{EVERY}:{key}", "key": key}
    if stage.chatless or (stage.holder == "bot" and holding.idle(stage)):
        _begin_scheduled(stage, payload)
    else:
        holding.hold(stage, payload)


def _begin_scheduled(stage: Stage, payload: Mapping[str, Any]) -> None:
    holding.forget(stage, payload["id"])
    schedule = next((one for one in stage.bot.schedules if one.key == payload["key"]), None)
    if schedule is None or not guards.listens(stage, schedule.target, None):
        return
    if stage.holder != "bot":
        holding.hold(stage, payload)
    elif _still_runs(stage, schedule.target, payload["id"]):
        stage.happened("schedule_skipped", schedule=schedule.timetable.text)
    else:
        before = stage.position.counter
        # What it asks has its own time to be answered in, however often nobody did.
        stage.position.alone = 0
        triggers.wake(stage, schedule.target, None, "", event=payload["id"])
        if stage.top is not None and stage.top.id > before:
            stage.top.cause = {"name": EVERY, "data": {}}


def _still_runs(stage: Stage, target: Target, event: str) -> bool:
    """Whether the run before is still under way, with a slow action or a wait."""
    if target.entry >= 0:
        return tasks.handling(stage, target.flow, event)
    return stage.chatless and tasks.running(stage, target.flow) is not None


def release_held(stage: Stage) -> bool:
    """Let go on what has been held longest, now that the chat is idle."""
    if stage.holder != "bot" or not holding.idle(stage):
        return False
    for payload in stage.position.held:
        if payload["kind"] != "event" or not occurring.busy_with(stage, payload):
            stage.drop_timer(holding.timer_of(payload))
            _KINDS[payload["kind"]](stage, payload)
            return True
    return False


# ---------------------------------------------------------------- silence


def _lifetime(stage: Stage) -> timedelta | Literal["never"]:
    """How long the chat may be silent before the task on top ends."""
    top = stage.top
    wait = top.wait if top is not None else None
    if top is None or wait is None or not stage.knows(top):
        return "never"
    kind = wait.kind
    if kind == "ask":
        own = question_of(stage, top).expires
        if own is not None:
            return own
    elif kind == "do":
        # Its result should have come long ago.
        return stage.bot.defaults.expires
    elif kind == "person" or wait.timers:
        # It has an end of its own, or none.
        return "never"
    for frame in stage.task_frames(top):
        if stage.knows(frame) and (own := stage.flow(frame).expires) is not None:
            return own or "never"
    return stage.bot.defaults.expires


def _silent_since(stage: Stage) -> float:
    """An action, or an event that is waited for, has its own time, however long ago they wrote."""
    heard = stage.position.heard
    wait = stage.stack[-1].wait if stage.stack else None
    return heard if wait is None or wait.since <= heard else wait.since


def watch_silence(stage: Stage) -> None:
    """Keep the timer of silence. It is moved only when it would come too late: a message costs no
    timer, and one that fires too early is set anew."""
    position = stage.position
    if 0 < position.expiry <= position.heard + stage.bot.patience and not stage.older:
        # Whatever is on top by now, the timer does not come too late for it.
        return
    lifetime = _lifetime(stage)
    if lifetime == "never":
        return
    due = _silent_since(stage) + lifetime.total_seconds()
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
    silence = stage.seconds - _silent_since(stage)
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
    "pause": _await,
    "wait": _await,
    "event": _occur,
    EVERY: _begin_scheduled,
    EXPIRES: _expire,
}
