"""The life of one channel: who we are there, what customers write, what they may write, how it fares."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from bots.errors import ChannelBusy, ChannelDown, ChannelError, ChannelUnauthorised
from bots.model.channel import ChannelRecord, ChannelState, Status
from bots.ports import Clock, Listening, MessengerChannel, Sleep

REFUSED_PAUSE = 60.0
"""Seconds after which a refused credential is tried again."""

LONGEST_PAUSE = 30.0

LOOK_AGAIN = 600.0
"""Seconds after which a channel that has nothing to listen to is checked anew."""

ASK_AGAIN = timedelta(seconds=30)
"""How long a process to which a messenger does not speak waits until it asks again who we are."""

PROBE_AFTER = timedelta(seconds=60)
"""How long after a failed send it is asked whether the messenger answers again."""

Commands = Sequence[tuple[str, str]]

log = structlog.get_logger()


class Connection:
    """One channel while it is open. `url` is where the messenger may call, None where it may not.

    `heard` is called at each turn of its state.
    """

    def __init__(
        self,
        record: ChannelRecord,
        channel: MessengerChannel,
        *,
        into: Listening,
        url: str | None,
        clock: Clock,
        sleep: Sleep,
        heard: Callable[[], None],
    ) -> None:
        self.record = record
        self.channel = channel
        self.state = ChannelState(status="connecting", since=clock())
        self._into = into
        self._url = url
        self._clock = clock
        self._sleep = sleep
        self._heard = heard
        self._arrived = False
        self._quiet = True
        self._unsent: str | None = None
        self._refused = False
        self._probed_at = clock()
        self._asked_at: datetime | None = None
        self._announced: Commands | None = None
        self._announce_at = clock()

    # ------------------------------------------------------------ being connected

    async def arrive(self) -> None:
        """Ask the messenger who we are. Raises a ChannelError, noted in the state."""
        try:
            title = await self.channel.check()
        except ChannelError as error:
            self._failed(error)
            raise
        self._arrived, self._unsent, self._refused = True, None, False
        if self._turn("up", title=title):
            log.info("Connected", channel=self.channel.name, bot=self.record.bot, account=title)

    def _failed(self, error: ChannelError) -> None:
        """Told once, until it is another trouble or none."""
        self._arrived = False
        refused = isinstance(error, ChannelUnauthorised)
        if self._turn("refused" if refused else "down", str(error)):
            self._tell()

    def _tell(self) -> None:
        """Before it runs, whoever started us tells what ends a start."""
        fields = {"channel": self.channel.name, "bot": self.record.bot, "why": self.state.why}
        if self._quiet:
            return
        if self.state.status == "refused":
            log.error("A channel is refused", **fields)
        elif self.state.status == "down":
            log.warning("A channel does not answer, trying on", **fields)

    async def arrive_soon(self, patience: float) -> None:
        """The same within so many seconds and without raising: the state tells what came of it."""
        self._asked_at = self._clock()
        await self.channel.load()
        try:
            async with asyncio.timeout(patience):
                await self.arrive()
        except TimeoutError:
            self._failed(ChannelDown("no answer yet"))
        except ChannelError:
            return

    @property
    def wants_arrival(self) -> bool:
        """Whether the messenger has not said yet who we are, and was not asked for a while."""
        asked = self._asked_at
        return not self._arrived and (asked is None or self._clock() - asked >= ASK_AGAIN)

    async def run(self) -> None:
        """Listen for ever; whatever does not go is tried again, ever later."""
        failures = 0
        if self._quiet:
            self._quiet = False
            self._tell()
        while True:
            try:
                if not self._arrived:
                    await self.arrive()
                failures = 0
                await self.channel.listen(self._into, self._url)
                pause = LOOK_AGAIN
                self._arrived = False
            except ChannelError as error:
                self._failed(error)
                pause, failures = _pause_after(error, failures), failures + 1
            await self._sleep(pause)

    # ------------------------------------------------------------ how it fares

    def told(self, why: str | None) -> None:
        """What sending met: a sentence when it begins to fail, None when it goes again."""
        self._unsent, self._refused = why, False
        self._probed_at = self._clock()
        self.look()

    def look(self) -> None:
        """Take up what the channel itself tells of its trouble."""
        if self._arrived:
            why = self._unsent or self.channel.trouble
            status: Status = "refused" if self._refused else "down"
            self._turn(status if why else "up", why or "")

    @property
    def wants_probe(self) -> bool:
        """Whether sending failed a while ago and nothing was sent since."""
        return self._unsent is not None and self._clock() - self._probed_at >= PROBE_AFTER

    async def probe(self) -> None:
        """Find out whether the messenger answers again, while it is listened to."""
        self._probed_at = self._clock()
        try:
            await self.channel.check()
        except ChannelError as error:
            self._unsent, self._refused = str(error), isinstance(error, ChannelUnauthorised)
        else:
            self._unsent, self._refused = None, False
        self.look()

    def _turn(self, status: Status, why: str = "", *, title: str = "") -> bool:
        """Whether the status is another than before."""
        before = self.state
        title = title or before.title
        if (status, why, title) == (before.status, before.why, before.title):
            return False
        since = before.since if status == before.status else self._clock()
        self.state = ChannelState(status=status, since=since, why=why, title=title)
        self._heard()
        return status != before.status

    # ------------------------------------------------------------ what customers may write

    def wants(self, commands: Commands) -> bool:
        """Whether these are to be announced now."""
        return self._arrived and commands != self._announced and self._clock() >= self._announce_at

    async def announce(self, commands: Commands) -> None:
        """Show customers what they may write; a failure is tried again later."""
        before, self._announced = self._announced, commands
        try:
            await self.channel.announce(commands)
        except ChannelError as error:
            self._announced = before
            self._announce_at = self._clock() + PROBE_AFTER
            log.info("Commands were not shown", channel=self.channel.name, why=str(error))


def _pause_after(error: ChannelError, failures: int) -> float:
    """Seconds until the next try."""
    if isinstance(error, ChannelUnauthorised):
        return REFUSED_PAUSE
    if isinstance(error, ChannelBusy):
        return error.retry_after
    return min(2.0**failures, LONGEST_PAUSE)
