"""Payments in a fake Bot API: invoices, a customer who pays one, and the questions asked on the way.

https://core.telegram.org/bots/payments: a shipping query where the price depends on the address, a
pre-checkout query that the bot has ten seconds for, then a message with the successful payment.
"""

import asyncio
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.servers.bot_api_prices import STARS
from tests.servers.bot_api_refused import Refused

CALLBACK_LIVES = 15 * 60
"""Seconds after which a pressed button cannot be answered any more."""

Happens = Callable[[dict[str, Any]], Any]
"""Hands an update to the bot, if it wants updates of this kind."""

_TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


@dataclass(slots=True)
class Query:
    """A question to the bot; `answer` has its parameters once it came."""

    at: float
    answer: "asyncio.Future[Mapping[str, Any]]"


@dataclass(slots=True)
class Queries:
    """Questions by their kind and id. `clock` is in seconds."""

    clock: Callable[[], float]
    asked: dict[tuple[str, str], Query] = field(default_factory=dict)

    def ask(self, kind: str, query_id: str) -> Query:
        query = Query(self.clock(), asyncio.get_running_loop().create_future())
        self.asked[kind, query_id] = query
        return query

    def said(self, query_id: str) -> Mapping[str, Any] | None:
        """What was answered to a pressed button, if anything was."""
        query = self.asked.get(("callback_query", query_id))
        return query.answer.result() if query is not None and query.answer.done() else None

    def answer(self, kind: str, query_id: str, values: Mapping[str, Any]) -> bool:
        """A pressed button may be answered for a while, what stands before a payment once.

        Raises Refused for what nobody asked, or too long ago.
        """
        query = self.asked.get((kind, query_id))
        if query is None or self.clock() - query.at > CALLBACK_LIVES:
            raise Refused(400, _TOO_OLD)
        if not query.answer.done():
            query.answer.set_result(values)
        if kind != "callback_query":
            del self.asked[kind, query_id]
        return True


class Payments:
    """The invoices of one bot and what was paid."""

    def __init__(self, queries: Queries) -> None:
        self.charges: dict[str, dict[str, Any]] = {}
        self._queries = queries
        self._links: dict[str, Mapping[str, Any]] = {}
        self._sent: dict[tuple[str, int], Mapping[str, Any]] = {}
        self._numbers = itertools.count(1)

    def link(self, values: Mapping[str, Any]) -> str:
        link = f"https://t.me/$invoice{next(self._numbers)}"
        self._links[link] = values
        return link

    def sent(self, chat_id: Any, message_id: int, values: Mapping[str, Any]) -> None:
        self._sent[str(chat_id), message_id] = values

    def find(self, chat_id: Any, message_id: int | None, link: str | None) -> Mapping[str, Any]:
        """The invoice behind a link, of a message, or the newest of a chat. Raises LookupError."""
        if link is not None:
            return self._links[link]
        for (chat, number), values in reversed(self._sent.items()):
            if chat == str(chat_id) and message_id in (None, number):
                return values
        raise LookupError(f"no invoice in the chat {chat_id}")

    async def pay(
        self,
        invoice: Mapping[str, Any],
        customer: Mapping[str, Any],
        happens: Happens,
        *,
        within: float,
        order: Mapping[str, Any],
        tip: int,
    ) -> dict[str, Any]:
        """What came of it: {"paid": true, "charge": …, "payment": …}, or "why" it was not paid."""
        total = sum(price["amount"] for price in invoice["prices"]) + tip
        paying = {
            "currency": invoice["currency"],
            "total_amount": total,
            "invoice_payload": invoice["payload"],
        }
        if invoice.get("is_flexible") and "shipping_address" in order:
            shipping = {
                "invoice_payload": invoice["payload"],
                "shipping_address": order["shipping_address"],
            }
            said = await self._asks("shipping_query", customer, shipping, happens, within)
            if not said.get("ok"):
                return {"paid": False, "why": said.get("error_message")}
            option = said["shipping_options"][0]
            paying["shipping_option_id"] = option["id"]
            paying["total_amount"] += sum(price["amount"] for price in option["prices"])
        if order:
            paying["order_info"] = dict(order)
        said = await self._asks("pre_checkout_query", customer, paying, happens, within)
        if not said.get("ok"):
            return {"paid": False, "why": said.get("error_message")}
        charge = f"charge{next(self._numbers)}"
        bank = "" if invoice["currency"] == STARS else f"bank-{charge}"
        payment = {
            **paying,
            "telegram_payment_charge_id": charge,
            "provider_payment_charge_id": bank,
        }
        self.charges[charge] = {"user_id": customer["id"], "payment": payment, "refunded": False}
        return {"paid": True, "charge": charge, "payment": payment}

    async def _asks(
        self,
        kind: str,
        customer: Mapping[str, Any],
        fields: Mapping[str, Any],
        happens: Happens,
        within: float,
    ) -> Mapping[str, Any]:
        query_id = f"{kind}{next(self._numbers)}"
        query = self._queries.ask(kind, query_id)
        if happens({kind: {"id": query_id, "from": dict(customer), **fields}}) is None:
            return {"ok": False, "error_message": f"the bot does not want updates of {kind}"}
        try:
            return await asyncio.wait_for(asyncio.shield(query.answer), within)
        except TimeoutError:
            self._queries.asked.pop((kind, query_id), None)
            return {"ok": False, "error_message": "the bot did not answer in time"}

    def refund(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Gives the payment. Raises Refused where it was never made, or given back already."""
        charge = self.charges.get(values["telegram_payment_charge_id"])
        if charge is None or charge["user_id"] != values["user_id"]:
            raise Refused(400, "Bad Request: CHARGE_NOT_FOUND")
        if charge["payment"]["currency"] != STARS:
            raise Refused(400, "Bad Request: CHARGE_NOT_FOUND")
        if charge["refunded"]:
            raise Refused(400, "Bad Request: CHARGE_ALREADY_REFUNDED")
        charge["refunded"] = True
        payment: dict[str, Any] = charge["payment"]
        return payment
