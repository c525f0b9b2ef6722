"""Where a flow's walk leads: steps, jumps, branches, loops over lists."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from flows import asking, back, endings, tasks
from flows.errors import RunError
from flows.frames import Frame
from flows.machine import allowed
from flows.memory import element_of
from flows.model import Branch, Choose, EachBegin, EachNext, Enter, Flow, Go, Jump, Split
from flows.stage import Stage
from flows.values import freeze_light

WALK_KEPT = 12


# ---------------------------------------------------------------- steps


def enter(stage: Stage, frame: Frame, operation: Enter) -> None:
    step = operation.step
    flow: Flow = frame.known or stage.flow(frame)
    if flow.machine is not None and (frame.step, step) not in flow.machine.pairs:
        _guard(flow, frame, step)
    if frame.jumped:
        frame.jumped = False
    _walk(stage, frame, step)
    frame.at += 1


def _walk(stage: Stage, frame: Frame, step: str) -> None:
    frame.step = step
    stage.entered = step
    walked = stage.position.walked
    walked.append(f"{frame.flow}:{step}")
    if len(walked) > WALK_KEPT:
        del walked[0]


def _guard(flow: Flow, frame: Frame, step: str) -> None:
    """No path may lead where the flow's own table of moves does not."""
    if frame.step is not None and not allowed(flow, frame.step, step):
        raise RunError(f"из шага «{frame.step}» нет дороги в шаг «{step}»")


def go(stage: Stage, frame: Frame, operation: Go) -> None:
    handler = frame.why == "handler"
    if operation.where == "step":
        _go_to_step(stage, frame, operation.step)
    elif operation.where == "again":
        _again(stage, frame)
    else:
        if handler:
            _drop_handler(stage, frame)
        # Where there is no way back, the flow goes on.
        frame.at += 1
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
    if not stage.knows(frame):
        # It may not go on in its version, and begins anew in the newest.
        return
    if not from_handler:
        _guard(stage.flow(frame), frame, step)
    elif step not in stage.flow(frame).steps:
        raise RunError(f"в сценарии «{frame.flow}» нет шага «{step}»")
    jump_to(stage, frame, step)


def jump_to(stage: Stage, frame: Frame, step: str) -> None:
    """Stand at the beginning of a step that was gone to: its questions are put in any case."""
    flow = stage.flow(frame)
    entry = flow.steps[step]
    frame.loops = []
    stage.forget_lists(frame)
    frame.scope = None
    frame.jumped = True
    _walk(stage, frame, step)
    frame.at = entry + 1 if isinstance(flow.code[entry], Enter) else entry


def _again(stage: Stage, frame: Frame) -> None:
    frame = _lender(stage, frame)
    if not stage.knows(frame):
        return
    if frame.latest < 0:
        raise RunError(f"в сценарии «{frame.flow}» ещё ничего не спрашивали")
    asking.put(stage, frame, frame.latest, stage.operation(frame, frame.latest))


# ---------------------------------------------------------------- branches and loops


def jump(stage: Stage, frame: Frame, operation: Jump) -> None:
    frame.at = operation.entry


def branch(stage: Stage, frame: Frame, operation: Branch) -> None:
    holds = stage.true(frame, operation.condition)
    frame.at = frame.at + 1 if holds else operation.otherwise


def choose(stage: Stage, frame: Frame, operation: Choose) -> None:
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


def split(stage: Stage, frame: Frame, operation: Split) -> None:
    """Go the way of the customer's group; who is in none, or in one that is gone, is put into one."""
    group = stage.splits.get(operation.name)
    drawn = group is None or group not in operation.cases
    if group is None or drawn:
        group = _drawn(operation.shares, stage.luck(operation.name))
        stage.splits = {**stage.splits, operation.name: group}
        stage.user_changed = True
    frame.at = operation.cases[group]
    stage.happened("split", frame, split=operation.name, case=group, drawn=drawn)


def _drawn(shares: Mapping[str, float], luck: float) -> str:
    """The group in which a point of [0, 1) falls."""
    left = luck * sum(shares.values())
    for name, share in shares.items():
        left -= share
        if left < 0:
            return name
    return next(name for name in reversed(list(shares)) if shares[name])


def begin_loop(stage: Stage, frame: Frame, operation: EachBegin) -> None:
    items = stage.evaluate(frame, operation.items)
    if isinstance(items, dict):
        items = list(items.values())
    if not isinstance(items, (list, tuple)) or not items:
        frame.at = operation.end
        return
    key = str(stage.number())
    # The list as it is now: whatever becomes of the variable, the loop goes over these elements.
    frame.lists[key] = freeze_light(list(items))
    frame.loops = [*frame.loops, [frame.at, key, 0]]
    frame.at += 1
    _show_item(stage, frame)


def next_in_loop(stage: Stage, frame: Frame, operation: EachNext) -> None:
    if not frame.loops:
        frame.at += 1
        return
    begin, key, place = frame.loops[-1]
    if place + 1 < len(frame.elements(frame.loops[-1])):
        frame.loops = [*frame.loops[:-1], [begin, key, place + 1]]
        frame.at = begin + 1
    else:
        frame.loops = frame.loops[:-1]
        stage.forget_lists(frame)
        frame.at += 1
    _show_item(stage, frame)


def _show_item(stage: Stage, frame: Frame) -> None:
    if frame.scope is None:
        return
    if frame.loops:
        frame.scope["item"] = element_of(frame)
    else:
        frame.scope.pop("item", None)
