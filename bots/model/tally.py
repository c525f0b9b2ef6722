"""What is counted of dialogs: for each day, place in a flow and outcome one number."""

from collections.abc import Callable, Iterable, Mapping
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


def tallies(effects: Iterable[Effect]) -> dict[Tally, int]:
    """What a turn adds to the counters."""
    found: dict[Tally, int] = {}
    for effect in effects:
        if not isinstance(effect, Happened):
            continue
        about = _COUNTED.get(effect.name)
        if about is None:
            continue
        data = effect.data
        if effect.name == "split" and not data.get("drawn", True):
            # A customer counts once, however often the flow comes by.
            continue
        tally = Tally(data.get("flow") or "", data.get("step") or "", about(data), effect.name)
        found[tally] = found.get(tally, 0) + 1
    return found


def _question(data: Mapping[str, Any]) -> str:
    return question_key(data.get("save", ""), data.get("kind", ""))


def _split(data: Mapping[str, Any]) -> str:
    return f"{data.get('split', '')} {data.get('case', '')}"


_COUNTED: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    **dict.fromkeys(QUESTION_OUTCOMES, _question),
    **dict.fromkeys(TASK_OUTCOMES, lambda data: ""),
    "goal": lambda data: str(data.get("goal", "")),
    "split": _split,
}
