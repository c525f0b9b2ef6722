"""Who may call: the owner made at the first start, API keys, and the caller behind a key."""

import asyncio
import hashlib
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pwdlib import PasswordHash

from bots.errors import Invalid, Unauthorised
from bots.model.account import Caller
from bots.ports import Accounts as Store
from bots.ports import Clock

RandomBytes = Callable[[int], bytes]
"""So many unpredictable bytes, such as `secrets.token_bytes` gives."""

DEFAULT_EMAIL = "owner@localhost"
SECRET = "sk_live_"

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_FORGET = timedelta(seconds=5)
_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Founded:
    """What the owner must be shown once; `generated` where any of it is ours and not given."""

    email: str
    password: str
    key: str
    generated: bool


class Accounts:
    """A key is looked up at most every five seconds, so a revoked one dies within five."""

    def __init__(
        self,
        store: Store,
        *,
        clock: Clock,
        random_bytes: RandomBytes,
        hash_password: Callable[[str], str] | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._random_bytes = random_bytes
        self._hash = hash_password or argon2id
        self._callers: dict[str, tuple[datetime, Caller]] = {}

    async def found_owner(
        self, *, email: str | None = None, password: str | None = None, key: str | None = None
    ) -> Founded | None:
        """Make the workspace, its owner and a key; None if that was done before.

        Raises Invalid for a password or key that is too weak; nothing is made then.
        """
        _check(email, password, key)
        if await self._store.owner() is not None:
            return None
        founded = Founded(
            email=email or DEFAULT_EMAIL,
            password=password or base62(self._random_bytes(16))[:20],
            key=key or self.new_key(),
            generated=not (email and password and key),
        )
        now = self._clock()
        hashed = await asyncio.to_thread(self._hash, founded.password)
        owner = await self._store.found(email=founded.email, password_hash=hashed, now=now)
        await self._store.add_key(
            workspace=owner.workspace,
            account_id=owner.id,
            name="owner",
            prefix=founded.key[:12],
            digest=digest(founded.key),
            bot=None,
            now=now,
        )
        return founded

    async def caller(self, key: str) -> Caller:
        """Who holds this key. Raises Unauthorised."""
        hashed = digest(key)
        now = self._clock()
        remembered = self._callers.get(hashed)
        if remembered is not None and remembered[0] > now:
            return remembered[1]
        found = await self._store.key(hashed)
        if found is None:
            self._callers.pop(hashed, None)
            raise Unauthorised("This API key is not known")
        caller = Caller(
            workspace=found.workspace,
            account_id=found.account_id,
            key_id=found.id,
            bot=found.bot,
        )
        if len(self._callers) >= _REMEMBERED:
            self._callers.clear()
        self._callers[hashed] = (now + _FORGET, caller)
        return caller

    def new_key(self) -> str:
        """A secret key: a public id, 32 random characters and a checksum for secret scanners."""
        public = base62(self._random_bytes(8))[:8]
        secret = base62(self._random_bytes(28))[:32]
        body = f"{SECRET}{public}_{secret}"
        return body + checksum(body)


def digest(key: str) -> str:
    """What is kept of a key; a key has too much chance in it to need a slow hash."""
    return hashlib.sha256(key.encode()).hexdigest()


def checksum(body: str) -> str:
    """Six characters that tell a mistyped key from one of ours."""
    return base62(zlib.crc32(body.encode()).to_bytes(4)).rjust(6, "0")


def base62(data: bytes) -> str:
    """Bytes as digits and letters."""
    number = int.from_bytes(data)
    digits = ""
    while number:
        number, rest = divmod(number, 62)
        digits = _BASE62[rest] + digits
    return digits


def argon2id(password: str) -> str:
    """Slow on purpose: half a second, so never in the event loop."""
    return PasswordHash.recommended().hash(password)


def _check(email: str | None, password: str | None, key: str | None) -> None:
    if email is not None and ("@" not in email or len(email) > 254):
        raise Invalid("email", "is no e-mail address")
    if password is not None and not 8 <= len(password) <= 128:
        raise Invalid("password", "must have from 8 to 128 characters")
    if key is not None and len(key) < 20:
        raise Invalid("api_key", "must have at least 20 characters")
    if key is not None and not key.isascii():
        raise Invalid("api_key", "must be of plain ASCII characters")
