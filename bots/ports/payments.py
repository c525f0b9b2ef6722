"""Those who take customers' money."""

from decimal import Decimal
from typing import Protocol

from bots.model.payment import Invoice


class PaymentProvider(Protocol):
    """Whoever takes customers' money: a bank, or the sandbox that only plays one."""

    async def offer(self, invoice: Invoice) -> str:
        """Take an invoice on; gives the address at which it is paid. Raises RemoteFailed."""

    async def give_back(self, invoice: Invoice, amount: Decimal, *, key: str) -> None:
        """Refund; the same `key` again has no second effect. Raises RemoteFailed."""


class MessengersBank(PaymentProvider, Protocol):
    """A messenger that takes its customers' money itself."""

    def takes(self, currency: str) -> bool:
        """Whether money of this currency (ISO 4217, or the messenger's own) is paid inside it."""


class Invoices(Protocol):
    """What a messenger that takes money itself has to know and to tell of invoices."""

    async def by_id(self, workspace: int, id: str) -> Invoice:
        """Raises NotFound."""

    async def paid(self, workspace: int, id: str, *, charge: str = "") -> Invoice:
        """The money has come; noted when it returns. Raises NotFound, Unavailable."""

    async def given_back(self, workspace: int, id: str, *, charge: str) -> None:
        """All of it went back, whoever had it sent. Raises NotFound, Unavailable."""
