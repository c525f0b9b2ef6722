"""Events of a chat: who waits for one, who listens to it, which flow it begins."""

from collections.abc import Mapping
from typing import Any

from flows import holding, tasks, triggers, waiting
from flows.frames import Frame
from flows.model import Target
from flows.stage import Stage
from flows.values import freeze_light

EVENTS_KEPT = 20
"""Events kept for later in one chat; of more the oldest are let go."""


def occur(stage: Stage, name: str, data: Mapping[str, Any]) -> None:
    """Take an event, or keep it until what is under way is over and the bot has the chat."""
    kept = {"name": name, "data": freeze_light(dict(data))}
    if not waiting.takes_events(stage):
        _keep(stage, kept)
        return
    frame = waiting.waiting_for(stage, name)
    if frame is not None:
        waiting.come(stage, frame, kept["data"])
        return
    found = triggers.listener(stage, name, kept["data"])
    if found is None:
        stage.happened("event_unheard", event=name)
    elif _runs(stage, found[0], name):
        # It is dealing with the event before: never two copies of it, and none is lost.
        holding.hold(stage, {"kind": "event", "id": f"{name}#{stage.number()}", **kept})
        _let_go_of_too_many(stage)
    else:
        _wake(stage, *found, kept)


def _let_go_of_too_many(stage: Stage) -> None:
    """Whoever tells a chat the same again and again must not make its position heavy."""
    held = [one for one in stage.position.held if one["kind"] == "event"]
    for lost in held[:-EVENTS_KEPT]:
        stage.drop_timer(holding.timer_of(lost))
        holding.forget(stage, lost["id"])
        stage.happened("event_lost", event=lost["name"])


def busy_with(stage: Stage, kept: Mapping[str, Any]) -> bool:
    """Whether what an event would wake is still dealing with the one before."""
    if waiting.waiting_for(stage, kept["name"]) is not None:
        return False
    found = triggers.listener(stage, kept["name"], kept["data"])
    return found is not None and _runs(stage, found[0], kept["name"])


def _runs(stage: Stage, target: Target, event: str) -> bool:
    if target.entry < 0:
        return tasks.running(stage, target.flow) is not None
    return tasks.handling(stage, target.flow, event)


def take_kept(stage: Stage) -> None:
    """Take the event that has waited longest."""
    kept = stage.position.occurred.pop(0)
    occur(stage, kept["name"], kept["data"])


def _keep(stage: Stage, kept: dict[str, Any]) -> None:
    stage.position.occurred.append(kept)
    for lost in stage.position.occurred[:-EVENTS_KEPT]:
        stage.happened("event_lost", event=lost["name"])
    del stage.position.occurred[:-EVENTS_KEPT]


def _wake(stage: Stage, target: Target, frame: Frame | None, kept: dict[str, Any]) -> None:
    before = stage.position.counter
    stage.position.offer = None
    # What it asks has its own time to be answered in, however long the customer has been silent.
    stage.position.alone = 0
    triggers.wake(stage, target, frame, "", event=kept["name"])
    top = stage.top
    if top is not None and top.id > before:
        top.cause = kept
