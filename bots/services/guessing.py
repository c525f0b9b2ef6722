"""Who guesses passwords is slowed: per account and network, and never an account as a whole."""

import hashlib
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from bots.errors import TooMany
from bots.model.guess import Judge, Tried, Tries
from bots.ports import Clock, Guesses

WINDOW = timedelta(minutes=15)
LONGEST_WAIT = timedelta(minutes=15)
FREE_HERE = 5
"""Tries at one account from one network that cost no wait."""
FREE_NETWORK = 50
"""At all accounts together, from one network."""
FREE_ACCOUNT = 20
"""At one account from everywhere; then whoever has guessed wrong already waits, nobody else does."""


class Guessing:
    """Counted in the database, for all processes. A try counts from its beginning, so that a hundred
    at once are not a hundred free ones."""

    def __init__(self, guesses: Guesses, clock: Clock) -> None:
        self._guesses = guesses
        self._clock = clock

    async def begin(self, account: str, address: str) -> None:
        """Somebody tries a password. Raises TooMany, which tells how long to wait."""
        now = self._clock()
        wait = await self._guesses.begin(
            *_known_as(account, address), _judge(now), now=now, since=now - WINDOW
        )
        if wait > timedelta():
            raise TooMany(wait.total_seconds())

    async def right(self, account: str, address: str) -> None:
        """It was the right one: what this network tried at this account is forgiven."""
        await self._guesses.forgive(*_known_as(account, address))


def _judge(now: datetime) -> Judge:
    def judge(tried: Tried) -> timedelta:
        wait = max(_wait(tried.here, FREE_HERE, now), _wait(tried.network, FREE_NETWORK, now))
        if tried.here.many:
            wait = max(wait, _wait(tried.account, FREE_ACCOUNT, now))
        return wait

    return judge


def _wait(tries: Tries, free: int, now: datetime) -> timedelta:
    """A second after `free` tries, and twice as long each time."""
    if tries.last is None or tries.many < free:
        return timedelta()
    longest = timedelta(seconds=2 ** min(tries.many - free, 10))
    return tries.last + min(longest, LONGEST_WAIT) - now


def _known_as(account: str, address: str) -> tuple[str, str]:
    """No e-mail that somebody only typed in is kept."""
    return hashlib.sha256(account.encode()).hexdigest(), network_of(address)


def network_of(address: str) -> str:
    """The /24 of an IPv4 address, the /64 of an IPv6 one: what one guesser has many of."""
    try:
        one = ip_address(address)
    except ValueError:
        return address
    mapped = getattr(one, "ipv4_mapped", None)
    one = mapped or one
    return str(ip_network(f"{one}/{24 if one.version == 4 else 64}", strict=False))
