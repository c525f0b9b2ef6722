"""Hash slots: chats are spread over so many, and processes share the slots out among them."""

import time
from collections.abc import Callable, Collection
from functools import lru_cache
from zlib import crc32

from bots.model.message import Address, UnifiedMessage

SLOTS = 64
"""Never to be changed: rows name their slot."""

CHORES = SLOTS
"""One more, of what a single process does for all: keeping time, operators' groups, asking for updates."""


@lru_cache(maxsize=65_536)
def slot_of(address: Address) -> int:
    """The slot of a chat, the same in every process and for ever."""
    return crc32("/".join(map(str, address)).encode()) % SLOTS


def slot_of_message(message: UnifiedMessage) -> int:
    """The slot of whoever has to take it: what happens in operators' groups goes to their desk."""
    return CHORES if message.happening == "desk" else slot_of(message.address)


class Slots:
    """Which slots this process holds, until when; a process that is `alone` has them all for ever."""

    def __init__(
        self, holder: str = "", *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """`holder` is the id of one process among several; without it this one is alone."""
        self.holder = holder
        self.alone = not holder
        self._monotonic = monotonic
        self._held: frozenset[int] = frozenset()
        self._until = 0.0

    @property
    def held(self) -> frozenset[int] | None:
        """Those of this moment; None is all of them."""
        if self.alone:
            return None
        return self._held if self._monotonic() < self._until else frozenset()

    def has(self, address: Address) -> bool:
        """Whether a chat is this process's."""
        return self.alone or self.has_slot(slot_of(address))

    def has_slot(self, slot: int) -> bool:
        return self.alone or (slot in self._held and self._monotonic() < self._until)

    def hold(self, slots: Collection[int], until: float) -> None:
        """These and no others, until a moment of the monotonic clock."""
        self._held, self._until = frozenset(slots), until

    def leave(self, slots: Collection[int]) -> None:
        """These no more."""
        self._held -= frozenset(slots)


ALONE = Slots()
