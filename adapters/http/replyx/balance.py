"""The chapter Billing of the ReplyX contract: what there is, what moved it, putting money in."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, StringConstraints, field_validator
from pydantic_core import PydanticCustomError

from adapters.http.auth import Known
from adapters.http.dialect import attempt, route_class, surface
from adapters.http.limits import limited, per_minute
from adapters.http.paging import Offset, at_most
from adapters.http.policy import lets, people
from adapters.http.replyx.errors import DIALECT, documented
from adapters.http.replyx.money import Amount, Roubles, kopecks
from adapters.http.replyx.names import Moment
from bots.model.billing import CURRENCY, Balance, Movement, TopUp, TopUpStatus

TOP_UPS = per_minute("replyx top-ups", 3, minutes=10)
MOST = 200
LONGEST_URL = 2000

WORDS: Mapping[str, str] = {
    "widget_message": "Сообщение виджета",
    "telegram_message": "Сообщение в Telegram",
    "whatsapp_message": "Сообщение в WhatsApp",
    "vk_message": "Сообщение во ВКонтакте",
    "max_message": "Сообщение в MAX",
    "api_message": "Сообщение по API",
    "welcome_bonus": "Приветственный бонус",
    "top_up": "Пополнение баланса",
}
"""What a movement was for, where nobody said it otherwise."""
OTHERWISE = {"debit": "Списание", "credit": "Зачисление"}

router = APIRouter(
    prefix="/api/balance",
    tags=["Balance"],
    route_class=route_class(DIALECT),
    dependencies=lets(people(whole=True)),
    responses=documented(401, 403, 429),
)


class BalanceResponse(BaseModel):
    """What the caller's workspace has; `pending_transactions` are top-ups under way."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "balance": 1000.0,
                "welcome_bonus": 500.0,
                "total_spent": 250.0,
                "pending_transactions": 0,
                "currency": "RUB",
            }
        }
    )

    balance: Roubles
    welcome_bonus: Roubles
    total_spent: Roubles
    pending_transactions: int
    currency: str

    @classmethod
    def of(cls, balance: Balance, waiting: int) -> "BalanceResponse":
        return cls(
            balance=balance.amount,
            welcome_bonus=balance.bonus,
            total_spent=balance.spent,
            pending_transactions=waiting,
            currency=CURRENCY,
        )


class Transaction(BaseModel):
    """A movement of the balance; what a debit was for is told by `service_type` and `details`."""

    id: int
    type: Literal["debit", "credit"]
    amount: Roubles
    description: str
    service_type: str | None = None
    details: dict[str, Any] | None = None
    created_at: Moment

    @classmethod
    def of(cls, movement: Movement) -> "Transaction":
        debit = movement.kind == "debit"
        words = movement.description or WORDS.get(movement.service, OTHERWISE[movement.kind])
        return cls(
            id=movement.id,
            type=movement.kind,
            amount=movement.amount,
            description=words,
            service_type=movement.service if debit else None,
            details=dict(movement.details or {}) if debit else None,
            created_at=movement.created_at,
        )


class TransactionsResponse(BaseModel):
    """The newest first; `total` counts all of the wanted type."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "transactions": [
                    {
                        "id": 1,
                        "type": "debit",
                        "amount": -10.0,
                        "description": "Сообщение виджета",
                        "service_type": "widget_message",
                        "details": {"dialog_id": 1, "message_count": 2},
                        "created_at": "2025-09-01T10:00:00Z",
                    },
                    {
                        "id": 2,
                        "type": "credit",
                        "amount": 1000.0,
                        "description": "Пополнение баланса",
                        "created_at": "2025-09-01T09:00:00Z",
                    },
                ],
                "total": 15,
            }
        }
    )

    transactions: list[Transaction]
    total: int


class TopUpRequest(BaseModel):
    """How much, how, and where to go back to when it is paid."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "amount": 1000.0,
                "payment_method": "card",
                "return_url": "https://example.com/success",
            }
        }
    )

    amount: Amount
    payment_method: Literal["card", "sbp", "sberpay", "tpay", "yoomoney"] = "card"
    return_url: Annotated[str, StringConstraints(max_length=LONGEST_URL)]

    @field_validator("return_url")
    @classmethod
    def _is_a_web_address(cls, url: str) -> str:
        try:
            parts = urlsplit(url)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in ("http", "https") or not parts.hostname or not url.isprintable():
            raise PydanticCustomError("url", "Нужен адрес вроде https://example.com/success")
        return url


class TopUpResponse(BaseModel):
    """A pending transaction: the balance rises when it is paid at `payment_url`."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "01990b0c5a7e7c0e8a4f0d3c1b2a4f5e",
                "type": "credit",
                "status": "pending",
                "amount": 1000.0,
                "currency": "RUB",
                "description": "Пополнение баланса",
                "payment_method": "card",
                "payment_url": "https://yoomoney.ru/checkout/payments/v2/contract?orderId=2d0",
                "created_at": "2025-09-01T10:00:00Z",
            }
        }
    )

    id: str
    type: Literal["credit"] = "credit"
    status: TopUpStatus
    amount: Roubles
    currency: str
    description: str
    payment_method: str
    payment_url: str
    created_at: Moment

    @classmethod
    def of(cls, top_up: TopUp) -> "TopUpResponse":
        return cls(
            id=top_up.id,
            status=top_up.status,
            amount=top_up.amount,
            currency=CURRENCY,
            description=WORDS["top_up"],
            payment_method=top_up.method,
            payment_url=top_up.url,
            created_at=top_up.created_at,
        )


@router.get("", summary="Read the balance")
async def balance(request: Request, caller: Known) -> BalanceResponse:
    """What the workspace has."""
    services = surface(request).services
    found = await services.billing.balance_of(caller.workspace)
    return BalanceResponse.of(found, await services.top_ups.waiting(caller.workspace))


@router.get(
    "/transactions",
    summary="List transactions",
    responses=documented(422),
    response_model_exclude_none=True,
)
async def transactions(
    request: Request,
    caller: Known,
    limit: Annotated[int, at_most(MOST)] = 50,
    offset: Offset = 0,
    type: Literal["debit", "credit"] | None = None,
) -> TransactionsResponse:
    """What moved the balance."""
    billing = surface(request).services.billing
    await billing.balance_of(caller.workspace)
    rows, total = await billing.movements(caller.workspace, kind=type, limit=limit, offset=offset)
    return TransactionsResponse(transactions=[Transaction.of(row) for row in rows], total=total)


@router.post(
    "/top-up",
    summary="Top up the balance",
    dependencies=[*lets(people("admin", whole=True)), limited(TOP_UPS)],
    responses=documented(400, 413, 422, 502, 503),
)
async def top_up(request: Request, body: TopUpRequest, caller: Known) -> TopUpResponse:
    """Begin to put money in."""
    begun = await surface(request).services.top_ups.start(
        caller.workspace,
        account_id=caller.account_id,
        amount=kopecks("amount", body.amount),
        method=body.payment_method,
        return_url=body.return_url,
        key=attempt(request),
    )
    return TopUpResponse.of(begun)
