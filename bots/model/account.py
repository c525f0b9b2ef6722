"""Who may call us: accounts, their API keys, and the caller a request turns out to be."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person with a password in a workspace."""

    id: int
    workspace: int
    email: str
    password_hash: str
    is_admin: bool
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A secret key of a workspace; only its SHA-256 and its first characters are kept.

    `bot` binds a key to one bot; without it the key may talk to any bot of its workspace.
    """

    id: int
    workspace: int
    account_id: int | None
    name: str
    prefix: str
    digest: str
    bot: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who is behind a request, once its credential was checked."""

    workspace: int
    account_id: int | None
    key_id: int | None
    bot: str | None = None
