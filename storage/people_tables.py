"""The tables of workspaces, the people who sign in, and what they sign in with."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from storage.columns import WITHOUT_ROWID, big_id, maybe_moment, moment


class Workspaces(SQLModel, table=True):
    """`timezone` is the zone of its days, "" for that of its first bot.

    `opened_at` is when its first bot and its balance were made.
    """

    __tablename__ = "workspaces"

    id: int | None = Field(sa_column=big_id())
    name: str
    plan: str = Field(default="trial", sa_column_kwargs={"server_default": "trial"})
    timezone: str = Field(default="", sa_column_kwargs={"server_default": ""})
    opened_at: int | None = maybe_moment()
    created_at: int = moment()


class AccountRows(SQLModel, table=True):
    """People with a password.

    `version` rises when every session of theirs ends; `totp` is sealed, and `totp_step` the last
    step of time whose code was used.
    """

    __tablename__ = "accounts"

    id: int | None = Field(sa_column=big_id())
    workspace: int = Field(foreign_key="workspaces.id", index=True)
    email: str = Field(unique=True)
    password_hash: str
    is_admin: bool
    first_name: str = Field(default="", sa_column_kwargs={"server_default": ""})
    last_name: str = Field(default="", sa_column_kwargs={"server_default": ""})
    role: str = Field(default="owner", sa_column_kwargs={"server_default": "owner"})
    active: bool = Field(default=True, sa_column_kwargs={"server_default": "1"})
    onboarded: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    totp: str | None = None
    totp_step: int | None = maybe_moment()
    last_login_at: int | None = maybe_moment()
    created_at: int = moment()


class SessionRows(SQLModel, table=True):
    """Who is signed in where. A session is also the family of its refresh tokens."""

    __tablename__ = "sessions"
    __table_args__ = (WITHOUT_ROWID,)

    id: str = Field(primary_key=True)
    workspace: int
    account_id: int = Field(foreign_key="accounts.id", index=True)
    kind: str
    agent: str
    address: str
    created_at: int = moment()
    expires_at: int = moment(index=True)
    revoked_at: int | None = maybe_moment()


class RefreshTokens(SQLModel, table=True):
    """By their SHA-256; `generation` rises with every rotation of a session's."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (WITHOUT_ROWID,)

    digest: str = Field(primary_key=True)
    session_id: str = Field(index=True)
    generation: int
    created_at: int = moment()
    used_at: int | None = maybe_moment()


class BackupCodes(SQLModel, table=True):
    """By their SHA-256: what stands in for a lost second factor, each once."""

    __tablename__ = "backup_codes"
    __table_args__ = (WITHOUT_ROWID,)

    account_id: int = Field(primary_key=True)
    digest: str = Field(primary_key=True)
    used_at: int | None = maybe_moment()


class GuessRows(SQLModel, table=True):
    """Tries at passwords and codes; `account` is the SHA-256 of what was tried at."""

    __tablename__ = "guesses"
    __table_args__ = (
        Index("guesses_of_account", "account", "network"),
        Index("guesses_of_network", "network"),
    )

    id: int | None = Field(sa_column=big_id())
    account: str
    network: str
    at: int = moment(index=True)


class ApiKeys(SQLModel, table=True):
    """`kind` is secret, publishable or site; `domains` as JSON: whose pages may use the last two."""

    __tablename__ = "api_keys"

    id: int | None = Field(sa_column=big_id())
    workspace: int = Field(foreign_key="workspaces.id", index=True)
    account_id: int | None = Field(default=None, foreign_key="accounts.id")
    name: str
    prefix: str
    digest: str = Field(unique=True)
    bot: str | None = None
    kind: str = Field(default="secret", sa_column_kwargs={"server_default": "secret"})
    domains: str = Field(default="[]", sa_column_kwargs={"server_default": "[]"})
    expires_at: int | None = maybe_moment()
    last_used_at: int | None = maybe_moment()
    revoked_at: int | None = maybe_moment()
    created_at: int = moment()
