"""Who guesses passwords is slowed: per account and network, and never an account as a whole."""

import hashlib
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from bots.errors import TooMany
from bots.ports import Clock

WINDOW = timedelta(minutes=15)
LONGEST_WAIT = timedelta(minutes=15)
FREE_HERE = 5
"""Tries at one account from one network that cost no wait."""
FREE_NETWORK = 50
"""At all accounts together, from one network."""
FREE_ACCOUNT = 20
"""At one account from everywhere; then whoever has guessed wrong already waits, nobody else does."""
_REMEMBERED = 50_000


@dataclass(slots=True)
class _Tries:
    """When somebody tried, within the window."""

    moments: list[datetime] = field(default_factory=list)

    def within(self, now: datetime) -> list[datetime]:
        # What a clock that was put back makes lie in the future, nobody waits for.
        self.moments = [one for one in self.moments if timedelta() <= now - one < WINDOW]
        return self.moments

    def wait(self, free: int, now: datetime) -> timedelta:
        """How long the next try has to wait: a second after `free` tries, and twice as long each time."""
        tries = self.within(now)
        if len(tries) < free:
            return timedelta()
        longest = timedelta(seconds=2 ** min(len(tries) - free, 10))
        return tries[-1] + min(longest, LONGEST_WAIT) - now


class Guessing:
    """Counted in memory; a restart forgets it. A try counts from its beginning, so that a hundred at
    once are not a hundred free ones."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tries: dict[Hashable, _Tries] = {}

    def begin(self, account: str, address: str) -> None:
        """Somebody tries a password. Raises TooMany, which tells how long to wait."""
        now = self._clock()
        here, network, everywhere = self._kept(account, address)
        wait = max(here.wait(FREE_HERE, now), network.wait(FREE_NETWORK, now))
        if here.within(now):
            wait = max(wait, everywhere.wait(FREE_ACCOUNT, now))
        if wait > timedelta():
            raise TooMany(wait.total_seconds())
        for one in (here, network, everywhere):
            one.moments.append(now)

    def right(self, account: str, address: str) -> None:
        """It was the right one: what this network tried at this account is forgiven."""
        here, network, everywhere = self._kept(account, address)
        forgiven = len(here.moments)
        here.moments.clear()
        for one in (network, everywhere):
            del one.moments[max(0, len(one.moments) - forgiven) :]

    def _kept(self, account: str, address: str) -> tuple[_Tries, _Tries, _Tries]:
        if len(self._tries) >= _REMEMBERED:
            self._forget()
        near, who = network_of(address), hashlib.sha256(account.encode()).digest()
        keys: tuple[Hashable, ...] = ((who, near), near, who)
        here, network, everywhere = (self._tries.setdefault(key, _Tries()) for key in keys)
        return here, network, everywhere

    def _forget(self) -> None:
        now = self._clock()
        self._tries = {key: one for key, one in self._tries.items() if one.within(now)}
        while len(self._tries) >= _REMEMBERED:
            del self._tries[next(iter(self._tries))]


def network_of(address: str) -> str:
    """The /24 of an IPv4 address, the /64 of an IPv6 one: what one guesser has many of."""
    try:
        one = ip_address(address)
    except ValueError:
        return address
    mapped = getattr(one, "ipv4_mapped", None)
    one = mapped or one
    return str(ip_network(f"{one}/{24 if one.version == 4 else 64}", strict=False))
