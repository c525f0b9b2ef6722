"""Invoices, their state and refunds: `pay.*`, whoever takes the money."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.numbers import list_currencies

from adapters.actions.job import Act, Job, by_name, gives, may, needs, spec
from bots.errors import ActionFailed, Conflict, Invalid, NotFound, RemoteFailed
from bots.model.payment import Invoice
from bots.services.payments import Payments
from flows.model import Example, Wording

NO_PROVIDER = Wording(
    "деньги принимает Telegram, если у его бота задан payments (docs/telegram.md), а учебная оплата"
    " для всех включается настройкой EASYFLOW_PAY__SANDBOX=yes",
    "money is taken inside Telegram where its bot has payments (docs/telegram.md), and the sandbox is"
    " switched on for everybody by EASYFLOW_PAY__SANDBOX=yes",
)
_ID = needs("text", "номер счёта из pay.invoice", "the id that pay.invoice gave")
_INVOICE = {
    "id": gives("text", "номер счёта", "the invoice's id"),
    "status": gives("text", "состояние: pending, paid, refunded", "pending, paid or refunded"),
    "paid": gives("yes_no", "оплачен ли и не возвращён", "whether it is paid and not given back"),
    "url": gives("url", "страница оплаты, для кнопки {url: …}", "where to pay, for {url: …}"),
    "title": gives("text", "за что", "what for"),
    "amount": gives("number", "сумма", "the sum"),
    "currency": gives("text", "валюта", "the currency"),
    "refunded": gives("number", "сколько возвращено", "how much was given back"),
}
_CURRENCIES = list_currencies() | {"XTR"}
"""Telegram's stars are a currency too."""

SPECS = by_name(
    spec(
        "pay.invoice",
        "счёт на оплату; когда его оплатят, в чат придёт событие payment.paid",
        "an invoice; when it is paid the chat is told by the event payment.paid",
        takes={
            "amount": needs("number", "сумма", "the sum"),
            "title": needs("text", "за что", "what for"),
            "currency": may("text", "валюта; без неё RUB или USD", "RUB or USD without it"),
        },
        gives=_INVOICE,
        effect="yes",
        cost="slow",
        example=Example(
            {"amount": 1990, "title": "Заказ 12345"},
            {"status": "pending", "paid": False, "amount": 1990, "currency": "RUB"},
        ),
    ),
    spec(
        "pay.status",
        "что со счётом этого клиента; пусто, если такого нет",
        "how an invoice of this customer stands; nothing where there is none",
        takes={"id": _ID},
        gives=_INVOICE,
        example=Example({"id": "P0"}, None),
    ),
    spec(
        "pay.refund",
        "вернуть деньги, все или часть; в чат придёт событие payment.refunded",
        "give money back, all or a part; the chat is told by the event payment.refunded",
        takes={"id": _ID, "amount": may("number", "сколько; без неё — всё", "all without it")},
        gives=_INVOICE,
        effect="yes",
        cost="slow",
    ),
)


class Pay:
    """The actions over the service; without one they fail in words."""

    def __init__(self, payments: Payments | None) -> None:
        self._payments = payments
        self.acts: Mapping[str, Act] = {
            "pay.invoice": self._invoice,
            "pay.status": self._status,
            "pay.refund": self._refund,
        }

    async def _invoice(self, job: Job) -> dict[str, Any]:
        currency = job.text("currency").upper() or job.words("RUB", "USD")
        if currency not in _CURRENCIES:
            raise ActionFailed(f"there is no currency {currency!r:.20}")
        try:
            made = await self._service(job).invoice(
                job.address,
                title=job.text("title")[:200],
                amount=_money(job, "amount"),
                currency=currency,
                key=job.key,
            )
        except NotFound:
            raise ActionFailed(job.words(*NO_PROVIDER)) from None
        except (Invalid, RemoteFailed) as error:
            raise _failed(error) from None
        return _shown(made)

    async def _status(self, job: Job) -> dict[str, Any] | None:
        found = await self._service(job).of_chat(job.address, job.text("id"))
        return None if found is None else _shown(found)

    async def _refund(self, job: Job) -> dict[str, Any]:
        amount = None if job.arguments.get("amount") is None else _money(job, "amount")
        try:
            back = await self._service(job).refund(
                job.address, job.text("id"), amount=amount, key=job.key
            )
        except (NotFound, Conflict, Invalid, RemoteFailed) as error:
            raise _failed(error) from None
        return _shown(back)

    def _service(self, job: Job) -> Payments:
        if self._payments is None:
            raise ActionFailed(job.words(*NO_PROVIDER))
        return self._payments


def _money(job: Job, name: str) -> Decimal:
    job.number(name)
    try:
        return Decimal(str(job.arguments[name]))
    except InvalidOperation:
        raise ActionFailed(f"{name} is no sum of money") from None


def _failed(error: Exception) -> ActionFailed:
    return ActionFailed(str(error), transient=isinstance(error, RemoteFailed))


def _shown(invoice: Invoice) -> dict[str, Any]:
    return {
        "id": invoice.id,
        "status": invoice.status,
        "paid": invoice.status == "paid",
        "url": invoice.url,
        "title": invoice.title,
        "amount": _number(invoice.amount),
        "currency": invoice.currency,
        "refunded": _number(invoice.refunded),
    }


def _number(amount: Decimal) -> int | float:
    return int(amount) if amount == amount.to_integral_value() else float(amount)
