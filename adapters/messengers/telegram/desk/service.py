"""What happens to a group and its topics by themselves: we come and go, topics are closed by hand."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Protocol

import structlog

from adapters.foreign_json import mapping
from adapters.messengers.telegram.desk.answers import Answer
from adapters.messengers.telegram.desk.commands import moving
from adapters.messengers.telegram.desk.group_message import GroupMessage
from adapters.messengers.telegram.desk.hints import Hinting
from adapters.messengers.telegram.desk.kit import Kit
from adapters.messengers.telegram.desk.order import Order, Run
from adapters.messengers.telegram.desk.problems import worded
from adapters.messengers.telegram.desk.rights import Look, Rights
from adapters.messengers.telegram.desk.setup import Setup
from adapters.messengers.telegram.fields import id_of, string
from bots.errors import Problem
from bots.model.desk import DeskGroup

Whose = Callable[[DeskGroup, dict[str, Any]], Awaitable[int | None]]

log = structlog.get_logger()


class Topics(Protocol):
    """Whoever keeps the topics, told of what was done to them by hand."""

    async def adopt(self, group: DeskGroup, message: dict[str, Any]) -> None:
        """A topic that we made came into being."""

    async def renamed(self, group: DeskGroup, message: dict[str, Any]) -> None:
        """Its title or icon was changed."""

    async def closed_by_hand(self, group: DeskGroup, message: dict[str, Any]) -> None:
        """It was closed, not by us."""

    async def reopened_by_hand(self, group: DeskGroup, message: dict[str, Any]) -> None:
        """It was opened again, not by us."""


class Service:
    """Closing and reopening a topic by hand are orders, `/close` and `/take`; the rest is taken note of."""

    def __init__(
        self,
        kit: Kit,
        *,
        setup: Setup,
        rights: Rights,
        topics: Topics,
        whose: Whose,
        hinting: Hinting,
    ) -> None:
        self._kit = kit
        self._setup = setup
        self._rights = rights
        self._topics = topics
        self._whose = whose
        self._hinting = hinting

    async def set_up(
        self, channel: str, group: DeskGroup | None, said: GroupMessage, code: str
    ) -> None:
        """`/setup CODE`."""
        chat_id = id_of(mapping(said.raw, "chat").get("id")) or ""
        await self._setup.ordered(channel, chat_id, group, said, code)

    async def membership(self, channel: str, change: dict[str, Any]) -> None:
        """We were put into a group, given rights, or thrown out."""
        chat = mapping(change, "chat")
        chat_id = id_of(chat.get("id")) or ""
        now = mapping(change, "new_chat_member").get("status")
        before = mapping(change, "old_chat_member").get("status")
        group = self._kit.groups.at(channel, chat_id)
        if group is None:
            if now == "administrator" and before != "administrator":
                await self._setup.greet(channel, chat_id)
        elif now in ("left", "kicked"):
            await self._rights.noted(group, Look(flat=True, down=True, missing=("gone",)))
        else:
            await self._rights.check_soon(group)

    async def happened(self, channel: str, group: DeskGroup | None, said: GroupMessage) -> None:
        """A service message."""
        raw = said.raw
        if "migrate_to_chat_id" in raw or "migrate_from_chat_id" in raw:
            await self._moved(channel, raw)
        elif group is None:
            return
        elif "new_chat_title" in raw:
            title = string(raw.get("new_chat_title")) or group.title
            await self._kit.groups.put(replace(group, title=title))
        elif "forum_topic_created" in raw:
            await self._topics.adopt(group, raw)
        elif "pinned_message" in raw:
            await self._tidy(group, said)
        elif "forum_topic_edited" in raw:
            await self._topics.renamed(group, raw)
        elif not said.is_bot or said.anonymous:
            await self._by_hand(group, said)

    async def _tidy(self, group: DeskGroup, said: GroupMessage) -> None:
        """That a card was pinned is seen by the card; the line goes, where there is room for that."""
        if group.channel == f"telegram:{said.user}":
            self._kit.answers.drop(group, said.raw)

    async def _moved(self, channel: str, raw: dict[str, Any]) -> None:
        """Told in both groups, the old and the new; whichever comes first is enough."""
        here = id_of(mapping(raw, "chat").get("id")) or ""
        old = id_of(raw.get("migrate_from_chat_id")) or here
        new = id_of(raw.get("migrate_to_chat_id")) or here
        group = self._kit.groups.at(channel, old)
        if group is not None and old != new:
            await self._kit.groups.moved(group, new)
            log.info("A group of operators has another id", old=old, new=new)

    async def _by_hand(self, group: DeskGroup, said: GroupMessage) -> None:
        if "forum_topic_closed" in said.raw:
            await self._topics.closed_by_hand(group, said.raw)
            await self._ordered(group, said, moving.close)
        elif "forum_topic_reopened" in said.raw:
            await self._topics.reopened_by_hand(group, said.raw)
            await self._ordered(group, said, moving.take)

    async def _ordered(self, group: DeskGroup, said: GroupMessage, run: Run) -> None:
        found = await self._whose(group, said.raw)
        if found is None:
            return
        parts = self._kit.parts
        chat = await parts.episodes.conversation(parts.workspace, found)
        who = None if said.anonymous else await parts.operators.of_telegram(said.user)
        if who is None:
            await self._hinting.refuse_outside(
                group, said, "anonymous" if said.anonymous else "stranger"
            )
            self._kit.wake(chat.id)
            return
        order = Order(
            group=group, message=said.raw, who=who, language=parts.speaks(chat), chat=chat
        )
        try:
            await run(order, self._kit)
        except Problem as problem:
            text = await worded(self._kit, problem, order.language)
            self._kit.answers.reply(group, said.raw, Answer(text=text), chat=chat.id)
        self._kit.wake(chat.id)
