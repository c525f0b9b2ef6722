"""Carrying out a flow's operations, one after another, until something has to be waited for."""

from collections.abc import Callable
from datetime import date, time
from typing import Any

from flows import asking, back, doing, endings, returning, tasks, versions
from flows.choices import pending, question_of
from flows.errors import RunError
from flows.frames import Frame
from flows.machine import allowed
from flows.model import (
    Ask,
    AskAgain,
    Assign,
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
    Go,
    Goal,
    HandOff,
    Jump,
    Later,
    Say,
    StartFlow,
)
from flows.stage import Stage
from flows.values import freeze, thaw

ACTIONS_PER_TURN = 100
OPERATIONS_PER_TURN = 20_000
WALK_KEPT = 12


def run(stage: Stage) -> None:
    """Go on until the frame on top waits, or nothing is left."""
    done = 0
    while stage.stack:
        frame = stage.stack[-1]
        try:
            if stage.returning is not None:
                returning.resume(stage)
            elif stage.exhausted is not None:
                _run_out(stage, stage.exhausted)
            elif frame.wait is not None:
                return
            elif not stage.knows(frame):
                endings.renew(stage, frame)
            else:
                done += 1
                _count(stage, done)
                operation = stage.flow(frame).code[frame.at]
                _OPERATIONS[type(operation)](stage, frame, operation)
        except RunError as error:
            endings.fail(stage, str(error))


def _count(stage: Stage, done: int) -> None:
    if done > OPERATIONS_PER_TURN:
        raise RunError(f"сценарий ходит по кругу и никого не ждёт: {_loop(stage)}")


def _act(stage: Stage) -> None:
    """An action is about to be done; a turn has only so many."""
    position = stage.position
    position.actions += 1
    if position.actions > ACTIONS_PER_TURN:
        raise RunError(f"больше {ACTIONS_PER_TURN} действий подряд без ожидания: {_loop(stage)}")


def _loop(stage: Stage) -> str:
    """The steps that came round, as the owner named them."""
    walked = stage.position.walked
    if not walked:
        top = stage.top
        return f"сценарий «{top.flow}»" if top is not None else ""
    last = walked[-1]
    earlier = [place for place, step in enumerate(walked[:-1]) if step == last]
    return " → ".join(walked[earlier[-1] :] if earlier else walked)


# ---------------------------------------------------------------- walking


def _enter(stage: Stage, frame: Frame, operation: Enter) -> None:
    _guard(stage, frame, operation.step)
    frame.jumped = False
    _walk(stage, frame, operation.step)
    frame.at += 1


def _walk(stage: Stage, frame: Frame, step: str) -> None:
    frame.step = step
    stage.entered = step
    walked = stage.position.walked
    walked.append(step)
    if len(walked) > WALK_KEPT:
        del walked[0]


def _guard(stage: Stage, frame: Frame, step: str) -> None:
    """No path may lead where the flow's own table of moves does not."""
    if frame.step is not None and not allowed(stage.flow(frame), frame.step, step):
        raise RunError(f"из шага «{frame.step}» нет дороги в шаг «{step}»")


def _go(stage: Stage, frame: Frame, operation: Go) -> None:
    _act(stage)
    handler = frame.why == "handler"
    if operation.where == "step":
        _go_to_step(stage, frame, operation.step)
    elif operation.where == "again":
        _again(stage, frame)
    else:
        if handler:
            _drop_handler(stage, frame)
        if operation.where == "cancel":
            endings.cancel(stage)
        else:
            back.back(stage)


def _drop_handler(stage: Stage, frame: Frame) -> None:
    place = stage.index(frame)
    beneath = stage.stack[place - 1] if place else None
    tasks.cut(stage, place)
    # A handler of an ending that cancels lets the ending go on.
    if beneath is not None and beneath.ending:
        frame.ending = beneath.ending


def _lender(stage: Stage, frame: Frame) -> Frame:
    """The flow a handler's jumps are about."""
    if frame.why != "handler":
        return frame
    lender = stage.by_id(frame.of)
    if lender is None:
        raise RunError("обработчик бота не знает, к какому сценарию относится переход")
    tasks.cut(stage, stage.index(lender) + 1)
    tasks.abandon(stage, lender)
    lender.ending = ""
    return lender


def _go_to_step(stage: Stage, frame: Frame, step: str) -> None:
    steps = stage.flow(frame).steps
    if step not in steps:
        raise RunError(f"в сценарии «{frame.flow}» нет шага «{step}»")
    from_handler = frame.why == "handler"
    frame = _lender(stage, frame)
    if not from_handler:
        _guard(stage, frame, step)
    jump_to(stage, frame, step)


def jump_to(stage: Stage, frame: Frame, step: str) -> None:
    """Stand at the beginning of a step that was gone to: its questions are put in any case."""
    flow = stage.flow(frame)
    entry = flow.steps[step]
    frame.loops = []
    frame.scope = None
    frame.jumped = True
    _walk(stage, frame, step)
    frame.at = entry + 1 if isinstance(flow.code[entry], Enter) else entry


def _again(stage: Stage, frame: Frame) -> None:
    frame = _lender(stage, frame)
    if frame.latest < 0:
        raise RunError(f"в сценарии «{frame.flow}» ещё ничего не спрашивали")
    asking.put(stage, frame, frame.latest, stage.operation(frame, frame.latest))


def _jump(stage: Stage, frame: Frame, operation: Jump) -> None:
    frame.at = operation.entry


