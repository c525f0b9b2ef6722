"""Signs under messages, both ways, where a queue has `reactions: yes`."""

import asyncio
from collections.abc import Sequence
from typing import Any

import structlog

from adapters.foreign_json import mapping
from adapters.messengers.telegram.desk.groups import Groups
from adapters.messengers.telegram.desk.line import Urgency
from adapters.messengers.telegram.desk.lines import Lines
from adapters.messengers.telegram.desk.parts import Parts
from adapters.messengers.telegram.fields import id_of
from adapters.messengers.telegram.parse import reaction_in
from bots.errors import ChannelError, EasyFlowError, Problem
from bots.model.conversation import Conversation
from bots.model.desk import DeskGroup, Relay
from bots.model.turn import Event

SET = "reaction.set"

log = structlog.get_logger()


class Reactions:
    """Shown beside everything else, and never waited for: one that is lost was only a sign."""

    def __init__(self, parts: Parts, groups: Groups, lines: Lines) -> None:
        self._parts = parts
        self._groups = groups
        self._lines = lines
        self._under_way: set[asyncio.Task[None]] = set()

    # ------------------------------------------------------------ from the operator

    async def take(self, channel: str, change: dict[str, Any]) -> None:
        """Somebody of the group put a sign under a message: whoever may write there signs for us."""
        chat_id = id_of(mapping(change, "chat").get("id")) or ""
        number, emoji = id_of(change.get("message_id")) or "", reaction_in(change)
        user = id_of(mapping(change, "user").get("id")) or ""
        relay = await self._parts.desks.relay(channel, chat_id, number)
        who = await self._parts.operators.of_telegram(user) if user else None
        if relay is None or relay.way != "in" or who is None or emoji is None:
            return
        chat = await self._parts.episodes.conversation(self._parts.workspace, relay.conversation_id)
        if not self._parts.queue(chat).reactions or emoji.startswith("custom:"):
            return
        found = await self._parts.episodes.messages(chat.id, after=relay.seq - 1, limit=1)
        if not found or found[0].author != "customer" or not found[0].platform_message_id:
            return
        try:
            await self._parts.handoff.react(chat.address, who, found[0].platform_message_id, emoji)
        except Problem as problem:
            # Under a chat that is not theirs it is a sign between colleagues.
            log.debug("A reaction stays inside", chat=chat.id, why=str(problem))

    # ------------------------------------------------------------ from the customer

    def told(self, chat: Conversation, events: Sequence[Event]) -> None:
        """A turn was committed: must be quick and must not raise."""
        episode = chat.episode
        if episode is None or not episode.open:
            return
        signs = [one for one in events if one.name == SET]
        if not signs or not self._parts.queue(chat).reactions:
            return
        for one in signs:
            task = asyncio.create_task(self._show(chat, one))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def close(self) -> None:
        """What is not shown yet is let go."""
        for task in list(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _show(self, chat: Conversation, sign: Event) -> None:
        emoji = str(sign.data.get("emoji") or "")
        try:
            found = await self._place(chat, str(sign.data.get("message_id") or ""))
            line = self._lines.of(found[0]) if found is not None else None
            if found is None or line is None or emoji.startswith("custom:"):
                return
            number = int(found[1].message_id)
            call = {
                "message_id": number,
                "reaction": [{"type": "emoji", "emoji": emoji}] if emoji else [],
            }
            await line.call("setMessageReaction", call, Urgency.LATER, merge=f"react {number}")
        except ChannelError as error:
            # Other messengers know signs that Telegram does not.
            log.info("A reaction is not shown in a group", chat=chat.id, why=str(error))
        except EasyFlowError as error:
            log.warning("A reaction could not be shown", chat=chat.id, why=str(error))

    async def _place(self, chat: Conversation, message_id: str) -> tuple[DeskGroup, Relay] | None:
        """The message of a group in which the customer's messenger's one is read."""
        open_topics = {
            (one.channel, one.chat_id, one.thread_id)
            for one in await self._parts.desks.topics(chat.id)
            if one.status == "open"
        }
        for said in await self._parts.episodes.said_as(chat.id, message_id):
            for relay in await self._parts.desks.relays(chat.id, said.seq):
                group = self._groups.at(relay.channel, relay.chat_id)
                here = (relay.channel, relay.chat_id, relay.thread_id) in open_topics
                if group is not None and here and relay.message_id.isdecimal():
                    return group, relay
        return None
