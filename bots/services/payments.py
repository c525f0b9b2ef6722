"""Invoices and refunds: each made once, and the chat told of what came of it."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

import structlog

from bots.errors import Conflict, Invalid, NotFound, Unavailable
from bots.model.message import Address
from bots.model.payment import Invoice
from bots.ports import Clock, PaymentProvider, Shelf, Sleep

Workspaces = Callable[[], Awaitable[Sequence[int]]]
"""Those whose chats are still to be told of payments."""

LARGEST = Decimal(100_000_000)
TELL_AGAIN = 30.0
"""Seconds between two looks for payments whose chats could not be told."""

log = structlog.get_logger()

_INVOICES = "invoices"
TO_TELL = "payments to tell"
"""The shelf with what a chat is still to be told of."""


class Emit(Protocol):
    """Tells a chat of an event, once by its id."""

    async def __call__(
        self, name: str, *, address: Address, data: Mapping[str, Any], id: str
    ) -> bool: ...


class Payments:
    """The way from an invoice to its money and back.

    What happened is noted down before anything follows from it; `resume` ends what a crash left.
    """

    def __init__(
        self,
        shelf: Shelf,
        provider: PaymentProvider,
        emit: Emit,
        *,
        clock: Clock,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._shelf = shelf
        self._provider = provider
        self._emit = emit
        self._clock = clock
        self._sleep = sleep
        # Between looking at an invoice and writing it down nobody may step in.
        self._writing = asyncio.Lock()

    async def invoice(
        self, address: Address, *, title: str, amount: Decimal, currency: str, key: str
    ) -> Invoice:
        """A new invoice, or the one that was made by this `key`. Raises Invalid."""
        if not 0 < amount <= LARGEST or amount != amount.quantize(Decimal("0.01")):
            raise Invalid("amount", f"write a sum from 0.01 to {LARGEST:,}")
        id = "P" + hashlib.sha256(key.encode()).hexdigest()[:12]
        known = await self._found(address.workspace, id)
        if known is not None:
            return known
        made = Invoice(
            id=id,
            address=address,
            title=title,
            amount=amount,
            currency=currency,
            created_at=self._clock(),
        )
        # A provider may be slow: payments of others do not wait for it.
        made = replace(made, url=await self._provider.offer(made))
        async with self._writing:
            known = await self._found(address.workspace, id)
            if known is not None:
                return known
            await self._keep(made)
            return made

    async def of_chat(self, address: Address, id: str) -> Invoice | None:
        """A chat's own invoice: other people's are none of its business."""
        found = await self._found(address.workspace, id)
        return found if found is not None and found.address == address else None

    async def by_id(self, workspace: int, id: str) -> Invoice:
        """Raises NotFound."""
        found = await self._found(workspace, id)
        if found is None:
            raise NotFound("invoice", id)
        return found

    async def paid(self, workspace: int, id: str, *, charge: str = "") -> Invoice:
        """The provider says that the money has come; saying it again changes nothing."""
        async with self._writing:
            known = await self.by_id(workspace, id)
            noted = await self._shelf.get(workspace, TO_TELL, f"paid:{id}") or {}
            if known.paid_at is None and not noted:
                await self._note(known, "payment.paid", known.amount, f"paid:{id}", charge)
            elif charge not in ("", known.charge, noted.get("charge")):
                log.error("An invoice was paid twice", invoice=id, charge=charge)
        await self.resume(workspace)
        return await self.by_id(workspace, id)

    async def refund(
        self, address: Address, id: str, *, amount: Decimal | None, key: str
    ) -> Invoice:
        """Give money back, all that is left without an amount. Raises NotFound, Conflict, Invalid."""
        async with self._writing:
            known = await self.of_chat(address, id)
            if known is None:
                raise NotFound("invoice", id)
            if key not in known.refunds:
                back = known.amount - known.refunded if amount is None else amount
                if known.paid_at is None:
                    raise Conflict("this invoice is not paid")
                if not 0 < back <= known.amount - known.refunded:
                    raise Invalid("amount", "more than is left of what was paid")
                await self._provider.give_back(known, back, key=key)
                await self._note(known, "payment.refunded", back, f"refunded:{key}")
        await self.resume(address.workspace)
        return await self.by_id(address.workspace, id)

    async def given_back(self, workspace: int, id: str, *, charge: str) -> None:
        """The provider says that all the money went back; what is known already changes nothing."""
        await self.resume(workspace)
        async with self._writing:
            known = await self.by_id(workspace, id)
            left = known.amount - known.refunded
            if known.paid_at is None or not left:
                return
            await self._note(known, "payment.refunded", left, f"refunded:{charge}")
        await self.resume(workspace)

    async def follow(self, workspaces: Workspaces) -> None:
        """Carry through, for ever, what could not be when it was noted, in every workspace."""
        while True:
            with suppress(Unavailable):
                for workspace in await workspaces():
                    await self.resume(workspace)
            await self._sleep(TELL_AGAIN)

    async def resume(self, workspace: int) -> None:
        """Carry through what is noted: the invoice is written and its chat told, each once."""
        async with self._writing:
            for note, told in (await self._shelf.all(workspace, TO_TELL)).items():
                known = await self._found(workspace, told["invoice"])
                if known is None:
                    # Somebody took it off the shelf; there is nobody to tell.
                    await self._shelf.put(workspace, TO_TELL, note, None)
                    continue
                invoice = _applied(known, note, told)
                await self._keep(invoice)
                data = {
                    "id": invoice.id,
                    "title": invoice.title,
                    "amount": float(told["amount"]),
                    "currency": invoice.currency,
                    "status": invoice.status,
                }
                await self._emit(told["event"], address=invoice.address, data=data, id=note)
                await self._shelf.put(workspace, TO_TELL, note, None)

    # ------------------------------------------------------------ the shelf

    async def _note(
        self, invoice: Invoice, event: str, amount: Decimal, note: str, charge: str = ""
    ) -> None:
        told = {
            "invoice": invoice.id,
            "event": event,
            "amount": str(amount),
            "at": self._clock().isoformat(),
            "charge": charge,
        }
        await self._shelf.put(invoice.address.workspace, TO_TELL, note, told)

    async def _found(self, workspace: int, id: str) -> Invoice | None:
        row = await self._shelf.get(workspace, _INVOICES, id)
        return None if row is None else _read(row)

    async def _keep(self, invoice: Invoice) -> None:
        workspace = invoice.address.workspace
        await self._shelf.put(workspace, _INVOICES, invoice.id, _written(invoice))


def _applied(invoice: Invoice, note: str, told: Mapping[str, Any]) -> Invoice:
    if told["event"] == "payment.paid":
        paid_at = invoice.paid_at or datetime.fromisoformat(told["at"])
        return replace(invoice, paid_at=paid_at, charge=told.get("charge") or invoice.charge)
    refunds = {**invoice.refunds, note.partition(":")[2]: Decimal(told["amount"])}
    return replace(invoice, refunds=refunds)


def _written(invoice: Invoice) -> dict[str, Any]:
    return {
        "id": invoice.id,
        "address": list(invoice.address),
        "title": invoice.title,
        "amount": str(invoice.amount),
        "currency": invoice.currency,
        "created_at": invoice.created_at.isoformat(),
        "url": invoice.url,
        "paid_at": invoice.paid_at.isoformat() if invoice.paid_at else None,
        "refunds": {key: str(amount) for key, amount in invoice.refunds.items()},
        "charge": invoice.charge,
    }


def _read(row: Mapping[str, Any]) -> Invoice:
    return Invoice(
        id=row["id"],
        address=Address(*row["address"]),
        title=row["title"],
        amount=Decimal(row["amount"]),
        currency=row["currency"],
        created_at=datetime.fromisoformat(row["created_at"]),
        url=row["url"],
        paid_at=datetime.fromisoformat(row["paid_at"]) if row["paid_at"] else None,
        refunds={key: Decimal(amount) for key, amount in row["refunds"].items()},
        charge=row.get("charge", ""),
    )
