"""A shelf that forgets: for bots played in the terminal or in tests, where nothing is kept."""

import copy
from typing import Any


class MemoryShelf:
    """The port `Shelf` in a dictionary."""

    def __init__(self) -> None:
        self._shelves: dict[tuple[int, str], dict[str, Any]] = {}

    async def get(self, workspace: int, shelf: str, key: str) -> Any | None:
        return copy.deepcopy(self._shelves.get((workspace, shelf), {}).get(key))

    async def put(self, workspace: int, shelf: str, key: str, value: Any) -> None:
        things = self._shelves.setdefault((workspace, shelf), {})
        if value is None:
            things.pop(key, None)
        else:
            things[key] = copy.deepcopy(value)

    async def all(self, workspace: int, shelf: str) -> dict[str, Any]:
        return copy.deepcopy(self._shelves.get((workspace, shelf), {}))
