"""Operations that reach beyond the dialog: actions, goals, flows at a time, a person."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from flows import endings, holding, limits, tasks
from flows.errors import RunError
from flows.frames import Frame, Wait
from flows.hidden import marked
from flows.model import CancelLater, Do, Goal, HandOff, Later
from flows.operators import kind_of
from flows.stage import Stage
from flows.turn import Asking, RequestPerson, Run
from flows.values import freeze_light


def run_action(stage: Stage, frame: Frame, operation: Do) -> None:
    arguments = freeze_light(_arguments(stage, frame, operation))
    if not operation.quick and not (frame.loops and frame.loops[-1][2]):
        # Of a list that is gone over only the first element counts: it comes to an end.
        limits.count_turn(stage, frame)
        limits.run(stage)
    wait = Wait(f"w{stage.number()}", "do", frame.at, since=stage.seconds)
    frame.wait = wait
    if operation.effect != "none":
        stage.note_barrier(frame)
    stage.effects.append(
        Run(
            wait=wait.id,
            action=operation.action,
            arguments=arguments,
            quick=operation.quick,
            timeout=operation.timeout.total_seconds(),
            retries=operation.retries,
        )
    )


def _arguments(stage: Stage, frame: Frame, operation: Do) -> dict[str, Any]:
    if not operation.secret:
        return stage.values(frame, operation.arguments)
    scope = stage.scope(frame)

    def evaluate(secrets: Mapping[str, str]) -> dict[str, Any]:
        scope["secrets"] = secrets
        try:
            return stage.values(frame, operation.arguments)
        finally:
            del scope["secrets"]

    return marked(evaluate, stage.bot.secrets)


def returned(stage: Stage, frame: Frame, value: Any, failed: str | None) -> None:
    """An action is over; the frame goes on after it, or in its `failed`."""
    wait = frame.wait
    assert wait is not None
    frame.wait = None
    operation = stage.operation(frame, wait.entry)
    assert isinstance(operation, Do)
    if operation.save is not None:
        stage.write(frame, operation.save, None if failed is not None else value)
    if failed is None:
        frame.at = wait.entry + 1
    elif operation.failed >= 0:
        frame.at = operation.failed
    else:
        tasks.cut(stage, stage.index(frame) + 1)
        endings.fail(stage, f"{operation.action}: {failed}")


def reach_goal(stage: Stage, frame: Frame, operation: Goal) -> None:
    frame.at += 1
    stage.happened("goal", frame, goal=operation.name)


# ---------------------------------------------------------------- later


def set_later(stage: Stage, frame: Frame, operation: Later) -> None:
    frame.at += 1
    name = stage.render(frame, operation.id) if operation.id is not None else ""
    if name:
        # The newer replaces the one before, even where its own moment has passed.
        _undo_later(stage, name)
    due = _due(stage, frame, operation)
    if due is None or due < stage.around.now:
        return
    if operation.if_busy != "now":
        due = stage.not_in_quiet(due)
    name = name or str(stage.number())
    payload = {
        "kind": "later",
        "id": name,
        "flow": operation.flow,
        "with": freeze_light(stage.values(frame, operation.arguments)),
        "if_busy": operation.if_busy,
    }
    stage.set_timer(f"later:{name}", due, payload, keep=True)


def _due(stage: Stage, frame: Frame, operation: Later) -> datetime | None:
    if operation.after is not None:
        return stage.around.now + operation.after
    moment = stage.evaluate(frame, operation.at) if operation.at is not None else None
    return _as_moment(stage, moment)


def _as_moment(stage: Stage, moment: Any) -> datetime | None:
    zone = stage.env.timezone
    if isinstance(moment, str):
        try:
            moment = datetime.fromisoformat(moment)
        except ValueError:
            raise RunError(f"в «at» не время, а {kind_of(moment)}") from None
    if isinstance(moment, datetime):
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
    if isinstance(moment, date):
        return datetime.combine(moment, time(), tzinfo=zone)
    if moment is not None:
        raise RunError(f"в «at» не время, а {kind_of(moment)}")
    return None


def cancel_later(stage: Stage, frame: Frame, operation: CancelLater) -> None:
    frame.at += 1
    _undo_later(stage, stage.render(frame, operation.id))


def _undo_later(stage: Stage, name: str) -> None:
    stage.drop_timer(f"later:{name}")
    holding.forget(stage, name)


# ---------------------------------------------------------------- a person


def hand_off(stage: Stage, frame: Frame, operation: HandOff) -> None:
    entry = frame.at
    note = stage.render(frame, operation.note) if operation.note is not None else ""
    if not _open(stage, operation.queue) and operation.offline >= 0:
        stage.note_handed(queue=operation.queue, outcome="offline")
        frame.at = operation.offline
        stage.happened("handoff_missed", frame, outcome="offline", queue=operation.queue, note=note)
        return
    wait = tasks.wait_for_person(stage, frame, entry)
    stage.note_barrier(frame)
    stage.note_handed(queue=operation.queue)
    queue = stage.bot.queues.get(operation.queue)
    if operation.say is not None:
        stage.tell(stage.render(frame, operation.say))
    elif queue is not None and queue.say:
        stage.tell(stage.render(frame, queue.say))
    if operation.unanswered_after is not None:
        name = f"unanswered:{wait.id}"
        due = stage.around.now + operation.unanswered_after
        stage.set_timer(name, due, {"kind": "unanswered", "wait": wait.id}, keep=True)
        wait.timers.append(name)
    stage.holder = "queue"
    stage.effects.append(
        RequestPerson(
            queue=operation.queue,
            note=note,
            priority=operation.priority,
            source=_asking(stage, frame),
            timed=operation.unanswered_after is not None,
        )
    )


def _asking(stage: Stage, frame: Frame) -> Asking:
    """What had the flow come to ask for a person."""
    if stage.ran_out:
        return "misfits"
    if "doubt" in stage.because:
        return "rule"
    return _BY_RUNG.get(stage.rung, "step")


_BY_RUNG: Mapping[str, Asking] = {
    "button": "button",
    "exact": "phrase",
    "contains": "phrase",
    "means": "phrase",
    "no_match": "misfits",
}


def _open(stage: Stage, name: str) -> bool:
    queue = stage.bot.queues.get(name)
    if queue is None or queue.hours is None or queue.hours not in stage.bot.hours:
        return True
    return stage.bot.hours[queue.hours].open(stage.env.local_now)
