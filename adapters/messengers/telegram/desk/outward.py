"""From the operator to the customer: what was written in a group, in the form the messenger takes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from adapters.foreign_json import mapping
from adapters.messengers.telegram.desk.corrections import Corrections
from adapters.messengers.telegram.desk.line import Line
from adapters.messengers.telegram.desk.parts import Parts
from adapters.messengers.telegram.desk.remarks import Remarks
from adapters.messengers.telegram.desk.said import Said, parts_of, said
from adapters.messengers.telegram.desk.shown import WORDS as KINDS
from adapters.messengers.telegram.desk.titles import LONG
from adapters.messengers.telegram.desk.words import Words
from adapters.messengers.telegram.desk_updates import thread_of
from adapters.messengers.telegram.fields import id_of
from bots.elsewhere import fetched, kept_elsewhere
from bots.errors import Consumed, Rejected
from bots.model.conversation import Conversation
from bots.model.desk import DeskGroup, Relay
from bots.model.message import Reply
from bots.model.operator import Operator

WORDS = Words(
    {
        "unsendable": (
            "⚠️ Не отправлено: {what} нельзя переслать клиенту. Напишите словами или пришлите файлом.",
            "⚠️ Not sent: {what} cannot be passed on. Write it in words, or send a file.",
        ),
        "too_big": (
            "⚠️ Не отправлено: в файле {size} МБ, а Telegram отдаёт ботам до 20 МБ. Пришлите ссылку.",
            "⚠️ Not sent: the file has {size} MB, and Telegram gives bots 20 MB at most. Send a link.",
        ),
        "not_kept": (
            "⚠️ Не отправлено: {why}. Пришлите в другом виде.",
            "⚠️ Not sent: {why}. Send it in another form.",
        ),
        "losses": (
            "{platform} покажет иначе: {losses}. Ещё не отправлено.",
            "{platform} will show it otherwise: {losses}. It is not sent yet.",
        ),
        "sendso": ("Отправить так", "Send so"),
        "drop": ("Не отправлять", "Cancel"),
        "sent": ("Отправлено", "Sent"),
        "dropped": ("Не отправлено", "Not sent"),
    }
)


class Outward:
    """Each message of a group goes to the customer once, however often its update comes."""

    def __init__(self, parts: Parts, remarks: Remarks) -> None:
        self._parts = parts
        self._remarks = remarks
        self.corrections = Corrections(parts)

    async def pass_on(
        self,
        chat: Conversation,
        who: Operator,
        message: Mapping[str, Any],
        group: DeskGroup,
        line: Line,
        *,
        knowingly: bool = False,
        once: bool = False,
    ) -> None:
        """A message that the guard let through: to the customer, or back with what is in the way.

        `knowingly`: what will look otherwise there was shown, and is to go. Raises Conflict where
        the chat is no longer theirs, unless they are a lead who answers in it `once`.
        """
        language = self._parts.speaks(chat)
        found = said(
            message,
            message_id=self._parts.new_id(),
            came_by=group.channel,
            goes_by=chat.address.channel,
            language=language,
            reply_to=await self._answered(chat, message, group),
        )
        if found.unsendable:
            what = KINDS.say(language, found.unsendable)
            text = WORDS.say(language, "unsendable", what=what)
            await self._remarks.under(message, text, chat, line, group)
        elif found.too_big:
            text = WORDS.say(language, "too_big", size=-(-found.too_big // 2**20))
            await self._remarks.under(message, text, chat, line, group)
        elif found.losses and not knowingly:
            await self._ask(found, chat, message, group, line, language)
        else:
            relays = self._relays(chat, who, message, group)
            try:
                reply = await self._kept(found.reply, chat)
                await self._parts.handoff.say(
                    chat.address, who, reply, relays[0], others=relays[1:], once=once
                )
            except Consumed:
                return
            except Rejected as rejected:
                text = WORDS.say(language, "not_kept", why=rejected)
                await self._remarks.under(message, text, chat, line, group)

    async def _kept(self, reply: Reply, chat: Conversation) -> Reply:
        """A page gets its files from us: they are laid up before anybody is told of them."""
        channel = self._parts.channels.get(chat.address.channel)
        if channel is None or not channel.keeps:
            return reply
        attachments = []
        for one in reply.attachments:
            kept = kept_elsewhere(one.ref)
            if kept is not None:
                file = await fetched(self._parts.channels, kept)
                one = replace(one, ref=await channel.keep(file), name=one.name or kept.name)
            attachments.append(one)
        return replace(reply, attachments=tuple(attachments))

    async def _ask(
        self,
        found: Said,
        chat: Conversation,
        message: Mapping[str, Any],
        group: DeskGroup,
        line: Line,
        language: str,
    ) -> None:
        platform = LONG.get(chat.platform, chat.platform)
        text = WORDS.say(language, "losses", platform=platform, losses="; ".join(found.losses))
        buttons = [(WORDS.say(language, verb), verb) for verb in ("sendso", "drop")]
        await self._remarks.under(message, text, chat, line, group, buttons=buttons)

    async def _answered(
        self, chat: Conversation, message: Mapping[str, Any], group: DeskGroup
    ) -> str:
        """What the customer's messenger calls the message that is answered; "" where it is none of theirs."""
        answered = mapping(dict(parts_of(message)[0]), "reply_to_message")
        id = id_of(answered.get("message_id"))
        if id is None or "forum_topic_created" in answered:
            return ""
        relay = await self._parts.desks.relay(group.channel, group.chat_id, id)
        if relay is None or relay.conversation_id != chat.id or relay.way not in ("in", "out"):
            return ""
        records = await self._parts.episodes.messages(chat.id, after=relay.seq - 1, limit=1)
        if not records or records[0].seq != relay.seq:
            return ""
        return records[0].platform_message_id

    def _relays(
        self,
        chat: Conversation,
        who: Operator,
        message: Mapping[str, Any],
        group: DeskGroup,
    ) -> Sequence[Relay]:
        return [
            Relay(
                channel=group.channel,
                chat_id=group.chat_id,
                message_id=id_of(part.get("message_id")) or "",
                thread_id=thread_of(part),
                conversation_id=chat.id,
                part=number,
                way="out",
                operator=who.id,
            )
            for number, part in enumerate(parts_of(message))
        ]
