"""Hash slots: chats are spread over so many, and processes share the slots out among them."""

from functools import lru_cache
from zlib import crc32

from bots.model.message import Address

SLOTS = 64
"""Never to be changed: rows name their slot."""


@lru_cache(maxsize=65_536)
def slot_of(address: Address) -> int:
    """The slot of a chat, the same in every process and for ever."""
    return crc32("/".join(map(str, address)).encode()) % SLOTS
