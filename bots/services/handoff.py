"""Handing a conversation to a person, and back: what any surface of operators calls.

Every method is one turn in the chat's lane, so that of two who act at once one wins and the other
gets a Conflict that says who has the chat.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bots.errors import Conflict, Forbidden, Taken
from bots.model import handoff
from bots.model.account import Caller
from bots.model.conversation import Conversation
from bots.model.desk import Relay
from bots.model.episode import Asked, Episode, Priority
from bots.model.handoff import Moved
from bots.model.message import Address, Reply
from bots.model.operator import Operator
from bots.model.turn import MessageRecord
from bots.ports import NewId
from bots.services.conversations import Conversations
from bots.services.runtime import Inbox
from flows.model import Queue
from flows.turn import GivenBack, TakenOver


class Handoff:
    """Until a person gives it back, the bot is silent and the customer's messages wait.

    `queues` are those of a bot, by name.
    """

    def __init__(
        self,
        inbox: Inbox,
        conversations: Conversations,
        *,
        queues: Callable[[str], Mapping[str, Queue]],
        new_id: NewId,
    ) -> None:
        self._inbox = inbox
        self._conversations = conversations
        self._queues = queues
        self._new_id = new_id

    async def request(
        self,
        caller: Caller,
        chat_id: str,
        *,
        reason: str,
        priority: Priority = "normal",
        queue: str = "",
        context: Mapping[str, Any] | None = None,
    ) -> Conversation:
        """Asking twice changes nothing. Raises NotFound."""
        conversation = await self._conversations.one(caller, chat_id)
        asked = Asked(
            source="api", queue=queue, reason=reason, priority=priority, context=context or {}
        )
        return await self._inbox.take_over(conversation.address, asked)

    async def take(
        self, address: Address, who: Operator, *, version: int | None = None, force: bool = False
    ) -> Conversation:
        """The chat is theirs; a chat of the bot is stopped where it stands.

        Raises Taken, Conflict where it is theirs already or not as `version` saw it, Forbidden.
        """
        _let(who, "lead" if force else "operator")

        def move(chat: Conversation, now: datetime) -> Moved:
            was = chat.owner
            chat, event = handoff.taken(
                chat, by=who.id, id=self._new_id(), now=now, version=version, force=force
            )
            tell = TakenOver(reason="") if was == "bot" else None
            return Moved(chat=chat, events=(event,), tell=tell)

        return (await self._inbox.move(address, move)).conversation

    async def transfer(
        self,
        address: Address,
        who: Operator,
        *,
        to: Operator | None = None,
        queue: str | None = None,
        note: str = "",
    ) -> Conversation:
        """To a person, or into a queue. Raises Conflict, Taken, Forbidden."""
        _let(who, "operator")

        def move(chat: Conversation, now: datetime) -> Moved:
            _theirs(chat, who)
            chat, event = handoff.requeued(
                chat, now=now, by=who.id, to=to.id if to else None, queue=queue, note=note
            )
            return Moved(chat=chat, events=(event,))

        return (await self._inbox.move(address, move)).conversation

    async def release(self, address: Address, who: Operator) -> Conversation:
        """Back to the bot, which goes on behind the step that called. Raises Conflict, Taken."""
        return await self._end(address, who, GivenBack(outcome="released"))

    async def close(self, address: Address, who: Operator, *, code: str = "") -> Conversation:
        """Finished: the bot goes the way of `closed`. Raises Conflict, Taken."""
        return await self._end(address, who, GivenBack(outcome="closed"), code=code)

    async def _end(
        self, address: Address, who: Operator, what: GivenBack, code: str = ""
    ) -> Conversation:
        _let(who, "operator")

        def move(chat: Conversation, now: datetime) -> Moved:
            episode = _theirs(chat, who)
            chat, event = handoff.released(chat, what.outcome, now=now, by=who.id, code=code)
            took = (now - (episode.accepted_at or now)).total_seconds()
            details = {
                **what.details,
                "operator": who.name,
                "duration": took,
                "tags": list(episode.tags),
                "form": dict(episode.form),
            }
            tell = GivenBack(outcome=what.outcome, details=details)
            return Moved(chat=chat, events=(event,), tell=tell)

        return (await self._inbox.move(address, move)).conversation

    async def say(
        self,
        address: Address,
        who: Operator,
        reply: Reply,
        relay: Relay | None = None,
        *,
        others: Sequence[Relay] = (),
    ) -> MessageRecord:
        """What an operator says to the customer, by the same way out as the bot's words.

        `relay` is the message of a desk that it was said by, `others` are those of the same album: the
        same again raises Consumed. Raises
        Conflict where nobody has the chat, Taken where another has it.
        """
        _let(who, "operator")

        def move(chat: Conversation, now: datetime) -> Moved:
            episode = _theirs(chat, who, writes=True, queue=self._queue(chat))
            episode = replace(
                episode,
                first_response_at=episode.first_response_at or now,
                last_operator_at=now,
                waiting_on="customer",
            )
            said_by = () if relay is None else (relay, *others)
            relays = tuple(replace(one, seq=chat.seq + 1) for one in said_by)
            chat = replace(chat, episode=episode)
            return Moved(chat=chat, replies=(replace(reply, author="operator"),), relays=relays)

        return (await self._inbox.move(address, move)).said[-1]

    def _queue(self, chat: Conversation) -> Queue:
        name = chat.episode.queue if chat.episode is not None else ""
        return self._queues(chat.address.bot).get(name) or Queue()


def _let(who: Operator, role: Any) -> None:
    if not who.may(role):
        raise Forbidden(f"This is for a {role}")


def _theirs(
    chat: Conversation, who: Operator, *, writes: bool = False, queue: Queue | None = None
) -> Episode:
    """The episode, where this operator may act in it."""
    episode = chat.episode
    if episode is None or not episode.open:
        raise Conflict("The chat is the bot's")
    if episode.assignee == who.id:
        return episode
    if episode.state == "requested":
        if writes:
            raise Conflict("Nobody has taken the chat")
        return episode
    if not writes and who.may("lead"):
        return episode
    allowed = queue.write if writes and queue is not None else "assignee"
    if allowed == "any" or (allowed == "department" and who.serves(episode.queue)):
        return episode
    raise Taken(episode.assignee, episode.native)
