"""Carrying out a flow's operations, one after another, until something has to be waited for."""

from collections.abc import Callable
from typing import Any

from flows import (
    asking,
    doing,
    endings,
    guards,
    limits,
    moving,
    returning,
    saying,
    tasks,
    waiting,
    walking,
)
from flows.choices import pending, question_of
from flows.errors import RunError
from flows.frames import Frame
from flows.limits import ACTIONS_PER_TURN
from flows.model import (
    Ask,
    AskAgain,
    Assign,
    Await,
    Branch,
    CallFlow,
    CancelLater,
    Choose,
    Do,
    EachBegin,
    EachNext,
    EndHandler,
    Enter,
    Finish,
    Flow,
    Go,
    Goal,
    HandOff,
    Jump,
    Later,
    Say,
    Split,
    StartFlow,
)
from flows.stage import Stage
from flows.values import freeze_light

OPERATIONS_PER_TURN = 100_000


def run(stage: Stage) -> None:
    """Go on until the frame on top waits, or nothing is left."""
    while stage.stack:
        frame = stage.stack[-1]
        try:
            if stage.returning is not None:
                returning.resume(stage)
            elif stage.exhausted is not None:
                _run_out(stage, stage.exhausted)
            elif frame.wait is not None:
                return
            elif frame.known is None and not stage.knows(frame):
                endings.renew(stage, frame)
            else:
                _walk(stage, frame)
        except RunError as error:
            endings.fail(stage, str(error))


def _walk(stage: Stage, frame: Frame) -> None:
    """Carry out operations for as long as they are this frame's, and it waits for nothing."""
    stack = stage.stack
    version = frame.version
    flow: Flow = frame.known or stage.flow(frame)
    plan = flow.plan or _plan(flow)
    position = stage.position
    watch = stage.watch
    done = stage.done
    try:
        while True:
            done += 1
            if done > OPERATIONS_PER_TURN:
                raise RunError(f"сценарий ходит по кругу и никого не ждёт: {limits.loop_of(stage)}")
            at = frame.at
            operation, do, acts, straight = plan[at]
            if acts:
                position.actions += 1
                if position.actions > ACTIONS_PER_TURN:
                    limits.refuse(stage)
            do(stage, frame, operation)
            if watch is not None:
                watch(version, frame.flow, at, frame.at)
            if not straight and (
                frame.wait is not None
                or not stack
                or stack[-1] is not frame
                or stage.returning is not None
                or stage.exhausted is not None
                or frame.version != version
            ):
                return
    finally:
        stage.done = done


def _plan(flow: Flow) -> list[Any]:
    """A flow's operations, each with how it is carried out: looked up when the first chat comes by."""
    flow.plan[:] = [(operation, *_KINDS[type(operation)]) for operation in flow.code]
    return flow.plan


# ---------------------------------------------------------------- saying, asking, saving


def _say(stage: Stage, frame: Frame, operation: Say) -> None:
    limits.say(stage)
    frame.at += 1
    saying.say(stage, frame, operation.message)


def _ask(stage: Stage, frame: Frame, operation: Ask) -> None:
    if frame.version != stage.bot.version:
        moved = _moved_question(stage, frame, operation)
        if moved is not None:
            operation = moved
    asking.ask(stage, frame, operation)


def _moved_question(stage: Stage, frame: Frame, operation: Ask) -> Ask | None:
    """The same question of the newest version, which the frame then stands on."""
    flow = moving.flow_of(stage.bot, frame.flow)
    entry = flow.questions.get(operation.question.signature) if flow is not None else None
    if flow is None or entry is None or len(flow.homes[entry].loops) != len(frame.loops):
        return None
    moving.adopt(stage, frame, moving.Spot(flow.name, entry, flow.homes[entry].loops), entry)
    found = flow.code[entry]
    return found if isinstance(found, Ask) else None


