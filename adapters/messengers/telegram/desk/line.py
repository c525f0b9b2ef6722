"""Calls to one group: all of them in one line, because Telegram counts them together."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from itertools import count
from typing import Any, Protocol

import structlog

from adapters.messengers.telegram.desk.budget import PER_MINUTE, Budget
from adapters.messengers.telegram.desk.refused import Skipped, changes_nothing, told
from bots.errors import ChannelBusy, ChannelDown, ChannelError, ChannelUnauthorised
from bots.ports import Clock, Sleep

COSMETIC_PATIENCE = 60.0
"""Seconds after which what only looks nice is left out."""

SATURATED = 20.0
"""Seconds that a customer's words may wait for the group before people are told of it."""

LONG_WAIT = 60.0
"""Seconds of waiting, told by Telegram, that a person should know of."""

SET_BACK = timedelta(seconds=1)
"""What a clock may lack of the time that was slept before it is taken for one that was set back."""

PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Seconds between tries while Telegram does not answer."""

Files = Mapping[str, tuple[str, bytes]]
Prepare = Callable[[], Awaitable[Mapping[str, Any]]]
"""Gives the parameters of a call when its turn has come. Raises where there is nothing to call for."""

log = structlog.get_logger()


class Caller(Protocol):
    """What makes the calls: a bot's `Client`."""

    async def call(self, method: str, parameters: Mapping[str, Any]) -> Any:
        """Raises a ChannelError where Telegram does not do as asked."""

    async def upload(self, method: str, parameters: Mapping[str, Any], *, files: Files) -> Any:
        """The same with files."""


class Urgency(IntEnum):
    """What goes first; within one, what came first."""

    NOW = 0
    """A new request's card, a customer's text."""
    SOON = 1
    """Media, failures, answers to operators."""
    LATER = 2
    """Edits, cards, what others than the customer say."""
    COSMETIC = 3
    """Titles, pins, deletions; the first to be dropped."""


@dataclass(slots=True)
class _Call:
    """One that waits; several callers may wait for it."""

    number: int
    method: str
    parameters: Mapping[str, Any]
    urgency: Urgency
    merge: str
    files: Files
    since: datetime
    prepare: Prepare | None = None
    request: bool = False
    done: list[asyncio.Future[Any]] = field(default_factory=list)

    @property
    def place(self) -> tuple[int, int]:
        return (self.urgency, self.number)

    @property
    def cost(self) -> int:
        """An album is as many messages as it has parts."""
        media = self.parameters.get("media")
        return len(media) if self.method == "sendMediaGroup" and isinstance(media, list) else 1


