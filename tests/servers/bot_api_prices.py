"""The limits of invoices and of answers to those who pay: https://core.telegram.org/bots/api#payments."""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from tests.servers.bot_api_calls import Wrong

Values = Mapping[str, Any]
Found = Iterator[Wrong]

STARS = "XTR"


def invoice(values: Values) -> Found:
    for name, most, answer in (
        ("title", 32, "INVOICE_TITLE_INVALID"),
        ("description", 255, "INVOICE_DESCRIPTION_INVALID"),
    ):
        if not 1 <= len(values[name]) <= most:
            yield Wrong(f"a {name} of no 1-{most}", answer)
    if not 1 <= len(values["payload"].encode()) <= 128:
        yield Wrong("a payload of no 1-128 bytes", "INVOICE_PAYLOAD_INVALID")
    if not re.fullmatch("[A-Z]{3}", values["currency"]):
        yield Wrong(f"the currency {values['currency']}", "CURRENCY_INVALID")
    prices = values["prices"]
    if not prices:
        yield Wrong("no price", "there must be at least one price")
    if prices and sum(price["amount"] for price in prices) <= 0:
        yield Wrong("the sum is not above zero", "CURRENCY_TOTAL_AMOUNT_INVALID")
    yield from _stars(values) if values["currency"] == STARS else _provider(values)
    yield from _tips(values)


def _stars(values: Values) -> Found:
    if values.get("provider_token"):
        yield Wrong("stars with a provider", "PAYMENT_PROVIDER_INVALID")
    if len(values["prices"]) > 1 or values.get("max_tip_amount"):
        yield Wrong("stars take one price and no tips", "STARS_INVOICE_INVALID")


def _provider(values: Values) -> Found:
    if not values.get("provider_token"):
        yield Wrong("money without a provider", "PAYMENT_PROVIDER_INVALID")


def _tips(values: Values) -> Found:
    tips = values.get("suggested_tip_amounts", ())
    rising = all(first < second for first, second in pairwise([0, *tips]))
    if len(tips) > 4 or not rising or (tips and tips[-1] > values.get("max_tip_amount", 0)):
        yield Wrong(f"the tips {tips}", "suggested tip amounts are invalid")


def price(where: str, price: Values) -> Found:
    if abs(price["amount"]) >= 2**63:
        yield Wrong(f"{where} is past 64 bits", "CURRENCY_TOTAL_AMOUNT_INVALID")


def checkout_answer(values: Values) -> Found:
    if values["ok"] is False and not values.get("error_message"):
        yield Wrong("no without a reason", "error message must be non-empty")
    if values["ok"] is True and values.get("error_message"):
        yield Wrong("yes with an error message")


def shipping_answer(values: Values) -> Found:
    yield from checkout_answer(values)
    if values["ok"] is True and not values.get("shipping_options"):
        yield Wrong("yes without a way to ship", "there must be at least one shipping option")
