"""Answers: checked and kept, and those that are there before their question is put."""

from typing import Any, Literal

from flows.choices import choices_of
from flows.frames import Frame
from flows.mentions import mentioned
from flows.model import Ask, Question
from flows.stage import Stage


def before(
    stage: Stage, frame: Frame, question: Question, entry: int
) -> Literal["", "answered", "offered"]:
    """Whether a question that is reached by walking is answered, or its answer may be offered."""
    save = question.save
    if save is None:
        return ""
    known = question.known != "ask" and not _empty(stage.read(frame, save))
    if known and question.known == "skip":
        return "answered"
    if question.find and _found(stage, frame, question, save, entry):
        return "answered"
    if not known:
        return ""
    # What was given in this conversation needs no confirmation.
    return "offered" if _older(stage, frame, save) else "answered"


def _older(stage: Stage, frame: Frame, save: str) -> bool:
    """Whether a value was there before this conversation began: a task's own variables never were."""
    root = stage.root(frame)
    given = root is not None and save in root.given
    return "." in save and not given and save not in stage.position.fresh


def _empty(value: Any) -> bool:
    return value is None or value == "" or value == [] or value == {}


def _found(stage: Stage, frame: Frame, question: Question, save: str, entry: int) -> bool:
    """Look for the answer in the message that began the task, once."""
    root = stage.root(frame)
    text = stage.trigger(frame)
    mark = f"{frame.flow}:{entry}"
    if not text or root is None or mark in root.found:
        return False
    root.found.append(mark)
    value = _find(stage, frame, question, text)
    # What one question has taken is not the answer to another.
    taken = f"= {value}"
    if value is None or taken in root.found or broken(stage, frame, question, value) is not None:
        return False
    root.found.append(taken)
    stage.note_answer(frame, entry)
    keep(stage, frame, save, value)
    if isinstance(value, (str, int, float, bool)):
        stage.entities[save.rpartition(".")[2]] = value
    return True


def _find(stage: Stage, frame: Frame, question: Question, text: str) -> Any:
    if question.kind.base != "choice":
        return question.kind.find(text, stage.env)
    offered = [
        choice
        for choice in choices_of(stage, frame, question)
        if choice.answers and choice.entry < 0 and choice.key.isdigit()
    ]
    place = mentioned(text, [choice.label for choice in offered])
    return offered[place].value if place is not None else None


def finds_another(stage: Stage, frame: Frame, text: str) -> bool:
    """Whether a message that would begin a flow under way names another answer than it was given:
    «Где мой заказ №12346?» while it asks about order 12345."""
    if not text or not frame.given or not stage.knows(frame):
        return False
    flow = stage.flow(frame)
    for entry in flow.questions.values():
        operation = flow.code[entry]
        question = operation.question if isinstance(operation, Ask) else None
        if question is None or not question.find or question.save not in frame.given:
            continue
        value = _find(stage, frame, question, text)
        if value is not None and value != stage.read(frame, question.save):
            return True
    return False


def broken(stage: Stage, frame: Frame, question: Question, value: Any) -> str | None:
    """What the first broken check says."""
    if not question.checks:
        return None
    scope = dict(stage.scope(frame))
    home, _, field = (question.save or "").partition(".")
    if field:
        inner = scope.get(home)
        scope[home] = {**(inner if isinstance(inner, dict) else {}), field: value}
    else:
        scope[home] = value
    for check in question.checks:
        if not check.must.true(scope, stage.env):
            return check.say.render(scope, stage.env)
    return None


def keep(stage: Stage, frame: Frame, save: str, value: Any) -> None:
    stage.write(frame, save, value)
    root = frame if frame.task else stage.root(frame)
    if root is not None and save not in root.given:
        root.given.append(save)
