"""Who may call us: workspaces, accounts, their keys, and the caller a request turns out to be."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bots.model.operator import ROLES, Role

KeyKind = Literal["secret", "publishable", "site"]
"""What a key opens: everything of a workspace, or a chat on pages of the domains it names."""
CallerKind = Literal["key", "user", "publishable", "site", "here"]
"""A secret key, a person who signed in, a page of a customer's, or this very machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """Everything of one customer of ours: bots, people, chats, money.

    `opened_at` is when its first bot and its balance were made; None: that is still to be done.
    """

    id: int
    name: str
    created_at: datetime
    plan: str = "trial"
    timezone: str = ""
    opened_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person with a password in a workspace.

    `version` rises when all their sessions end. `is_admin` is who looks after the whole server.
    """

    id: int
    workspace: int
    email: str
    password_hash: str
    is_admin: bool
    created_at: datetime
    first_name: str = ""
    last_name: str = ""
    role: Role = "owner"
    active: bool = True
    onboarded: bool = False
    version: int = 1
    totp: str | None = None
    totp_step: int | None = None
    last_login_at: datetime | None = None

    @property
    def name(self) -> str:
        """What people call them; their e-mail where they did not say."""
        return f"{self.first_name} {self.last_name}".strip() or self.email


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """Somebody who registers: in a workspace of their own, or where an invitation leads.

    `invitation` is the SHA-256 of its code, and what it says of workspace and role then holds.
    """

    email: str
    password_hash: str
    created_at: datetime
    first_name: str = ""
    last_name: str = ""
    workspace: int | None = None
    role: Role = "owner"
    invitation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody signed in somewhere; also the family of its refresh tokens.

    `kind` says what for: its tokens are good nowhere else.
    """

    id: str
    workspace: int
    account_id: int
    kind: str
    created_at: datetime
    expires_at: datetime
    agent: str = ""
    address: str = ""
    revoked_at: datetime | None = None

    def lives(self, now: datetime) -> bool:
        """Whether its tokens still open anything."""
        return self.revoked_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """What came of a refresh token. Only where it is `done` the session goes on with the fresh one.

    `reused`: somebody has it who should not, and the session is over for everybody; `busy`: it was
    spent too often at once.
    """

    outcome: Literal["done", "unknown", "over", "reused", "busy"]
    session: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key of a workspace; only its SHA-256 and its first characters are kept.

    `bot` binds a key to one bot; without it the key may talk to any bot of its workspace. A
    publishable or a site's key is for pages of `domains`. `is_admin` is its account's.
    """

    id: int
    workspace: int
    account_id: int | None
    name: str
    prefix: str
    digest: str
    bot: str | None
    created_at: datetime
    kind: KeyKind = "secret"
    domains: tuple[str, ...] = ()
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    is_admin: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who is behind a request, once its credential was checked.

    `session` is that of a person who signed in; `domains` are whose pages a page's key is for. A
    secret key may what an owner may.
    """

    workspace: int
    account_id: int | None
    key_id: int | None
    bot: str | None = None
    kind: CallerKind = "key"
    role: Role = "owner"
    is_admin: bool = False
    session: str = ""
    domains: tuple[str, ...] = ()

    def may(self, role: Role) -> bool:
        """Whether they are at least that."""
        return ROLES.index(self.role) >= ROLES.index(role)
