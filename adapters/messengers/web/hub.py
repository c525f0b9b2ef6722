"""Carries what was said in web conversations to the browser tabs that have them open."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from adapters.messengers.web.frames import shown
from bots.model.conversation import Conversation
from bots.model.message import Address
from bots.model.neighbour import Stirred
from bots.model.turn import Event, MessageRecord


def frame(kind: str, **fields: Any) -> str:
    """A frame as it goes over the wire."""
    return orjson.dumps({"type": kind, **fields}).decode()


class Seat:
    """One socket's place in a conversation: what waits to be sent to it, and what it has seen.

    Messages told before the history was read wait aside, so that none is missed or sent twice. A
    reader that lets more than `room` frames pile up is marked `lagging` and gets nothing more.
    """

    def __init__(self, *, room: int) -> None:
        self.lagging = False
        self.dismissed = False
        self._room = room
        self._frames: deque[str] = deque()
        self._early: list[tuple[int, str]] | None = []
        self._seen = 0
        self._stirred = asyncio.Event()

    def push(self, text: str) -> None:
        if len(self._frames) >= self._room:
            self.lagging = True
        else:
            self._frames.append(text)
        self._stirred.set()

    def dismiss(self) -> None:
        """The chat is over: nothing more is sent."""
        self.dismissed = True
        self._stirred.set()

    def said(self, seq: int, text: str) -> None:
        """A message of the conversation; one already seen is passed over."""
        if self._early is not None:
            self._early.append((seq, text))
        elif seq > self._seen:
            self._seen = seq
            self.push(text)

    def welcome(self, text: str, *, seen: int) -> None:
        """Send the history, which reaches up to `seen`, and then whatever was said meanwhile."""
        early, self._early, self._seen = self._early or [], None, seen
        self.push(text)
        for seq, later in early:
            self.said(seq, later)

    async def next(self) -> str | None:
        """The next frame to send, or None when the reader is hopelessly behind or dismissed."""
        while not self._frames and not (self.lagging or self.dismissed):
            self._stirred.clear()
            await self._stirred.wait()
        return None if self.lagging or self.dismissed else self._frames.popleft()


class Hub:
    """Who has which conversation open. A Listener: `told` is called on the event loop."""

    def __init__(self, *, room: int = 256, tabs: int = 20) -> None:
        self._room = room
        self._tabs = tabs
        self._seats: dict[Address, list[Seat]] = {}
        self.elsewhere: Callable[[Address], None] = lambda address: None
        """Tells other processes that an answer is being thought of."""

    def join(self, address: Address) -> Seat | None:
        """Take a seat; None where a conversation has all the tabs one person could want."""
        seats = self._seats.setdefault(address, [])
        if len(seats) >= self._tabs:
            return None
        seat = Seat(room=self._room)
        seats.append(seat)
        return seat

    def leave(self, address: Address, seat: Seat) -> None:
        seats = self._seats.get(address, [])
        if seat in seats:
            seats.remove(seat)
        if not seats:
            self._seats.pop(address, None)

    def present(self, address: Address) -> bool:
        """Whether somebody has the conversation open now."""
        return address in self._seats

    def dismiss(self, bot: str) -> None:
        """End every chat with a bot that answers no more."""
        for address, seats in self._seats.items():
            if address.bot == bot:
                for seat in seats:
                    seat.dismiss()

    def hears_of(self, chat: Stirred) -> bool:
        """Of chats that somebody has open."""
        return chat.address in self._seats

    def told(
        self,
        conversation: Conversation,
        messages: Sequence[MessageRecord],
        events: Sequence[Event],
    ) -> None:
        seats = self._seats.get(conversation.address)
        if not seats:
            return
        for record in messages:
            text = frame(
                "said",
                message=shown(record, bot=conversation.address.bot),
                owner=conversation.owner,
            )
            for seat in tuple(seats):
                seat.said(record.seq, text)
        if not messages:
            self._push(conversation.address, "owner", {"owner": conversation.owner})

    def typing(self, address: Address) -> None:
        """An answer is being thought of."""
        self.typing_here(address)
        self.elsewhere(address)

    def typing_here(self, address: Address) -> None:
        """The same for the tabs of this process alone."""
        self._push(address, "typing", {})

    def _push(self, address: Address, kind: str, fields: Mapping[str, Any]) -> None:
        text = frame(kind, **fields)
        for seat in tuple(self._seats.get(address, ())):
            seat.push(text)
