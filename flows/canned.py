"""Answers that operators have ready: what may stand in one, and the words it comes to in a chat."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flows.env import Env
from flows.errors import RunError
from flows.memory import Openings
from flows.model import Bot
from flows.text import Text
from flows.values import thaw_fields

NAMES = ("user", "customer", "operator", "number", "queue", "hours", "now", "today")
"""What a ready answer may tell: no flow is at work where an operator uses it."""

PARTS: Mapping[str, tuple[str, ...]] = {"customer": ("name",), "operator": ("name",)}

LONGEST_KEY = 40
RESERVED = frozenset(
    ("add", "remove", "list", "everywhere", "добавить", "убрать", "удалить", "список", "везде")
)
"""What operators order of ready answers by; one called so could never be reached."""


class Unfilled(Exception):
    """Something that an answer tells is not known in this chat; `names` are the expressions."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(", ".join(names))
        self.names = names


def stray(text: Text) -> tuple[str, ...]:
    """The variables of a text that no ready answer can tell."""
    roots = {name for name in text.names if name not in NAMES}
    return tuple(sorted(roots | {path for path in text.paths if not _known(path)}))


def _known(path: str) -> bool:
    """Whether a path is right, or begins with a name that is told of anyway."""
    root, _, rest = path.partition(".")
    allowed = PARTS.get(root)
    return root not in NAMES or not rest or allowed is None or rest in allowed


def filled(
    bot: Bot,
    text: Text,
    *,
    now: datetime,
    user: Mapping[str, Any],
    customer: str = "",
    operator: str = "",
    number: int = 0,
    queue: str = "",
) -> str:
    """The words for one chat. Raises Unfilled rather than leave a hole in them.

    `user` is what the bot remembers of the person, as it is kept; `customer` their own name.
    """
    env = Env(bot.language, ZoneInfo(bot.timezone), now)
    scope = {
        "user": thaw_fields(user),
        "customer": {"name": customer or None},
        "operator": {"name": operator or None},
        "number": number or None,
        "queue": queue or None,
        "hours": Openings(bot.hours, env),
    }
    try:
        holes = text.holes(scope, env)
        if holes:
            raise Unfilled(holes)
        return text.render(scope, env)
    except RunError as error:
        raise Unfilled((str(error),)) from error
