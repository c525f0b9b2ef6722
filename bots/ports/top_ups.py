"""Money on its way to a balance, and who takes it."""

from datetime import datetime
from typing import Protocol

from bots.model.billing import Outcome, Taken, TopUp, TopUpStatus


class TopUps(Protocol):
    """Money on its way, by workspace."""

    async def add(self, top_up: TopUp) -> TopUp:
        """Keep a new one, or give what is kept under its id."""

    async def begun(self, id: str, taken: Taken, *, now: datetime) -> TopUp:
        """The provider took it on: it is pending."""

    async def settle(self, id: str, *, amount: int, now: datetime) -> TopUp:
        """The money came: paid, and credited to the workspace, in one go and once."""

    async def end(self, id: str, status: TopUpStatus, error: str, *, now: datetime) -> TopUp:
        """No money will come; what was paid stays paid."""

    async def by_id(self, id: str) -> TopUp | None:
        """Of any workspace: for whoever speaks with the provider."""

    async def by_reference(self, provider: str, reference: str) -> TopUp | None:
        """The same by the provider's own name of the payment."""

    async def pending(self) -> list[TopUp]:
        """All that wait, the oldest first."""

    async def waiting(self, workspace: int) -> int:
        """How many of a workspace wait."""


class TopUpProvider(Protocol):
    """Whoever takes the money of workspaces: a bank, or the sandbox that only plays one.

    `every` is how many seconds apart it may be asked of a payment that has just begun.
    """

    name: str
    every: float

    async def begin(self, top_up: TopUp) -> Taken:
        """Take it on; again with the same id it is the same payment.

        Raises PaymentFailed where it is refused, RemoteFailed where nobody knows.
        """

    async def outcome(self, reference: str) -> Outcome:
        """How far a payment is. Raises RemoteFailed."""
