"""What becomes of words that were not sent, once whoever wrote them pressed a button."""

from typing import Any

from adapters.messengers.telegram.desk.answers import Answer
from adapters.messengers.telegram.desk.buttons import button
from adapters.messengers.telegram.desk.group_message import INTERNAL, read
from adapters.messengers.telegram.desk.kit import Kit
from adapters.messengers.telegram.desk.order import Order
from adapters.messengers.telegram.desk.words import Words
from bots.errors import Unavailable
from bots.model.conversation import Conversation
from bots.model.desk import Relay
from bots.model.operator import Operator

WORDS = Words(
    {
        "gone": (
            "Этих слов больше нет у меня: напишите их ещё раз.",
            "I do not have those words any more: write them again.",
        ),
        "noted": ("📝 В заметках.", "📝 Noted."),
        "taken": ("Чат ваш. Сообщение не отправлено.", "The chat is yours. Nothing was sent."),
        "sent": ("✅ Отправлено.", "✅ Sent."),
        "send": ("Отправить", "Send"),
        "keep": ("В заметки", "Make it a note"),
    }
)


class Unsaid:
    """Each message at most once: what was sent or noted before is left alone."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    async def settle(
        self, order: Order, messages: list[dict[str, Any]], verb: str
    ) -> Answer | str | None:
        """`verb` is a hint's button. Raises a Problem where it may not be."""
        handoff, chat = self._kit.parts.handoff, order.about
        if not messages:
            return Answer(text=WORDS.say(order.language, "gone"), alert=True)
        if verb == "takesay" and not _has(chat, order.who):
            chat = await handoff.take(chat.address, order.who, version=order.version)
        sent = noted = False
        for message in messages:
            if await self._known(order, message):
                continue
            if verb == "keep" or read(message).text.startswith("/"):
                # Also what became internal by an edit.
                await self._note(order, message)
                noted = True
            else:
                await self._send(order, chat, message, once=verb == "once")
                sent = True
        if not sent and not noted:
            # The press came again: under the words it says already what became of them.
            return None
        done = WORDS.say(order.language, "sent" if sent else "noted")
        if verb == "takesay" and not sent:
            done = WORDS.say(order.language, "taken")
        self._kit.answers.reword(order.group, order.message, done)
        return done

    async def take_over(self, order: Order) -> str:
        """The chat is theirs from now on; the words are still theirs to send or keep."""
        chat = await self._kit.parts.handoff.take(order.about.address, order.who, force=True)
        version = chat.episode.version if chat.episode is not None else 0
        rows = [
            [button(WORDS.say(order.language, label), chat.id, verb, version)]
            for verb, label in (("takesay", "send"), ("keep", "keep"))
        ]
        taken = WORDS.say(order.language, "taken")
        self._kit.answers.reword(order.group, order.message, taken, rows)
        return taken

    async def _send(
        self, order: Order, chat: Conversation, message: dict[str, Any], *, once: bool
    ) -> None:
        line = self._kit.lines.of(order.group)
        if line is None:
            raise Unavailable("The group cannot be reached")
        await self._kit.outward.pass_on(chat, order.who, message, order.group, line, once=once)

    async def _note(self, order: Order, message: dict[str, Any]) -> None:
        text = read(message).text.removeprefix(INTERNAL)
        await self._kit.noted(order.about, order.who, text, _relay(order, message))

    async def _known(self, order: Order, message: dict[str, Any]) -> bool:
        relay = _relay(order, message)
        known = await self._kit.parts.desks.relay(relay.channel, relay.chat_id, relay.message_id)
        return known is not None


def _has(chat: Conversation, who: Operator) -> bool:
    episode = chat.episode
    return episode is not None and episode.state == "active" and episode.assignee == who.id


def _relay(order: Order, message: dict[str, Any]) -> Relay:
    return Order(
        group=order.group, message=message, who=order.who, language=order.language, chat=order.chat
    ).relay("note")
