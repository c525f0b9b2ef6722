"""What people do within a hand-off: notes, marks, fields, a rest, a customer who is let in no more."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bots.board import Board
from bots.errors import Conflict, Forbidden, Invalid, Taken
from bots.model import handling, handoff
from bots.model.conversation import Conversation
from bots.model.desk import Note, Relay
from bots.model.episode import Episode, Priority
from bots.model.handoff import PRIORITIES, Moved
from bots.model.message import Address
from bots.model.operator import Operator, Role
from bots.model.turn import Event
from bots.ports import NewId
from bots.services.runtime import Inbox
from flows.model import Queue
from flows.turn import GivenBack

LONGEST_TAG = 40
LONGEST_FIELD = 1000
LONGEST_NOTE = 4000


class Handling:
    """The part of `bots.services.handoff.Handoff` that moves no chat from one to another.

    Raises Conflict where the chat is not (or no longer) what it would have to be, Taken where
    another has it, Forbidden for who may not, Invalid for a value that cannot be taken. A surface
    words a Conflict by its `code`.
    """

    def __init__(
        self,
        inbox: Inbox,
        *,
        board: Board,
        queues: Callable[[str], Mapping[str, Queue]],
        new_id: NewId,
    ) -> None:
        self._inbox = inbox
        self.board = board
        self._queues = queues
        self._new_id = new_id

    # ------------------------------------------------------------ notes and marks

    async def note(
        self, address: Address, who: Operator, text: str, relay: Relay | None = None
    ) -> Note:
        """What operators tell one another; no customer sees it. The same `relay` again: Consumed.

        Also for a chat that somebody else has, and for one that is the bot's again.
        """
        let(who, "operator")
        text = text.strip()
        if not text:
            raise Invalid("note", "A note needs words")
        kept: list[Note] = []

        def move(chat: Conversation, now: datetime) -> Moved:
            episode = _last(chat)
            let_in(who, episode.queue, "operator")
            note = noted(chat, episode, who, text, now)
            kept[:] = [note]
            told = handoff.event("handoff.noted", episode, now, {"operator": who.id})
            relays = () if relay is None else (relay,)
            return Moved(chat=chat, events=(told,), notes=(note,), relays=relays)

        await self._inbox.move(address, move)
        return kept[0]

    async def tag(
        self,
        address: Address,
        who: Operator,
        *,
        add: Sequence[str] = (),
        drop: Sequence[str] = (),
    ) -> Conversation:
        """Marks put on and taken off; without `#`, in small letters."""
        let(who, "operator")
        added, dropped = list(map(_tag, add)), list(map(_tag, drop))

        def change(chat: Conversation, now: datetime) -> handling.Done:
            let_in(who, _queue_of(chat), "operator")
            return handling.tagged(chat, by=who.id, add=added, drop=dropped, now=now)

        return await self._changed(address, change)

    async def prioritise(self, address: Address, who: Operator, priority: Priority) -> Conversation:
        """low, normal, high or urgent."""
        let(who, "operator")
        if priority not in PRIORITIES:
            there = ", ".join(PRIORITIES)
            raise Invalid(
                "priority", f"No such priority: {priority}. There are: {there}", PRIORITIES
            )

        def change(chat: Conversation, now: datetime) -> handling.Done:
            let_in(who, _queue_of(chat), "operator")
            return handling.prioritised(chat, by=who.id, priority=priority, now=now)

        return await self._changed(address, change)

    async def set_field(
        self, address: Address, who: Operator, name: str, value: Any
    ) -> Conversation:
        """A field the flow reads as `handoff.form.name`; None (or "") takes it away."""
        let(who, "operator")
        name = name.strip()
        if not name.isidentifier():
            raise Invalid("field", f"Not a name of a field: {name!r}; letters, digits and _ only")
        if len(str(value)) > LONGEST_FIELD:
            raise Invalid("field", f"A field has {LONGEST_FIELD} characters at most")

        def change(chat: Conversation, now: datetime) -> handling.Done:
            theirs(chat, who)
            kept = None if value == "" else value
            return handling.filled(chat, by=who.id, name=name, value=kept, now=now)

        return await self._changed(address, change)

    async def transcribed(self, address: Address, who: Operator, *, notes: bool) -> None:
        """Somebody was given the whole chat as a file, with or without notes: told for an audit."""

        def move(chat: Conversation, now: datetime) -> Moved:
            data = {"operator": who.id, "notes": notes}
            told = handoff.event("handoff.transcribed", _last(chat), now, data)
            return Moved(chat=chat, events=(told,))

        await self._inbox.move(address, move)

    # ------------------------------------------------------------ a rest

    async def snooze(
        self, address: Address, who: Operator, until: datetime, text: str = ""
    ) -> Conversation:
        """It rests until then or until the customer writes; `text` is why, for its event."""
        let(who, "operator")

        def change(chat: Conversation, now: datetime) -> handling.Done:
            theirs(chat, who)
            if until <= now:
                raise Invalid("until", "That moment is over already")
            return handling.snoozed(chat, by=who.id, until=until, now=now, text=text)

        return await self._changed(address, change)

    async def wake_up(self, address: Address, who: Operator) -> Conversation:
        """It rests no longer; nothing where it did not."""
        let(who, "operator")

        def change(chat: Conversation, now: datetime) -> handling.Done:
            let_in(who, _queue_of(chat), "operator")
            return handling.woken(chat, by="operator", operator=who.id, now=now)

        return await self._changed(address, change)

    # ------------------------------------------------------------ let in no more

    async def block(
        self, address: Address, who: Operator, *, code: str = "blocked"
    ) -> Conversation:
        """What the customer writes is kept from now on and neither answered nor shown.

        A hand-off that is under way ends without a word to them.
        """
        let(who, "operator")

        def move(chat: Conversation, now: datetime) -> Moved:
            let_in(who, _queue_of(chat), "operator")
            if chat.blocked:
                raise Conflict("The customer is blocked already", "blocked")
            events: list[Event] = [Event(name="chat.blocked", created_at=now, data=_by(who, code))]
            tell = None
            if chat.episode is not None and chat.episode.open:
                theirs(chat, who)
                chat, event = handoff.released(chat, "closed", now=now, by=who.id, code=code)
                events.append(event)
                tell = GivenBack(outcome="closed")
            return Moved(chat=replace(chat, blocked=True), events=events, tell=tell)

        return (await self._inbox.move(address, move)).conversation

    async def spam(self, address: Address, who: Operator) -> Conversation:
        """The same for what no person wrote; reports leave it out by its code."""
        return await self.block(address, who, code="spam")

    async def unblock(self, address: Address, who: Operator) -> Conversation:
        """The bot hears the customer again, from the next message on."""
        let(who, "operator")

        def move(chat: Conversation, now: datetime) -> Moved:
            let_in(who, _queue_of(chat), "operator")
            if not chat.blocked:
                raise Conflict("The customer is not blocked", "unblocked")
            told = Event(name="chat.unblocked", created_at=now, data=_by(who, ""))
            return Moved(chat=replace(chat, blocked=False), events=(told,))

        return (await self._inbox.move(address, move)).conversation

    # ------------------------------------------------------------ inside

    async def _changed(
        self, address: Address, change: Callable[[Conversation, datetime], handling.Done]
    ) -> Conversation:
        def move(chat: Conversation, now: datetime) -> Moved:
            chat, events = change(chat, now)
            return Moved(chat=chat, events=events)

        return (await self._inbox.move(address, move)).conversation

    def _queue(self, chat: Conversation) -> Queue:
        return self._queues(chat.address.bot).get(_queue_of(chat)) or Queue()


def noted(chat: Conversation, episode: Episode, who: Operator, text: str, now: datetime) -> Note:
    """Words of an operator for their own people, not yet kept."""
    return Note(
        conversation_id=chat.id,
        episode=episode.id,
        operator=who.id,
        text=text.strip()[:LONGEST_NOTE],
        created_at=now,
    )


def let(who: Operator, role: Role) -> None:
    """Raises Forbidden for whoever is less than that, whatever the queue."""
    if not who.may_somewhere(role):
        raise Forbidden(f"This is for a {role}")


def let_in(who: Operator, queue: str, role: Role) -> Operator:
    """The person as they are in a queue. Raises Forbidden for whoever is less than that there."""
    there = who.within(queue)
    if not there.may(role):
        raise Forbidden(f"This is for a {role}")
    return there


def theirs(
    chat: Conversation, who: Operator, *, writes: Queue | None = None, once: bool = False
) -> Episode:
    """The hand-off, where this operator may act in it, or (by the rules of a queue) write in it.

    A lead may act in anybody's, and write there `once`.
    """
    episode = handoff.opened(chat)
    who = let_in(who, episode.queue, "operator")
    if episode.assignee == who.id:
        return episode
    if episode.state == "requested":
        if writes is not None:
            raise Conflict("Nobody has taken the chat", "untaken")
        serves(who, episode)
        return episode
    if who.may("lead") and (writes is None or once):
        return episode
    if writes is not None and who.writes(episode.queue, writes.write):
        return episode
    raise Taken(episode.assignee, episode.native)


def serves(who: Operator, episode: Episode) -> None:
    """A waiting chat is for those of its queue, for whoever it was given to, and for leads.

    Raises Conflict, Forbidden.
    """
    who = let_in(who, episode.queue, "operator")
    if not (who.may("lead") or episode.preferred == who.id or who.serves(episode.queue)):
        raise Conflict(f"The queue {episode.queue} is not yours", "elsewhere")


def _queue_of(chat: Conversation) -> str:
    """The queue of the hand-off it is in, or was in last; "" for a chat that never was with people."""
    return chat.episode.queue if chat.episode is not None else ""


def _last(chat: Conversation) -> Episode:
    """The hand-off it is in, or its last one."""
    return chat.episode if chat.episode is not None else handoff.opened(chat)


def _tag(text: str) -> str:
    tag = "-".join(text.strip().lstrip("#").casefold().split())
    if not tag or len(tag) > LONGEST_TAG:
        raise Invalid("tag", f"A mark has 1 to {LONGEST_TAG} characters: {text!r}")
    return tag


def _by(who: Operator, code: str) -> dict[str, Any]:
    return {"operator": who.id, "code": code}
