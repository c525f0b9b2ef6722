"""Every command by its names, and the nearest one to a name that is none."""

from collections.abc import Mapping
from difflib import get_close_matches

from adapters.messengers.telegram.desk.commands import delivering, moving
from adapters.messengers.telegram.desk.order import Command, Run

ALL: tuple[Command, ...] = (*moving.COMMANDS,)

VERBS: Mapping[str, Run] = {
    "take": moving.take,
    "release": moving.release,
    "close": moving.close,
    "sendso": delivering.send_so,
    "drop": delivering.drop,
    "retry": delivering.retry,
    "astext": delivering.as_text,
}
"""What the buttons of a card do, beside those that answer about a message."""

_BY_NAME = {name: one for one in ALL for name in (one.name, *one.also)}


def named(name: str) -> Command | None:
    """A command by any of its names."""
    return _BY_NAME.get(name.casefold())


def nearest(name: str) -> str | None:
    """What somebody may have meant."""
    close = get_close_matches(name.casefold(), _BY_NAME, n=1, cutoff=0.6)
    return close[0] if close else None
