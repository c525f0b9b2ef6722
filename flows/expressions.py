"""Expressions of flows: a small, halting part of Python's grammar, checked once, run often."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flows.env import Env
from flows.errors import FlowError


class ExpressionError(FlowError):
    """An expression the owner has to change; `column` counts from 1 inside its source."""

    def __init__(self, text: str, column: int = 1) -> None:
        super().__init__(text)
        self.text = text
        self.column = column


@dataclass(frozen=True, slots=True)
class Expression:
    source: str
    names: frozenset[str]
    paths: frozenset[str]

    def evaluate(self, scope: Mapping[str, Any], env: Env) -> Any:
        raise NotImplementedError

    def true(self, scope: Mapping[str, Any], env: Env) -> bool:
        raise NotImplementedError


def parse_expression(source: str) -> Expression:
    raise NotImplementedError
