"""People who answer customers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from bots.model.operator import Linked, Operator


class Operators(Protocol):
    """Our people, and the one-time codes that link them and their groups."""

    async def all(self, workspace: int | None) -> list[Operator]:
        """Also those who are no longer active; None is for whoever serves all workspaces."""

    async def by_id(self, workspace: int, id: int) -> Operator:
        """Raises NotFound."""

    async def by_telegram(self, workspace: int, user_id: str) -> Operator | None:
        """Who links to this person of Telegram."""

    async def put(self, operator: Operator, *, now: datetime) -> Operator:
        """Keep; one with the id 0 is new and gets one. Raises Conflict: somebody else's Telegram."""

    async def change(
        self, workspace: int, id: int, changes: Mapping[str, Any], *, now: datetime
    ) -> Operator:
        """Fields of an operator; whatever others changed meanwhile stays. Raises NotFound, Conflict."""

    async def add_code(
        self,
        workspace: int,
        digest: str,
        kind: str,
        subject: Mapping[str, Any],
        *,
        now: datetime,
        expires: datetime,
        alone: bool = False,
    ) -> None:
        """Keep a one-time code by its SHA-256 (hex); `alone` makes earlier ones of its subject void."""

    async def use_code(
        self, workspace: int, digest: str, kind: str, *, by: str, now: datetime
    ) -> Mapping[str, Any]:
        """What it is for, once; whoever used it may ask again. Raises CodeRefused."""

    async def link(
        self, workspace: int, digest: str, *, telegram: str, username: str, now: datetime
    ) -> Linked:
        """Use the code and note whose Telegram account used it, both or neither.

        The same again changes nothing. Raises CodeRefused, LinkedElsewhere.
        """


class Seats(Protocol):
    """Who of our people somebody is that calls us over HTTP; always inside one workspace."""

    async def all(self, workspace: int) -> list[Operator]:
        """Also those who are no longer active."""

    async def by_id(self, workspace: int, id: int) -> Operator:
        """Raises NotFound."""

    async def of_account(self, workspace: int, account: int, *, now: datetime) -> Operator:
        """Who signs in with an account; made of it at first need. Raises NotFound for no account."""

    async def called(self, workspace: int, name: str, *, now: datetime) -> Operator:
        """Who goes by a name, in any case of its letters; made at first need.

        Raises Conflict where several do.
        """
