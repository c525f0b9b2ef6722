"""What flows read as `handoff.*`: the place in the queue while a person is waited for, then what came of it."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from flows.env import Env
from flows.formats import plural
from flows.turn import HANDOFF_DETAILS, Waiting
from flows.values import thaw

PARTS = ("queue", "position", "estimate", "outcome", "rating", *HANDOFF_DETAILS)
"""What may be read of it."""


class Handed(Mapping[str, Any]):
    """`position` and `estimate` are worked out when they are read; what is unknown reads as empty."""

    __slots__ = ("_env", "_known", "_waiting")

    def __init__(self, known: Mapping[str, Any], waiting: Mapping[str, Waiting], env: Env) -> None:
        self._known = known
        self._waiting = waiting
        self._env = env

    def __getitem__(self, name: str) -> Any:
        if name == "position":
            queue = self._queue()
            return None if queue is None else queue.place or queue.count + 1
        if name == "estimate":
            queue = self._queue()
            return None if queue is None else estimate(queue.minutes, self._env.language)
        value = self._known[name]
        if name == "duration" and isinstance(value, (int, float)):
            return timedelta(seconds=round(value))
        return thaw(value)

    def _queue(self) -> Waiting | None:
        """The queue the chat waits in; none once that is over."""
        if "outcome" in self._known:
            return None
        return self._waiting.get(self._known.get("queue", ""), _NOBODY)

    def __iter__(self) -> Iterator[str]:
        yield from self._known
        yield from ("position", "estimate")

    def __len__(self) -> int:
        return len(self._known) + 2


_NOBODY = Waiting()


# What follows “about” stands in the genitive in Russian.
_WORDS: Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "ru": ("около", ("минуты", "минут", "минут"), ("часа", "часов", "часов")),
    "en": ("about", ("minute", "minutes"), ("hour", "hours")),
    "uz": ("taxminan", ("daqiqa",), ("soat",)),
}


def estimate(minutes: float | None, language: str) -> str | None:
    """`около 5 минут`: no finer than anybody could promise. None where nothing is known."""
    if minutes is None:
        return None
    about, in_minutes, in_hours = _WORDS.get(language, _WORDS["en"])
    whole = max(1, round(minutes))
    if whole > 10:
        whole = 5 * round(minutes / 5)
    if whole >= 60:
        return f"{about} {plural(max(1, round(minutes / 60)), in_hours, language)}"
    return f"{about} {plural(whole, in_minutes, language)}"
