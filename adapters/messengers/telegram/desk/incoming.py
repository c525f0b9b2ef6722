"""What comes from operators' groups: read, told apart, and given to whom it concerns."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import structlog

from adapters.foreign_json import mapping
from adapters.messengers.telegram.desk import guard
from adapters.messengers.telegram.desk.aloud import aloud
from adapters.messengers.telegram.desk.group_message import (
    GroupMessage,
    command_of,
    is_others_command,
    read,
)
from adapters.messengers.telegram.desk.hints import Hinting
from adapters.messengers.telegram.desk.inline import Inline
from adapters.messengers.telegram.desk.kit import Kit
from adapters.messengers.telegram.desk.orders import Orders
from adapters.messengers.telegram.desk.presses import Presses
from adapters.messengers.telegram.desk.reactions import Reactions
from adapters.messengers.telegram.desk.service import Service
from adapters.messengers.telegram.desk_updates import update_of
from adapters.messengers.telegram.fields import id_of
from bots.errors import Consumed, Problem, Unavailable
from bots.model.conversation import Conversation
from bots.model.desk import DeskGroup
from bots.model.message import UnifiedMessage
from bots.model.operator import Operator

REMEMBERED = 500

Whose = Callable[[DeskGroup, dict[str, Any]], Awaitable[int | None]]

log = structlog.get_logger()


class Incoming:
    """Takes every update of a group, at least once; raises where it has to be taken again."""

    def __init__(
        self,
        kit: Kit,
        *,
        whose: Whose,
        orders: Orders,
        presses: Presses,
        service: Service,
        hinting: Hinting,
        reactions: Reactions,
        inline: Inline,
    ) -> None:
        self._kit = kit
        self._whose = whose
        self._orders = orders
        self._presses = presses
        self._service = service
        self._hinting = hinting
        self._reactions = reactions
        self._inline = inline
        self._inside: OrderedDict[str, None] = OrderedDict()
        """Albums that are internal: a part that comes late is so too."""

    async def take(self, message: UnifiedMessage) -> None:
        """One update, kept whole in the message's metadata."""
        update, channel = update_of(message), message.address.channel
        if "callback_query" in update:
            await self._presses.take(channel, mapping(update, "callback_query"))
        elif "my_chat_member" in update:
            await self._service.membership(channel, mapping(update, "my_chat_member"))
        elif "message_reaction" in update:
            await self._reactions.take(channel, mapping(update, "message_reaction"))
        elif "edited_message" in update:
            await self._take_edited(channel, mapping(update, "edited_message"))
        elif "message" in update:
            await self._take_message(channel, mapping(update, "message"))

    # ------------------------------------------------------------ messages

    async def _take_message(self, channel: str, raw: dict[str, Any]) -> None:
        username = self._username(channel)
        said = read(raw)
        chat_id = id_of(mapping(raw, "chat").get("id")) or ""
        group = self._kit.groups.at(channel, chat_id)
        if said.service:
            await self._service.happened(channel, group, said)
            return
        if said.is_bot and not said.anonymous:
            return
        command = command_of(said.text, username)
        if command is not None and command[0] in ("setup", "start"):
            await self._service.set_up(channel, group, said, command[1])
            return
        if group is None or is_others_command(said.text, username):
            return
        if await self._known(group, raw) or said.album in self._inside:
            return
        chat = await self._chat(group, raw)
        if chat is None and await self._is_anothers(group, said):
            return
        who = _within(await self._who(said), chat)
        spoken = None
        if chat is not None and self._kit.parts.queue(chat).internal:
            spoken = aloud(raw, username)
        if chat is not None and spoken is not None and not read(spoken).text.startswith("/"):
            await self._take_words(group, read(spoken), chat, who, marked=True)
        elif command is not None:
            self._keep_inside(said)
            await self._orders.take(group, said, chat, who, *command)
        elif chat is not None:
            await self._take_words(group, said, chat, who)

    async def _take_words(
        self,
        group: DeskGroup,
        said: GroupMessage,
        chat: Conversation,
        who: Operator | None,
        *,
        marked: bool = False,
    ) -> None:
        """`marked` says that whoever wrote it marked it as words for the customer."""
        queue = self._kit.parts.queue(chat)
        verdict = guard.judged(
            guard.Written(
                chat=chat,
                who=who,
                text=said.text,
                anonymous=said.anonymous,
                foreign=bool(said.via) and not self._is_ours(group, said.via),
                to_colleague=await self._stays_inside(group, said),
                borrowed=said.borrowed,
                addressed=await self._is_addressed(group, said),
                write=queue.write,
                inside=queue.internal and not marked,
            )
        )
        if isinstance(verdict, guard.Sends):
            assert who is not None
            try:
                await self._pass_on(chat, who, said, group)
            except Consumed:
                return
            except Unavailable:
                raise
            except Problem as problem:
                # The chat may have changed hands between our look and our word: look again.
                again = await self._kit.parts.episodes.conversation(
                    self._kit.parts.workspace, chat.id
                )
                if again.episode != chat.episode:
                    await self._take_words(group, said, again, who, marked=marked)
                else:
                    await self._hinting.unsent(group, said, chat, problem)
        elif isinstance(verdict, guard.Notes):
            assert who is not None
            self._keep_inside(said)
            await self._orders.take(group, replace(said, text=""), chat, who, "note", verdict.text)
        else:
            await self._hinting.refuse(group, said, chat, who, verdict)

    async def _take_edited(self, channel: str, raw: dict[str, Any]) -> None:
        chat_id = id_of(mapping(raw, "chat").get("id")) or ""
        group = self._kit.groups.at(channel, chat_id)
        said = read(raw)
        if group is None or said.is_bot:
            return
        number = id_of(raw.get("message_id")) or ""
        relay = await self._kit.parts.desks.relay(channel, chat_id, number)
        who = await self._who(said)
        if relay is None:
            self._hinting.edited(raw)
        if relay is None or relay.way != "out" or who is None or relay.operator != who.id:
            return
        chat = await self._kit.parts.episodes.conversation(
            self._kit.parts.workspace, relay.conversation_id
        )
        spoken = (
            aloud(raw, self._username(channel)) if self._kit.parts.queue(chat).internal else None
        )
        if spoken is not None:
            raw, said = spoken, read(spoken)
        if said.text.startswith("/"):
            # What was sent cannot become internal by an edit; and what is internal does not go out.
            await self._hinting.sent_already(group, said, chat)
            return
        try:
            if self._is_ours(group, said.via):
                raw = await self._inline.filled(raw, chat, who)
            await self._kit.outward.corrections.edited(chat, who, raw, relay, channel)
        except Problem as problem:
            await self._hinting.sent_already(group, said, chat, problem)

    async def _pass_on(
        self, chat: Conversation, who: Operator, said: GroupMessage, group: DeskGroup
    ) -> None:
        line = self._kit.lines.of(group)
        if line is None:
            raise Unavailable("The account of the group is not connected")
        raw = said.raw
        if self._is_ours(group, said.via):
            raw = await self._inline.filled(raw, chat, who)
        await self._kit.outward.pass_on(chat, who, raw, group, line)

    # ------------------------------------------------------------ who and where

    async def _chat(self, group: DeskGroup, raw: dict[str, Any]) -> Conversation | None:
        found = await self._whose(group, raw)
        if found is None:
            return None
        parts = self._kit.parts
        return await parts.episodes.conversation(parts.workspace, found)

    def _username(self, channel: str) -> str:
        account = self._kit.parts.account(channel)
        return account.username if account is not None else ""

    async def _who(self, said: GroupMessage) -> Operator | None:
        if said.anonymous:
            return None
        return await self._kit.parts.operators.of_telegram(said.user)

    async def _known(self, group: DeskGroup, raw: dict[str, Any]) -> bool:
        """Whether this message was dealt with before we were interrupted."""
        number = id_of(raw.get("message_id")) or ""
        return await self._kit.parts.desks.relay(group.channel, group.chat_id, number) is not None

    async def _is_anothers(self, group: DeskGroup, said: GroupMessage) -> bool:
        """Whether it stands in a topic of another bot of ours, whose own desk hears it too."""
        if not said.thread:
            return False
        for other in self._kit.groups.all:
            if other.chat_id == group.chat_id and other.channel != group.channel:
                topic = await self._kit.parts.desks.topic_at(
                    other.channel, other.chat_id, said.thread
                )
                if topic is not None:
                    return True
        return False

    async def _stays_inside(self, group: DeskGroup, said: GroupMessage) -> bool:
        """Whether it goes on with what is internal: another's words, or a note."""
        if said.to_colleague(group.channel.partition(":")[2]):
            return True
        if not said.answers:
            return False
        desks = self._kit.parts.desks
        answered = await desks.relay(group.channel, group.chat_id, said.answers)
        return answered is not None and answered.way == "note"

    async def _is_addressed(self, group: DeskGroup, said: GroupMessage) -> bool:
        """Whether it begins with the name of one of ours, or with the bot's."""
        if not said.calls:
            return False
        account = self._kit.parts.account(group.channel)
        people = await self._kit.parts.operators.all()
        names = [account.username if account is not None else ""]
        names += [name for one in people for name in (one.username, one.telegram)]
        return said.calls in {name.casefold() for name in names if name}

    def _keep_inside(self, said: GroupMessage) -> None:
        if said.album:
            self._inside[said.album] = None
        while len(self._inside) > REMEMBERED:
            self._inside.popitem(last=False)

    def _is_ours(self, group: DeskGroup, bot: str) -> bool:
        return group.channel == f"telegram:{bot}"


def _within(who: Operator | None, chat: Conversation | None) -> Operator | None:
    """As they are in the chat's queue."""
    episode = chat.episode if chat is not None else None
    return who.within(episode.queue) if who is not None and episode is not None else who
