"""The second factor: codes of an authenticator app, each taken once, and backup codes for a lost phone."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta

import pyotp

from bots.errors import (
    BadCredentials,
    Conflict,
    Locked,
    SecondFactorNeeded,
    TooMany,
    Unavailable,
)
from bots.model.account import Account
from bots.model.guess import Tried
from bots.ports import Clock, Guesses, Vault
from bots.ports import SecondFactors as Store
from bots.services.chance import RandomBytes
from bots.services.codes import digest, spelled

ISSUER = "Easy Flow"
STEP = 30
AROUND = (0, -1, 1)
"""Steps of time whose codes are taken: clocks of phones are a little off."""
BACKUP_CODES = 10
TRIES = 5
WINDOW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFactor:
    """To be shown once. It counts from the first code on that is taken."""

    secret: str
    uri: str
    backup_codes: tuple[str, ...]


class SecondFactor:
    """The secret is kept sealed, backup codes as hashes."""

    def __init__(
        self,
        store: Store,
        *,
        guesses: Guesses,
        vault: Vault,
        clock: Clock,
        random_bytes: RandomBytes,
    ) -> None:
        self._store = store
        self._guesses = guesses
        self._vault = vault
        self._clock = clock
        self._random_bytes = random_bytes

    async def propose(self, account: Account) -> NewFactor:
        """A secret for an app. Raises Conflict where one counts already."""
        if is_on(account):
            raise Conflict("A second factor is there already: switch it off first")
        secret = base64.b32encode(self._random_bytes(20)).decode()
        codes = tuple(spelled(self._random_bytes, 12) for _ in range(BACKUP_CODES))
        sealed = self._vault.seal(secret, _about(account))
        await self._store.put(account.id, sealed, [_digest(account, code) for code in codes])
        uri = pyotp.TOTP(secret).provisioning_uri(name=account.email, issuer_name=ISSUER)
        return NewFactor(secret=secret, uri=uri, backup_codes=codes)

    async def confirm(self, account: Account, code: str) -> None:
        """The first code of an app: from now on logins need one. Raises BadCredentials, TooMany."""
        if account.totp is None or is_on(account):
            raise Conflict("There is no second factor to be confirmed")
        if not await self._taken(account, code, backup=False):
            raise BadCredentials("This code is not right")

    async def check(self, account: Account, code: str | None) -> None:
        """At a login, once the password is right.

        Raises SecondFactorNeeded without a code, BadCredentials for one that is wrong or was used,
        TooMany after five wrong ones in a quarter of an hour.
        """
        if not is_on(account):
            return
        if not code:
            raise SecondFactorNeeded("Send the code of your authenticator app too, as `code`")
        if not await self._taken(account, code, backup=True):
            raise BadCredentials("This code is not right")

    async def switch_off(self, account: Account) -> None:
        """Passwords alone again."""
        await self._store.clear(account.id)

    async def _taken(self, account: Account, code: str, *, backup: bool) -> bool:
        await self._begin(account)
        plain = "".join(sign for sign in code if sign.isalnum()).upper()
        if len(plain) == 6 and plain.isdecimal() and plain.isascii():
            taken = await self._taken_step(account, plain)
        else:
            taken = (
                backup
                and 0 < len(plain) <= 32
                and await self._store.take_code(
                    account.id, _digest(account, plain), now=self._clock()
                )
            )
        if taken:
            await self._guesses.forgive(*_known_as(account))
        return taken

    async def _taken_step(self, account: Account, code: str) -> bool:
        assert account.totp is not None
        try:
            totp = pyotp.TOTP(self._vault.open(account.totp, _about(account)))
        except Locked as locked:
            raise Unavailable(f"No code can be checked; a backup code can. {locked}") from None
        now = int(self._clock().timestamp()) // STEP
        for step in (now + one for one in AROUND):
            if hmac.compare_digest(totp.generate_otp(step), code):
                return await self._store.take(account.id, step)
        return False

    async def _begin(self, account: Account) -> None:
        """Counted before the code is looked at, so that many at once are not many free ones."""
        now = self._clock()

        def judge(tried: Tried) -> timedelta:
            if tried.here.first is None or tried.here.many < TRIES:
                return timedelta()
            return tried.here.first + WINDOW - now

        wait = await self._guesses.begin(*_known_as(account), judge, now=now, since=now - WINDOW)
        if wait > timedelta():
            raise TooMany(wait.total_seconds())


def is_on(account: Account) -> bool:
    """Whether logins need a code: a secret was made, and a first code of it was right."""
    return account.totp is not None and account.totp_step is not None


def _known_as(account: Account) -> tuple[str, str]:
    """Among the tries: whatever network they come from, an account has so many."""
    return hashlib.sha256(f"code of {account.id}".encode()).hexdigest(), "second factor"


def _about(account: Account) -> str:
    """As storage.sealed has it, which seals anew."""
    return f"totp {account.workspace} {account.id}"


def _digest(account: Account, code: str) -> str:
    return digest(f"backup {account.id} {code}")
