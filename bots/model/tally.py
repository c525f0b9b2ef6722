"""What is counted of dialogs: for each day, place in a flow and outcome one number."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from flows.standing import question_key
from flows.turn import Effect, Happened

QUESTION_OUTCOMES = ("asked", "answered", "misfit", "silent", "left")
TASK_OUTCOMES = (
    "task_started",
    "task_done",
    "task_cancelled",
    "task_expired",
    "task_failed",
    "task_dropped",
)


class Tally(NamedTuple):
    """What is counted. `about` is a question's key, a goal's name, or `name variant` of a split."""

    flow: str
    step: str
    about: str
    what: str


def tallies(effects: Iterable[Effect]) -> Counter[Tally]:
    """What a turn adds to the counters."""
    found: Counter[Tally] = Counter()
    for effect in effects:
        if isinstance(effect, Happened) and effect.name in _COUNTED:
            data = effect.data
            if effect.name == "split" and not data.get("drawn", True):
                # A customer counts once, however often the flow comes by.
                continue
            flow, step = data.get("flow") or "", data.get("step") or ""
            found[Tally(flow, step, _COUNTED[effect.name](data), effect.name)] += 1
    return found


def _question(data: Any) -> str:
    return question_key(data.get("save", ""), data.get("kind", ""))


def _split(data: Any) -> str:
    return f"{data.get('split', '')} {data.get('case', '')}"


_COUNTED = {
    **dict.fromkeys(QUESTION_OUTCOMES, _question),
    **dict.fromkeys(TASK_OUTCOMES, lambda data: ""),
    "goal": lambda data: str(data.get("goal", "")),
    "split": _split,
}
