"""What a messenger tells of a message of ours: it was sent, delivered, read, or failed after all."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

ReceiptStatus = Literal["sent", "delivered", "read", "failed"]

RANK: dict[ReceiptStatus, int] = {"sent": 1, "delivered": 2, "read": 3, "failed": 4}
"""Receipts come in any order and more than once: the highest one holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """`platform_message_id` is of the channel; `error` and `code` say why it failed.

    `unreachable` says that it failed because this customer cannot be written to at all.

    `upto` says that everything sent to `chat_id` before it has the status too (VK tells of reading so).
    """

    channel: str
    platform_message_id: str
    status: ReceiptStatus
    at: datetime
    chat_id: str = ""
    code: int | None = None
    error: str = ""
    unreachable: bool = False
    upto: bool = False
