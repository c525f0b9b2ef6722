"""Who is signed in: access tokens that are checked against their session, refresh tokens that rotate."""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt

from bots.errors import BadCredentials, TokenExpired, TooMany, Unauthorised, Unavailable
from bots.model.account import Account, Caller, Session
from bots.ports import Clock, NewId
from bots.ports import Sessions as Store
from bots.services.chance import RandomBytes, drawn
from bots.services.keys import digest

ISSUER = "easyflow"
AUDIENCE = "easyflow:people"
ALGORITHM = "HS256"
SHORTEST_KEY = 32
"""Characters, as the vault has it: what is left of a spoilt file is no key."""
GRACE = timedelta(seconds=30)
"""For a client that never got the answer to its refresh."""
RECENT = timedelta(minutes=5)
"""How old a login may be for what a stolen token must not do."""
MOST_AT_ONCE = 10
LONGEST = 2048
NO_SUCH = "There is no account with this e-mail and password"

_FORGET = timedelta(seconds=2)
_REMEMBERED = 10_000
_NEEDED = ["iss", "aud", "sub", "sid", "ver", "iat", "exp"]
_OURS = {f"verify_{name}": False for name in ("exp", "iat", "nbf")}
"""What we check ourselves, by our own clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How long a session of a kind lasts, and its access tokens; `refreshed` says they are many."""

    name: str
    access: timedelta
    session: timedelta
    refreshed: bool


