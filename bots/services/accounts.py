"""Who may call: the owner made at the first start, and the caller behind a key or a token."""

import re
from dataclasses import dataclass

from bots.errors import Invalid
from bots.model.account import Caller
from bots.ports import Accounts as Store
from bots.ports import Clock
from bots.services.chance import RandomBytes, drawn
from bots.services.emails import normalised
from bots.services.keys import Keys
from bots.services.passwords import Passwords
from bots.services.sessions import Sessions

DEFAULT_EMAIL = "owner@localhost"

_JWT = re.compile(r"ey[\w-]+\.[\w-]+\.[\w-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Founded:
    """What the owner must be shown once; `generated` where any of it is ours and not given."""

    email: str
    password: str
    key: str
    generated: bool


class Accounts:
    """Without `sessions` nobody is signed in, and no token is taken."""

    def __init__(
        self,
        store: Store,
        keys: Keys,
        *,
        passwords: Passwords,
        clock: Clock,
        random_bytes: RandomBytes,
        sessions: Sessions | None = None,
    ) -> None:
        self.keys = keys
        self.sessions = sessions
        self._store = store
        self.passwords = passwords
        self._clock = clock
        self._random_bytes = random_bytes

    async def found_owner(
        self, *, email: str | None = None, password: str | None = None, key: str | None = None
    ) -> Founded | None:
        """Make the workspace, its owner and a key; None if that was done before.

        Raises Invalid for a password or key that is too weak; nothing is made then.
        """
        if await self._store.owner() is not None:
            return None
        email = normalised(email) if email is not None else None
        if password is not None:
            self.passwords.check(password, email=email or "")
        if key is not None:
            _check(key)
        founded = Founded(
            email=email or DEFAULT_EMAIL,
            password=password or drawn(self._random_bytes, 20),
            key=key or self.keys.new(),
            generated=not (email and password and key),
        )
        owner = await self._store.found(
            email=founded.email,
            password_hash=await self.passwords.hash(founded.password),
            now=self._clock(),
        )
        await self.keys.add(
            workspace=owner.workspace, account_id=owner.id, name="owner", text=founded.key
        )
        return founded

    async def caller(self, credential: str) -> Caller:
        """Who holds this key or token. Raises Unauthorised, TokenExpired."""
        if self.sessions is not None and _JWT.fullmatch(credential):
            return await self.sessions.caller(credential)
        return await self.keys.caller(credential)


def _check(key: str) -> None:
    if len(key) < 20:
        raise Invalid("api_key", "must have at least 20 characters")
    if not key.isascii():
        raise Invalid("api_key", "must be of plain ASCII characters")
