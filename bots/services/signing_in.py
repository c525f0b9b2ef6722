"""Registration, login, logout and change of password."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal
from weakref import WeakValueDictionary

import structlog

from bots.errors import BadCredentials, CodeRefused, Conflict, EasyFlowError, Forbidden, Invalid
from bots.model.account import Account, Caller, NewAccount
from bots.ports import Accounts as Store
from bots.ports import Clock, Workspaces
from bots.services.codes import digest
from bots.services.emails import folded, normalised
from bots.services.guessing import Guessing
from bots.services.passwords import Passwords
from bots.services.second_factor import NewFactor, SecondFactor
from bots.services.sessions import NO_SUCH, Kind, Sessions, Tokens, Whence

log = structlog.get_logger()

Registration = Literal["open", "invite", "closed"]
Opened = Callable[[Account], Awaitable[object]]
"""Makes something that a new workspace begins with; again it changes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Who is in now, and with which tokens."""

    account: Account
    tokens: Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Registering:
    """What somebody says of themselves; `invitation` is the code of one, "" for none."""

    email: str
    password: str
    first_name: str = ""
    last_name: str = ""
    invitation: str = ""


class SigningIn:
    """`opened` are run after a workspace was made, and again at a login if they failed then."""

    def __init__(
        self,
        *,
        store: Store,
        workspaces: Workspaces,
        sessions: Sessions,
        passwords: Passwords,
        second_factor: SecondFactor,
        guessing: Guessing,
        clock: Clock,
        registration: Registration,
        opened: Sequence[Opened] = (),
    ) -> None:
        self._store = store
        self._workspaces = workspaces
        self._sessions = sessions
        self._passwords = passwords
        self._second_factor = second_factor
        self._guessing = guessing
        self._clock = clock
        self._registration = registration
        self._opened = opened
        # Weak, so that a workspace that is open costs nothing.
        self._opening: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def register(self, who: Registering, kind: Kind, whence: Whence) -> SignedIn:
        """A new account, signed in. Raises Forbidden, Invalid, Conflict where the e-mail has one."""
        if self._registration == "closed":
            raise Forbidden("Nobody can register here: ask the owner for an account")
        if self._registration == "invite" and not who.invitation:
            raise Forbidden("Registration needs an invitation: send its code as invite_code")
        email = normalised(who.email)
        self._passwords.check(who.password, email=email)
        if who.invitation:
            await self._guessing.begin("an invitation", whence.address)
        new = NewAccount(
            email=email,
            password_hash=await self._passwords.hash(who.password),
            created_at=self._clock(),
            first_name=who.first_name,
            last_name=who.last_name,
            invitation=digest(who.invitation) if who.invitation else "",
        )
        try:
            account = await self._store.register(new)
        except CodeRefused as refused:
            raise Invalid("invite_code", _REFUSED[refused.why]) from None
        if who.invitation:
            await self._guessing.right("an invitation", whence.address)
        await self._open(account)
        return SignedIn(account=account, tokens=await self._sessions.open(account, kind, whence))

    async def log_in(
        self, email: str, password: str, kind: Kind, whence: Whence, *, code: str | None = None
    ) -> SignedIn:
        """Raises BadCredentials, SecondFactorNeeded, TooMany.

        Unknown people are told the same as those with a wrong password, after as much work.
        """
        email = folded(email)
        await self._guessing.begin(email, whence.address)
        account = await self._store.by_email(email)
        if account is not None and not account.active:
            account = None
        fits, fresh = await self._passwords.fits(
            password, None if account is None else account.password_hash
        )
        if account is None or not fits:
            raise BadCredentials(NO_SUCH)
        await self._guessing.right(email, whence.address)
        await self._second_factor.check(account, code)
        if fresh is not None:
            account = await self._hashed_anew(account, fresh)
        await self._open(account)
        return SignedIn(account=account, tokens=await self._sessions.open(account, kind, whence))

    async def log_out(self, caller: Caller) -> None:
        """The session of the caller's token is over. Raises Forbidden for keys: they are revoked."""
        await self._sessions.end(_session(caller))

    async def change_password(
        self, caller: Caller, current: str, new: str, whence: Whence, *, perhaps_again: bool = False
    ) -> Account:
        """Every other session of theirs is over. Raises Invalid, TooMany.

        `perhaps_again` takes it for done where the new one is theirs already.
        """
        session = _session(caller)
        account = await self._account(caller)
        self._passwords.check(new, email=account.email, field="new_password")
        await self._guessing.begin(account.email, whence.address)
        fits, _ = await self._passwords.fits(current, account.password_hash)
        done = not fits and perhaps_again
        if done:
            done, _ = await self._passwords.fits(new, account.password_hash)
        if not fits and not done:
            raise Invalid("current_password", _NOT_YOURS)
        await self._guessing.right(account.email, whence.address)
        if done:
            return account
        account = await self._with_password(account, new, keep=session)
        self._sessions.forget()
        return account

    # ------------------------------------------------------------ the second factor

    async def propose_factor(self, caller: Caller) -> NewFactor:
        """A secret for their app. Raises Conflict; Forbidden where their login is not recent."""
        return await self._second_factor.propose(await self._recent(caller))

    async def confirm_factor(self, caller: Caller, code: str) -> None:
        """The first code of the app. Raises BadCredentials, Conflict, TooMany."""
        await self._second_factor.confirm(await self._account(caller), code)

    async def drop_factor(self, caller: Caller, code: str) -> None:
        """Passwords alone again, for a last code. Raises as `propose_factor` and a login."""
        account = await self._recent(caller)
        await self._second_factor.check(account, code)
        await self._second_factor.switch_off(account)

    # ------------------------------------------------------------ inside

    async def _hashed_anew(self, account: Account, fresh: str) -> Account:
        """The same password under today's parameters, unless it was changed meanwhile."""
        try:
            return await self._store.change(
                account.workspace,
                account.id,
                {"password_hash": fresh},
                now=self._clock(),
                was=account.password_hash,
            )
        except Conflict:
            raise BadCredentials(NO_SUCH) from None

    async def _with_password(self, account: Account, new: str, *, keep: str) -> Account:
        """Of two who change it at once one comes too late: what they call the old one is it no more."""
        hashed = await self._passwords.hash(new)
        try:
            return await self._store.change(
                account.workspace,
                account.id,
                {"password_hash": hashed},
                now=self._clock(),
                ends=True,
                keep=keep,
                was=account.password_hash,
            )
        except Conflict:
            raise Invalid("current_password", _NOT_YOURS) from None

    async def _account(self, caller: Caller) -> Account:
        _session(caller)
        return await self._store.by_id(caller.workspace, caller.account_id or 0)

    async def _recent(self, caller: Caller) -> Account:
        if not await self._sessions.is_recent(_session(caller)):
            raise Forbidden("This needs a login of the last five minutes: sign in again")
        return await self._account(caller)

    async def _open(self, account: Account) -> None:
        """What a workspace begins with; what fails is made at the next login."""
        if await self._is_open(account):
            return
        async with self._opening.setdefault(account.workspace, asyncio.Lock()):
            if await self._is_open(account):
                return
            try:
                for make in self._opened:
                    await make(account)
                await self._workspaces.opened(account.workspace, now=self._clock())
            except EasyFlowError as problem:
                log.warning(
                    "A workspace does not have all yet that it begins with",
                    workspace=account.workspace,
                    reason=str(problem),
                )

    async def _is_open(self, account: Account) -> bool:
        workspace = await self._workspaces.one(account.workspace)
        return workspace.opened_at is not None


def _session(caller: Caller) -> str:
    if not caller.session:
        raise Forbidden("This is for people who signed in: send the token of a login")
    return caller.session


_NOT_YOURS = "is not your password"
_REFUSED = {
    "unknown": "is no invitation",
    "used": "was used: each invitation is good once",
    "expired": "has run out: ask for a new one",
}
