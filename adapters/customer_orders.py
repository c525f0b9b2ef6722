"""The last orders of a customer, asked for at the address that a queue names; a line for each."""

from typing import Any

import orjson

from adapters.guarded_http import GuardedHttp, Request
from bots.errors import AddressRefused, RemoteFailed
from bots.model.conversation import Conversation
from bots.model.identity import phone_of
from bots.ports import Secrets
from flows.model import Queue

PATIENCE = 3.0
"""Seconds: whoever waits for the card has it already, and reads this beside it."""
MOST = 5
_PARTS = ("number", "title", "status", "total", "date")


class CustomerOrders:
    """POSTs who the customer is; the answer is a list of orders, or `{"orders": [...]}`.

    An order is a text, or has any of `number`, `title`, `status`, `total`, `date`.
    """

    def __init__(self, http: GuardedHttp, secret: Secrets) -> None:
        self._http = http
        self._secret = secret

    async def last(self, chat: Conversation, queue: Queue) -> list[str]:
        """Raises RemoteFailed."""
        if queue.orders is None:
            return []
        headers = {"Content-Type": "application/json"}
        secret = self._secret(queue.orders_secret) if queue.orders_secret else None
        if queue.orders_secret and secret is None:
            raise RemoteFailed(f"the secret {queue.orders_secret} has no value")
        if secret is not None:
            headers["Authorization"] = f"Bearer {secret}"
        body = orjson.dumps(
            {
                "conversation": chat.id,
                "bot": chat.address.bot,
                "platform": chat.platform,
                "user_id": chat.user_id,
                "name": chat.profile.get("name"),
                "phone": phone_of(chat),
            }
        )
        request = Request(
            method="POST", url=queue.orders, headers=headers, body=body, seconds=PATIENCE
        )
        try:
            answer = await self._http.fetch(request)
        except AddressRefused as refused:
            raise RemoteFailed(str(refused)) from refused
        if answer.status != 200:
            raise RemoteFailed(f"it answered {answer.status}")
        try:
            found = orjson.loads(answer.body)
        except orjson.JSONDecodeError:
            raise RemoteFailed("what it answered is no JSON") from None
        orders = found.get("orders") if isinstance(found, dict) else found
        if not isinstance(orders, list):
            raise RemoteFailed("what it answered is no list of orders")
        return [line for line in map(_line, orders[:MOST]) if line]


def _line(order: Any) -> str:
    if isinstance(order, dict):
        parts = (order.get(name) for name in _PARTS)
        return " · ".join(
            str(one) for one in parts if isinstance(one, str | int | float) and one != ""
        )
    return str(order) if isinstance(order, str | int) else ""
