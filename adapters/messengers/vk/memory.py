"""What is kept of chats in memory, the newest of them: names, programs, messages of our own."""

from collections import OrderedDict
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Newest(Generic[Key, Value]):
    """A mapping that forgets what was not put or asked for the longest; `most` entries stay."""

    def __init__(self, most: int = 10_000) -> None:
        self._most = most
        self._entries: OrderedDict[Key, Value] = OrderedDict()

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    def get(self, key: Key) -> Value | None:
        if key not in self._entries:
            return None
        self._entries.move_to_end(key)
        return self._entries[key]

    def drop(self, key: Key) -> None:
        self._entries.pop(key, None)

    def put(self, key: Key, value: Value) -> None:
        self._entries[key] = value
        self._entries.move_to_end(key)
        if len(self._entries) > self._most:
            self._entries.popitem(last=False)
