"""Where a waiting chat stands in an edited flow."""

from collections.abc import Mapping
from typing import Any

from flows import endings
from flows.frames import Frame, versions_of
from flows.model import Ask, Question, Signature
from flows.stage import Stage


def needed(position: Mapping[str, Any]) -> set[str]:
    """The versions of the bot that a kept position stands on."""
    return set(versions_of(position))


def move(stage: Stage) -> bool:
    """Bring every waiting frame to the newest version whose question is still there.

    A frame whose question is gone stays on its own version where that is at hand; where it is not,
    its task begins anew (True). A frame that waits for a flow it called, an action or a person
    moves at its next question.
    """
    newest = stage.bot.version
    for frame in stage.stack:
        if frame.version != newest:
            _move(stage, frame)
    top = stage.top
    if top is None or stage.knows(top):
        return False
    endings.renew(stage, top)
    return True


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
        wait.id = f"w{stage.number()}"
        wait.picked = []
    adopt(stage, frame, entry)
    wait.entry = entry


def adopt(stage: Stage, frame: Frame, entry: int) -> None:
    """Let a frame stand at a question of the newest version."""
    _carry_history_over(stage, frame)
    frame.version = stage.bot.version
    frame.at = entry
    frame.latest = entry
    frame.loops = []
    frame.scope = None


def _carry_history_over(stage: Stage, frame: Frame) -> None:
    """Going back leads to questions of the newest version; past one that is gone it does not."""
    root = stage.root(frame)
    if root is None or not root.history:
        return
    before = stage.flow(frame).code if stage.knows(frame) else ()
    questions = (stage.bot.flows[frame.flow] if frame.flow else stage.bot.own).questions
    kept: list[dict[str, Any]] = []
    for made in root.history:
        if made.get("frame") != frame.id:
            kept.append(made)
            continue
        operation = before[made["entry"]] if before else None
        found = questions.get(operation.question.signature) if isinstance(operation, Ask) else None
        if found is None:
            kept = []
        else:
            kept.append({**made, "entry": found})
    root.history = kept


def _question_before(stage: Stage, frame: Frame) -> Question | None:
    wait = frame.wait
    if wait is None or not stage.knows(frame):
        return None
    operation = stage.operation(frame, wait.entry)
    return operation.question if isinstance(operation, Ask) else None


def _same_buttons(before: Question, after: Question) -> bool:
    olds = [button.label.source for button in before.body.buttons]
    return olds == [button.label.source for button in after.body.buttons]
