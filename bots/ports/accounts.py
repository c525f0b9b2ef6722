"""The people who sign in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from bots.model.account import Account, NewAccount


class Accounts(Protocol):
    """The people who sign in."""

    async def owner(self) -> Account | None:
        """The first account, or None before the first start."""

    async def found(self, *, email: str, password_hash: str, now: datetime) -> Account:
        """Make the first workspace and its owner."""

    async def register(self, new: NewAccount) -> Account:
        """Make an account, and its workspace where it is invited to none.

        Raises Conflict where the e-mail has an account, CodeRefused for an invitation.
        """

    async def by_email(self, email: str) -> Account | None:
        """Whoever has it, over all workspaces."""

    async def by_id(self, workspace: int, id: int) -> Account:
        """Raises NotFound."""

    async def all(self, workspace: int) -> list[Account]:
        """Those who were not removed."""

    async def change(
        self,
        workspace: int,
        id: int,
        changes: Mapping[str, Any],
        *,
        now: datetime,
        ends: bool = False,
        keep: str = "",
        was: str | None = None,
    ) -> Account:
        """Fields of an account; with `ends` every session of theirs but `keep` is over.

        Raises NotFound; Conflict where a workspace would be without an owner, or (`password`) where
        the hash of the password is no more what it `was`.
        """
