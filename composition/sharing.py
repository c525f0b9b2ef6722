"""How a process shares its chats with the others on one database; on SQLite there are none."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

from adapters.ids import Ids
from bots.model.message import Address
from bots.model.neighbour import Stirred
from bots.model.slots import ALONE, Slots
from bots.news import News
from bots.sharing import Sharing
from bots.shift import Shift
from composition.here import VERSION
from composition.house import House
from config.settings import Settings

if TYPE_CHECKING:
    from adapters.hints.redis import RedisHints
    from adapters.messengers.web.hub import Hub

LOOK_EVERY, LOOK_SELDOM = 0.25, 1.0
"""Seconds after which a process looks for what others left to it, though nobody told: without Redis, and with."""


def slots_of(settings: Settings, new_id: Ids) -> Slots:
    """Which chats are ours: on SQLite all, for there is no other process."""
    return ALONE if isinstance(settings.database, Path) else Slots(new_id())


def hints_of(settings: Settings, slots: Slots, house: Callable[[], House]) -> "RedisHints | None":
    """What wakes the other processes; None where each looks by itself."""
    if settings.redis_url is None or isinstance(settings.database, Path):
        return None
    from adapters.hints.redis import RedisHints

    def committed(chat: Stirred | None) -> None:
        if (neighbours := house().neighbours) is not None:
            neighbours.stirred(chat)

    return RedisHints(
        settings.redis_url,
        channel=redis_name(settings.database),
        origin=slots.holder,
        stirred=lambda slot, what: house().shift.stirred(slot, what),
        committed=committed,
        typed=lambda address, name: house().typed(address, name),
    )


def redis_name(database: str) -> str:
    """What the processes on one database call themselves in Redis."""
    return f"easyflow:{crc32(database.encode()):08x}"


def sharing_of(
    settings: Settings, slots: Slots, shift: Shift, news: News, role: str
) -> Sharing | None:
    """What agrees with the other processes on who does what."""
    if isinstance(settings.database, Path):
        return None
    from storage.postgres.membership import SqlMembership

    membership = SqlMembership(
        settings.database, id=slots.holder, role=role, version=VERSION, news=news
    )
    return Sharing(membership, slots, take_up=shift.take_up, let_go=shift.let_go)


def share_typing(house: House, hub: "Hub") -> None:
    """Who types is seen in every process, where Redis tells the others."""
    hints, following = house.hints, house.following
    if hints is None:
        return

    def typed(address: Address, name: str | None) -> None:
        if name is None:
            hub.typing_here(address)
        else:
            following.typing_here(address, name)

    house.typed = typed
    hub.elsewhere = lambda address: hints.types(address, None)
    following.elsewhere = hints.types
