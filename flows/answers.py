"""Answer types: what a customer may write for each `as`, and the value it becomes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flows.env import Env
from flows.text import Text
from flows.turn import Sent


@dataclass(frozen=True, slots=True)
class Fit:
    value: Any


@dataclass(frozen=True, slots=True)
class Misfit:
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerType:
    name: str
    base: str
    clean: str | None = None
    matches: Any = None
    min: Any = None
    max: Any = None
    retry: Text | None = None
    unmistakable: bool = False

    def parse(self, text: str, attached: Sequence[Sent], env: Env) -> Fit | Misfit:
        raise NotImplementedError

    def find(self, text: str, env: Env) -> Any | None:
        raise NotImplementedError


def answer_type(
    name: str,
    *,
    base: str,
    clean: str | None = None,
    matches: str | None = None,
    min: Any = None,
    max: Any = None,
    retry: Text | None = None,
) -> AnswerType:
    raise NotImplementedError


BASE_TYPES: Mapping[str, AnswerType] = {}
