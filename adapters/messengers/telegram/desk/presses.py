"""Pressed buttons of the desk: what each does, and what whoever pressed is told."""

from collections.abc import Mapping
from typing import Any

import structlog

from adapters.foreign_json import mapping
from adapters.messengers.telegram.desk.answers import Answer
from adapters.messengers.telegram.desk.buttons import Pressed, hangs_on, read
from adapters.messengers.telegram.desk.commands.catalogue import named
from adapters.messengers.telegram.desk.hints import WORDS as HINTS
from adapters.messengers.telegram.desk.hints import Hinting
from adapters.messengers.telegram.desk.kit import Kit
from adapters.messengers.telegram.desk.order import Order, Run
from adapters.messengers.telegram.desk.problems import worded
from adapters.messengers.telegram.desk.unsaid import Unsaid
from adapters.messengers.telegram.desk.words import Words
from adapters.messengers.telegram.fields import id_of
from bots.errors import Consumed, Forbidden, NotFound, Problem
from bots.model.conversation import Conversation
from bots.model.desk import DeskGroup

WORDS = Words(
    {
        "unknown": (
            "Эта кнопка больше ничего не делает. Посмотрите на карточку чата.",
            "This button does nothing any more. Look at the chat's card.",
        ),
        "not_yours": (
            "Это сообщение написали не вы.",
            "Somebody else wrote this message.",
        ),
        "again": ("Уже сделано: {name}.", "{name} has done it already."),
    }
)

UNSAID = frozenset({"takesay", "force", "once", "anyway", "keep"})
BOUND = UNSAID | {"cnsend", "cnedit", "sendso", "drop", "retry", "astext"}
"""What these do is about the message that they hang on: from any other they do nothing."""

log = structlog.get_logger()


class Presses:
    """Each press is answered, whatever comes of it: an unanswered button waits for a minute."""

    def __init__(
        self,
        kit: Kit,
        hinting: Hinting,
        *,
        verbs: Mapping[str, Run],
        unsaid: Unsaid,
    ) -> None:
        self._kit = kit
        self._hinting = hinting
        self._verbs = verbs
        self._unsaid = unsaid

    async def take(self, channel: str, press: dict[str, Any]) -> None:
        """A press in a group."""
        message = mapping(press, "message")
        chat_id = id_of(mapping(message, "chat").get("id")) or ""
        group = self._kit.groups.at(channel, chat_id)
        if group is None:
            return
        pressed = read(press.get("data"))
        answer = Answer()
        try:
            answer = await self._done(group, message, press, pressed)
        finally:
            await self._kit.answers.notice(channel, press, answer)

    async def _done(
        self,
        group: DeskGroup,
        message: dict[str, Any],
        press: dict[str, Any],
        pressed: Pressed | None,
    ) -> Answer:
        parts = self._kit.parts
        user = id_of(mapping(press, "from").get("id")) or ""
        who = await parts.operators.of_telegram(user)
        language = self._kit.language(group)
        if who is None:
            return Answer(text=HINTS.say(language, "stranger"), alert=True)
        if pressed is None:
            return Answer(text=WORDS.say(language, "unknown"), alert=True)
        try:
            chat = await parts.episodes.conversation(parts.workspace, pressed.conversation_id)
        except NotFound:
            return Answer(text=WORDS.say(language, "unknown"), alert=True)
        verb, _, rest = pressed.verb.partition(".")
        forged = verb in BOUND and not hangs_on(message, press.get("data"))
        if forged or not await self._is_of(group, chat):
            return Answer(text=WORDS.say(language, "unknown"), alert=True)
        order = Order(
            group=group,
            message=message,
            who=who.within(chat.episode.queue) if chat.episode is not None else who,
            language=parts.speaks(chat),
            rest=rest,
            chat=chat,
            version=pressed.version or None,
            pressed=True,
        )
        return await self._carried_out(order, verb)

    async def _is_of(self, group: DeskGroup, chat: Conversation) -> bool:
        """Whether a group has to do with a chat: it is, or was, shown here, or would be."""
        if self._kit.groups.serves(group, chat):
            return True
        topics = await self._kit.parts.desks.topics(chat.id)
        return any((one.channel, one.chat_id) == (group.channel, group.chat_id) for one in topics)

    async def _carried_out(self, order: Order, verb: str) -> Answer:
        try:
            answer = await self._run(order, verb)
        except Consumed:
            return Answer()
        except Problem as problem:
            # What was pressed is not what the card should show any more.
            self._kit.wake(order.about.id)
            text = await worded(self._kit, problem, order.language)
            return Answer(text=text, alert=True)
        self._kit.wake(order.about.id)
        if isinstance(answer, str):
            return Answer(text=answer)
        if answer is None:
            return Answer()
        if answer.buttons or answer.file:
            self._kit.answers.reply(order.group, order.message, answer, chat=order.about.id)
            return Answer()
        return answer

    async def _run(self, order: Order, verb: str) -> Answer | str | None:
        if verb in UNSAID:
            return await self._with_unsaid(order, verb)
        run, command = self._verbs.get(verb), named(verb)
        if command is not None and not order.who.may(command.role):
            raise Forbidden(f"This is for a {command.role}")
        if run is not None:
            return await run(order, self._kit)
        return Answer(text=WORDS.say(order.language, "unknown"), alert=True)

    async def _with_unsaid(self, order: Order, verb: str) -> Answer | str | None:
        """Only whoever wrote the words says what becomes of them."""
        author = self._hinting.author(order.message)
        if author and author != order.who.telegram:
            return Answer(text=WORDS.say(order.language, "not_yours"), alert=True)
        if verb == "force":
            return await self._unsaid.take_over(order)
        return await self._unsaid.settle(order, self._hinting.unsaid(order.message), verb)
