"""Gathers what a card tells from where it is kept."""

from dataclasses import replace
from datetime import timedelta

from adapters.messengers.telegram.desk.card import Card, Known, card
from adapters.messengers.telegram.desk.card_words import say
from adapters.messengers.telegram.desk.flat import header, is_shared
from adapters.messengers.telegram.desk.parts import Parts
from adapters.messengers.telegram.desk.titles import left_of
from adapters.messengers.telegram.desk.transcript import LAST
from bots.model.conversation import Conversation
from bots.model.desk import Topic
from bots.model.episode import Episode
from bots.model.turn import MessageRecord

EPISODES = 6


class Drawing:
    """Reads alone."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def card(
        self, chat: Conversation, episode: Episode, topic: Topic, *, short: bool
    ) -> Card:
        """The card of a chat in a topic; a `short` one is a line of the queue."""
        parts = self._parts
        earlier = await parts.episodes.of_chat(chat.id, limit=EPISODES)
        notes = await parts.desks.notes(chat.id)
        known = Known(
            chat=chat,
            episode=episode,
            language=parts.speaks(chat),
            zone=parts.zone(chat.address.bot),
            now=parts.clock(),
            people=await self.people(),
            earlier=[one for one in earlier if one.number < episode.number],
            notes=[one for one in notes if one.episode == episode.id],
            history=await self._history(chat, topic),
            position=parts.position(chat) or None,
            window=left_of(chat, parts.clock(), self.window(chat)),
            orders=_orders(topic, episode),
            elsewhere=_elsewhere(topic, episode) if chat.unreachable else (),
            internal=parts.queue(chat).internal,
            untold=parts.untold(chat.address.bot),
            header=header(chat) if is_shared(topic) else "",
        )
        if short:
            known = replace(known, chat=replace(chat, position={}, user={}), earlier=(), history=())
        return card(known)

    def has_topic(self, chat: Conversation) -> str:
        """What stands where the chat was shown among others."""
        return say(self._parts.speaks(chat), "has topic", header=header(chat))

    async def people(self) -> dict[int, str]:
        """Operators' names, also of such as are no longer active."""
        return {id: one.name for id, one in (await self._parts.operators.known()).items()}

    def window(self, chat: Conversation) -> timedelta | None:
        """For how long after a customer's word their messenger takes free text."""
        account = self._parts.channels.get(chat.address.channel)
        return account.window if account is not None else None

    async def _history(self, chat: Conversation, topic: Topic) -> list[MessageRecord]:
        """What the topic does not show: what came before it, or since it was closed."""
        span = topic.shown.get("before")
        if not isinstance(span, list) or len(span) != 2 or span[1] <= 0:
            return []
        after = max(span[0], span[1] - LAST)
        found = await self._parts.episodes.messages(chat.id, after=after, limit=span[1] - after)
        return [one for one in found if one.seq <= span[1]]


def _orders(topic: Topic, episode: Episode) -> list[str] | None:
    """Those that were told of for this hand-off; None where they could not be had."""
    known = topic.shown.get("orders")
    if not isinstance(known, dict) or known.get("episode") != episode.number:
        return []
    return None if known.get("failed") else [str(one) for one in known.get("lines", ())]


def _elsewhere(topic: Topic, episode: Episode) -> list[tuple[int, str, str]]:
    """Other chats of somebody who cannot be reached: number, messenger, address there."""
    known = topic.shown.get("elsewhere")
    if not isinstance(known, dict) or known.get("episode") != episode.number:
        return []
    return [(int(id), str(where), str(address)) for id, where, address in known.get("chats", ())]