def _ask_again(stage: Stage, frame: Frame, operation: AskAgain) -> None:
    if operation.entry >= 0:
        question = stage.operation(frame, operation.entry)
        asking.put(stage, frame, operation.entry, question, again=True)
        return
    tasks.cut(stage, stage.index(frame))
    top = pending(stage)
    if top is not None and stage.knows(top):
        asking.repeat(stage, top)


def _run_out(stage: Stage, frame: Frame) -> None:
    """Too many answers that do not fit: the question's `else`, or the bot's."""
    stage.exhausted = None
    stage.ran_out = True
    question = question_of(stage, frame)
    if question.otherwise >= 0:
        tasks.abandon(stage, frame)
        frame.at = question.otherwise
        return
    if frame.wait is not None:
        frame.wait.tries = 0
    version = stage.bot.version
    entry = stage.bot.defaults.otherwise
    tasks.handle(stage, "", version, entry, trigger=stage.position.message, event="else")


def _assign(stage: Stage, frame: Frame, operation: Assign) -> None:
    frame.at += 1
    for path, value in operation.values:
        stage.write(frame, path, stage.value(frame, value))


# ---------------------------------------------------------------- other flows


def _took(stage: Stage, name: str) -> None:
    if stage.intent is None and stage.rung:
        stage.intent = name


def _call_flow(stage: Stage, frame: Frame, operation: CallFlow) -> None:
    frame.at += 1
    _took(stage, operation.flow)
    arguments = freeze_light(stage.values(frame, operation.arguments))
    if not guards.may_start(stage, operation.flow, arguments):
        # As if it had ended at once, with an empty result.
        if operation.save is not None:
            stage.write(frame, operation.save, None)
        stage.note_outcome(frame, "refused")
        return
    tasks.call(stage, frame, operation.flow, arguments, operation.save)


def _start_flow(stage: Stage, frame: Frame, operation: StartFlow) -> None:
    arguments = freeze_light(stage.values(frame, operation.arguments))
    if not guards.may_start(stage, operation.flow, arguments):
        frame.at += 1
        return
    _took(stage, operation.flow)
    trigger = stage.trigger(frame) if frame.why == "handler" else ""
    tasks.start(stage, operation.flow, trigger=trigger, arguments=arguments, caller=frame)


def _finish(stage: Stage, frame: Frame, operation: Finish) -> None:
    results = stage.values(frame, operation.results) if operation.results else {}
    endings.finish(stage, frame, results)


def _end_handler(stage: Stage, frame: Frame, operation: EndHandler) -> None:
    endings.end_handler(stage, frame)


_OPERATIONS: dict[type, Callable[[Stage, Frame, Any], None]] = {
    Enter: walking.enter,
    Say: _say,
    Ask: _ask,
    AskAgain: _ask_again,
    Assign: _assign,
    Branch: walking.branch,
    Jump: walking.jump,
    Choose: walking.choose,
    Split: walking.split,
    EachBegin: walking.begin_loop,
    EachNext: walking.next_in_loop,
    Go: walking.go,
    CallFlow: _call_flow,
    StartFlow: _start_flow,
    Finish: _finish,
    EndHandler: _end_handler,
    Do: doing.run_action,
    Await: waiting.begin,
    Later: doing.set_later,
    CancelLater: doing.cancel_later,
    HandOff: doing.hand_off,
    Goal: doing.reach_goal,
}
_ACTIONS = frozenset(_OPERATIONS) - {
    *(Enter, Branch, Jump, Choose, EachBegin, EachNext, Finish, EndHandler)
}
"""Operations that count among the actions of a turn; the others only lead somewhere."""

_STRAIGHT = frozenset({Enter, Say, Assign, Branch, Jump, Choose, EachBegin, EachNext, Goal})
"""Operations that neither wait nor touch the stack: the frame is still on top after them."""
_KINDS = {kind: (do, kind in _ACTIONS, kind in _STRAIGHT) for kind, do in _OPERATIONS.items()}