LASTING = Kind(
    name="lasting", access=timedelta(hours=24), session=timedelta(hours=24), refreshed=False
)
REFRESHED = Kind(
    name="refreshed", access=timedelta(minutes=30), session=timedelta(days=30), refreshed=True
)
KINDS = {kind.name: kind for kind in (LASTING, REFRESHED)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Whence:
    """Where somebody signs in from."""

    address: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """To be handed out once. `refresh` is "" for sessions that are not refreshed."""

    access: str
    refresh: str
    expires_in: int


class SigningKeys:
    """The keys of tokens, made of the key ring: the first signs, all are taken.

    `ring` gives the ring as it is now; it is asked anew to sign, and for a key that is not known,
    though at most once a second.
    """

    def __init__(self, ring: Callable[[], Sequence[str]], clock: Clock) -> None:
        self._ring = ring
        self._clock = clock
        self._keys: dict[str, bytes] = {}
        self._asked: datetime | None = None

    def first(self) -> tuple[str, bytes]:
        """What signs, and how it is called."""
        self._ask()
        if not self._keys:
            raise Unavailable("There is no key to sign tokens with: see EASYFLOW_KEYS")
        return next(iter(self._keys.items()))

    def of(self, name: object) -> bytes | None:
        """The key of a token by the name it gives."""
        if not isinstance(name, str):
            return None
        now = self._clock()
        if name not in self._keys and (
            self._asked is None or abs(now - self._asked) >= timedelta(seconds=1)
        ):
            self._ask()
        return self._keys.get(name)

    def _ask(self) -> None:
        self._asked = self._clock()
        self._keys = {
            _made(key, "name").hex()[:8]: _made(key, "key")
            for key in self._ring()
            if len(key) >= SHORTEST_KEY
        }


class Sessions:
    """A session is looked up at most every two seconds, so one that was ended dies within two.

    What ends here dies at once.
    """

    def __init__(
        self,
        store: Store,
        *,
        keys: SigningKeys,
        clock: Clock,
        new_id: NewId,
        random_bytes: RandomBytes,
    ) -> None:
        self._store = store
        self._keys = keys
        self._clock = clock
        self._new_id = new_id
        self._random_bytes = random_bytes
        self._known: dict[str, tuple[datetime, Session, Account]] = {}
        self._ended = 0

    async def open(self, account: Account, kind: Kind, whence: Whence) -> Tokens:
        """Sign somebody in; nothing of an earlier session is taken over.

        Raises BadCredentials where their password was changed since the account was read.
        """
        now = self._clock()
        session = Session(
            id=self._new_id(),
            workspace=account.workspace,
            account_id=account.id,
            kind=kind.name,
            created_at=now,
            expires_at=now + kind.session,
            agent=whence.agent[:200],
            address=whence.address,
        )
        refresh = f"rt_{drawn(self._random_bytes, 43)}" if kind.refreshed else ""
        kept = digest(refresh) if refresh else None
        if not await self._store.open(session, kept, password_hash=account.password_hash):
            raise BadCredentials(NO_SUCH)
        return self._tokens(account, session, refresh)

    async def caller(self, token: str) -> Caller:
        """Who has this access token. Raises Unauthorised, TokenExpired."""
        session, account = await self.standing(token)
        return Caller(
            workspace=account.workspace,
            account_id=account.id,
            key_id=None,
            kind="user",
            role=account.role,
            is_admin=account.is_admin,
            session=session.id,
        )

    async def standing(self, token: str) -> tuple[Session, Account]:
        """The living session of an access token, and whose it is. Raises Unauthorised, TokenExpired."""
        claims, now = self._read(token), self._clock()
        if claims["exp"] <= now.timestamp():
            raise TokenExpired("The time of this token is over: sign in again")
        session, account = await self._looked_up(str(claims["sid"]), now)
        if claims["sub"] != str(account.id):
            raise Unauthorised("This token is not known")
        if not (session.lives(now) and account.active and claims["ver"] == account.version):
            raise TokenExpired("This session was ended: sign in again")
        return session, account

    async def refresh(self, token: str) -> Tokens:
        """A fresh pair for a refresh token, which is spent with it. Raises Unauthorised, TokenExpired.

        One that was spent before ends the session: somebody has it who should not. Only the one
        before the newest is taken again for half a minute, as its answer may have been lost.
        """
        if not 0 < len(token) <= LONGEST:
            raise Unauthorised("This refresh token is not known")
        fresh, now = f"rt_{drawn(self._random_bytes, 43)}", self._clock()
        done = await self._store.rotate(
            digest(token), digest(fresh), now=now, grace=GRACE, most=MOST_AT_ONCE
        )
        if done.outcome == "unknown":
            raise Unauthorised("This refresh token is not known")
        if done.outcome == "busy":
            raise TooMany(1)
        found = await self._store.one(done.session)
        if done.outcome != "done" or found is None or not found[1].active:
            self.forget()
            raise TokenExpired("This session was ended: sign in again")
        session, account = found
        return self._tokens(account, session, fresh)

    async def is_recent(self, session: str) -> bool:
        """Whether somebody typed their password for it just now."""
        found = await self._store.one(session)
        return found is not None and self._clock() - found[0].created_at <= RECENT

    async def end(self, session: str) -> None:
        """Sign somebody out; its tokens are over at once."""
        await self._store.end(session, now=self._clock())
        self.forget()

    def forget(self) -> None:
        """Look every session up anew: something of an account has changed."""
        self._ended += 1
        self._known.clear()

    async def prune(self, before: datetime) -> None:
        """Forget what was over by then."""
        await self._store.prune(before)

    # ------------------------------------------------------------ inside

    def _tokens(self, account: Account, session: Session, refresh: str) -> Tokens:
        now, kind = self._clock(), KINDS[session.kind]
        expires = min(now + kind.access, session.expires_at)
        name, key = self._keys.first()
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(account.id),
            "sid": session.id,
            "ver": account.version,
            "iat": int(now.timestamp()),
            "exp": int(expires.timestamp()),
        }
        return Tokens(
            access=jwt.encode(claims, key, ALGORITHM, {"kid": name}),
            refresh=refresh,
            expires_in=int((expires - now).total_seconds()),
        )

    def _read(self, token: str) -> dict[str, Any]:
        """The claims of a token that we signed."""
        if len(token) > LONGEST:
            raise Unauthorised("This token is not known")
        try:
            key = self._keys.of(jwt.get_unverified_header(token).get("kid"))
            if key is None:
                raise Unauthorised("This token is not known")
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                [ALGORITHM],
                {"require": _NEEDED, **_OURS},  # type: ignore[arg-type]
                audience=AUDIENCE,
                issuer=ISSUER,
            )
        except (jwt.InvalidTokenError, ValueError, TypeError, RecursionError):
            raise Unauthorised("This token is not known") from None
        return claims

    async def _looked_up(self, id: str, now: datetime) -> tuple[Session, Account]:
        known = self._known.get(id)
        # A clock that was put back must not make them last longer.
        if known is not None and now < known[0] <= now + _FORGET:
            return known[1], known[2]
        ended = self._ended
        found = await self._store.one(id)
        if found is None:
            raise TokenExpired("This session was ended: sign in again")
        if ended == self._ended:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[id] = (now + _FORGET, *found)
        return found


def _made(key: str, what: str) -> bytes:
    return hmac.new(key.encode(), f"easyflow tokens v1 {what}".encode(), hashlib.sha256).digest()
