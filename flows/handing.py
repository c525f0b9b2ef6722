"""A person takes the chat and gives it back, or nobody comes."""

from typing import Any

from flows import asking, endings, guards, moving, running, tasks, walking
from flows.choices import pending
from flows.frames import Frame
from flows.model import HandOff
from flows.stage import Stage
from flows.turn import HANDOFF_DETAILS, GivenBack, RequestPerson, TakenOver
from flows.values import freeze

OUTSIDE = -1
MESSAGES_KEPT = 50
LONGEST_MESSAGE = 2000
"""What people said is kept for the steps behind the hand-off, within bounds: the newest of it."""


def waiting(stage: Stage) -> Frame | None:
    """The frame that waits for a person, wherever it lies."""
    for frame in reversed(stage.stack):
        if frame.wait is not None and frame.wait.kind == "person":
            return frame
    return None


def take_over(stage: Stage, what: TakenOver) -> None:
    """Somebody outside the flow asked for a person: whatever is under way is put aside."""
    if waiting(stage) is not None:
        return
    if stage.stack:
        asking.cover(stage, stage.stack[-1])
    frame = Frame(stage.number(), "", stage.bot.version, OUTSIDE, "person", task=True)
    stage.stack.append(frame)
    tasks.wait_for_person(stage, frame, OUTSIDE)
    stage.note_handed(queue=what.queue)
    if stage.holder == "bot":
        stage.holder = "queue"
        stage.effects.append(RequestPerson(queue=what.queue, note=what.reason))


def give_back(stage: Stage, what: GivenBack) -> None:
    """The chat is the bot's again; the step that asked for a person goes the way of the outcome."""
    stage.holder = "bot"
    frame = waiting(stage)
    if frame is None:
        endings.note_outcome(stage, what.outcome, _details(what))
        if not (what.step and _go_to(stage, what.step)):
            _carry_on(stage)
        return
    if what.outcome == "unanswered" and frame.why != "person":
        unanswered(stage, frame)
        return
    tasks.cut(stage, stage.index(frame) + 1)
    endings.note_outcome(stage, what.outcome, _details(what))
    moving.returned_to(stage, frame)
    if what.step and _go_to(stage, what.step):
        return
    endings.end_waiting(stage, frame, what.outcome)


def _details(what: GivenBack) -> dict[str, Any]:
    """What flows may read of it, within bounds and ready to be kept."""
    known = {name: what.details[name] for name in HANDOFF_DETAILS if name in what.details}
    if "messages" in known:
        known["messages"] = [
            {
                "author": str(one.get("author", "")),
                "text": str(one.get("text", ""))[:LONGEST_MESSAGE],
            }
            for one in known["messages"][-MESSAGES_KEPT:]
        ]
    frozen: dict[str, Any] = freeze(known)
    return frozen


# ---------------------------------------------------------------- to a place somebody named


def _go_to(stage: Stage, name: str) -> bool:
    """Go on at a step of what is under way, the nearest first, or begin a flow; False for neither."""
    for frame in reversed(stage.stack):
        own = frame.flow and frame.why != "handler" and stage.knows(frame)
        if own and name in stage.flow(frame).steps:
            tasks.cut(stage, stage.index(frame) + 1)
            tasks.abandon(stage, frame)
            frame.ending = ""
            walking.jump_to(stage, frame, name)
            return True
    flow = stage.bot.flows.get(stage.called(name))
    if flow is None or not guards.may_start(stage, name):
        return False
    if any(not need.optional for need in flow.needs.values()):
        return False
    tasks.start(stage, name, trigger="", arguments={})
    return True


def heal(stage: Stage) -> None:
    """A frame that waits for a person while the bot has the chat was never told of its return."""
    for frame in stage.stack:
        if frame.wait is not None and frame.wait.kind == "person":
            give_back(stage, GivenBack())
            running.run(stage)
            return


def _carry_on(stage: Stage) -> None:
    """A person had the chat without having been asked for: the question is put again."""
    top = pending(stage)
    if top is not None and top.wait is not None and stage.knows(top):
        stage.position.offer = None
        # The change of owner has stopped them, whoever took the chat.
        stage.drop_timers(top.wait)
        asking.repeat(stage, top)


def unanswered(stage: Stage, frame: Frame) -> None:
    """Nobody came in time: the request stays as a missed one, and the bot has the chat again."""
    wait = frame.wait
    assert wait is not None
    if not stage.knows(frame):
        tasks.cut(stage, stage.index(frame) + 1)
        tasks.abandon(stage, frame)
        return
    operation = stage.operation(frame, wait.entry)
    assert isinstance(operation, HandOff)
    if operation.unanswered < 0:
        tasks.cut(stage, stage.index(frame) + 1)
    endings.note_outcome(stage, "unanswered")
    stage.drop_timers(wait)
    frame.wait = None
    tasks.withdraw(stage, "unanswered")
    # What the customer has begun meanwhile is finished first.
    endings.end_by(stage, frame, operation, "unanswered")
