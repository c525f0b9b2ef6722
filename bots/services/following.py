"""Following a conversation as it goes on: from a number on, without a gap, whoever else follows it."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import structlog

from bots.errors import Conflict, NotFound
from bots.model.conversation import Conversation
from bots.model.course import Move, Point
from bots.model.message import Address
from bots.model.neighbour import Stirred
from bots.model.operator import Operator
from bots.model.turn import Event, MessageRecord
from bots.ports import Channel, Course, Episodes, Operators, Sleep
from bots.services.handling import theirs

PAGE = 200
"""Points read at once."""
KEPT = 256
"""The newest points of a conversation that is followed, kept for all who follow it."""
REPLAYED = 1000
"""How far back somebody may begin; who missed more reads the conversation itself."""
BEHIND = 1000
"""How far somebody may fall back before they are let go."""
TYPISTS = 8
AGAIN = 1.0
"""Seconds until a database that could not be read is asked again."""

log = structlog.get_logger()


class Told(NamedTuple):
    """A point as followers are told of it.

    `operator` is who of ours wrote or has the chat now; `place` its place in the queue at this
    moment, 0 where it does not wait.
    """

    point: Point
    operator: Operator | None = None
    place: int = 0


@dataclass(frozen=True, slots=True)
class Typing:
    """Somebody is writing: an operator by their name, or the customer ("")."""

    name: str = ""


Reset = Literal["", "too_old", "unknown"]
"""Why a follower does not begin where they wanted to: too much came since, or it never was."""


class Following:
    """Reads what followed conversations come to, once for all who follow one (a `Listener`).

    That a turn was committed only stirs it: numbers and words come from disk, so another process may
    have written them. Who follows holds no more than a number; one that is slow keeps nobody waiting.
    """

    def __init__(
        self,
        course: Course,
        episodes: Episodes,
        operators: Operators,
        *,
        channels: Mapping[str, Channel],
        place: Callable[[int], int],
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """`channels` are by name; `place` is that of a waiting conversation in its queue (`Board.place`)."""
        self._channels = channels
        self._course = course
        self._episodes = episodes
        self._operators = operators
        self._place = place
        self._sleep = sleep
        self._rooms: dict[Address, _Room] = {}
        self.elsewhere: Callable[[Address, str], None] = lambda address, name: None
        """Tells those who follow in other processes that somebody writes."""

    @property
    def followers(self) -> int:
        """How many follow something."""
        return sum(len(room.followers) for room in self._rooms.values())

    def hears_of(self, chat: Stirred) -> bool:
        """Of chats that somebody follows."""
        return chat.address in self._rooms

    def told(
        self,
        conversation: Conversation,
        messages: Sequence[MessageRecord],
        events: Sequence[Event],
    ) -> None:
        """A turn was committed (`bots.ports.Listener`)."""
        room = self._rooms.get(conversation.address)
        if room is None:
            return
        if room.uuid == conversation.uuid:
            room.stir()
        else:
            # What was followed was erased, and its customer began anew.
            del self._rooms[room.address]
            room.end()

    def typing(self, address: Address, name: str = "", *, but: "Follower | None" = None) -> None:
        """Somebody writes in a chat; `but` need not be told, being who says so."""
        self.typing_here(address, name, but=but)
        self.elsewhere(address, name)

    def typing_here(
        self, address: Address, name: str = "", *, but: "Follower | None" = None
    ) -> None:
        """The same for those who follow in this process alone."""
        room = self._rooms.get(address)
        for follower in room.followers if room is not None else ():
            if follower is not but:
                follower.hear(Typing(name))

    async def operator_types(
        self, chat: Conversation, who: Operator, *, but: "Follower | None" = None
    ) -> None:
        """Others see it, and the customer where their messenger shows it. Raises Conflict, Taken."""
        if theirs(chat, who).state != "active":
            raise Conflict("Nobody has taken the chat", "untaken")
        self.typing(chat.address, who.name, but=but)
        channel = self._channels.get(chat.address.channel)
        if channel is not None:
            await channel.typing(chat.address)

    async def conversation(self, workspace: int, id: int) -> Conversation:
        """As it is on disk. Raises NotFound."""
        return await self._episodes.conversation(workspace, id)

    async def follow(self, conversation: Conversation, after: int | None = None) -> "Follower":
        """From a number on, or from now. Whoever follows has to `leave`."""
        address = conversation.address
        room = self._rooms.get(address)
        if room is None:
            room = self._rooms[address] = _Room(self, conversation)
        follower = Follower(self, room)
        room.followers.add(follower)
        try:
            await room.ready()
            await follower.begin(after)
        except BaseException:
            self.leave(follower)
            raise
        return follower

    def leave(self, follower: "Follower") -> None:
        """They follow no longer."""
        room = follower.room
        room.followers.discard(follower)
        if not room.followers and self._rooms.get(room.address) is room:
            del self._rooms[room.address]
            room.close()

    async def read(self, room: "_Room", after: int) -> list[Told]:
        """The next points of a room, with who is who."""
        points = await self._course.after(room.id, after, limit=PAGE)
        people: dict[int, Operator | None] = {}
        return [
            Told(point, await self._who(room, point, people), self._place_at(room, point))
            for point in points
        ]

    async def latest(self, room: "_Room") -> int:
        """The number of a room's last point."""
        return await self._course.latest(room.id)

    async def rest(self) -> None:
        """Before the database is asked again."""
        await self._sleep(AGAIN)

    async def _who(
        self, room: "_Room", point: Point, people: dict[int, Operator | None]
    ) -> Operator | None:
        id = _operator_of(point)
        if id is None:
            return None
        if id not in people:
            try:
                people[id] = await self._operators.by_id(room.address.workspace, id)
            except NotFound:
                people[id] = None
        return people[id]

    def _place_at(self, room: "_Room", point: Point) -> int:
        return self._place(room.id) if isinstance(point.what, Move) else 0


