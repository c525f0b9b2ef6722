"""Chats as operators work with them over HTTP: lists, messages, words of theirs, hand-offs."""

from collections.abc import Awaitable, Mapping
from dataclasses import replace
from typing import TypeVar

from bots.errors import Conflict, Consumed, Invalid, NotFound, Taken
from bots.model.account import Caller
from bots.model.conversation import Conversation
from bots.model.desk import SURFACE, by_request
from bots.model.dialog import Page, Shown, Sought, Told
from bots.model.episode import Asked
from bots.model.message import Reply
from bots.model.operator import Operator
from bots.model.turn import MessageRecord
from bots.ports import Dialogs as Store
from bots.ports import NewId
from bots.services.handoff import Handoff
from bots.services.team import Team

Done = TypeVar("Done")

_INSTEAD: Mapping[str, str] = {
    "bots": "The bot has the chat: take it first",
    "untaken": "Nobody has taken the chat: take it first",
}
"""What to do about a conflict, by its code."""


class Dialogs:
    """A caller whose key is bound to a bot sees and moves that bot's chats only."""

    def __init__(self, store: Store, handoff: Handoff, team: Team, *, new_id: NewId) -> None:
        self._store = store
        self._handoff = handoff
        self._team = team
        self._new_id = new_id

    # ------------------------------------------------------------ reading

    async def listed(self, caller: Caller, sought: Sought, *, limit: int, offset: int) -> Page:
        """Those that something happened in last come first."""
        sought = replace(sought, bot=caller.bot)
        return await self._store.listed(caller.workspace, sought, limit=limit, offset=offset)

    async def one(self, caller: Caller, id: int) -> Shown:
        """Raises NotFound."""
        conversation, assistant, name = await self._found(caller, id)
        return Shown(
            conversation=conversation,
            assistant=assistant,
            assistant_name=name,
            taken_by=await self._taken_by(conversation),
        )

    async def messages(
        self,
        caller: Caller,
        id: int,
        *,
        limit: int,
        offset: int | None = None,
        after: int | None = None,
    ) -> Told:
        """Those past a `seq`, or behind so many from the first, or the last. Raises NotFound."""
        await self._found(caller, id)
        messages, total = await self._store.messages(id, limit=limit, offset=offset, after=after)
        by_ours = any(one.operator is not None for one in messages)
        names = await self._team.names(caller.workspace) if by_ours else {}
        return Told(messages=messages, total=total, names=names)

    # ------------------------------------------------------------ acting

    async def say(
        self,
        caller: Caller,
        id: int,
        text: str,
        *,
        operator: int | None = None,
        name: str | None = None,
        once: bool = False,
        key: str | None = None,
    ) -> tuple[MessageRecord, Operator]:
        """What an operator says to the customer, and who they are; the same `key` again says nothing.

        Raises NotFound, Conflict where nobody has the chat or another has it; a lead may all the
        same, `once`.
        """
        if not text.strip():
            raise Invalid("text", "A message needs words")
        conversation, _, _ = await self._found(caller, id)
        who = await self._team.operator_of(caller, id=operator, name=name)
        reply = Reply(message_id=self._new_id(), text=text, author="operator")
        relay = next(iter(by_request(conversation.id, key, way="out", operator=who.id)), None)
        said = self._handoff.say(conversation.address, who, reply, relay, once=once)
        try:
            return await self._done(conversation, said), who
        except Consumed:
            known = await self._store.written(conversation.id, SURFACE, key or "")
            if known is None:
                raise
            return known, who

    async def request(
        self,
        caller: Caller,
        id: int,
        *,
        reason: str,
        last_words: str = "",
        key: str | None = None,
    ) -> Shown:
        """A person is asked for; asking twice changes nothing, nor does the same `key` again.

        Raises NotFound.
        """
        conversation, _, _ = await self._found(caller, id)
        context = {"last_user_text": last_words} if last_words else {}
        asked = Asked(source="api", reason=reason, note=last_words, context=context)
        by = by_request(conversation.id, key)
        asking = self._handoff.ask(conversation.address, asked, by=by)
        await self._once(conversation, key, asking)
        return await self.one(caller, id)

    async def take(
        self,
        caller: Caller,
        id: int,
        *,
        operator: int | None = None,
        name: str | None = None,
        key: str | None = None,
    ) -> tuple[Shown, Operator]:
        """The chat is theirs; what is theirs already stays so. The same `key` again takes nothing.

        Raises NotFound, Conflict, Forbidden.
        """
        conversation, _, _ = await self._found(caller, id)
        who = await self._team.operator_of(caller, id=operator, name=name)
        by = by_request(conversation.id, key)
        taking = self._handoff.take(conversation.address, who, by=by)
        try:
            await self._once(conversation, key, taking)
        except Conflict as conflict:
            if conflict.code != "yours":
                raise
        return await self.one(caller, id), who

    async def release(
        self,
        caller: Caller,
        id: int,
        *,
        operator: int | None = None,
        name: str | None = None,
        key: str | None = None,
    ) -> Shown:
        """The chat is the bot's again; the same `key` again gives nothing back.

        Raises NotFound, Conflict, Forbidden.
        """
        conversation, _, _ = await self._found(caller, id)
        who = await self._team.operator_of(caller, id=operator, name=name)
        by = by_request(conversation.id, key)
        releasing = self._handoff.release(conversation.address, who, by=by)
        await self._once(conversation, key, releasing)
        return await self.one(caller, id)

    # ------------------------------------------------------------ inside

    async def _found(self, caller: Caller, id: int) -> tuple[Conversation, int | None, str]:
        found = await self._store.one(caller.workspace, id)
        if caller.bot not in (None, found[0].address.bot):
            raise NotFound("dialog", id)
        return found

    async def _taken_by(self, chat: Conversation) -> str:
        episode = chat.episode
        if episode is None or episode.state != "active":
            return ""
        if episode.assignee is None:
            return episode.native
        names = await self._team.names(chat.address.workspace)
        return names.get(episode.assignee, f"#{episode.assignee}")

    async def _once(self, chat: Conversation, key: str | None, move: Awaitable[object]) -> None:
        """Unless it was done by this key before, whatever has become of the chat since."""
        try:
            await self._done(chat, move)
        except (Conflict, Consumed):
            if key is None or not await self._store.done_by(chat.id, SURFACE, key):
                raise

    async def _done(self, chat: Conversation, move: Awaitable[Done]) -> Done:
        """Names who has the chat, where a move is too late."""
        try:
            return await move
        except Taken as taken:
            names = await self._team.names(chat.address.workspace)
            who = names.get(taken.operator or 0) or f"somebody in {taken.native or 'the desk'}"
            raise Conflict(f"{who} has the chat", "taken") from taken
        except Conflict as conflict:
            if conflict.code not in _INSTEAD or chat.owner == "operator":
                raise
            raise Conflict(_INSTEAD[conflict.code], conflict.code) from conflict
