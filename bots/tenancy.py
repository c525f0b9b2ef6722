"""Whose request is being answered: where a database has walls between workspaces, it asks here.

Only whoever answers a request is behind a wall. What is begun on the way, and goes on by itself, is
of the machinery, which sees everything.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

Given = ParamSpec("Given")
Result = TypeVar("Result")

_answering: ContextVar[tuple[int, int] | None] = ContextVar("answering", default=None)
"""The workspace, and which task answers: tasks that it begins inherit the rest of its context."""


def answer_for(workspace: int) -> None:
    """From here on this task reads and writes of one workspace alone."""
    _answering.set((workspace, _task()))


def answered_for() -> int | None:
    """The workspace behind whose wall we are; None where there is no wall."""
    answering = _answering.get()
    return answering[0] if answering is not None and answering[1] == _task() else None


def over_all(
    ask: Callable[Given, Coroutine[Any, Any, Result]],
) -> Callable[Given, Coroutine[Any, Any, Result]]:
    """Marks a question of the machinery, such as whose a key is: no wall is in its way."""

    @wraps(ask)
    async def asked(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        before = _answering.set(None)
        try:
            return await ask(*args, **kwargs)
        finally:
            _answering.reset(before)

    return asked


def _task() -> int:
    return id(asyncio.current_task())
