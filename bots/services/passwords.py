"""Passwords: hashed off the event loop and few at a time, and which of them are too well known."""

import asyncio
import unicodedata
from collections.abc import Callable
from typing import Protocol, TypeVar

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError

from bots.errors import Invalid, Unavailable
from bots.services.chance import RandomBytes, drawn
from bots.services.common_passwords import is_common

Result = TypeVar("Result")

SHORTEST, LONGEST = 8, 128
AT_ONCE = 2
"""Each takes 64 MiB and a tenth of a second of a core."""
WAITING = 32
"""So many may wait for their turn; whoever comes then is told to come again."""


class Hasher(Protocol):
    """A slow hash, such as pwdlib's argon2id."""

    def hash(self, password: str) -> str:
        """With a salt of its own."""

    def verify_and_update(self, password: str, hash: str) -> tuple[bool, str | None]:
        """Whether it fits; a fresh hash where the parameters have changed since."""


class Passwords:
    """`public` says that strangers reach the server: then the commonest passwords are refused."""

    def __init__(
        self, *, random_bytes: RandomBytes, hasher: Hasher | None = None, public: bool = False
    ) -> None:
        self._random_bytes = random_bytes
        self._hasher = hasher or PasswordHash.recommended()
        self._public = public
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._nobodys: str | None = None

    def check(self, password: str, *, email: str = "", field: str = "password") -> None:
        """Whether it may become somebody's password. Raises Invalid."""
        plain = _plain(password)
        if not SHORTEST <= len(plain) <= LONGEST:
            raise Invalid(field, f"must have from {SHORTEST} to {LONGEST} characters")
        name = email.partition("@")[0]
        if self._public and (is_common(plain) or (name and name == plain.casefold())):
            raise Invalid(field, "is one of those that are tried first: choose another")

    async def hash(self, password: str) -> str:
        """Raises Unavailable where too many wait."""
        return await self._slowly(self._hasher.hash, _plain(password))

    async def fits(self, password: str, hash: str | None) -> tuple[bool, str | None]:
        """Whether a password is that of a hash, and a fresh hash where the old one is out of date.

        Without a hash it takes as long, and fits never. Raises Unavailable where too many wait.
        """
        if self._nobodys is None:
            # Made before anybody's is looked at, so that it tells nothing of this one.
            self._nobodys = await self.hash(drawn(self._random_bytes, 20))
        try:
            fits, fresh = await self._slowly(
                self._hasher.verify_and_update,
                _plain(password)[: LONGEST + 1],
                hash or self._nobodys,
            )
        except UnknownHashError:
            return False, None
        return fits and hash is not None, fresh if hash is not None else None

    async def _slowly(self, work: Callable[..., Result], *given: str) -> Result:
        if self._waiting >= AT_ONCE + WAITING:
            raise Unavailable("Too many people sign in just now: try again in a second")
        self._waiting += 1
        try:
            async with self._turn:
                return await asyncio.to_thread(work, *given)
        finally:
            self._waiting -= 1


def _plain(password: str) -> str:
    """The same letters are the same password, however a keyboard composes them."""
    return unicodedata.normalize("NFKC", password)
