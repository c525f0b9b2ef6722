"""What comes by itself in the middle of a task and is held until the customer is free for it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flows.choices import pending, question_of
from flows.stage import Stage

PATIENCE = timedelta(minutes=15)
"""After so long it comes all the same, as an interruption."""


def idle(stage: Stage) -> bool:
    """Nothing is asked and nothing under way: a menu may stand open, an event be waited for."""
    top = stage.top
    if stage.position.meaning is not None:
        return False
    if top is None:
        return stage.position.offer is None
    if top.wait is not None and top.wait.kind == "wait":
        return stage.position.offer is None
    waiting = pending(stage)
    if waiting is None or stage.position.offer is not None or not stage.knows(waiting):
        return False
    return question_of(stage, waiting).menu


def hold(stage: Stage, payload: Mapping[str, Any]) -> None:
    """Keep it until the chat is idle; its timer, `<kind>:<id>`, measures our patience."""
    forget(stage, payload["id"])
    held = {**payload, "held": True}
    stage.position.held.append(held)
    due = stage.around.now + PATIENCE
    stage.set_timer(timer_of(payload), due, held, keep=True)


def timer_of(payload: Mapping[str, Any]) -> str:
    return f"{payload['kind']}:{payload['id']}"


def forget(stage: Stage, name: str) -> None:
    """What is held by this id is held no more."""
    held = stage.position.held
    if held:
        stage.position.held = [one for one in held if one.get("id") != name]
