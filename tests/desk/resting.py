"""Whether a task waits for time or for another task alone, so that nothing happens until time moves."""

import asyncio
from typing import Any

_FOR_OTHERS = {
    "Condition.wait",
    "Event.wait",
    "Inbox._in_lane",
    "Line.call",
    "Lock.acquire",
    "Queue.get",
    "_wait",
}
"""Where a coroutine stands that another task of ours lets go on."""


def rests(task: "asyncio.Task[Any]") -> bool:
    """A task that waits for bytes, a thread or its own turn does not."""
    waits_for = getattr(task, "_fut_waiter", None)
    if isinstance(waits_for, asyncio.Task) or type(waits_for).__name__ == "_GatheringFuture":
        return True
    if waits_for is None or waits_for.done():
        return False
    name: str = _innermost(task).cr_code.co_qualname
    return name in _FOR_OTHERS or name.endswith(".park")


def _innermost(task: "asyncio.Task[Any]") -> Any:
    coroutine: Any = task.get_coro()
    while hasattr(inner := coroutine.cr_await, "cr_await"):
        coroutine = inner
    return coroutine
