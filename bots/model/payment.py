"""An invoice: what a customer is to pay, and how far that has come."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from bots.model.message import Address

PaymentStatus = Literal["pending", "paid", "refunded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """`refunds` are by the key of the action that made them; all of it back is `refunded`.

    `charge` is what the messenger calls the payment, where it was paid inside one.
    """

    id: str
    address: Address
    title: str
    amount: Decimal
    currency: str
    created_at: datetime
    url: str = ""
    paid_at: datetime | None = None
    refunds: Mapping[str, Decimal] = field(default_factory=dict)
    charge: str = ""

    @property
    def refunded(self) -> Decimal:
        return sum(self.refunds.values(), Decimal(0))

    @property
    def status(self) -> PaymentStatus:
        if self.paid_at is None:
            return "pending"
        return "refunded" if self.refunded >= self.amount else "paid"
