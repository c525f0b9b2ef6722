"""Every command by its names, and the nearest one to a name that is none."""

from collections.abc import Mapping
from difflib import get_close_matches

from adapters.messengers.telegram.desk.commands import (
    canned,
    correcting,
    delivering,
    helping,
    looking,
    marking,
    moving,
    presence,
    templates,
)
from adapters.messengers.telegram.desk.kit import Kit
from adapters.messengers.telegram.desk.order import Command, Order, Run


async def _help(order: Order, kit: Kit) -> str:
    internal = order.chat is not None and kit.parts.queue(order.chat).internal
    return helping.told(ALL, order.who, order.language, internal=internal)


ALL: tuple[Command, ...] = (
    *moving.COMMANDS,
    *canned.COMMANDS,
    *correcting.COMMANDS,
    *marking.COMMANDS,
    *looking.COMMANDS,
    *presence.COMMANDS,
    *templates.COMMANDS,
    Command(
        name="help",
        also=("помощь", "команды"),
        means=("Все команды", "All commands"),
        run=_help,
        role="viewer",
        everywhere=True,
    ),
)

VERBS: Mapping[str, Run] = {
    "take": moving.take,
    "reopen": moving.reopen,
    "release": moving.release,
    "close": moving.close,
    "transfer": moving.transfer,
    "assign": moving.assign,
    "to": moving.to_person,
    "as": moving.assign_person,
    "tq": moving.to_queue,
    "note": marking.how_to_note,
    "spam": marking.spam,
    "transcript": looking.transcript,
    "canned": canned.canned,
    "cn": canned.pick,
    "cnsend": canned.send,
    "cnedit": canned.how_to_edit,
    "sendso": delivering.send_so,
    "drop": delivering.drop,
    "retry": delivering.retry,
    "astext": delivering.as_text,
}
"""What the buttons of cards and answers do, beside those of words that were not sent."""

_BY_NAME = {name: one for one in ALL for name in (one.name, *one.also)}


def named(name: str) -> Command | None:
    """A command by any of its names."""
    return _BY_NAME.get(name.casefold())


def nearest(name: str) -> str | None:
    """What somebody may have meant."""
    close = get_close_matches(name.casefold(), _BY_NAME, n=1, cutoff=0.6)
    return close[0] if close else None
