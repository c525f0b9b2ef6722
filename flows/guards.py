"""What else must be true, besides the words, for a trigger to wake its target or a flow to start."""

from collections.abc import Iterable, Mapping
from typing import Any

from flows.errors import RunError
from flows.expressions import Expression
from flows.frames import Frame
from flows.model import Target
from flows.stage import Stage
from flows.values import thaw

Trigger = Mapping[str, Any]


def listens(
    stage: Stage, target: Target, frame: Frame | None, trigger: Trigger | None = None
) -> bool:
    """Whether a trigger that fits may wake its target now: its narrowing holds, its flow may start.

    `trigger` is what conditions read under that name: an event with its `data`.
    """
    only = target.only
    if only is not None:
        if only.channels and stage.around.channel not in only.channels:
            return False
        if only.condition is not None and not _holds(stage, only.condition, frame, trigger):
            return False
    return target.entry >= 0 or may_start(stage, target.flow, trigger=trigger)


def first(stage: Stage, targets: Iterable[Target], frame: Frame | None) -> Target | None:
    """The first of an event's targets that may be woken now; none where there is no chat."""
    if stage.chatless:
        return None
    return next((target for target in targets if listens(stage, target, frame)), None)


def may_start(
    stage: Stage,
    name: str,
    arguments: Mapping[str, Any] | None = None,
    *,
    trigger: Trigger | None = None,
) -> bool:
    """Whether the flow's `only_if` is true, with what it is given. One under way has started."""
    name = stage.called(name)
    flow = stage.bot.flows.get(name)
    if flow is None or flow.only_if is None:
        return True
    if any(frame.flow == name and not frame.ending for frame in stage.stack):
        return True
    given = thaw(dict(arguments or {}))
    return _true(stage, flow.only_if, {**given, **_around(stage, trigger)})


def _holds(
    stage: Stage, condition: Expression, frame: Frame | None, trigger: Trigger | None
) -> bool:
    variables = stage.scope(frame) if frame is not None else {}
    return _true(stage, condition, {**variables, **_around(stage, trigger)})


def _around(stage: Stage, trigger: Trigger | None) -> dict[str, Any]:
    text = stage.position.message
    return {**stage.surroundings(), "trigger": trigger or {"text": text}}


def _true(stage: Stage, condition: Expression, scope: Mapping[str, Any]) -> bool:
    try:
        return condition.true(scope, stage.env)
    except RunError as error:
        # What cannot be worked out is not true; the owner finds it among the errors.
        stage.happened("error", reason=str(error))
        return False
