"""A person takes the chat and gives it back, or nobody comes."""

from flows import asking, endings, running, tasks
from flows.choices import pending
from flows.frames import Frame
from flows.model import HandOff
from flows.stage import Stage
from flows.turn import GivenBack, RequestPerson, TakenOver

OUTSIDE = -1


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
    if stage.holder == "bot":
        stage.holder = "queue"
        stage.effects.append(RequestPerson(queue=what.queue, note=what.reason))


def give_back(stage: Stage, what: GivenBack) -> None:
    """The chat is the bot's again; the step that asked for a person goes the way of the outcome."""
    stage.holder = "bot"
    frame = waiting(stage)
    if frame is None:
        _carry_on(stage)
        return
    tasks.cut(stage, stage.index(frame) + 1)
    stage.position.outcome = {**what.details, "outcome": what.outcome}
    stage.forget_scopes()
    endings.end_waiting(stage, frame, what.outcome)


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
    stage.position.outcome = {"outcome": "unanswered"}
    stage.forget_scopes()
    stage.drop_timers(wait)
    frame.wait = None
    tasks.withdraw(stage, "unanswered")
    # What the customer has begun meanwhile is finished first.
    endings.end_by(stage, frame, operation, "unanswered")
