"""The channels that are open: taken up, changed and let go of while everything else goes on."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import structlog

from bots.commands import commands_of
from bots.errors import ChannelUnauthorised, Conflict, NotFound, Unavailable
from bots.model.channel import DECLARED, ChannelRecord, ChannelState, Status
from bots.ports import Channel, Clock, Listening, MessengerChannel, Sleep
from bots.ports import Channels as Store
from bots.services.connecting import Connecting
from bots.services.connection import Connection
from bots.services.declared import Read, Written
from bots.services.runtime import Published
from bots.supervision import Supervisor

log = structlog.get_logger()

PATIENCE = 3.0
"""Seconds a start waits for the messengers; afterwards they are tried beside everything else."""

LOOK_EVERY = 1.0
"""Seconds between two looks at what others changed."""


Open = Callable[[ChannelRecord], MessengerChannel]
"""Opens a channel without going anywhere. Raises ChannelUnauthorised."""


@dataclass(frozen=True, slots=True)
class _Unopened:
    record: ChannelRecord
    state: ChannelState


class Channels:
    """The channels of all workspaces, an account serving one bot over the whole server.

    Keeps `live` (by name) and `at` (by platform) as they should be; others look into both.
    """

    def __init__(
        self,
        *,
        store: Store,
        workspace: int,
        live: dict[str, Channel],
        open: Open,
        read: Read,
        published: Published,
        into: Listening,
        url: Callable[[str], str | None],
        supervisor: Supervisor,
        clock: Clock,
        sleep: Sleep = asyncio.sleep,
        alone: bool = True,
    ) -> None:
        """`workspace` is whose channels `read` declares, `url` where a platform may call us.

        Not `alone`, another process may be the one that listens: how channels fare is noted by that one,
        and read by all others. What sending meets in those they note too, and it takes that up.
        """
        self._alone = alone
        self._noted: dict[str, ChannelState] = {}
        self._met: dict[str, ChannelState] = {}
        self.at: dict[str, tuple[MessengerChannel, ...]] = {}
        self._store = store
        self._workspace = workspace
        self._live = live
        self._open = open
        self._written = Written(read, published, workspace)
        self._published = published
        self._into = into
        self._url = url
        self._supervisor = supervisor
        self._clock = clock
        self._sleep = sleep
        self._connections: dict[str, Connection] = {}
        self._unopened: dict[str, _Unopened] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._parted: list[MessengerChannel] = []
        self._seconds: set[str] = set()
        self._stamps: Mapping[str, datetime | None] = {}
        self._unnoted = True
        self._listening = False
        self._looking = asyncio.Lock()

    # ------------------------------------------------------------ beginning and end

    async def arrive(self, patience: float = PATIENCE) -> None:
        """Open everything and ask the messengers who we are, for so many seconds."""
        await self.look()
        await asyncio.gather(*(one.arrive_soon(patience) for one in self.connections))

    def start(self) -> None:
        """Follow what others change."""
        self._supervisor.keep("channels", self.follow)

    async def listen(self) -> None:
        """Be the one process to whom messengers speak: ask for updates, or say where to bring them."""
        self._listening = self._unnoted = True
        self._noted = {}
        for connection in self.connections:
            self._listen(connection)
        for name in self._unopened:
            self._tell(name)

    async def hush(self) -> None:
        """Let another process be that one."""
        self._listening = False
        await asyncio.gather(*map(self._end_task, list(self._tasks)))

    async def follow(self) -> None:
        """Look for what was changed, for ever."""
        while True:
            try:
                await self.look()
            except Unavailable:
                log.debug("Channels cannot be read just now")
            await self._sleep(LOOK_EVERY)

    async def close(self) -> None:
        """Let go of every connection."""
        await asyncio.gather(*map(self._end_task, list(self._tasks)))
        for channel in (*(one.channel for one in self.connections), *self._parted):
            await channel.close()

    # ------------------------------------------------------------ how they fare

    @property
    def connections(self) -> list[Connection]:
        return list(self._connections.values())

    @property
    def complaints(self) -> Sequence[str]:
        """What is wrong with what the owner wrote down."""
        return self._written.declared.complaints

    @property
    def refused_alone(self) -> str | None:
        """Why the one channel there is, written down by the owner, is refused; None where it is not so."""
        records = [one.record for one in self.connections]
        records += [one.record for one in self._unopened.values()]
        states = list(self._seen().values())
        if len(states) != 1 or records[0].origin not in DECLARED or states[0].status != "refused":
            return None
        return states[0].why

    def states(self, workspace: int | None = None) -> dict[str, ChannelState]:
        """How each fares, of a workspace or of all, by its name; what is noted by whoever listens."""
        whose, states = self._whose(), self._seen()
        if not self._notes:
            states |= {name: state for name, state in self._noted.items() if name in states}
        return {name: state for name, state in states.items() if workspace in (None, whose[name])}

    def _seen(self) -> dict[str, ChannelState]:
        """How each fares as far as this process has seen."""
        states = {name: one.state for name, one in self._connections.items()}
        return states | {name: one.state for name, one in self._unopened.items()}

    def up(self, workspace: int) -> dict[str, float]:
        """1 for each of a workspace that works, 0 for its others."""
        return {name: float(one.status == "up") for name, one in self.states(workspace).items()}

    def fares(self) -> dict[str, int]:
        """How many of all workspaces fare how."""
        return dict(Counter(one.status for one in self.states().values()))

    def told(self, name: str, why: str | None) -> None:
        """What sending met: a sentence when it begins to fail, None when it goes again."""
        connection = self._connections.get(name)
        if connection is None:
            return
        connection.told(why)
        if not self._notes:
            status: Status = "down" if why else "up"
            title = connection.state.title
            self._met[name] = ChannelState(
                status=status, since=self._clock(), why=why or "", title=title
            )

    # ------------------------------------------------------------ changing them

    async def put(self, record: ChannelRecord) -> str:
        """Keep a channel, new or changed, and open it; gives its name.

        Raises ChannelUnauthorised for what cannot be opened, Conflict for an account that the owner
        wrote down elsewhere.
        """
        name = self._open(record).name
        there = self._connections.get(name)
        if there is not None and there.record.origin in DECLARED:
            raise Conflict(f"{name} is in the {there.record.origin} already: change it there")
        await self._store.put(replace(record, name=name), now=self._clock())
        await self.look()
        return name

    def connecting(self) -> Connecting:
        """For whoever connects an account and waits for the messenger's word."""
        return Connecting(self._open, self._url)

    async def is_taken(self, name: str, *, except_by: str = "") -> bool:
        """Whether an account answers for some bot already, in any workspace."""
        open_now = self._connections.get(name)
        if open_now is not None and open_now.record.bot != except_by:
            return True
        kept = await self._store.records(None)
        return any(one.name == name and one.bot != except_by for one in kept)

    async def remove(self, workspace: int, name: str) -> None:
        """Let go of a channel of theirs; its conversations stay. Raises NotFound, Conflict."""
        there = self._connections.get(name)
        if there is not None and there.record.origin in DECLARED:
            raise Conflict(f"{name} is in the {there.record.origin}: remove it there")
        if not await self._store.remove(workspace, name):
            raise NotFound("channel", name)
        await self.look()

    async def look(self) -> None:
        """Take up what was changed, and note down how everything fares."""
        async with self._looking:
            kept = await self._store.records(None)
            stamps = {one.name: one.updated_at for one in kept}
            if stamps != self._stamps:
                # Whoever kept a channel anew waits to read how it fares.
                self._stamps, self._unnoted = stamps, True
            declared = self._written.read(aloud=self._listening)
            stays = [
                one.record
                for one in self.connections
                if one.record.origin == "folder"
                and (one.record.bot, one.record.platform) in declared.undecided
            ]
            theirs = [one for one in kept if one.origin not in DECLARED and self._wanted(one)]
            await self._become([*declared.records, *stays, *theirs])
            if self._notes:
                await self._keep_declared(kept)
            for connection in self.connections:
                connection.look()
                self._see_to(connection)
            if self._notes:
                if self._noted:
                    self._hear(await self._store.states(None))
                await self._note()
            else:
                await self._tell_met()
                self._noted = await self._store.states(None)

    @property
    def _notes(self) -> bool:
        return self._alone or self._listening

    def _wanted(self, record: ChannelRecord) -> bool:
        """Whether it is to be open: what was made over the API rests while its bot answers nobody."""
        return record.origin != "api" or self._published.answers(record.bot, record.workspace)

    async def _become(self, wanted: Iterable[ChannelRecord]) -> None:
        """Have just these open, the first of those with one account."""
        opened: dict[str, MessengerChannel | None] = {}
        records: dict[str, ChannelRecord] = {}
        open_now = defaultdict(list)
        for one in self.connections:
            open_now[one.record.bot].append(one)
        for record in wanted:
            same = next((one for one in open_now[record.bot] if one.record.means(record)), None)
            if same is not None:
                name, channel = same.channel.name, None
            else:
                name, channel = self._opened(record)
            if name in records:
                self._refuse_second(records[name], record, name)
                continue
            records[name], opened[name] = record, channel
        for name in self._connections.keys() - records.keys():
            await self._part(name)
        for name in self._unopened.keys() - records.keys():
            del self._unopened[name]
        for name, channel in opened.items():
            if channel is not None:
                await self._connect(replace(records[name], name=name), channel)

    def _opened(self, record: ChannelRecord) -> tuple[str, MessengerChannel | None]:
        """A channel with its name; None, and a state that says why, where it cannot be opened."""
        if record.credentials is None:
            why = (
                "no key at hand opens its credentials: give the key back (EASYFLOW_KEYS, or the file"
                " easyflow.key in the data folder), or add the channel anew"
            )
            self._leave(
                record.name, record, ChannelState(status="locked", since=self._clock(), why=why)
            )
            return record.name, None
        try:
            if not self._published.answers(record.bot, record.workspace):
                raise ChannelUnauthorised(f"There is no bot {record.bot} to answer here")
            channel = self._open(record)
        except ChannelUnauthorised as refused:
            name = record.name or f"{record.platform}:{record.bot}"
            state = ChannelState(status="refused", since=self._clock(), why=str(refused))
            self._leave(name, record, state)
            return name, None
        return channel.name, channel

    def _leave(self, name: str, record: ChannelRecord, state: ChannelState) -> None:
        known = self._unopened.get(name)
        if known is not None and known.record.means(record):
            return
        self._unopened[name] = _Unopened(record, state)
        self._unnoted = True
        if self._listening:
            self._tell(name)

    def _tell(self, name: str) -> None:
        one = self._unopened[name]
        log.error(
            "A channel cannot be opened",
            channel=name,
            bot=one.record.bot,
            status=one.state.status,
            why=one.state.why,
        )

    def _refuse_second(self, first: ChannelRecord, second: ChannelRecord, name: str) -> None:
        line = f"{name} serves {first.bot} ({first.origin}), not {second.bot} ({second.origin}) too"
        if line not in self._seconds:
            self._seconds.add(line)
            log.error("An account serves one bot alone", why=line)

    async def _connect(self, record: ChannelRecord, channel: MessengerChannel) -> None:
        self._unopened.pop(record.name, None)
        before = self._connections.get(record.name)
        connection = Connection(
            record,
            channel,
            into=self._into,
            url=self._url(record.platform),
            clock=self._clock,
            sleep=self._sleep,
            heard=self._turned,
        )
        self._connections[record.name] = connection
        self._live[record.name] = channel
        self.at[record.platform] = (*self.at.get(record.platform, ()), channel)
        self._unnoted = True
        if before is not None:
            # Only now: what is said meanwhile must find a channel.
            await self._let_go(before)
        if self._listening:
            self._listen(connection)

    async def _part(self, name: str) -> None:
        del self._live[name]
        connection = self._connections.pop(name)
        await self._let_go(connection)
        log.info("Disconnected", channel=name, bot=connection.record.bot)

    async def _let_go(self, connection: Connection) -> None:
        """What accounts of a messenger share is closed with the last one."""
        channel, platform = connection.channel, connection.record.platform
        left = tuple(one for one in self.at[platform] if one is not channel)
        self.at[platform] = left
        await self._end_task(channel.name)
        self._parted.append(channel)
        if not left:
            for one in [one for one in self._parted if one.platform == platform]:
                self._parted.remove(one)
                await one.close()

    def _listen(self, connection: Connection) -> None:
        name = connection.channel.name
        self._tasks[name] = self._supervisor.keep(name, connection.run)

    async def _end_task(self, name: str) -> None:
        task = self._tasks.pop(name, None)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    # ------------------------------------------------------------ what other processes met

    async def _tell_met(self) -> None:
        """To the one that listens, over the rows that it notes."""
        whose, met = self._whose(), self._met
        self._met = {}
        for name, state in met.items():
            if name in whose:
                try:
                    await self._store.note(whose[name], {name: state})
                except Unavailable:
                    self._met = met | self._met
                    raise

    def _hear(self, noted: Mapping[str, ChannelState]) -> None:
        """What is not what we noted was met by another, and is as good as if we had met it ourselves."""
        for name, connection in self._connections.items():
            state = noted.get(name)
            if state is None or state == self._noted.get(name) or name not in self._noted:
                continue
            if state.status in ("up", "down"):
                connection.told(state.why or None)
            self._unnoted = True

    # ------------------------------------------------------------ beside

    def _see_to(self, connection: Connection) -> None:
        """What goes to the messenger, without holding the others up."""
        if not self._listening:
            if not self._alone and connection.wants_arrival:
                self._beside(connection, partial(connection.arrive_soon, PATIENCE))
            return
        if connection.wants_probe:
            self._beside(connection, connection.probe)
        commands = commands_of(self._published.current(connection.record.bot))
        if connection.wants(commands):
            self._beside(connection, partial(connection.announce, commands))

    def _beside(self, connection: Connection, work: Callable[[], Awaitable[None]]) -> None:
        self._supervisor.once(connection.channel.name, work)

    def _turned(self) -> None:
        self._unnoted = True

    async def _note(self) -> None:
        if not self._unnoted:
            return
        self._unnoted = False
        whose, states = self._whose(), self._seen()
        by_workspace: dict[int, dict[str, ChannelState]] = defaultdict(dict)
        for name, state in states.items():
            by_workspace[whose[name]][name] = state
        try:
            await asyncio.gather(*(self._store.note(*one) for one in by_workspace.items()))
        except Unavailable:
            self._unnoted = True
            raise
        self._noted = {} if self._alone else states

    def _whose(self) -> dict[str, int]:
        """The workspace of each channel, by its name."""
        unopened = {name: one.record.workspace for name, one in self._unopened.items()}
        return {name: one.record.workspace for name, one in self._connections.items()} | unopened

    async def _keep_declared(self, kept: Sequence[ChannelRecord]) -> None:
        """Rows of what the owner wrote down, without its credentials: those are kept elsewhere."""
        unopened = {name: one.record for name, one in self._unopened.items()}
        opened = {one.channel.name: one.record for one in self.connections}
        wanted = {
            name: replace(record, name=name, credentials={})
            for name, record in (unopened | opened).items()
            if record.origin in DECLARED
        }
        there = {one.name: one for one in kept if one.workspace == self._workspace}
        others = {one.name for one in kept if one.workspace != self._workspace}
        for name, record in wanted.items():
            known = there.get(name)
            if name in others:
                # The owner's word counts, and whose account it was is told where it is refused.
                continue
            if known is None or not known.means(record):
                await self._store.put(record, now=self._clock())
                self._unnoted = True
        for name, record in there.items():
            if record.origin in DECLARED and name not in wanted:
                await self._store.remove(self._workspace, name)