class Line:
    """One group's calls. `per_minute` may be fewer than Telegram would take, never more.

    `blocked` is told seconds where Telegram bids us to wait for longer than a minute; `crowded` that
    customers' words wait for longer than `SATURATED`.
    """

    def __init__(
        self,
        client: Caller,
        chat_id: str,
        *,
        clock: Clock,
        sleep: Sleep,
        per_minute: int = PER_MINUTE,
        blocked: Callable[[float], None] = lambda seconds: None,
        crowded: Callable[[timedelta], None] = lambda behind: None,
    ) -> None:
        self._client = client
        self.chat_id = chat_id
        self._clock = clock
        self._sleep = sleep
        self._budget = Budget(clock, per_minute)
        self._blocked = blocked
        self._crowded = crowded
        self._waiting: list[_Call] = []
        self._numbers = count()
        self._task: asyncio.Task[None] | None = None
        self._under_way: _Call | None = None
        self._closing = False
        self._was_request = False
        self.trouble = ""

    # ------------------------------------------------------------ calls

    async def call(
        self,
        method: str,
        parameters: Mapping[str, Any],
        urgency: Urgency,
        *,
        merge: str = "",
        files: Files | None = None,
        prepare: Prepare | None = None,
        request: bool = False,
    ) -> Any:
        """Make a call when its turn has come; its `chat_id` is put in. Gives Telegram's result.

        Of two that wait with the same `merge` the later one is made, for both. `files` (name and
        content) go each as a parameter of its own. With `prepare` the parameters are made when the turn
        has come, once. Of what is urgent every other call is one of a new `request`, where some wait: behind
        many customers' words nobody new is to stand, nor words behind many requests. Raises a ChannelError of `refused.py` for what the
        group refuses for good; what passes is waited for.
        """
        if self._closing:
            raise ChannelDown("We are stopping", sent=False)
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        waits = next((one for one in self._waiting if merge and one.merge == merge), None)
        if waits is None:
            waits = _Call(
                next(self._numbers), method, parameters, urgency, merge, files or {}, self._clock()
            )
            waits.prepare, waits.request = prepare, request
            self._waiting.append(waits)
        else:
            waits.method, waits.parameters, waits.files = method, parameters, files or {}
            waits.urgency = min(waits.urgency, urgency)
        waits.done.append(done)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._go())
        return await done

    @property
    def left(self) -> float:
        """The share of the bucket that is left, from 0 to 1; nothing where others wait already."""
        self._set_back(self._budget.ahead)
        return 0.0 if self._waiting else self._budget.left

    @property
    def behind(self) -> timedelta:
        """For how long what waits longest has been waiting, but for what only looks nice."""
        since = [one.since for one in self._waiting if one.urgency < Urgency.COSMETIC]
        under_way = self._under_way
        if under_way is not None and under_way.urgency < Urgency.COSMETIC:
            since.append(under_way.since)
        return self._clock() - min(since) if since else timedelta()

    @property
    def waiting(self) -> int:
        """How many calls wait."""
        return len(self._waiting)

    @property
    def saturated(self) -> bool:
        """Whether there is more to show than the group takes."""
        return self.behind.total_seconds() > SATURATED

    async def close(self) -> None:
        """Let the call under way end; whoever waits for another is told that we stop."""
        self._closing = True
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            _settle(one, ChannelDown("We are stopping", sent=False))
        if self._task is not None and not self._task.done():
            if self._under_way is None:
                self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    # ------------------------------------------------------------ one after the other

    async def _go(self) -> None:
        """Ends when nothing waits, so that a quiet group costs nothing."""
        tries = 0
        while self._waiting:
            self._leave_out()
            if not self._waiting:
                return
            self._set_back(self._budget.ahead)
            wait = self._budget.wait(self._first().cost)
            if wait > 0:
                if self.saturated:
                    self._crowded(self.behind)
                # Whoever comes meanwhile may be more urgent: who is next is seen after it.
                await self._rest(wait)
                continue
            next_one = self._first()
            self._waiting.remove(next_one)
            again = await self._make(next_one, tries)
            tries = tries + 1 if again else 0

    def _first(self) -> _Call:
        first = min(self._waiting, key=lambda one: one.place)
        if first.urgency is Urgency.NOW and first.request is self._was_request:
            others = [one for one in self._waiting if one.request is not self._was_request]
            urgent = [one for one in others if one.urgency is Urgency.NOW]
            return min(urgent, key=lambda one: one.place, default=first)
        return first

    async def _make(self, call: _Call, tries: int) -> bool:
        """True where it has to be made again: it stays the first of its urgency."""
        self._under_way = call
        try:
            if call.prepare is not None:
                call.parameters = {**call.parameters, **await call.prepare()}
                call.prepare = None
            self._budget.spend(call.cost)
            result = await self._send(call)
        except ChannelBusy as busy:
            self._budget.pause(busy.retry_after)
            if busy.retry_after > LONG_WAIT:
                self._blocked(busy.retry_after)
            return self._put_back(call)
        except (ChannelDown, ChannelUnauthorised) as down:
            if not self.trouble:
                log.warning(
                    "A group of operators cannot be written to", chat=self.chat_id, why=str(down)
                )
            self.trouble = str(down)
            self._budget.pause(PAUSES[min(tries, len(PAUSES) - 1)])
            return self._put_back(call)
        except ChannelError as error:
            _settle(call, None if changes_nothing(error) else told(error, call.method))
        except BaseException as error:
            # A library's own, or the end of the process: nobody is to wait for ever.
            _settle(call, error if isinstance(error, Exception) else ChannelDown("We are stopping"))
            if not isinstance(error, Exception):
                raise
        else:
            self.trouble = ""
            if call.urgency is Urgency.NOW:
                self._was_request = call.request
            _settle(call, None, result)
        finally:
            self._under_way = None
        return False

    async def _send(self, call: _Call) -> Any:
        parameters = {**call.parameters, "chat_id": self.chat_id}
        if call.files:
            return await self._client.upload(call.method, parameters, files=call.files)
        return await self._client.call(call.method, parameters)

    def _put_back(self, call: _Call) -> bool:
        if self._closing:
            _settle(call, ChannelDown("We are stopping"))
            return False
        if call.merge and any(one.merge == call.merge for one in self._waiting):
            # It was overtaken by a later one, which serves for both.
            later = next(one for one in self._waiting if one.merge == call.merge)
            later.done.extend(call.done)
            return True
        self._waiting.append(call)
        return True

    async def _rest(self, seconds: float) -> None:
        until = self._clock() + timedelta(seconds=seconds)
        await self._sleep(seconds)
        self._set_back(until - self._clock())

    def _set_back(self, by: timedelta) -> None:
        """Whatever we wait for is as far away as it was, however the clock is set back."""
        if by <= SET_BACK:
            return
        self._budget.set_back(by)
        for one in self._waiting:
            one.since -= by

    def _leave_out(self) -> None:
        now = self._clock()
        for one in list(self._waiting):
            old = (now - one.since).total_seconds() > COSMETIC_PATIENCE
            if one.urgency is Urgency.COSMETIC and old:
                self._waiting.remove(one)
                _settle(one, Skipped(f"{one.method} was left out: the group has no room for it"))


def _settle(call: _Call, error: Exception | None, result: Any = None) -> None:
    for future in call.done:
        if future.done():
            continue
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)
