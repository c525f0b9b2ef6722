"""API keys: made and shown once, kept hashed, and the caller behind one."""

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from bots.errors import Invalid, Unauthorised, Unavailable
from bots.model.account import ApiKey, Caller, CallerKind, KeyKind
from bots.model.operator import Role
from bots.ports import Clock
from bots.ports import Keys as Store
from bots.services.chance import RandomBytes, base62, drawn

PREFIXES: Mapping[KeyKind, str] = {
    "secret": "sk_live_",
    "publishable": "pk_live_",
    "site": "st_live_",
}
PUBLIC = 8
"""Characters of a key that tell it from others, behind its prefix."""
SHOWN = 8 + PUBLIC
LONGEST_NAME = 64
LONGEST = 512

_FORGET = timedelta(seconds=2)
_NOTED = timedelta(minutes=1)
_REMEMBERED = 10_000
_KINDS: Mapping[KeyKind, CallerKind] = {
    "secret": "key",
    "publishable": "publishable",
    "site": "site",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """To be shown once: of the text only its hash is kept."""

    key: ApiKey
    text: str


class Keys:
    """A key is looked up at most every two seconds, so a revoked one dies within two."""

    def __init__(self, store: Store, *, clock: Clock, random_bytes: RandomBytes) -> None:
        self._store = store
        self._clock = clock
        self._random_bytes = random_bytes
        self._callers: dict[str, tuple[datetime, Caller]] = {}

    async def add(
        self,
        *,
        workspace: int,
        account_id: int | None,
        name: str,
        kind: KeyKind = "secret",
        bot: str | None = None,
        domains: Sequence[str] = (),
        expires_at: datetime | None = None,
        text: str = "",
    ) -> NewKey:
        """A new key; one that is given (`text`) is taken as it is. Raises Invalid, Conflict."""
        now = self._clock()
        if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
            raise Invalid("name", f"must have from 1 to {LONGEST_NAME} letters")
        if kind != "secret" and bot is None:
            raise Invalid("bot", f"a {kind} key belongs to one bot: name it")
        if expires_at is not None and expires_at <= now:
            raise Invalid("expires_at", "lies in the past")
        text = text or self.new(kind)
        key = ApiKey(
            id=0,
            workspace=workspace,
            account_id=account_id,
            name=name.strip(),
            prefix=text[: SHOWN if text.startswith(tuple(PREFIXES.values())) else 4],
            digest=digest(text),
            bot=bot,
            created_at=now,
            kind=kind,
            domains=tuple(dict.fromkeys(map(_domain, domains))),
            expires_at=expires_at,
        )
        return NewKey(key=await self._store.add(key), text=text)

    async def all(self, workspace: int) -> list[ApiKey]:
        """Those that were not revoked."""
        return await self._store.all(workspace)

    async def revoke(self, workspace: int, id: int) -> ApiKey:
        """It dies at once here, and within two seconds elsewhere. Raises NotFound."""
        gone = await self._store.revoke(workspace, id, now=self._clock())
        self._callers.pop(gone.digest, None)
        return gone

    async def caller(self, text: str) -> Caller:
        """Who holds this key. Raises Unauthorised."""
        if len(text) > LONGEST:
            raise Unauthorised("This API key is not known")
        hashed = digest(text)
        now = self._clock()
        remembered = self._callers.get(hashed)
        # A clock that was put back must not make them last longer.
        if remembered is not None and now < remembered[0] <= now + _FORGET:
            return remembered[1]
        self._callers.pop(hashed, None)
        found = await self._store.by_digest(hashed)
        if found is None or found.revoked_at is not None:
            raise Unauthorised("This API key is not known")
        if found.expires_at is not None and found.expires_at <= now:
            raise Unauthorised(f"This API key ran out on {found.expires_at:%Y-%m-%d}")
        await self._note(found, now)
        return self._remember(found, now)

    def new(self, kind: KeyKind = "secret") -> str:
        """A key: a public id, 32 random characters and a checksum for secret scanners."""
        body = (
            f"{PREFIXES[kind]}{drawn(self._random_bytes, PUBLIC)}_{drawn(self._random_bytes, 32)}"
        )
        return body + checksum(body)

    def forget(self) -> None:
        """Look every key up anew."""
        self._callers.clear()

    def _remember(self, found: ApiKey, now: datetime) -> Caller:
        role: Role = "owner" if found.kind == "secret" else "viewer"
        caller = Caller(
            workspace=found.workspace,
            account_id=found.account_id,
            key_id=found.id,
            bot=found.bot,
            kind=_KINDS[found.kind],
            role=role,
            is_admin=found.is_admin and found.kind == "secret" and found.bot is None,
            domains=found.domains,
        )
        if len(self._callers) >= _REMEMBERED:
            self._callers.clear()
        until = now + _FORGET
        if found.expires_at is not None:
            until = min(until, found.expires_at)
        self._callers[found.digest] = (until, caller)
        return caller

    async def _note(self, found: ApiKey, now: datetime) -> None:
        """A disk that takes no writes keeps nobody out."""
        if found.last_used_at is None or now - found.last_used_at >= _NOTED:
            with suppress(Unavailable):
                await self._store.used(found.id, now=now)


def digest(text: str) -> str:
    """What is kept of a key or token: it has too much chance in it to need a slow hash."""
    return hashlib.sha256(text.encode()).hexdigest()


def checksum(body: str) -> str:
    """Six characters that tell a mistyped key from one of ours."""
    return base62(zlib.crc32(body.encode()).to_bytes(4)).rjust(6, "0")


def _domain(written: str) -> str:
    """Raises Invalid for what is no name of a server."""
    domain = written.strip().lower().rstrip(".")
    try:
        known = domain.encode("idna").decode() if domain else ""
    except UnicodeError:
        known = ""
    plain = known.removeprefix("*.").replace(".", "").replace("-", "").replace(":", "")
    if not plain or not plain.isalnum() or len(known) > 253:
        raise Invalid("domains", f"{written!r} is no domain; write such as example.com")
    return known
