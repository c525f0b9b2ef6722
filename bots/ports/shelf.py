"""Small things by their names."""

from typing import Any, Protocol


class Shelf(Protocol):
    """Small JSON things by name: what demo actions remember, uploaded files' ids."""

    async def get(self, workspace: int, shelf: str, key: str) -> Any | None:
        """What was put there, or None."""

    async def put(self, workspace: int, shelf: str, key: str, value: Any) -> None:
        """Keep it, in place of what was there; None takes it away."""

    async def all(self, workspace: int, shelf: str) -> dict[str, Any]:
        """Everything on a shelf."""
