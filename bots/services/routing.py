"""Gives waiting chats to operators by their queues' rules."""

import asyncio
import itertools
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

import structlog

from bots.board import Board, Entry
from bots.errors import Conflict, NotFound, Unavailable
from bots.model.conversation import Conversation
from bots.model.episode import Episode
from bots.model.message import Address
from bots.model.neighbour import Stirred
from bots.model.operator import Operator
from bots.model.turn import Event, MessageRecord
from bots.ports import Clock, Operators, Sleep
from bots.services.handoff import Handoff
from flows.model import Queue

EVERY = 2.0
"""Seconds between looks while somebody waits: presence and roles change beside us."""

MOST_COUNTED = 100

CUSTOMERS = "customer"
"""In a queue's languages: whatever the customer speaks."""

ORDINARY = 5
"""How many chats somebody is taken to bear whose number nobody said."""

_STIRS = frozenset(
    f"handoff.{name}"
    for name in ("requested", "transferred", "released", "completed", "failed", "snoozed", "woken")
)
_NEVER = datetime.min.replace(tzinfo=UTC)

log = structlog.get_logger()


class Routing:
    """One look at a time, over all queues of all workspaces: so that nobody is given more than they can take.

    What it goes by is on the board and on disk, and it looks again at every change and every two
    seconds: a crash loses nothing.
    """

    def __init__(
        self,
        handoff: Handoff,
        *,
        operators: Operators,
        board: Board,
        queues: Callable[[str], Mapping[str, Queue]],
        clock: Clock,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._handoff = handoff
        self._operators = operators
        self._board = board
        self._queues = queues
        self._clock = clock
        self._sleep = sleep
        self._given: dict[int, tuple[datetime, int]] = {}
        self._lately: dict[int, deque[datetime]] = {}
        self._numbers = itertools.count(1)
        self._again = False
        self._looking: asyncio.Task[None] | None = None
        self._closing = False
        self.is_here: Callable[[], bool] = lambda: True
        """Whether this is the process that gives chats to operators."""

    # ------------------------------------------------------------ when to look

    def hears_of(self, chat: Stirred) -> bool:
        """Of chats that people have to do with."""
        return chat.with_people

    def told(
        self,
        conversation: Conversation,
        messages: Sequence[MessageRecord],
        events: Sequence[Event],
    ) -> None:
        """A turn was committed (`bots.ports.Listener`)."""
        if conversation.episode is None:
            return
        if any(one.name in _STIRS for one in events):
            self.wake()

    def wake(self) -> None:
        """Look now: somebody came back, or has other queues."""
        if self._closing or not self.is_here():
            return
        self._again = True
        if self._looking is None or self._looking.done():
            self._looking = asyncio.get_running_loop().create_task(self._look_until_done())

    async def keep(self) -> None:
        """Look from time to time, for ever."""
        while True:
            if self._board.waiting():
                self.wake()
            await self._sleep(EVERY)

    async def close(self) -> None:
        """Look no more, whatever is told of meanwhile."""
        self._closing = True
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def _look_until_done(self) -> None:
        while self._again:
            self._again = False
            try:
                await self.look()
            except Unavailable:
                log.warning("Chats cannot be given to operators just now")
                return
            except Exception:
                log.exception("Giving chats to operators failed")
                return

    # ------------------------------------------------------------ a look

    async def look(self) -> None:
        """Give those that wait to whoever may have them."""
        waiting = self._board.waiting()
        if not waiting:
            return
        people = await self._operators.all(None)
        self._board.know(people)
        for entry in waiting:
            theirs = [one for one in people if one.workspace == entry.address.workspace]
            chosen = self._chosen(entry, theirs)
            if chosen is not None:
                await self._give(entry, chosen)

    async def _give(self, entry: Entry, chosen: Operator) -> None:
        try:
            await self._handoff.give(entry.address, chosen, version=entry.episode.version)
        except (Conflict, NotFound):
            # Somebody took it, or it is over: the next look sees it as it is.
            return
        now = self._clock()
        self._given[chosen.id] = now, next(self._numbers)
        # As many as any queue's rule may count.
        self._lately.setdefault(chosen.id, deque(maxlen=MOST_COUNTED)).append(now)

    def _chosen(self, entry: Entry, people: Sequence[Operator]) -> Operator | None:
        queue = self._queue(entry.address, entry.episode)
        episode, now = entry.episode, self._clock()
        if queue.delay is not None and now < (episode.since or episode.requested_at) + queue.delay:
            # Somebody may take it by themselves until then.
            return None
        people = [one.within(episode.queue) for one in people]
        fit = _fit([one for one in people if one.may("operator")], queue, entry)
        able = [one for one in fit if one.here(now)]
        able = [one for one in able if not self._full(one, queue) and not self._sated(one, queue)]
        preferred = next((one for one in able if one.id == episode.preferred), None)
        if preferred is not None and (queue.assign != "manual" or _is_due(episode)):
            return preferred
        if queue.assign == "manual":
            return None
        mine = [one for one in able if answers(one, episode)]
        if queue.assign == "round_robin":
            return min(mine, key=self._last_given, default=None)
        return min(
            mine, key=lambda one: (self._load(one, queue), self._last_given(one)), default=None
        )

    def _queue(self, address: Address, episode: Episode) -> Queue:
        try:
            return self._queues(address.bot).get(episode.queue) or Queue()
        except NotFound:
            return Queue()

    def _full(self, one: Operator, queue: Queue) -> bool:
        most = one.capacity or queue.capacity
        return bool(most) and self._board.load(one.id) >= most

    def _sated(self, one: Operator, queue: Queue) -> bool:
        """Whether they were given as many lately as is fair.

        After a start what they were given since, and still have, counts.
        """
        if queue.fair is None:
            return False
        most, within = queue.fair
        since = self._clock() - within
        given = sum(moment > since for moment in self._lately.get(one.id, ()))
        have = sum(
            entry.episode.given and entry.episode.since is not None and entry.episode.since > since
            for entry in self._board.chats_of(one.id)
        )
        return max(given, have) >= most

    def _load(self, one: Operator, queue: Queue) -> float:
        return self._board.load(one.id) / (one.capacity or queue.capacity or ORDINARY)

    def _last_given(self, one: Operator) -> tuple[datetime, int, int]:
        had = (entry.episode.since for entry in self._board.chats_of(one.id))
        moment, number = self._given.get(one.id, (_NEVER, 0))
        return max(moment, _latest(had)), number, one.id


def _fit(people: Sequence[Operator], queue: Queue, entry: Entry) -> list[Operator]:
    """Those who have the skills and speak the language; whoever they had before is asked all the same.

    What nobody at all can do is asked of nobody: the chat would wait for ever.
    """
    languages = [entry.language if one == CUSTOMERS else one for one in queue.languages]
    fit = list(people)
    for suits in (
        lambda one: set(queue.skills) <= set(one.skills),
        lambda one: one.speaks(filter(None, languages)),
    ):
        narrower = [one for one in fit if suits(one)]
        if any(answers(one, entry.episode) for one in narrower):
            fit = narrower
    return fit


def answers(one: Operator, episode: Episode) -> bool:
    """Whether chats of this queue come to them by themselves.

    Admins and owners are there for other things, unless the queue is named as one of theirs.
    """
    if one.id in episode.excluded:
        return False
    if one.may("admin"):
        return episode.queue in one.queues
    return one.serves(episode.queue)


def _is_due(episode: Episode) -> bool:
    """Whether it is that person's even where nobody is given chats: they came back to them, or it
    was meant for them when they were away."""
    return episode.source == "reopened" or episode.version > 1


def _latest(moments: Iterable[datetime | None]) -> datetime:
    return max((one for one in moments if one is not None), default=_NEVER)
