"""The demo actions for a conversation that is only played: at once, on its clock, forgotten after."""

from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from typing import Any

from adapters.demo.actions import DemoActions, DemoBot
from adapters.demo.memory import MemoryShelf
from bots.errors import ActionFailed
from flows.rehearsal import ActionFails, Actions


def rehearsed(bot: DemoBot, clock: Callable[[], datetime]) -> Actions:
    """Actions over an empty shelf; each call is one that was never made before."""
    demo = DemoActions(MemoryShelf(), clock, lambda _: bot)
    calls = 0

    def act(action: str, arguments: Mapping[str, Any]) -> Any:
        nonlocal calls
        calls += 1
        job = demo.run(action, arguments, bot="rehearsal", workspace=1, key=str(calls))
        try:
            return _at_once(job)
        except ActionFailed as failure:
            raise ActionFails(str(failure)) from None

    return act


def _at_once(job: Coroutine[Any, Any, Any]) -> Any:
    """What a coroutine returns that waits for nothing: a shelf in memory never makes it wait."""
    try:
        job.send(None)
    except StopIteration as result:
        return result.value
    job.close()
    raise RuntimeError("a demo action waited for something")
