"""Who waits for a person and who has which chat, in every workspace, in memory: for queues, places in them and estimates."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from bots.model.conversation import Conversation
from bots.model.episode import Episode
from bots.model.handoff import PRIORITIES
from bots.model.message import Address
from bots.model.neighbour import Stirred
from bots.model.operator import Operator
from bots.model.turn import Event, MessageRecord
from bots.ports import Episodes, Operators
from flows.turn import Waiting

REMEMBERED = 20
"""How many of a queue's last waits an estimate is made of."""


MOST_CLAIMS = 10_000
"""Chats of which it is remembered which of their turns was told of last."""

LATELY = timedelta(days=1)
"""How far back waits are looked for at the start."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A chat that waits for a person or has one. `id` is the conversation's, `language` what its
    messenger says the customer speaks, such as `ru`."""

    id: int
    address: Address
    episode: Episode
    language: str = ""

    @property
    def waits(self) -> bool:
        """Whether somebody may take it now: one that rests is nobody's to take."""
        return self.episode.state == "requested" and self.episode.snoozed_until is None


Place = tuple[int, str, str]
"""A queue: the workspace, the bot, its name."""


class Board:
    """Filled from disk at the start; afterwards told of every turn (`bots.ports.Listener`)."""

    def __init__(self) -> None:
        self._entries: dict[int, Entry] = {}
        self._waits: dict[Place, deque[float]] = {}
        self._claims: dict[int, int] = {}
        self.people: Mapping[int, Operator] = {}

    async def start(
        self, workspaces: Iterable[int], episodes: Episodes, operators: Operators, now: datetime
    ) -> None:
        """Know what is there already, and how long was waited in the last day; before anything happens."""
        for workspace in workspaces:
            await self._read(workspace, episodes, now)
        self.know(await operators.all(None))

    async def _read(self, workspace: int, episodes: Episodes, now: datetime) -> None:
        for chat, episode in await episodes.open(workspace):
            self._entries[chat.id] = Entry(chat.id, chat.address, episode, _language(chat))
        async for told in episodes.told(workspace, since=now - LATELY):
            data = told.event.data
            if told.event.name == "handoff.accepted" and _was_asked_for(data):
                place = (workspace, told.bot, str(data.get("queue", "")))
                self._waited(place, float(data["waited"]))

    def know(self, people: Iterable[Operator]) -> None:
        """Our people, as they are now."""
        self.people = {one.id: one for one in people}

    def hears_of(self, chat: Stirred) -> bool:
        """Of chats that people have to do with."""
        return chat.with_people

    def told(
        self,
        conversation: Conversation,
        messages: Sequence[MessageRecord],
        events: Sequence[Event],
    ) -> None:
        """A turn was committed."""
        episode = conversation.episode
        if episode is None or self._is_past(conversation):
            return
        if episode.open:
            self._entries[conversation.id] = Entry(
                conversation.id, conversation.address, episode, _language(conversation)
            )
        else:
            self._entries.pop(conversation.id, None)
        address = conversation.address
        for one in events:
            if one.name == "handoff.accepted" and _was_asked_for(one.data):
                place = (address.workspace, address.bot, episode.queue)
                self._waited(place, float(one.data["waited"]))

    # ------------------------------------------------------------ queues

    def waiting(
        self,
        bot: str | None = None,
        queue: str | None = None,
        *,
        workspace: int | None = None,
    ) -> list[Entry]:
        """Who waits, in the order in which they are to be taken; None is any bot, queue, workspace."""
        found = (
            entry
            for entry in self._entries.values()
            if entry.waits
            and (bot is None or entry.address.bot == bot)
            and (queue is None or entry.episode.queue == queue)
            and (workspace is None or entry.address.workspace == workspace)
        )
        return sorted(found, key=_turn)

    def position(self, chat: Conversation) -> int:
        """Its place in its queue, from 1; 0 where it does not wait."""
        return self.place(chat.id)

    def place(self, id: int) -> int:
        """The same of a conversation by its number."""
        entry = self._entries.get(id)
        if entry is None or not entry.waits:
            return 0
        line = self.waiting(entry.address.bot, entry.episode.queue)
        return 1 + [one.id for one in line].index(id)

    def estimate(self, bot: str, queue: str, workspace: int) -> timedelta | None:
        """How long one waits there as a rule, by the last who did; None where nothing is known."""
        waits = self._waits.get((workspace, bot, queue))
        return timedelta(seconds=median(waits)) if waits else None

    # ------------------------------------------------------------ people

    def chats_of(self, operator: int) -> list[Entry]:
        """The chats they have, the longest first."""
        found = (one for one in self._entries.values() if one.episode.assignee == operator)
        return sorted(found, key=_begun)

    def load(self, operator: int) -> int:
        """How many chats keep them busy: one that rests does not."""
        return sum(one.episode.snoozed_until is None for one in self.chats_of(operator))

    def all(self) -> list[Entry]:
        """Every chat that is with people."""
        return sorted(self._entries.values(), key=_begun)

    def name(self, operator: int | None) -> str:
        """What they are called; "" for nobody we know."""
        known = self.people.get(operator) if operator is not None else None
        return known.name if known is not None else ""

    def _is_past(self, conversation: Conversation) -> bool:
        """Whether we know it later already: what other processes commit may be told behind our own."""
        known = self._claims.pop(conversation.id, 0)
        self._claims[conversation.id] = max(known, conversation.claim)
        if len(self._claims) > MOST_CLAIMS:
            del self._claims[next(iter(self._claims))]
        return conversation.claim < known

    def _waited(self, place: Place, seconds: float) -> None:
        self._waits.setdefault(place, deque(maxlen=REMEMBERED)).append(seconds)


class Queues(Mapping[str, Waiting]):
    """The queues of a chat's bot as its customer sees them, worked out when they are looked at."""

    __slots__ = ("_board", "_chat")

    def __init__(self, board: Board, chat: Conversation) -> None:
        self._board = board
        self._chat = chat

    def __getitem__(self, queue: str) -> Waiting:
        workspace, bot = self._chat.address.workspace, self._chat.address.bot
        line = [one.id for one in self._board.waiting(bot, queue)]
        estimate = self._board.estimate(bot, queue, workspace)
        return Waiting(
            count=len(line),
            minutes=estimate.total_seconds() / 60 if estimate is not None else None,
            place=line.index(self._chat.id) + 1 if self._chat.id in line else 0,
        )

    def __iter__(self) -> Iterator[str]:
        found = self._board.waiting(self._chat.address.bot)
        return iter(dict.fromkeys(one.episode.queue for one in found))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _was_asked_for(accepted: Mapping[str, Any]) -> bool:
    """Whether somebody waited for it, and this was the end of it: not one given on, or just taken."""
    asked = accepted.get("source", "native") not in ("operator", "native")
    return asked and "from" not in accepted and "waited" in accepted


def _turn(entry: Entry) -> tuple[int, datetime, int]:
    episode = entry.episode
    return -PRIORITIES.index(episode.priority), episode.requested_at, entry.id


def _begun(entry: Entry) -> tuple[datetime, int]:
    return entry.episode.requested_at, entry.id


def _language(conversation: Conversation) -> str:
    """`pt-BR` is read as `pt`."""
    said = conversation.profile.get("language")
    return said.replace("_", "-").partition("-")[0].casefold() if isinstance(said, str) else ""
