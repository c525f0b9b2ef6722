"""What did not reach a customer: one remark under the operator's words, with the cause and what to do."""

import asyncio
import re
from collections.abc import Callable

import structlog

from adapters.bot_media import TOO_LARGE
from adapters.messengers.telegram.desk.groups import Groups
from adapters.messengers.telegram.desk.line import Line
from adapters.messengers.telegram.desk.lines import Lines
from adapters.messengers.telegram.desk.parts import Parts
from adapters.messengers.telegram.desk.refused import TopicClosed, TopicLost
from adapters.messengers.telegram.desk.remarks import Remarks
from adapters.messengers.telegram.desk.titles import LONG
from adapters.messengers.telegram.desk.words import Words
from bots.errors import ChannelError, EasyFlowError
from bots.model.conversation import Conversation
from bots.model.desk import DeskGroup, Relay
from bots.model.feed import Entry
from bots.model.turn import Event, MessageRecord
from bots.outbox import UNKNOWN

UNHEARD = "handoff.failed"
"""Nobody took a request: where nobody was even shown it, its place is told of it now."""
NAMES = ("message.failed", "message.held", UNHEARD)
SHELF, CURSOR = "desk", "failures"
LATE = "desk failures"
"""What could not be told yet, by its place in what happened."""
AT_ONCE = 100
LONGEST_COPY = 256
"""Characters that a button copies. https://core.telegram.org/bots/api#copytextbutton"""

WORDS = Words(
    {
        "failed": (
            "❌ Не доставлено. {why}",
            "❌ Not delivered. {why}",
        ),
        "held": (
            "⏸ Уйдёт, когда клиент напишет: до того {platform} принимает только шаблоны (/tpl).",
            "⏸ It goes when the customer writes: until then {platform} takes templates only (/tpl).",
        ),
        "unreachable": (
            "Клиент заблокировал бота или удалил чат. Попробуйте ещё раз, если он вернётся.",
            "The customer blocked the bot or deleted the chat. Try again if they come back.",
        ),
        "unknown": (
            "Неизвестно, дошло ли: связь оборвалась при отправке. «Ещё раз» может показать его дважды.",
            "Nobody knows whether it arrived: the line broke while it was sent. A retry may show it twice.",
        ),
        "too_large": (
            "Файл больше, чем принимает {platform}.",
            "The file is larger than {platform} takes.",
        ),
        "refused": ("{platform} отвечает: {said}", "{platform} says: {said}"),
        "retry": ("Ещё раз", "Retry"),
        "astext": ("Только текст", "Send as text"),
        "copy": ("Скопировать", "Copy"),
        "again": ("Отправляю ещё раз.", "Sending it again."),
        "nothing_failed": ("Уже отправлено.", "It is on its way already."),
        "forgotten": (
            "Этого сообщения у меня больше нет: напишите его ещё раз.",
            "I do not have this message any more: write it again.",
        ),
    }
)

_UNREACHABLE = re.compile(
    r"blocked by the user|user is deactivated|user_is_blocked|chat not found"
    r"|\b90[012]\b|dialog\.suspended|chat\.denied|\b131026\b"
)
"""What messengers say of customers who cannot be written to: the chat itself learns of it a moment later."""

log = structlog.get_logger()