class Follower:
    """One who follows a conversation, and how far they have come."""

    def __init__(self, following: Following, room: "_Room") -> None:
        self.room = room
        self.seq = 0
        self.reset: Reset = ""
        self._following = following
        self._typing: deque[Typing] = deque(maxlen=TYPISTS)

    async def begin(self, after: int | None) -> None:
        """Take the place they want, or that of now where there is no such place."""
        newest = self.room.seq
        if after is not None and after > newest:
            # Another process may have told of what we have not read yet.
            newest = await self._following.latest(self.room)
        if after is not None and after > newest:
            self.reset = "unknown"
        elif after is not None and newest - after > REPLAYED:
            self.reset = "too_old"
        self.seq = self.room.seq if after is None or self.reset else after

    @property
    def behind(self) -> bool:
        """Whether they have fallen back too far."""
        return self.room.seq - self.seq > BEHIND

    def hear(self, typing: Typing) -> None:
        """Somebody writes."""
        if typing not in self._typing:
            self._typing.append(typing)
            self.room.call()

    async def next(self) -> list[Told | Typing]:
        """What comes next, as soon as there is something. Raises NotFound where there is no more."""
        while not self.room.over:
            if self.seq < self.room.seq:
                return [*await self._points()]
            if self._typing:
                heard = list(self._typing)
                self._typing.clear()
                return [*heard]
            await self.room.called()
        raise NotFound("conversation", self.room.id)

    async def _points(self) -> list[Told]:
        told = self.room.kept(self.seq) or await self._following.read(self.room, self.seq)
        if told:
            self.seq = told[-1].point.seq
        return told


class _Room:
    """A conversation that is followed: up to where it is read, and the newest of it."""

    def __init__(self, following: Following, conversation: Conversation) -> None:
        self.id = conversation.id
        self.uuid = conversation.uuid
        self.over = False
        self.address = conversation.address
        self.seq = 0
        self.followers: set[Follower] = set()
        self._following = following
        self._newest: deque[Told] = deque(maxlen=KEPT)
        self._again = False
        self._reading: asyncio.Task[None] | None = None
        self._calling = asyncio.Event()
        self._opening: asyncio.Task[int] | None = None

    async def ready(self) -> None:
        """Know up to where the conversation has come; what is told meanwhile is read then."""
        if self._opening is None:
            self._opening = asyncio.create_task(self._following.latest(self))
            self._opening.add_done_callback(self._opened)
        await asyncio.shield(self._opening)

    def _opened(self, opening: asyncio.Task[int]) -> None:
        if opening.cancelled() or opening.exception() is not None:
            self._opening = None
            return
        self.seq = opening.result()
        if self._again:
            self.stir()

    def stir(self) -> None:
        """There is something new on disk."""
        self._again = True
        opened = self._opening is not None and self._opening.done()
        if opened and (self._reading is None or self._reading.done()):
            self._reading = asyncio.get_running_loop().create_task(self._read_on())

    async def _read_on(self) -> None:
        while self._again:
            self._again = False
            try:
                await self._read()
            except Exception:
                log.exception("A conversation that is followed cannot be read")
                self._again = True
                await self._following.rest()

    async def _read(self) -> None:
        while told := await self._following.read(self, self.seq):
            self._newest.extend(told)
            self.seq = told[-1].point.seq
            self.call()
            if len(told) < PAGE:
                return

    def kept(self, after: int) -> list[Told]:
        """What is kept past a number; nothing where that is not all there is."""
        if not self._newest or self._newest[0].point.seq > after + 1:
            return []
        past = after + 1 - self._newest[0].point.seq
        return [self._newest[place] for place in range(past, min(len(self._newest), past + PAGE))]

    def call(self) -> None:
        """Wake whoever follows."""
        calling, self._calling = self._calling, asyncio.Event()
        calling.set()

    async def called(self) -> None:
        """Wait for the next call."""
        await self._calling.wait()

    def end(self) -> None:
        """There is nothing more to follow."""
        self.over = True
        self.close()
        self.call()

    def close(self) -> None:
        """Nobody reads on."""
        if self._reading is not None:
            self._reading.cancel()


def _operator_of(point: Point) -> int | None:
    """Who of ours a point is about."""
    what = point.what
    if isinstance(what, MessageRecord):
        return what.operator
    data = what.data
    if what.name == "handoff.transferred":
        found = data.get("to")
    elif what.name == "handoff.accepted":
        found = data.get("operator")
    else:
        found = data.get("who") or data.get("operator")
    return found if isinstance(found, int) else None
