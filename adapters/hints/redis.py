"""Hints over Redis: which slots have something, that something was committed, and who is typing.

Nothing depends on them: what gets lost is found a moment later by looking.
"""

import asyncio
import base64
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from adapters.hints.redis_troubles import TROUBLES, trouble
from bots.model.message import Address
from bots.model.neighbour import EVERYTHING, Left, Stirred

log = structlog.get_logger()

WITHIN = 1.0
"""Seconds for Redis to answer."""

AGAIN = 1.0
"""Seconds before it is tried again."""

QUIET = 30.0
"""Seconds without anything after which the line is tried."""

TOGETHER = 0.05
"""Seconds for which chats are gathered in which something was committed."""

_COMMITTED, _TYPING = "c", "t"
_LETTERS: Mapping[Left, str] = {"messages": "m", "calls": "o", "actions": "a", "timers": "t"}
_KINDS = {letter: what for what, letter in _LETTERS.items()}


class RedisHints:
    """Implements `bots.ports.Others`; `publish` and `follow` are to be kept running."""

    def __init__(
        self,
        url: str,
        *,
        channel: str,
        origin: str,
        stirred: Callable[[int, Left], None],
        committed: Callable[[Stirred | None], None],
        typed: Callable[[Address, str | None], None] = lambda address, name: None,
    ) -> None:
        """Those of one database share a `channel`; `origin` is this process.

        `committed` is told the chat; None where it is not known what was committed.
        """
        self._url = url
        self._redis: Any = Redis.from_url(
            url,
            socket_connect_timeout=WITHIN,
            socket_timeout=WITHIN,
            retry=Retry(NoBackoff(), 0),
            decode_responses=True,
        )
        self._channel = channel
        self._origin = origin
        self._tell_stirred = stirred
        self._tell_committed = committed
        self._tell_typed = typed
        self._pending: set[str] = set()
        self._wake = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self.up = False
        self._told: bool | None = None

    def stir(self, slot: int, what: Left) -> None:
        self._add(f"{slot}{_LETTERS[what]}")

    def committed(self, chat: Stirred) -> None:
        self._pending.add(_COMMITTED + _packed([*chat.address, chat.with_people]))
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(TOGETHER, self._wake.set)

    def types(self, address: Address, name: str | None) -> None:
        """Somebody types in a chat: an operator by their name, its customer (""), or the bot (None)."""
        self._add(_TYPING + _packed([*address, name]))

    def _add(self, what: str) -> None:
        self._pending.add(what)
        self._wake.set()

    async def publish(self) -> None:
        """Tell the others, for ever; all of one moment together.

        Where something waits they are told at once; what is only worth hearing of takes company.
        """
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            pending, self._pending = self._pending, set()
            if not pending:
                continue
            try:
                await self._redis.publish(self._channel, " ".join([self._origin, *pending]))
            except TROUBLES:
                # They will look by themselves.
                await asyncio.sleep(AGAIN)

    async def follow(self) -> None:
        """Hear the others, for ever."""
        while True:
            try:
                async with self._redis.pubsub() as line:
                    await line.subscribe(self._channel)
                    self._turned(up=True)
                    # What was told before we listened.
                    self._tell_committed(None)
                    await self._hear(line)
            except TROUBLES as error:
                self._turned(up=False, why=trouble(self._url, error))
            await asyncio.sleep(AGAIN)

    async def _hear(self, line: Any) -> None:
        loop, asked = asyncio.get_running_loop(), False
        while True:
            began = loop.time()
            told = await line.get_message(ignore_subscribe_messages=True, timeout=QUIET)
            if told is None or told["type"] != "message":
                # Nothing at all for so long, and not the answer to our asking, which is no news either.
                quiet = loop.time() - began > QUIET * 0.9
                if quiet and asked:
                    raise TimeoutError("Redis does not answer")
                if quiet:
                    await line.ping()
                asked = quiet
                continue
            asked = False
            origin, *pending = told["data"].split()
            if origin == self._origin:
                continue
            for what in pending:
                self._tell(what)

    def _tell(self, what: str) -> None:
        """A process of another version may say less, or what is not known here."""
        if what == _COMMITTED:
            self._tell_committed(None)
        elif what.isdecimal():
            for left in sorted(EVERYTHING):
                self._tell_stirred(int(what), left)
        elif (kind := _KINDS.get(what[-1])) is not None and what[:-1].isdecimal():
            self._tell_stirred(int(what[:-1]), kind)
        elif what.startswith(_COMMITTED):
            *where, with_people = _unpacked(what.removeprefix(_COMMITTED))
            self._tell_committed(Stirred(Address(*where), with_people))
        elif what.startswith(_TYPING):
            *where, name = _unpacked(what.removeprefix(_TYPING))
            self._tell_typed(Address(*where), name)

    def _turned(self, *, up: bool, why: str = "") -> None:
        self.up = up
        if up != self._told:
            self._told = up
            if up:
                log.info("Redis wakes us")
            else:
                log.warning("Redis is away: we look by ourselves, a moment later", reason=why)

    async def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        await self._redis.aclose()


def _packed(what: Sequence[Any]) -> str:
    """Without spaces, whatever is in it."""
    return base64.urlsafe_b64encode(json.dumps(what).encode()).decode()


def _unpacked(text: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(text))
