"""YooKassa over HTTP: https://yookassa.ru/developers/api#payment

A payment is begun under an Idempotence-Key, so that asking again after silence makes no second one,
and is captured at once. What it calls about is only a hint: see `notifications`.
"""

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import orjson

from adapters.lines import Answered
from adapters.wire import Wire
from bots.errors import ChannelError, PaymentFailed, RemoteFailed
from bots.model.billing import CURRENCY, Outcome, Taken, TopUp

METHODS: Mapping[str, str] = {
    "card": "bank_card",
    "sbp": "sbp",
    "sberpay": "sberbank",
    "tpay": "tinkoff_bank",
    "yoomoney": "yoo_money",
}
"""Ours to YooKassa's: https://yookassa.ru/developers/payment-acceptance/integration-scenarios/"""

LARGEST = 1 << 20
DESCRIPTION = "Пополнение баланса"

_STATES: Mapping[str, Any] = {
    "pending": "pending",
    "waiting_for_capture": "pending",
    "succeeded": "paid",
    "canceled": "cancelled",
}


class YooKassa:
    """Implements `bots.ports.TopUpProvider` for one shop."""

    name = "yookassa"
    every = 15.0

    def __init__(
        self, shop_id: str, secret: str, *, api_base: str, wire: Wire | None = None
    ) -> None:
        self._api_base = api_base.rstrip("/")
        self._secret = secret
        self._wire = wire or Wire()
        both = base64.b64encode(f"{shop_id}:{secret}".encode())
        self._headers = {"Authorization": f"Basic {both.decode()}"}

    async def begin(self, top_up: TopUp) -> Taken:
        body = {
            "amount": {
                "value": f"{top_up.amount // 100}.{top_up.amount % 100:02}",
                "currency": CURRENCY,
            },
            "capture": True,
            "confirmation": {"type": "redirect", "return_url": top_up.return_url},
            "payment_method_data": {"type": METHODS[top_up.method]},
            "description": DESCRIPTION,
            "metadata": {"top_up": top_up.id},
        }
        headers = {"Idempotence-Key": top_up.id, "Content-Type": "application/json"}
        answer = await self._call("POST", "/payments", data=orjson.dumps(body), headers=headers)
        payment = _payment(answer)
        if payment.get("status") == "canceled":
            raise PaymentFailed(f"YooKassa cancelled the payment: {_why(payment)}")
        if payment.get("status") == "succeeded":
            # Begun before a crash, and paid meanwhile: nothing is left to pay.
            return Taken(reference=_at(payment, "id"), url=top_up.return_url)
        url = _at(payment, "confirmation", "confirmation_url")
        if urlsplit(url).scheme not in ("http", "https"):
            raise RemoteFailed("YooKassa names no address to pay at")
        return Taken(reference=_at(payment, "id"), url=url)

    async def outcome(self, reference: str) -> Outcome:
        answer = await self._call("GET", f"/payments/{quote(reference, safe='')}", headers={})
        if answer.status == 404:
            return Outcome(status="cancelled", why="YooKassa does not know this payment")
        try:
            payment = _payment(answer)
        except PaymentFailed as error:
            raise RemoteFailed(str(error)) from None
        status = _STATES.get(str(payment.get("status")))
        if status is None:
            raise RemoteFailed(f"YooKassa says an unknown status: {payment.get('status')!r:.40}")
        return Outcome(
            status=status,
            amount=_kopecks(payment) if status == "paid" else 0,
            why=_why(payment) if status == "cancelled" else "",
            top_up=_at(payment, "metadata", "top_up", missing=""),
        )

    async def close(self) -> None:
        await self._wire.close()

    async def _call(
        self, method: str, path: str, *, headers: Mapping[str, str], **options: Any
    ) -> Answered:
        """Raises RemoteFailed where nobody knows whether it was done."""
        try:
            answer = await self._wire.call(
                method,
                self._api_base + path,
                headers={**self._headers, **headers},
                most=LARGEST,
                token=self._secret,
                **options,
            )
        except ChannelError as error:
            raise RemoteFailed(f"YooKassa: {error}") from None
        if answer.status in (202, 408, 429) or answer.status >= 500:
            raise RemoteFailed(f"YooKassa: {answer.status}")
        return answer


def _payment(answer: Answered) -> Mapping[str, Any]:
    """Raises PaymentFailed for what YooKassa refuses, RemoteFailed for what is no payment."""
    try:
        found = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        raise RemoteFailed(f"YooKassa: {answer.status}, and no JSON") from None
    if not isinstance(found, dict):
        raise RemoteFailed(f"YooKassa: {answer.status}, and no payment")
    if answer.status != 200:
        about = [str(found[name])[:60] for name in ("code", "parameter") if found.get(name)]
        raise PaymentFailed(f"YooKassa refuses: {' '.join(about) or answer.status}")
    return found


def _at(payment: Mapping[str, Any], *path: str, missing: str | None = None) -> str:
    """A text of a payment. Raises RemoteFailed where it is not there."""
    found: Any = payment
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    if not isinstance(found, str) or not found:
        if missing is not None:
            return missing
        raise RemoteFailed(f"YooKassa's payment has no {'.'.join(path)}")
    return found


def _kopecks(payment: Mapping[str, Any]) -> int:
    whole, _, part = _at(payment, "amount", "value").partition(".")
    is_sum = whole.isascii() and whole.isdecimal() and len(part) == 2 and part.isdecimal()
    if not is_sum or _at(payment, "amount", "currency") != CURRENCY:
        raise RemoteFailed(f"YooKassa says a sum that is none: {payment['amount']!r:.80}")
    return int(whole) * 100 + int(part)


def _why(payment: Mapping[str, Any]) -> str:
    return _at(payment, "cancellation_details", "reason", missing="no reason is given")
