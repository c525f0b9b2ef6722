"""What every part of the desk works with."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta, tzinfo

import structlog

from adapters.messengers.telegram.channel import TelegramChannel
from adapters.messengers.telegram.desk.budget import PER_MINUTE
from bots.errors import Unavailable
from bots.model.conversation import Conversation
from bots.model.desk import Relay, Topic
from bots.ports import Channel, Clock, Desks, Episodes, Feed, NewId, Shelf, Sleep
from bots.services.canned import CannedAnswers
from bots.services.handoff import Handoff
from bots.services.operators import Operators, typed_for
from bots.services.runtime import Deliveries
from flows.model import Queue

DISK_PAUSE = 5.0
"""Seconds between tries while the disk takes nothing."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The house as the desk sees it: what a bot speaks (`ru`, `en`), its queues by name, its time.

    `spreading` is how many seconds pass until every process knows a new group and takes in what is written there.
    `untold` are a bot's variables that hold nothing a customer told. `position` is a chat's place in its queue, 0 where it does not wait. `orders` asks for a customer's last ones, and raises RemoteFailed. Topics that were closed for
    longer than `keep_topics` are deleted; None: never.
    """

    workspace: int
    channels: Mapping[str, Channel]
    handoff: Handoff
    episodes: Episodes
    operators: Operators
    canned: CannedAnswers
    desks: Desks
    deliveries: Deliveries
    feed: Feed
    shelf: Shelf
    clock: Clock
    sleep: Sleep
    new_id: NewId
    language: Callable[[str], str]
    queues: Callable[[str], Mapping[str, Queue]]
    zone: Callable[[str], tzinfo] = lambda bot: UTC
    untold: Callable[[str], frozenset[str]] = lambda bot: frozenset()
    position: Callable[[Conversation], int] = lambda chat: 0
    orders: Callable[[Conversation, Queue], Awaitable[Sequence[str]]] | None = None
    keep_topics: timedelta | None = None
    spreading: float = 0.0
    per_minute: int = PER_MINUTE

    @property
    def of(self) -> str:
        """What commands of the terminal need behind them to mean this workspace."""
        return typed_for(self.workspace)

    async def noted(self, relays: Sequence[Relay], topic: Topic | None = None) -> None:
        """Note what a group shows already: until the disk takes it, lest it is shown again."""
        await self._patiently(lambda: self.desks.add_relays(relays, topic))

    async def kept(self, topic: Topic) -> Topic:
        """The same of a topic alone."""
        await self._patiently(lambda: self.desks.put_topic(topic))
        return topic

    async def _patiently(self, write: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                return await write()
            except Unavailable as error:
                log.warning("What a group shows could not be noted yet", why=error.why)
                await self.sleep(DISK_PAUSE)

    def account(self, channel: str) -> TelegramChannel | None:
        """Our account of that name, while it is there."""
        found = self.channels.get(channel)
        return found if isinstance(found, TelegramChannel) else None

    def queue(self, chat: Conversation) -> Queue:
        """The queue of a chat's hand-off, as its bot's owner wrote it."""
        name = chat.episode.queue if chat.episode is not None else ""
        return self.queues(chat.address.bot).get(name) or Queue()

    def speaks(self, chat: Conversation) -> str:
        """The language of a chat's desk."""
        return self.language(chat.address.bot)
