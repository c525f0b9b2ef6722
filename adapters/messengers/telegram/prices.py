"""Sums as Telegram counts them: in the smallest units of a currency, stars among the currencies.

Which currencies there are and how many digits each has: https://core.telegram.org/bots/payments/currencies.json
"""

from collections.abc import Container, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from adapters.messengers.telegram.media import Call
from bots.errors import Invalid
from bots.shaping import clean, shortened

STARS = "XTR"
"""Telegram's own currency, which needs no provider: https://core.telegram.org/bots/payments-stars"""

_WHOLE = f"CLP ISK JPY KRW PYG UGX VND {STARS}"
_HUNDREDTHS = (
    "AED AFN ALL AMD ARS AUD AZN BAM BDT BGN BND BOB BRL BYN CAD CHF CNY COP CRC CZK DKK DOP DZD"
    " EGP EUR GBP GEL GTQ HKD HNL HRK HUF IDR ILS INR JMD KES KGS KZT LBP LKR MAD MDL MNT MUR MVR"
    " MXN MYR MZN NGN NIO NOK NPR NZD PAB PEN PHP PKR PLN QAR RON RSD RUB SAR SEK SGD THB TJS TRY"
    " TTD TWD TZS UAH USD UYU UZS YER ZAR"
)
_DIGITS = {**dict.fromkeys(_WHOLE.split(), 0), **dict.fromkeys(_HUNDREDTHS.split(), 2)}
CURRENCIES = frozenset(_DIGITS)

_MAX_TITLE = 32
MAX_DESCRIPTION = 255
_MAX_PAYLOAD = 128
_MAX_BUTTONS = 100


def smallest(amount: Decimal, currency: str) -> int:
    """The sum in kopecks, cents, stars. Raises Invalid for what Telegram cannot take."""
    if currency not in _DIGITS:
        raise Invalid("currency", f"Telegram takes no payments in {currency}")
    units = amount.scaleb(_DIGITS[currency])
    if units != units.to_integral_value() or units <= 0:
        raise Invalid("amount", f"{amount} {currency} is no whole number of its smallest units")
    return int(units)


def billed(*, title: str, description: str, amount: Decimal, currency: str, id: str) -> Call:
    """What Telegram wants to know of an invoice; a provider's token is added when it is sent.

    Raises Invalid.
    """
    if not 1 <= len(id.encode("utf-8", "replace")) <= _MAX_PAYLOAD:
        raise Invalid("id", "an invoice's id has 1 to 128 bytes")
    name = shortened(clean(title).strip() or currency, _MAX_TITLE)
    return {
        "title": name,
        "description": shortened(clean(description).strip() or name, MAX_DESCRIPTION),
        "payload": clean(id),
        "currency": currency,
        "prices": [{"label": name, "amount": smallest(amount, currency)}],
    }


def invoice_call(
    invoice: Mapping[str, Any], markup: Mapping[str, Any] | None, sells: Container[str]
) -> Call | None:
    """An invoice as a message of its own with the buttons of the reply; None where it cannot be."""
    currency = str(invoice.get("currency", ""))
    if currency not in sells:
        return None
    try:
        bill = billed(
            title=str(invoice.get("title", "")),
            description=str(invoice.get("description", "")),
            amount=Decimal(str(invoice.get("amount", ""))),
            currency=currency,
            id=str(invoice.get("id", "")),
        )
    except (Invalid, InvalidOperation):
        return None
    call: Call = {"method": "sendInvoice", **bill}
    rows = markup.get("inline_keyboard", ()) if markup is not None else ()
    label = clean(str(invoice.get("button", ""))).strip()
    if (rows or label) and sum(map(len, rows)) < _MAX_BUTTONS:
        pay = {"text": label or f"{invoice['amount']} {currency}", "pay": True}
        call["reply_markup"] = {"inline_keyboard": [[pay], *rows]}
    return call


def invoice_words(invoice: Mapping[str, Any]) -> str:
    """An invoice that cannot be paid in the chat, as words."""
    title = str(invoice.get("title", ""))
    total = f"{invoice.get('amount', '')} {invoice.get('currency', '')}".strip()
    return clean(": ".join(part for part in (title, total) if part))
