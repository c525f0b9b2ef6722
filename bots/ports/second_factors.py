"""What is asked for beside passwords."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol


class SecondFactors(Protocol):
    """What is asked for beside passwords."""

    async def put(self, account: int, sealed: str, codes: Sequence[str]) -> None:
        """Keep a secret, which counts from its first code on, and SHA-256 of backup codes."""

    async def take(self, account: int, step: int) -> bool:
        """Whether the code of this step of time, or of a later one, was not used before; now it is."""

    async def take_code(self, account: int, digest: str, *, now: datetime) -> bool:
        """Whether this is a backup code that was not used before; now it is."""

    async def clear(self, account: int) -> None:
        """Passwords alone again."""
