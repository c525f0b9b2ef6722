"""A channel's bad days: until when a chat, or all of them, is to be left alone."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog

from bots.model.message import Address
from bots.ports import Clock

log = structlog.get_logger()


class _Pause(NamedTuple):
    """Until when a channel is left alone; more than `wait` is never left, however the clock is set."""

    until: datetime
    wait: timedelta

    def left(self, now: datetime) -> timedelta:
        left = self.until - now
        return left if left <= self.wait else timedelta()


class Pauses:
    """Channels that are down, and those that wait because a messenger asked for it or refuses us."""

    def __init__(self, clock: Clock, state: Callable[[str, str | None], None]) -> None:
        self._clock = clock
        self._state = state
        self._down: set[str] = set()
        self._paused: dict[str, _Pause] = {}
        self._throttle: dict[str, tuple[Address, datetime]] = {}

    def __contains__(self, channel: str) -> bool:
        return channel in self._paused

    def went_down(self, channel: str, why: str) -> None:
        """Told once, until it is back."""
        if channel not in self._down:
            self._down.add(channel)
            log.warning("Channel down", channel=channel, why=why)
            self._state(channel, why)

    def came_back(self, channel: str) -> None:
        """The same."""
        if channel in self._down:
            self._down.discard(channel)
            log.info("Channel back", channel=channel)
            self._state(channel, None)

    def throttled(self, address: Address, wait: timedelta) -> None:
        """One chat waits alone; when a second is throttled too, it is the bot's own limit."""
        now = self._clock()
        other, until = self._throttle.get(address.channel, (address, now))
        if other != address and until > now:
            self.pause(address.channel, wait)
        self._throttle[address.channel] = (address, now + wait)

    def pause(self, channel: str, wait: timedelta) -> None:
        """Leave a channel alone for so long, or longer where that is known already."""
        now = self._clock()
        known = self._paused.get(channel)
        if known is None or known.left(now) < wait:
            self._paused[channel] = _Pause(now + wait, wait)

    def left(self, channel: str, own: datetime | None) -> float:
        """Seconds to wait yet for the channel's sake, or until a row's own time."""
        paused = self._paused.get(channel)
        if paused is None and own is None:
            return 0.0
        now = self._clock()
        left = own - now if own is not None else timedelta()
        if paused is not None:
            if paused.left(now) <= timedelta():
                del self._paused[channel]
            left = max(left, paused.left(now))
        return left.total_seconds()
