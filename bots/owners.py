"""What a bot's own `actions.py` imports: `from bots.owners import action, Context, Failed`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

MARK = "__easyflow_action__"
"""The attribute by which a function is known as an action; it holds the action's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What surrounds a call, for functions with an argument `ctx`.

    `now` is in the bot's zone. The same `key` again (a retry, a restart) must have no second effect.
    """

    bot: str
    channel: str
    chat_id: str
    key: str
    now: datetime


class Failed(Exception):
    """Raise it where the flow's `failed` should run; `again` says that trying again may help."""

    def __init__(self, reason: str, *, again: bool = False) -> None:
        self.again = again
        super().__init__(reason)


def action(
    name: str, *, effect: Literal["none", "undo", "yes"] = "yes", about: str = ""
) -> Callable[[Function], Function]:
    """Let `do:` name this function. Its arguments are the action's `with`, its result is `save`d.

    All of this is read from the source, too, without running it: write plain strings.
    """

    def marked(function: Function) -> Function:
        setattr(function, MARK, name)
        return function

    return marked
