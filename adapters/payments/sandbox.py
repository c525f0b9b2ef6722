"""A bank that only plays one: whoever presses the button on an invoice's page has paid it."""

from collections.abc import Callable
from decimal import Decimal

from bots.model.payment import Invoice
from bots.ports import Shelf

TOKENS = "sandbox payments"
"""The shelf that leads from a page's token to its invoice."""


class Sandbox:
    """The provider. A page is found by a token that nobody can guess."""

    def __init__(
        self, shelf: Shelf, *, workspace: int, base: str, new_secret: Callable[[], str]
    ) -> None:
        """`workspace` keeps the tokens of all; `base` is where customers reach the server."""
        self._shelf = shelf
        self._workspace = workspace
        self._base = base
        self._new_secret = new_secret

    async def offer(self, invoice: Invoice) -> str:
        token = self._new_secret()
        await self._shelf.put(self._workspace, TOKENS, token, invoice.id)
        return f"{self._base}/pay/{token}"

    async def invoice_at(self, url: str) -> str | None:
        """The invoice whose page is at an address."""
        start, _, token = url.rpartition("/")
        if start != f"{self._base}/pay":
            return None
        found: str | None = await self._shelf.get(self._workspace, TOKENS, token)
        return found

    async def give_back(self, invoice: Invoice, amount: Decimal, *, key: str) -> None:
        """Nothing was taken, so there is nothing to send."""