def _branch(stage: Stage, frame: Frame, operation: Branch) -> None:
    holds = stage.true(frame, operation.condition)
    frame.at = frame.at + 1 if holds else operation.otherwise


def _choose(stage: Stage, frame: Frame, operation: Choose) -> None:
    subject = _as_case(stage.evaluate(frame, operation.subject))
    frame.at = operation.cases.get(subject, operation.otherwise)


def _as_case(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value)


def _each_begin(stage: Stage, frame: Frame, operation: EachBegin) -> None:
    items = stage.evaluate(frame, operation.items)
    if isinstance(items, dict):
        items = list(items.values())
    if not isinstance(items, (list, tuple)) or not items:
        frame.at = operation.end
        return
    frame.loops = [*frame.loops, [frame.at, freeze(list(items)), 0]]
    frame.at += 1
    _show_item(stage, frame)


def _each_next(stage: Stage, frame: Frame, operation: EachNext) -> None:
    if not frame.loops:
        frame.at += 1
        return
    begin, items, place = frame.loops[-1]
    if place + 1 < len(items):
        frame.loops = [*frame.loops[:-1], [begin, items, place + 1]]
        frame.at = begin + 1
    else:
        frame.loops = frame.loops[:-1]
        frame.at += 1
    _show_item(stage, frame)


def _show_item(stage: Stage, frame: Frame) -> None:
    if frame.scope is None:
        return
    if frame.loops:
        _, items, place = frame.loops[-1]
        frame.scope["item"] = thaw(items[place])
    else:
        frame.scope.pop("item", None)


# ---------------------------------------------------------------- saying, asking, saving


def _say(stage: Stage, frame: Frame, operation: Say) -> None:
    _act(stage)
    frame.at += 1
    stage.say(frame, operation.message)


def _ask(stage: Stage, frame: Frame, operation: Ask) -> None:
    _act(stage)
    if frame.version != stage.bot.version:
        moved = _moved_question(stage, frame, operation)
        if moved is not None:
            operation = moved
    asking.ask(stage, frame, operation)


def _moved_question(stage: Stage, frame: Frame, operation: Ask) -> Ask | None:
    """The same question of the newest version, which the frame then stands on."""
    flow = stage.bot.own if not frame.flow else stage.bot.flows.get(frame.flow)
    entry = flow.questions.get(operation.question.signature) if flow is not None else None
    if flow is None or entry is None:
        return None
    versions.adopt(stage, frame, entry)
    found = flow.code[entry]
    return found if isinstance(found, Ask) else None


def _ask_again(stage: Stage, frame: Frame, operation: AskAgain) -> None:
    _act(stage)
    if operation.entry >= 0:
        asking.put(stage, frame, operation.entry, stage.operation(frame, operation.entry))
        return
    tasks.cut(stage, stage.index(frame))
    top = pending(stage)
    if top is not None and stage.knows(top):
        asking.repeat(stage, top)


def _run_out(stage: Stage, frame: Frame) -> None:
    """Too many answers that do not fit: the question's `else`, or the bot's."""
    stage.exhausted = None
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
    _act(stage)
    frame.at += 1
    for path, value in operation.values:
        stage.write(frame, path, stage.value(frame, value))


# ---------------------------------------------------------------- other flows


def _took(stage: Stage, name: str) -> None:
    if stage.intent is None and stage.rung:
        stage.intent = name


def _call_flow(stage: Stage, frame: Frame, operation: CallFlow) -> None:
    _act(stage)
    frame.at += 1
    _took(stage, operation.flow)
    arguments = freeze(stage.values(frame, operation.arguments))
    tasks.call(stage, frame, operation.flow, arguments, operation.save)


def _start_flow(stage: Stage, frame: Frame, operation: StartFlow) -> None:
    _act(stage)
    _took(stage, operation.flow)
    trigger = stage.trigger(frame) if frame.why == "handler" else ""
    arguments = freeze(stage.values(frame, operation.arguments))
    tasks.start(stage, operation.flow, trigger=trigger, arguments=arguments)


def _finish(stage: Stage, frame: Frame, operation: Finish) -> None:
    results = stage.values(frame, operation.results) if operation.results else {}
    endings.finish(stage, frame, results)


def _end_handler(stage: Stage, frame: Frame, operation: EndHandler) -> None:
    endings.end_handler(stage, frame)


def _acting(
    do: Callable[[Stage, Frame, Any], None],
) -> Callable[[Stage, Frame, Any], None]:
    """An operation of another file that counts as an action."""

    def act(stage: Stage, frame: Frame, operation: Any) -> None:
        _act(stage)
        do(stage, frame, operation)

    return act


_OPERATIONS: dict[type, Callable[[Stage, Frame, Any], None]] = {
    Enter: _enter,
    Say: _say,
    Ask: _ask,
    AskAgain: _ask_again,
    Assign: _assign,
    Branch: _branch,
    Jump: _jump,
    Choose: _choose,
    EachBegin: _each_begin,
    EachNext: _each_next,
    Go: _go,
    CallFlow: _call_flow,
    StartFlow: _start_flow,
    Finish: _finish,
    EndHandler: _end_handler,
    Do: _acting(doing.run_action),
    Later: _acting(doing.set_later),
    CancelLater: _acting(doing.cancel_later),
    HandOff: _acting(doing.hand_off),
    Goal: _acting(doing.reach_goal),
}
