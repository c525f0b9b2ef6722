"""Messengers that take answers for a day only: operators are told an hour before it ends."""

import asyncio
from datetime import datetime, timedelta

import structlog

from adapters.messengers.telegram.desk.groups import Groups
from adapters.messengers.telegram.desk.lines import Lines
from adapters.messengers.telegram.desk.parts import Parts
from adapters.messengers.telegram.desk.saying import said
from adapters.messengers.telegram.desk.titles import LONG, SOON_CLOSED
from adapters.messengers.telegram.desk.words import Words
from bots.errors import EasyFlowError, NotFound
from bots.model.conversation import Conversation
from bots.model.desk import Topic

SHELF = "desk windows"

KEPT = timedelta(days=2)
"""Longer than any window: what was told of an older one is told no second time."""

WORDS = Words(
    {
        "closing": (
            "⏰ Через {minutes} мин {platform} закроет окно: потом уйдут только шаблоны (/tpl).",
            "⏰ In {minutes} min {platform} closes the window: then only templates go out (/tpl).",
        ),
    }
)

log = structlog.get_logger()


class Windows:
    """One task for all chats: it sleeps until the next of them is due, and is not there without any."""

    def __init__(self, parts: Parts, groups: Groups, lines: Lines) -> None:
        self._parts = parts
        self._groups = groups
        self._lines = lines
        self._due: dict[int, datetime] = {}
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    async def start(self) -> None:
        """Know the chats that people have."""
        for chat, _ in await self._parts.episodes.open(self._parts.workspace):
            self.told(chat)

    def told(self, chat: Conversation) -> None:
        """A turn of a chat was committed: must be quick and must not raise."""
        channel = self._parts.channels.get(chat.address.channel)
        window = channel.window if channel is not None else None
        episode = chat.episode
        if self._closing:
            return
        if window is None or chat.heard_at is None or episode is None or not episode.open:
            self._due.pop(chat.id, None)
            return
        self._due[chat.id] = chat.heard_at + window - SOON_CLOSED
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._watch())

    async def tidy(self) -> None:
        """Forget what was told of windows that have closed since."""
        before = self._parts.clock() - KEPT
        for chat, mark in (await self._parts.shelf.all(self._parts.workspace, SHELF)).items():
            if not isinstance(mark, str) or datetime.fromisoformat(mark) < before:
                await self._parts.shelf.put(self._parts.workspace, SHELF, chat, None)

    async def close(self) -> None:
        """After the next start it is known again who is to be told."""
        self._closing = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _watch(self) -> None:
        while self._due:
            id, due = min(self._due.items(), key=lambda one: one[1])
            left = (due - self._parts.clock()).total_seconds()
            if left > 0:
                # Not for longer than a minute: another chat may be due before this one by then.
                await self._parts.sleep(min(left, 60.0))
                continue
            del self._due[id]
            try:
                await self._tell(id)
            except EasyFlowError as error:
                log.warning("A window that closes was not told of", chat=id, why=str(error))
            except Exception:
                # Nobody waits for this task: the other chats are to be told of all the same.
                log.exception("A window that closes could not be told of")

    async def _tell(self, id: int) -> None:
        try:
            chat = await self._parts.episodes.conversation(self._parts.workspace, id)
        except NotFound:
            return
        channel = self._parts.channels.get(chat.address.channel)
        if channel is None or channel.window is None or chat.heard_at is None:
            return
        left = chat.heard_at + channel.window - self._parts.clock()
        told = await self._parts.shelf.get(self._parts.workspace, SHELF, str(id))
        mark = chat.heard_at.isoformat()
        topic = next((one for one in await self._parts.desks.topics(id) if _open(one)), None)
        group = self._groups.at(topic.channel, topic.chat_id) if topic is not None else None
        line = self._lines.of(group) if group is not None else None
        if topic is None or line is None or told == mark or not timedelta() < left <= SOON_CLOSED:
            return
        platform = LONG.get(chat.platform, chat.platform)
        minutes = max(int(left.total_seconds() // 60), 1)
        text = WORDS.say(self._parts.speaks(chat), "closing", minutes=minutes, platform=platform)
        await said(self._parts, chat, topic, line, text)
        await self._parts.shelf.put(self._parts.workspace, SHELF, str(id), mark)


def _open(topic: Topic) -> bool:
    return topic.status == "open"
