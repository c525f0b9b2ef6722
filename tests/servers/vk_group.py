"""A community of the fake VK: its people, talks, callback servers and events."""

import asyncio
import hashlib
import time
from contextlib import suppress
from dataclasses import dataclass, field, fields
from typing import Any

from tests.servers.vk_calls import CHATS

API_VERSION = "5.199"

STATES = {
    "denied": 901,
    "blacklisted": 900,
    "private": 902,
    "deleted": 18,
    "left": 917,
    "missing": 936,
    "timed_out": 950,
}
"""Why a peer cannot be written to, with VK's number for it; `allowed` is none of these."""


class FakeClock:
    """Wall time that can be moved forward, and stopped so that it passes only by being moved."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._stopped_at: float | None = None
        self._moved = asyncio.Event()

    def now(self) -> float:
        """Unix seconds."""
        passing = time.time() if self._stopped_at is None else self._stopped_at
        return passing + self._ahead

    def reset(self) -> None:
        self._ahead, self._stopped_at = 0.0, None

    def move(self, *, forward: float = 0.0, stop: bool | None = None) -> None:
        self._ahead += forward
        if stop and self._stopped_at is None:
            self._stopped_at = time.time()
        elif stop is False:
            self._stopped_at = None
        self._moved.set()

    async def until(self, moment: float) -> None:
        while (left := moment - self.now()) > 0:
            self._moved.clear()
            with suppress(TimeoutError):
                passes = self._stopped_at is None
                await asyncio.wait_for(self._moved.wait(), left if passes else None)


@dataclass(slots=True)
class Seen:
    """A thing a customer saw or did in a talk."""

    author: str
    kind: str
    message: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        return {
            "author": self.author,
            "kind": self.kind,
            "message": self.message,
            "extra": self.extra,
        }


@dataclass(slots=True)
class Peer:
    """A talk with a person, or a chat. `state` is `allowed` or one of STATES.

    `messages` are as they are now, the `timeline` as they came; `sent` are numbers of messages by
    their random ids, with when they were sent.
    """

    id: int
    state: str = "denied"
    last: int = 0
    messages: dict[int, Seen] = field(default_factory=dict)
    timeline: list[Seen] = field(default_factory=list)
    sent: dict[int, tuple[float, int, int]] = field(default_factory=dict)
    keyboard: dict[str, Any] | None = None
    keyboard_of: int = 0
    read_by_us: int = 0
    read_by_them: int = 0

    def add(
        self, author: str, message: dict[str, Any], extra: dict[str, Any] | None = None
    ) -> Seen:
        seen = Seen(author, "message", message, extra or {})
        self.messages[message["conversation_message_id"]] = seen
        self.note(author, "message", message, extra)
        return seen

    def note(
        self,
        author: str,
        kind: str,
        message: dict[str, Any] | None = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        """Write down what is seen now; later edits do not change it."""
        self.timeline.append(Seen(author, kind, dict(message or {}), extra or {}))


@dataclass(slots=True)
class CallbackServer:
    id: int
    title: str
    url: str
    secret: str
    status: str = "unconfigured"
    version: str = API_VERSION
    kinds: set[str] = field(default_factory=set)

    def described(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "title": self.title,
            "creator_id": 1,
            "url": self.url,
            "secret_key": self.secret,
            "status": self.status,
        }


@dataclass(slots=True)
class LongPoll:
    """The queue of events at VK; the one with number `n` is `events[n - 1 - dropped]`."""

    enabled: bool = False
    version: str = API_VERSION
    kinds: set[str] = field(default_factory=set)
    key: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)
    dropped: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def last(self) -> int:
        return self.dropped + len(self.events)


@dataclass(slots=True)
class Press:
    """A pressed callback button that waits for its answer."""

    user_id: int
    peer_id: int
    at: float
    answered: bool = False


@dataclass(slots=True)
class Group:
    id: int
    token: str
    screen_name: str
    peers: dict[int, Peer] = field(default_factory=dict)
    servers: dict[int, CallbackServer] = field(default_factory=dict)
    long_poll: LongPoll = field(default_factory=LongPoll)
    presses: dict[str, Press] = field(default_factory=dict)
    last_message: int = 0
    last_event: int = 0
    last_server: int = 0
    confirmations: int = 0
    bot_features: bool = True
    revoked: bool = False
    per_second: int | None = None
    recent: list[float] = field(default_factory=list)
    attempts: int = 0
    delivered: int = 0
    lost: int = 0
    pending: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def confirmation(self) -> str:
        """The string to confirm a server with; it is another one after each that was confirmed."""
        return hashlib.sha256(f"{self.id} {self.confirmations}".encode()).hexdigest()[:8]

    def peer(self, peer_id: int) -> Peer:
        if peer_id not in self.peers:
            self.peers[peer_id] = Peer(peer_id, "left" if peer_id >= CHATS else "denied")
        return self.peers[peer_id]

    def next_message(self, peer: Peer) -> tuple[int, int]:
        """Numbers of the next message: in the community (0 in chats) and in the talk."""
        peer.last += 1
        if peer.id >= CHATS:
            return 0, peer.last
        self.last_message += 1
        return self.last_message, peer.last

    def next_event(self) -> str:
        self.last_event += 1
        return hashlib.sha256(f"event {self.id} {self.last_event}".encode()).hexdigest()[:40]

    def forget(self) -> None:
        """Be as on the first day; events on their way have nobody to go to any more."""
        fresh = Group(self.id, self.token, self.screen_name)
        for one in fields(Group):
            setattr(self, one.name, getattr(fresh, one.name))
