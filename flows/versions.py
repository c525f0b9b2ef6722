"""Where a waiting chat stands in an edited flow."""

from collections.abc import Mapping
from typing import Any

from flows import tasks
from flows.frames import Frame, versions_of
from flows.model import Ask, Question, Signature
from flows.stage import Stage


def needed(position: Mapping[str, Any]) -> set[str]:
    """The versions of the bot that a kept position stands on."""
    return set(versions_of(position))


def move(stage: Stage) -> None:
    """Bring every waiting frame to the newest version whose question is still there.

    A frame whose question is gone stays on its own version where that is at hand; where it is not,
    its task begins anew. A frame that waits for a flow it called, an action or a person moves at
    its next question.
    """
    newest = stage.bot.version
    for frame in stage.stack:
        if frame.version != newest:
            _move(stage, frame)
    top = stage.top
    if top is not None and not stage.knows(top):
        root = stage.root(top) or top
        _renew(stage, root)


def _move(stage: Stage, frame: Frame) -> None:
    newest = stage.bot.version
    if frame.why == "person":
        frame.version = newest
        return
    flow = stage.bot.own if not frame.flow else stage.bot.flows.get(frame.flow)
    wait = frame.wait
    if flow is None or wait is None or wait.signature is None:
        return
    entry = flow.questions.get(Signature(*wait.signature))
    if entry is None:
        return
    new = flow.code[entry]
    assert isinstance(new, Ask)
    before = _question_before(stage, frame)
    if before is None or not _same_buttons(before, new.question):
        # A press on the old buttons may mean something else by now.
        stage.drop_timers(wait)
        wait.id = f"w{stage.number()}"
        wait.picked = []
    frame.version = newest
    frame.at = entry
    frame.latest = entry
    frame.loops = []
    wait.entry = entry


def _question_before(stage: Stage, frame: Frame) -> Question | None:
    wait = frame.wait
    if wait is None or not stage.knows(frame):
        return None
    operation = stage.operation(frame, wait.entry)
    return operation.question if isinstance(operation, Ask) else None


def _same_buttons(before: Question, after: Question) -> bool:
    olds = [button.label.source for button in before.body.buttons]
    return olds == [button.label.source for button in after.body.buttons]


def _renew(stage: Stage, root: Frame) -> None:
    """Neither the question nor the version it belongs to is there any more."""
    flow = stage.bot.own if not root.flow else stage.bot.flows.get(root.flow)
    if flow is None or not root.flow:
        tasks.cut(stage, stage.index(root))
        stage.tell(stage.phrase("gone"))
        return
    root.version = stage.bot.version
    root.at = 0
    root.latest = -1
    root.history = []
    root.found = []
    tasks.begin_ending(stage, root, "updated")


def renew_where_gone(stage: Stage) -> bool:
    """Renew the frame on top if its version is not at hand. True where it had to be."""
    top = stage.top
    if top is None or stage.knows(top):
        return False
    _renew(stage, stage.root(top) or top)
    return True
