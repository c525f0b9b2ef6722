"""Texts of flows: plain words with `{{ expressions }}` in them, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flows.env import Env


@dataclass(frozen=True, slots=True)
class Text:
    source: str
    names: frozenset[str]
    paths: frozenset[str]
    constant: bool

    def render(self, scope: Mapping[str, Any], env: Env) -> str:
        raise NotImplementedError

    def value(self, scope: Mapping[str, Any], env: Env) -> Any:
        raise NotImplementedError


def parse_text(source: str) -> Text:
    raise NotImplementedError
