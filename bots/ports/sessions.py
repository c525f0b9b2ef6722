"""Who is signed in where."""

from datetime import datetime, timedelta
from typing import Protocol

from bots.model.account import Account, Rotation, Session


class Sessions(Protocol):
    """Who is signed in where, and the refresh tokens of it by their SHA-256."""

    async def open(self, session: Session, refresh: str | None, *, password_hash: str) -> bool:
        """Keep one, and that its account signed in; not where its password is another meanwhile."""

    async def one(self, id: str) -> tuple[Session, Account] | None:
        """A session and whose it is."""

    async def end(self, id: str, *, now: datetime) -> None:
        """Its tokens open nothing any more."""

    async def rotate(
        self, digest: str, fresh: str, *, now: datetime, grace: timedelta, most: int
    ) -> Rotation:
        """Spend a refresh token for a fresh one.

        The one before the newest may be spent again for a `grace`, `most` times at most; any other
        that was spent ends its session.
        """

    async def prune(self, before: datetime) -> None:
        """Forget what was over by then."""
