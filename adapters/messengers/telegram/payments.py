"""Money inside Telegram: invoices as links, the question before a payment, the payment, stars given back.

https://core.telegram.org/bots/payments and https://core.telegram.org/bots/payments-stars
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

import structlog

from adapters.foreign_json import mapping
from adapters.messengers.telegram.client import Client
from adapters.messengers.telegram.fields import id_of, string
from adapters.messengers.telegram.prices import (
    CURRENCIES,
    MAX_DESCRIPTION,
    STARS,
    billed,
    smallest,
)
from bots.errors import (
    ChannelError,
    Conflict,
    Invalid,
    NotFound,
    Rejected,
    RemoteFailed,
    Unavailable,
)
from bots.model.message import Reply
from bots.model.payment import Invoice
from bots.ports import Invoices
from bots.shaping import units

_WORDS: Mapping[str, Mapping[str, str]] = {
    "ru": {
        "gone": "Этот счёт больше не действует. Попросите в чате новый.",
        "paid": "Этот счёт уже оплачен.",
        "later": "Сейчас оплатить не получилось. Попробуйте ещё раз через минуту.",
        "shipping": "Доставку здесь не выбирают. Договоритесь о ней в чате.",
    },
    "en": {
        "gone": "This invoice is no longer valid. Ask for a new one in the chat.",
        "paid": "This invoice is paid already.",
        "later": "That did not work just now. Try again in a minute.",
        "shipping": "Delivery is not chosen here. Arrange it in the chat.",
    },
    "uz": {
        "gone": "Bu hisob endi amal qilmaydi. Chatda yangisini so‘rang.",
        "paid": "Bu hisob to‘langan.",
        "later": "Hozir to‘lab bo‘lmadi. Bir daqiqadan keyin qayta urinib ko‘ring.",
        "shipping": "Yetkazib berish bu yerda tanlanmaydi. Chatda kelishib oling.",
    },
}
_GIVEN_BACK = "already_refunded"

Work = Callable[[], Awaitable[None]]

_MOST_LINKS = 10_000

log = structlog.get_logger()


class TelegramBank:
    """Takes customers' money in the chat: stars always, a currency with a `provider`'s token."""

    def __init__(self, client: Client, provider: str) -> None:
        self._client = client
        self._provider = provider
        self.currencies = CURRENCIES if provider else frozenset((STARS,))
        # Where it is forgotten, the button with the link pays as well.
        self._links: OrderedDict[str, Invoice] = OrderedDict()

    def takes(self, currency: str) -> bool:
        return currency in self.currencies

    async def offer(self, invoice: Invoice) -> str:
        """A link that opens the payment inside Telegram. Raises Invalid, RemoteFailed."""
        call = billed(
            title=invoice.title,
            description=invoice.title,
            amount=invoice.amount,
            currency=invoice.currency,
            id=invoice.id,
        )
        if invoice.currency != STARS:
            call["provider_token"] = self._provider
        try:
            link = await self._client.call("createInvoiceLink", call)
        except Rejected as rejected:
            raise Invalid("invoice", f"Telegram does not take it: {rejected}") from rejected
        except ChannelError as error:
            raise RemoteFailed(f"Telegram makes no invoice just now: {error}") from error
        if not isinstance(link, str):
            raise RemoteFailed("Telegram gave no link for an invoice")
        self._links[link] = invoice
        if len(self._links) > _MOST_LINKS:
            self._links.popitem(last=False)
        return link

    def shown(self, reply: Reply) -> Reply:
        """A message with a button that leads to an invoice is the invoice itself, other buttons below."""
        keyboard = reply.keyboard
        if keyboard is None or not keyboard.inline or reply.cards or not self._links:
            return reply
        pays = [one for row in keyboard.rows for one in row if (one.url or "") in self._links]
        if not pays:
            return reply
        invoice = self._links[pays[0].url or ""]
        rows = [tuple(one for one in row if one not in pays) for row in keyboard.rows]
        inside = not reply.attachments and units(reply.text) <= MAX_DESCRIPTION
        return replace(
            reply,
            text="" if inside else reply.text,
            keyboard=replace(keyboard, rows=tuple(filter(None, rows))),
            invoice={
                "title": invoice.title,
                "description": reply.text if inside else invoice.title,
                "amount": f"{invoice.amount}",
                "currency": invoice.currency,
                "id": invoice.id,
                "button": pays[0].text,
            },
        )

    async def give_back(self, invoice: Invoice, amount: Decimal, *, key: str) -> None:
        """Stars only, and all of them. Raises Conflict, Invalid, RemoteFailed."""
        if invoice.currency != STARS:
            raise Conflict(
                "Telegram lets no bot give card payments back: do it in the account of the payment"
                " provider"
            )
        if not invoice.charge:
            raise Conflict("this invoice was not paid in Telegram")
        if amount != invoice.amount:
            raise Invalid("amount", "Telegram gives stars back all at once")
        call = {
            "user_id": int(invoice.address.chat_id),
            "telegram_payment_charge_id": invoice.charge,
        }
        try:
            await self._client.call("refundStarPayment", call)
        except Rejected as rejected:
            if _GIVEN_BACK not in str(rejected).lower():
                raise Conflict(f"Telegram does not give it back: {rejected}") from rejected
        except ChannelError as error:
            raise RemoteFailed(f"Telegram gives nothing back just now: {error}") from error


class Till:
    """Answers what Telegram asks before a payment and notes what was paid. `language` is the bot's."""

    def __init__(
        self,
        client: Client,
        invoices: Invoices | None,
        *,
        channel: str,
        workspace: int,
        language: Callable[[], str],
    ) -> None:
        self._client = client
        self._invoices = invoices
        self._channel = channel
        self._workspace = workspace
        self._language = language

    async def note(self, message: dict[str, Any]) -> None:
        """A payment, or one that was given back: noted when this returns. Raises Unavailable."""
        paid = mapping(message, "successful_payment")
        told = paid or mapping(message, "refunded_payment")
        id, charge = (
            string(told.get(name)) for name in ("invoice_payload", "telegram_payment_charge_id")
        )
        if not id or not charge:
            return
        try:
            if self._invoices is None:
                raise NotFound("invoice", id)
            invoice = await self._invoices.by_id(self._workspace, id)
            if invoice.address.channel != self._channel:
                raise NotFound("invoice", id)
            if paid:
                await self._invoices.paid(self._workspace, id, charge=charge)
            else:
                await self._invoices.given_back(self._workspace, id, charge=charge)
        except NotFound:
            log.error(
                "Money came or went for an invoice that is not known",
                channel=self._channel,
                invoice=id,
                charge=charge,
            )

    def due(self, update: dict[str, Any]) -> list[Work]:
        """What has to be answered at once: Telegram waits ten seconds."""
        if (asked := mapping(update, "pre_checkout_query")) and (id := string(asked.get("id"))):
            return [partial(self._answer_checkout, id, asked)]
        if (asked := mapping(update, "shipping_query")) and (id := string(asked.get("id"))):
            refusal = {"ok": False, "error_message": self._say("shipping")}
            call = {"shipping_query_id": id, **refusal}
            return [partial(self._answer, "answerShippingQuery", call)]
        return []

    async def _answer_checkout(self, id: str, asked: dict[str, Any]) -> None:
        try:
            why = await self._why_not(asked)
        except Unavailable:
            why = "later"
        verdict = {"ok": False, "error_message": self._say(why)} if why else {"ok": True}
        call = {"pre_checkout_query_id": id, **verdict}
        await self._answer("answerPreCheckoutQuery", call)

    async def _why_not(self, asked: dict[str, Any]) -> str:
        """Which words say why it cannot be paid, "" where it can."""
        id = string(asked.get("invoice_payload"))
        if self._invoices is None or not id:
            return "gone"
        try:
            invoice = await self._invoices.by_id(self._workspace, id)
            due = smallest(invoice.amount, invoice.currency)
        except (NotFound, Invalid):
            return "gone"
        wanted = (self._channel, id_of(mapping(asked, "from").get("id")), invoice.currency, due)
        told = (
            invoice.address.channel,
            invoice.address.chat_id,
            asked.get("currency"),
            asked.get("total_amount"),
        )
        if wanted != told:
            return "gone"
        return "" if invoice.paid_at is None else "paid"

    async def _answer(self, method: str, call: dict[str, Any]) -> None:
        try:
            await self._client.call(method, call)
        except ChannelError as error:
            log.warning("A payment was not answered", channel=self._channel, why=str(error))

    def _say(self, what: str) -> str:
        return _WORDS.get(self._language(), _WORDS["en"])[what]
