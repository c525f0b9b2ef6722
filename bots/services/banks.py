"""Whoever takes the money of a chat: its own messenger where it does, else the one bank of all."""

from collections.abc import Mapping
from decimal import Decimal

from bots.errors import NotFound
from bots.model.payment import Invoice
from bots.ports import Channel, PaymentProvider


class Banks:
    """The provider of providers. `channels` may become more while it runs."""

    def __init__(
        self, channels: Mapping[str, Channel], otherwise: PaymentProvider | None = None
    ) -> None:
        self._channels = channels
        self._otherwise = otherwise

    async def offer(self, invoice: Invoice) -> str:
        """Raises NotFound where nobody takes the chat's money, and what the provider raises."""
        return await self._of(invoice).offer(invoice)

    async def give_back(self, invoice: Invoice, amount: Decimal, *, key: str) -> None:
        """The same."""
        await self._of(invoice).give_back(invoice, amount, key=key)

    def _of(self, invoice: Invoice) -> PaymentProvider:
        channel = self._channels.get(invoice.address.channel)
        bank = channel.bank if channel is not None else None
        if bank is not None and bank.takes(invoice.currency):
            return bank
        if self._otherwise is None:
            raise NotFound("bank", invoice.address.channel)
        return self._otherwise