class Failures:
    """Follows what is told of messages, from where it was left off, so that a stop hides nothing."""

    def __init__(
        self,
        parts: Parts,
        groups: Groups,
        lines: Lines,
        remarks: Remarks,
        wake: Callable[[int], None],
    ) -> None:
        self._parts = parts
        self._wake = wake
        self._groups = groups
        self._lines = lines
        self._remarks = remarks
        self._task: asyncio.Task[None] | None = None
        self._more = False
        self._closing = False
        self.late = 0
        """How many wait until the account of their group is connected again."""

    def look(self) -> None:
        """Something may have failed: must be quick and must not raise."""
        if self._closing:
            return
        self._more = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._follow())

    async def close(self) -> None:
        """What was not told yet is told after the next start."""
        self._closing = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _follow(self) -> None:
        while self._more:
            self._more = False
            try:
                await self._tell_all()
            except EasyFlowError as error:
                log.warning("What failed cannot be told at the desk yet", why=str(error))
            except Exception:
                # Nobody waits for this task: what goes wrong in it must not go unseen.
                log.exception("What failed could not be told at the desk")

    async def _tell_all(self) -> None:
        workspace = self._parts.workspace
        await self._tell_late()
        cursor = await self._parts.shelf.get(workspace, SHELF, CURSOR)
        if not isinstance(cursor, int):
            # What failed before there was a desk is nobody's news.
            cursor = 0
        latest = await self._parts.feed.latest()
        while entries := await self._parts.feed.after(
            workspace, cursor, limit=AT_ONCE, names=NAMES
        ):
            for entry in entries:
                await self._take(entry)
                cursor = entry.cursor
                await self._parts.shelf.put(workspace, SHELF, CURSOR, cursor)
        if cursor < latest:
            # All the others since then need not be looked through again.
            await self._parts.shelf.put(workspace, SHELF, CURSOR, latest)

    async def _take(self, entry: Entry) -> None:
        if entry.event.name == UNHEARD:
            self._wake(entry.conversation)
        elif not await self._tell(entry.event):
            kept = {"name": entry.event.name, "data": dict(entry.event.data)}
            await self._parts.shelf.put(self._parts.workspace, LATE, str(entry.cursor), kept)
            self.late += 1

    async def _tell_late(self) -> None:
        workspace, now = self._parts.workspace, self._parts.clock()
        waiting = await self._parts.shelf.all(workspace, LATE)
        self.late = len(waiting)
        for cursor in sorted(waiting, key=int):
            kept = waiting[cursor]
            if await self._tell(Event(name=kept["name"], created_at=now, data=kept["data"])):
                await self._parts.shelf.put(workspace, LATE, cursor, None)
                self.late -= 1

    async def _tell(self, event: Event) -> bool:
        """Only what an operator said in a group: what the bot says is on the card.

        False where it has to be told later.
        """
        message_id = str(event.data.get("message_id") or "")
        found = await self._parts.episodes.message(self._parts.workspace, message_id)
        if found is None:
            return True
        chat, record = found
        said = [
            one
            for one in await self._parts.desks.relays(chat.id, record.seq)
            if one.way == "out" and one.seq == record.seq
        ]
        group = self._groups.at(said[0].channel, said[0].chat_id) if said else None
        if group is None:
            # Whoever removed the group has no place left to be told in.
            return True
        line = self._lines.of(group)
        if line is None:
            return False
        await self._remark(chat, record, said[0], event, group, line)
        return True

    async def _remark(
        self,
        chat: Conversation,
        record: MessageRecord,
        relay: Relay,
        event: Event,
        group: DeskGroup,
        line: Line,
    ) -> None:
        language = self._parts.speaks(chat)
        text, verbs = _worded(event, chat, record, language)
        buttons = [(WORDS.say(language, verb), verb) for verb in verbs]
        words = record.text.strip()
        copy = (WORDS.say(language, "copy"), words) if len(words) <= LONGEST_COPY else None
        place = relay.message_id, relay.thread_id
        try:
            await self._remarks.below(
                *place, text, chat, line, group, buttons=buttons, copy=copy, seq=record.seq
            )
        except (TopicLost, TopicClosed) as gone:
            topics = await self._parts.desks.topics(chat.id)
            now = next((one for one in topics if one.status == "open"), None)
            if now is None or now.thread_id == relay.thread_id:
                log.warning("A failure has no topic to be told in", chat=chat.id, why=str(gone))
                return
            place = relay.message_id, now.thread_id
            await self._remarks.below(
                *place, text, chat, line, group, buttons=buttons, copy=copy, seq=record.seq
            )
        except ChannelError as error:
            log.warning("A failure was not told at the desk", chat=chat.id, why=str(error))


def _worded(
    event: Event, chat: Conversation, record: MessageRecord, language: str
) -> tuple[str, list[str]]:
    """What is said of it, and what can be done."""
    platform = LONG.get(chat.platform, chat.platform)
    if event.name == "message.held":
        return WORDS.say(language, "held", platform=platform), []
    said = str(event.data.get("error") or "?")
    verbs = ["retry"]
    if record.attachments and record.text.strip():
        verbs.append("astext")
    if chat.unreachable or _UNREACHABLE.search(said.lower()):
        why = WORDS.say(language, "unreachable")
    elif said.startswith(UNKNOWN.partition(":")[0]):
        why = WORDS.say(language, "unknown")
    elif TOO_LARGE in said or "too big" in said.lower():
        why = WORDS.say(language, "too_large", platform=platform)
    else:
        why = WORDS.say(language, "refused", platform=platform, said=said)
    return WORDS.say(language, "failed", why=why), verbs
