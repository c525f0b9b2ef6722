"""The tables of money: balances, the ledger behind them, top-ups, and whose models answer.

Amounts are whole kopecks.
"""

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.columns import WITHOUT_ROWID, big_id, moment


class Balances(SQLModel, table=True):
    """What a workspace has: always the sum of its ledger."""

    __tablename__ = "balances"

    workspace: int = Field(primary_key=True, foreign_key="workspaces.id")
    amount: int = Field(sa_type=BigInteger)
    bonus: int = Field(sa_type=BigInteger)
    spent: int = Field(sa_type=BigInteger)
    updated_at: int = moment()


class LedgerRows(SQLModel, table=True):
    """Each movement of a balance, written once under its `key`; `balance` is what was there then."""

    __tablename__ = "ledger"
    __table_args__ = (
        UniqueConstraint("workspace", "key"),
        Index("ledger_of_workspace", "workspace", "id"),
    )

    id: int | None = Field(sa_column=big_id())
    workspace: int
    kind: str
    amount: int = Field(sa_type=BigInteger)
    balance: int = Field(sa_type=BigInteger)
    description: str
    service: str
    details: str
    key: str
    created_at: int = moment()


class MonthsOfMessages(SQLModel, table=True):
    """How many messages a workspace was charged for in a month (UTC), such as `2026-11`."""

    __tablename__ = "months_of_messages"
    __table_args__ = (WITHOUT_ROWID,)

    workspace: int = Field(primary_key=True)
    month: str = Field(primary_key=True)
    count: int


class TopUps(SQLModel, table=True):
    """Money that is on its way; `status` is pending, paid, failed or cancelled."""

    __tablename__ = "top_ups"
    __table_args__ = (
        Index("top_ups_of_workspace", "workspace", "created_at"),
        Index("top_ups_by_reference", "provider", "reference"),
        Index("top_ups_by_status", "status"),
    )

    id: str = Field(primary_key=True)
    workspace: int
    account_id: int | None = None
    amount: int = Field(sa_type=BigInteger)
    method: str
    provider: str
    reference: str
    url: str
    return_url: str
    status: str
    error: str
    created_at: int = moment()
    updated_at: int = moment()


class AiTokens(SQLModel, table=True):
    """Keys of models' providers, sealed; `tail` is what is shown of one, `models` as JSON."""

    __tablename__ = "ai_tokens"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(sa_column=big_id())
    name: str
    token: str
    tail: str
    models: str
    daily_limit: int
    monthly_limit: int
    priority: int
    active: bool
    notes: str
    once: str | None = None
    created_at: int = moment()
    updated_at: int = moment()


class AiUsage(SQLModel, table=True):
    """How often a token was used on a day (UTC)."""

    __tablename__ = "ai_usage"
    __table_args__ = (WITHOUT_ROWID,)

    token_id: int = Field(primary_key=True)
    day: str = Field(primary_key=True)
    count: int
