"""What the desk answers to people in a group: a reply, a notice above the screen, a file."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

import structlog

from adapters.foreign_json import mapping
from adapters.messengers.telegram.desk.line import Line, Urgency
from adapters.messengers.telegram.desk.lines import Lines
from adapters.messengers.telegram.desk.parts import Parts
from adapters.messengers.telegram.desk.refused import TopicClosed, TopicLost
from adapters.messengers.telegram.desk_updates import thread_of
from adapters.messengers.telegram.fields import id_of
from bots.errors import ChannelError
from bots.model.desk import DeskGroup, Relay
from bots.shaping import shortened

DROPPED_AFTER = 20.0
"""Seconds: when a line came, more urgent ones come with it."""
ROOM = 0.5
"""The share of a line's budget that has to be left for it."""
LONGEST_NOTICE = 200
LONGEST_TEXT = 4096

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is answered: a text with buttons, or a text file beside it.

    `alert` is for a press: a window that has to be closed, where a short notice would be missed. What
    is `passing` may become something of the chat, a word to the customer, and is not noted as ours.
    """

    text: str = ""
    buttons: Sequence[Sequence[dict[str, Any]]] = ()
    file: tuple[str, bytes] | None = None
    alert: bool = False
    passing: bool = False


class Answers:
    """Given beside everything else: a group that has to wait keeps no operator's words waiting.

    Whatever was done stays done if an answer cannot be shown: that is only noted in the log.
    """

    def __init__(self, parts: Parts, lines: Lines) -> None:
        self._parts = parts
        self._lines = lines
        self._under_way: set[asyncio.Task[None]] = set()
        # Weak, so that whoever is silent costs nothing.
        self._turns: WeakValueDictionary[tuple[str, str, str], asyncio.Lock] = WeakValueDictionary()

    async def close(self, patience: float = 2.0) -> None:
        """Let what is being said be said, for so many seconds."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=patience)
        for task in list(self._under_way):
            task.cancel()

    def reply(
        self,
        group: DeskGroup,
        message: dict[str, Any],
        answer: Answer,
        *,
        chat: int | None = None,
        urgency: Urgency = Urgency.SOON,
        then: Callable[[str], None] = lambda number: None,
    ) -> None:
        """Answer a message where it stands; `chat` is the conversation it is about.

        `then` is told our message's id.
        """
        parameters: dict[str, Any] = {"text": shortened(answer.text, LONGEST_TEXT)}
        if answer.buttons:
            parameters["reply_markup"] = {"inline_keyboard": [list(row) for row in answer.buttons]}
        if answered := id_of(message.get("message_id")):
            parameters["reply_parameters"] = {
                "message_id": int(answered),
                "allow_sending_without_reply": True,
            }

        async def say() -> None:
            # Whoever orders without end waits for their own answers, and nobody else does.
            async with self._turn_of(group, message):
                thread = thread_of(message)
                number = await self._say(group, thread, parameters, answer, chat, urgency)
            if number:
                then(number)

        self._beside(say())

    def tell(self, group: DeskGroup, text: str, *, thread: str = "") -> None:
        """Say something to the whole group, in General unless in a topic."""

        async def say() -> None:
            await self._say(group, thread, {"text": text}, Answer(), None, Urgency.SOON)

        self._beside(say())

    async def notice(self, channel: str, press: dict[str, Any], answer: Answer) -> None:
        """End a press: only whoever pressed reads it. What is too long is cut, for Telegram refuses it."""
        text = answer.text
        if len(text) > LONGEST_NOTICE:
            text = f"{text[: LONGEST_NOTICE - 1]}…"
        parameters = {
            "callback_query_id": press.get("id"),
            "text": text,
            "show_alert": answer.alert,
        }
        account = self._parts.account(channel)
        try:
            if account is not None:
                await account.client.call("answerCallbackQuery", parameters)
        except ChannelError as error:
            # After a minute nobody waits for it any more.
            log.info("A press was not answered", channel=channel, why=str(error))

    async def delete(self, group: DeskGroup, message: dict[str, Any]) -> bool:
        """Take a message away, a spoken code for one; False where we may not."""
        line, number = self._lines.of(group), id_of(message.get("message_id"))
        if line is None or number is None:
            return False
        try:
            await line.call("deleteMessage", {"message_id": int(number)}, Urgency.SOON)
        except ChannelError:
            return False
        return True

    def drop(self, group: DeskGroup, message: dict[str, Any]) -> None:
        """Take a line away that nobody needs, if the group has room for it after a while."""
        line, number = self._lines.of(group), id_of(message.get("message_id"))
        if line is None or number is None:
            return

        async def delete() -> None:
            await self._parts.sleep(DROPPED_AFTER)
            if line.left < ROOM:
                return
            try:
                await line.call("deleteMessage", {"message_id": int(number)}, Urgency.COSMETIC)
            except ChannelError as error:
                log.debug("A line stays in a group", chat=group.chat_id, why=str(error))

        self._beside(delete())

    def reword(
        self,
        group: DeskGroup,
        message: dict[str, Any],
        text: str,
        buttons: Sequence[Sequence[dict[str, Any]]] = (),
    ) -> None:
        """Have a message of ours say what has become of what it told."""
        rows = [list(row) for row in buttons]
        parameters = {"text": text, "reply_markup": {"inline_keyboard": rows}}
        self._edit(group, message, "editMessageText", parameters)

    def unbutton(self, group: DeskGroup, message: dict[str, Any]) -> None:
        """Take the buttons away from a message of ours: they were pressed."""
        bare: dict[str, Any] = {"reply_markup": {"inline_keyboard": []}}
        self._edit(group, message, "editMessageReplyMarkup", bare)

    def _edit(
        self, group: DeskGroup, message: dict[str, Any], method: str, parameters: dict[str, Any]
    ) -> None:
        line, number = self._lines.of(group), id_of(message.get("message_id"))
        if line is None or number is None:
            return
        call = {"message_id": int(number), **parameters}

        async def edit() -> None:
            try:
                await line.call(method, call, Urgency.LATER)
            except ChannelError as error:
                log.info("A message of ours stays", chat=group.chat_id, why=str(error))

        self._beside(edit())

    async def _sent(
        self, line: Line, parameters: dict[str, Any], answer: Answer, urgency: Urgency
    ) -> Any:
        """A text, or a file with the text under it."""
        if answer.file is None:
            return await line.call("sendMessage", parameters, urgency)
        rest = {key: value for key, value in parameters.items() if key != "text"}
        rest["caption"] = parameters["text"]
        return await line.call("sendDocument", rest, urgency, files={"document": answer.file})

    async def _said_in_general(
        self,
        line: Line,
        parameters: dict[str, Any],
        answer: Answer,
        chat: int | None,
        urgency: Urgency,
    ) -> Any:
        rest = {key: value for key, value in parameters.items() if key != "reply_parameters"}
        if chat is not None:
            rest["text"] = f"#{chat}: {rest['text']}"
        try:
            return await self._sent(line, rest, answer, urgency)
        except ChannelError as error:
            log.warning("An answer was not shown at the desk", chat=line.chat_id, why=str(error))
            return None

    def _turn_of(self, group: DeskGroup, message: dict[str, Any]) -> asyncio.Lock:
        who = id_of(mapping(message, "from").get("id")) or ""
        key = (group.chat_id, thread_of(message), who)
        return self._turns.setdefault(key, asyncio.Lock())

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _say(
        self,
        group: DeskGroup,
        thread: str,
        parameters: dict[str, Any],
        answer: Answer,
        chat: int | None,
        urgency: Urgency,
    ) -> str:
        line = self._lines.of(group)
        if line is None:
            return ""
        where = {"message_thread_id": int(thread)} if thread else {}
        try:
            sent = await self._sent(line, where | parameters, answer, urgency)
        except (TopicClosed, TopicLost):
            # A chat that is over is not opened again for an answer to an operator.
            thread = ""
            sent = await self._said_in_general(line, parameters, answer, chat, urgency)
        except ChannelError as error:
            log.warning("An answer was not shown at the desk", chat=group.chat_id, why=str(error))
            sent = None
        number = id_of(mapping({"sent": sent}, "sent").get("message_id")) or ""
        if number and chat is not None and not answer.passing:
            relay = Relay(
                channel=group.channel,
                chat_id=group.chat_id,
                message_id=number,
                thread_id=thread,
                conversation_id=chat,
                way="own",
            )
            await self._parts.desks.add_relays([relay])
        return number
