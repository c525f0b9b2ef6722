"""Handing a conversation to a person, and back: what any surface of operators calls.

Every method is one turn in the chat's lane, so that of two who act at once one wins and the other
gets a Conflict that says who has the chat.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from bots.board import Board
from bots.errors import Conflict, Consumed, Invalid
from bots.model import handling, handoff
from bots.model.account import Caller
from bots.model.conversation import Conversation
from bots.model.desk import Relay, by_request
from bots.model.episode import Asked, Episode, Priority
from bots.model.handoff import Moved
from bots.model.message import Address, Reply
from bots.model.operator import Operator
from bots.model.turn import MessageRecord
from bots.ports import NewId
from bots.services.conversations import Conversations
from bots.services.handling import Handling, let, let_in, noted, serves, theirs
from bots.services.runtime import Inbox
from flows.model import Queue
from flows.turn import GivenBack, TakenOver


class Handoff(Handling):
    """Until a person gives it back, the bot is silent and the customer's messages wait.

    `queues` are those of a bot, by name.
    """

    def __init__(
        self,
        inbox: Inbox,
        conversations: Conversations,
        *,
        board: Board,
        queues: Callable[[str], Mapping[str, Queue]],
        new_id: NewId,
    ) -> None:
        super().__init__(inbox, board=board, queues=queues, new_id=new_id)
        self._conversations = conversations

    # ------------------------------------------------------------ asked for and taken

    async def request(
        self,
        caller: Caller,
        chat_id: str,
        *,
        reason: str,
        priority: Priority = "normal",
        queue: str = "",
        context: Mapping[str, Any] | None = None,
        key: str | None = None,
    ) -> Conversation:
        """Asking twice changes nothing, nor does the same `key` again; without a `queue` it is the bot's first one.

        Raises NotFound, Invalid for a queue the bot has not.
        """
        conversation = await self._conversations.one(caller, chat_id)
        self._known(conversation.address.bot, queue)
        asked = Asked(
            source="api", queue=queue, reason=reason, priority=priority, context=context or {}
        )
        try:
            by = by_request(conversation.id, key)
            return await self.ask(conversation.address, asked, by=by)
        except Consumed:
            return await self._conversations.one(caller, chat_id)

    async def ask(
        self, address: Address, asked: Asked, *, by: Sequence[Relay] = ()
    ) -> Conversation:
        """The same of a chat that is known; the same `by` again raises Consumed. Raises NotFound."""
        queue = asked.queue or next(iter(self._queues(address.bot)), "")
        asked = replace(asked, queue=queue)
        return await self._inbox.take_over(address, asked, by=by)

    async def take(
        self,
        address: Address,
        who: Operator,
        *,
        version: int | None = None,
        force: bool = False,
        by: Sequence[Relay] = (),
    ) -> Conversation:
        """The chat is theirs; a chat of the bot is stopped where it stands. The same `by` again: Consumed.

        Raises Taken, Conflict where it is theirs already or not as `version` saw it, Forbidden.
        """
        let(who, "lead" if force else "operator")

        def move(chat: Conversation, now: datetime) -> Moved:
            episode = chat.episode
            if episode is not None and episode.open:
                serves(who, episode)
                let_in(who, episode.queue, "lead" if force else "operator")
            moved = self._taken(chat, who.id, now, version=version, force=force)
            return replace(moved, relays=by)

        return (await self._inbox.move(address, move)).conversation

    async def reopen(
        self, address: Address, who: Operator, *, version: int | None = None
    ) -> Conversation:
        """Taken up again after it was over: a new hand-off in the same queue, and theirs.

        Raises Conflict where it never was with people, or is so now.
        """
        let(who, "operator")

        def move(chat: Conversation, now: datetime) -> Moved:
            episode = chat.episode
            if episode is None:
                raise Conflict("The chat was never with people", "bots")
            let_in(who, episode.queue, "operator")
            if episode.open:
                raise Conflict("The chat is with people already", "open")
            if version is not None and version != episode.version:
                raise Conflict("The chat is no longer as the button shows it", "stale")
            return self._taken(chat, who.id, now, source="reopened")

        return (await self._inbox.move(address, move)).conversation

    async def assign(
        self, address: Address, who: Operator, to: Operator, *, version: int | None = None
    ) -> Conversation:
        """A lead gives the chat to somebody, whoever has it, waiting or not. Raises Conflict."""
        let(who, "lead")

        def move(chat: Conversation, now: datetime) -> Moved:
            episode = handoff.opened(chat)
            let_in(who, episode.queue, "lead")
            _able(to, episode.queue)
            if version is not None and version != episode.version:
                raise Conflict("The chat is no longer as the button shows it", "stale")
            if episode.state == "requested":
                return self._taken(chat, to.id, now, why="assign")
            chat, event = handoff.requeued(chat, now=now, by=who.id, to=to.id, why="assign")
            return Moved(chat=chat, events=(event,))

        return (await self._inbox.move(address, move)).conversation

    def _taken(
        self,
        chat: Conversation,
        by: int,
        now: datetime,
        *,
        version: int | None = None,
        force: bool = False,
        why: str = "",
        source: Literal["operator", "reopened"] = "operator",
    ) -> Moved:
        if chat.blocked:
            raise Conflict("The customer is blocked", "blocked")
        was = chat.owner
        chat, event = handoff.taken(
            chat,
            by=by,
            id=self._new_id(),
            now=now,
            version=version,
            force=force,
            why=why,
            source=source,
        )
        # The engine puts aside what it is at, whatever comes back to it meanwhile.
        tell = TakenOver(reason="") if was == "bot" else None
        return Moved(chat=chat, events=(event,), tell=tell)

    # ------------------------------------------------------------ given on

    async def transfer(
        self,
        address: Address,
        who: Operator,
        *,
        to: Operator | None = None,
        queue: str | None = None,
        note: str = "",
    ) -> Conversation:
        """To a person, or into a queue. Raises Conflict, Taken, Forbidden, Invalid.

        Where the person is away or has their hands full the chat waits in their queue, and is theirs
        first: then `episode.assignee` is None and `episode.preferred` them.
        """
        let(who, "operator")

        def move(chat: Conversation, now: datetime) -> Moved:
            episode = theirs(chat, who)
            if to is not None:
                _able(to, episode.queue)
            if queue is not None:
                self._known(chat.address.bot, queue)
            receives, into, why = to, queue, "transfer"
            if to is not None and (why_not := self._cannot_take(to, chat, now)):
                receives, into, why = None, _queue_of(to, episode), why_not
            chat, event = handoff.requeued(
                chat,
                now=now,
                by=who.id,
                to=receives.id if receives is not None else None,
                queue=into,
                preferred=to.id if to is not None and receives is None else None,
                note=note,
                why=why,
            )
            notes = (noted(chat, episode, who, note, now),) if note.strip() else ()
            return Moved(chat=chat, events=(event,), notes=notes)

        return (await self._inbox.move(address, move)).conversation

    async def give(self, address: Address, to: Operator, *, version: int) -> Conversation:
        """A waiting chat, given by the rules of its queue. Raises Conflict where it changed since."""

        def move(chat: Conversation, now: datetime) -> Moved:
            return self._taken(chat, to.id, now, version=version, why="routing")

        return (await self._inbox.move(address, move)).conversation

    async def hand_back(self, operator: int, why: Literal["away", "removed"]) -> int:
        """Whoever goes leaves their chats to the others: back into the queue; how many there were."""
        count = 0
        for entry in self.board.chats_of(operator):

            def move(chat: Conversation, now: datetime) -> Moved:
                episode = chat.episode
                if episode is None or episode.assignee != operator or episode.state != "active":
                    raise Consumed("They have it no longer")
                chat, event = handoff.requeued(chat, now=now, why=why)
                return Moved(chat=chat, events=(event,))

            try:
                await self._inbox.move(entry.address, move)
                count += 1
            except Consumed:
                continue
        return count

    def _cannot_take(self, to: Operator, chat: Conversation, now: datetime) -> str:
        """Why somebody is not given a chat just now; "" where they are."""
        if not to.here(now):
            return "away"
        most = to.capacity or self._queue(chat).capacity
        return "full" if most and self.board.load(to.id) >= most else ""

    # ------------------------------------------------------------ over

    async def release(
        self, address: Address, who: Operator, *, step: str = "", by: Sequence[Relay] = ()
    ) -> Conversation:
        """Back to the bot, which goes on behind the step that called, or at `step`.

        Raises Conflict, Taken.
        """
        return await self._end(address, who, "released", step=step, by=by)

    async def close(
        self, address: Address, who: Operator, *, code: str = "", silent: bool = False
    ) -> Conversation:
        """Finished: the bot goes the way of `closed`. Raises Conflict, Taken.

        The customer is asked how it was where their queue does that, unless `silent`.
        """
        return await self._end(address, who, "closed", code=code, silent=silent)

    async def _end(
        self,
        address: Address,
        who: Operator,
        outcome: Literal["released", "closed"],
        *,
        code: str = "",
        silent: bool = False,
        step: str = "",
        by: Sequence[Relay] = (),
    ) -> Conversation:
        let(who, "operator")
        tail = await self._conversations.tail(address, limit=2 * handling.TOLD)

        def move(chat: Conversation, now: datetime) -> Moved:
            episode = theirs(chat, who)
            chat, event = handoff.released(chat, outcome, now=now, by=who.id, code=code)
            details = handling.outcome_of(episode, who.name, now, tail, code=code)
            tell = GivenBack(outcome=outcome, step=step, details=details)
            rate = outcome == "closed" and not silent
            return Moved(chat=chat, events=(event,), tell=tell, rate=rate, relays=by)

        return (await self._inbox.move(address, move)).conversation

    # ------------------------------------------------------------ words

    async def take_back(
        self, address: Address, who: Operator, message_id: str, ids: Sequence[str]
    ) -> None:
        """The customer sees a message of ours no more, where the messenger can do that.

        `ids` are the messenger's. Raises Conflict where nobody has the chat, Taken where another has it.
        """
        let(who, "operator")

        def move(chat: Conversation, now: datetime) -> Moved:
            episode = theirs(chat, who, writes=self._queue(chat))
            data = {"message_id": message_id, "operator": who.id}
            event = handoff.event("message.deleted", episode, now, data)
            return Moved(chat=chat, events=(event,), taken_back=(message_id, ids))

        await self._inbox.move(address, move)

    async def react(self, address: Address, who: Operator, message_id: str, emoji: str) -> None:
        """A sign under a message of the customer's, "" for none; `message_id` is the messenger's.

        Raises Conflict where nobody has the chat, Taken where another has it.
        """
        let(who, "operator")

        def move(chat: Conversation, now: datetime) -> Moved:
            theirs(chat, who, writes=self._queue(chat))
            return Moved(chat=chat, reacted=(self._new_id(), message_id, emoji))

        await self._inbox.move(address, move)

    async def say(
        self,
        address: Address,
        who: Operator,
        reply: Reply,
        relay: Relay | None = None,
        *,
        others: Sequence[Relay] = (),
        once: bool = False,
    ) -> MessageRecord:
        """What an operator says to the customer, by the same way out as the bot's words.

        `relay` is the message of a desk that it was said by, `others` are those of the same album: the
        same again raises Consumed. Raises Conflict where nobody has the chat, Taken where another has
        it; with `once` a lead may all the same.
        """
        let(who, "operator")

        def move(chat: Conversation, now: datetime) -> Moved:
            theirs(chat, who, writes=self._queue(chat), once=once)
            chat, events = handling.answered(chat, by=who.id, now=now)
            said_by = () if relay is None else (relay, *others)
            relays = tuple(replace(one, seq=chat.seq + 1) for one in said_by)
            said = replace(reply, author="operator", operator=who.id)
            return Moved(chat=chat, events=events, replies=(said,), relays=relays)

        return (await self._inbox.move(address, move)).said[-1]

    async def unseen(self, address: Address, why: str) -> None:
        """No operator can be shown the chat: told of once for each hand-off."""

        def move(chat: Conversation, now: datetime) -> Moved:
            episode = chat.episode
            if episode is None or not episode.open or episode.unseen:
                return Moved(chat=chat)
            episode = replace(episode, unseen=True)
            told = handoff.event("handoff.unseen", episode, now, {"why": why})
            return Moved(chat=replace(chat, episode=episode), events=(told,))

        await self._inbox.move(address, move)

    # ------------------------------------------------------------ queues

    def _known(self, bot: str, queue: str) -> None:
        """A bot that declares no queues has whatever it is asked for."""
        queues = self._queues(bot)
        if queue and queues and queue not in queues:
            there = ", ".join(queues)
            raise Invalid("queue", f"No such queue: {queue}. There are: {there}", queues)


def _able(to: Operator, queue: str) -> None:
    """Raises Conflict for somebody who only looks on in a queue."""
    if not to.within(queue).may("operator"):
        raise Conflict(f"{to.name} answers no chats", "unable")


def _queue_of(to: Operator, episode: Episode) -> str | None:
    """Where somebody who cannot take a chat will find it."""
    return None if to.serves(episode.queue) else to.queues[0]
