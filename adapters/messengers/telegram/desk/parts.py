"""What every part of the desk works with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta, tzinfo

from adapters.messengers.telegram.channel import TelegramChannel
from adapters.messengers.telegram.desk.budget import PER_MINUTE
from bots.model.conversation import Conversation
from bots.ports import Channel, Clock, Desks, Episodes, Feed, NewId, Shelf, Sleep
from bots.services.canned import CannedAnswers
from bots.services.handoff import Handoff
from bots.services.operators import Operators
from bots.services.runtime import Deliveries
from flows.model import Queue


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The house as the desk sees it: what a bot speaks (`ru`, `en`), its queues by name, its time.

    `untold` are a bot's variables that hold nothing a customer told. `position` is a chat's place in its queue, 0 where it does not wait. Topics that were closed for
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
    keep_topics: timedelta | None = None
    per_minute: int = PER_MINUTE

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
