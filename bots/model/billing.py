"""Money: what a plan costs and allows, what a workspace has, and each movement of it.

All amounts are whole kopecks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

CURRENCY = "RUB"

MovementKind = Literal["debit", "credit"]
TopUpStatus = Literal["pending", "paid", "failed", "cancelled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one answered message costs, how many of them a month may have, how much may be kept.

    None is without a limit.
    """

    name: str
    price: int
    messages: int | None = None
    storage: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What a workspace has: the sum of its ledger. `bonus` is what it was given to begin with."""

    workspace: int
    amount: int
    bonus: int
    spent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A row of the ledger; a debit's amount is below zero, and `balance` is what was left then.

    `service` says for what, in a word for programs; `description` in words, where somebody chose
    them.
    """

    id: int
    workspace: int
    kind: MovementKind
    amount: int
    balance: int
    service: str
    created_at: datetime
    description: str = ""
    details: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopUp:
    """Money on its way. `reference` is what the provider calls the payment, "" until it is taken on."""

    id: str
    workspace: int
    account_id: int | None
    amount: int
    method: str
    provider: str
    return_url: str
    created_at: datetime
    reference: str = ""
    url: str = ""
    status: TopUpStatus = "pending"
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A payment that a provider took on: its own name of it, and where it is paid."""

    reference: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How far a payment is, as its provider says; `top_up` is our id of it, where it knows that."""

    status: Literal["pending", "paid", "cancelled"]
    amount: int = 0
    why: str = ""
    top_up: str = ""
