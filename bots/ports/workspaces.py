"""Workspaces: which there are, and what their people share."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from bots.model.account import Workspace


class Workspaces(Protocol):
    """What accounts share."""

    async def one(self, id: int) -> Workspace:
        """Raises NotFound."""

    async def opened(self, id: int, *, now: datetime) -> None:
        """Note that what a new one begins with was made."""

    async def in_use(self, id: int) -> bool:
        """Whether somebody talked to an active assistant of it."""

    async def invite(
        self, digest: str, subject: Mapping[str, Any], *, by: int, now: datetime, expires: datetime
    ) -> None:
        """Keep an invitation by the SHA-256 of its code; `by` is the workspace that invites."""

    async def link(self, id: int, account: int, operator: int | None) -> None:
        """The account is this operator, and no other; None: nobody.

        Raises NotFound, Conflict where the operator is another account.
        """
