"""What keeps a dialog from going on without end, and the name of the loop it went round."""

from collections.abc import Sequence
from typing import NoReturn

from flows.errors import RunError
from flows.frames import Frame
from flows.model import EachBegin
from flows.stage import Stage

ACTIONS_PER_TURN = 100
MESSAGES_IN_A_ROW = 100
TURNS_PER_TASK = 500
RUNS_IN_A_ROW = 500


def refuse(stage: Stage) -> NoReturn:
    """One action more than a turn may do was about to be done."""
    stage.say_once_only()
    raise RunError(f"больше {ACTIONS_PER_TURN} действий подряд без ожидания: {loop_of(stage)}")


def say(stage: Stage) -> None:
    """A message is about to be said; a customer gets only so many before somebody is waited for."""
    position = stage.position
    position.told += 1
    if position.told > MESSAGES_IN_A_ROW:
        raise RunError(
            f"больше {MESSAGES_IN_A_ROW} сообщений подряд без ожидания: {loop_of(stage)}"
        )


def run(stage: Stage) -> None:
    """A slow action is about to run; flows that start one another run only so many in a row."""
    position = stage.position
    position.ran += 1
    if position.ran > RUNS_IN_A_ROW:
        raise RunError(
            f"больше {RUNS_IN_A_ROW} медленных действий подряд без ожидания: {loop_of(stage)}"
        )


def count_turn(stage: Stage, frame: Frame, *, anew: bool = False) -> None:
    """The task is about to wait: a task that goes astray waits and waits without an end.

    `anew` says that it waits at a menu, which is a new beginning.
    """
    root = frame if frame.task else stage.root(frame)
    if root is None:
        return
    root.turns = 0 if anew else root.turns + 1
    if root.turns > TURNS_PER_TASK:
        raise RunError(
            f"сценарий «{root.flow}» ждал больше {TURNS_PER_TASK} раз, ходит по кругу: {loop_of(stage)}"
        )


def loop_of(stage: Stage) -> str:
    """The steps that came round, as the owner named them, and the list that is gone over."""
    top = stage.top
    flow = top.flow if top is not None else ""
    path = _path(stage.position.walked) or (f"сценарий «{flow}»" if flow else "обработчик бота")
    if top is None or not top.loops:
        return path
    loop = top.loops[-1]
    begin = stage.operation(top, loop[0])
    source = begin.items.source if isinstance(begin, EachBegin) else ""
    return f"{path}, each: {source}, элемент {loop[2] + 1} из {len(top.elements(loop))}"


def _path(walked: Sequence[str]) -> str:
    """«меню → выбор → меню»; where several flows take part each step is named with its flow."""
    last = walked[-1] if walked else ""
    earlier = [place for place, step in enumerate(walked[:-1]) if step == last]
    round_trip = walked[earlier[-1] :] if earlier else walked
    parts = [step.partition(":") for step in round_trip]
    several = len({flow for flow, _, _ in parts}) > 1
    return " → ".join(f"{flow}: {step}" if several else step for flow, _, step in parts)
