"""Albums that a messenger brings part by part: gathered while more parts come, heard as one message."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bots.model.message import LOOSE_ALBUM, Address, Entity, UnifiedMessage
from bots.model.turn import Arrival
from bots.ports import Clock, Sleep

QUIET = 0.8
"""Seconds without another part after which an album is taken to be whole."""

LONGEST = 3.0
"""Seconds a chat waits for the parts of one album at most."""

MOST = 20
"""Parts of one album; twice what a messenger sends as one."""


def mark_of(message: UnifiedMessage) -> str:
    """What the parts of an album have in common; "" for what is no part of one."""
    if message.happening not in ("message", "desk"):
        return ""
    return str(message.metadata.get("album") or "")


class Album:
    """Parts that were kept and wait, in their chat's lane, for the others."""

    def __init__(self, first: Arrival, now: datetime) -> None:
        self.key = _key(first)
        self.parts = [first]
        self.last = now
        self.whole = False

    def add(self, part: Arrival, now: datetime) -> None:
        self.parts.append(part)
        self.last = now
        self.whole = len(self.parts) >= MOST


class Albums:
    """The albums that are being gathered."""

    def __init__(self, clock: Clock, sleep: Sleep) -> None:
        self._clock = clock
        self._sleep = sleep
        self._open: dict[tuple[Address, str], Album] = {}

    def join(self, part: Arrival) -> Album | None:
        """Add a part to its album; the album where it is a new one, which is to wait in the lane."""
        now = self._clock()
        album = self._open.get(_key(part))
        if album is not None and not album.whole:
            album.add(part, now)
            return None
        album = self._open[_key(part)] = Album(part, now)
        return album

    def drop(self, address: Address) -> None:
        """Nobody waits for the albums of a chat any more."""
        for key in [key for key in self._open if key[0] == address]:
            del self._open[key]

    async def gathered(self, album: Album) -> Arrival:
        """All of it, once no more parts come."""
        waited = 0.0
        while not album.whole and waited < LONGEST:
            # A clock that is set meanwhile makes nobody wait for longer.
            left = min(QUIET - (self._clock() - album.last).total_seconds(), QUIET)
            if left <= 0:
                break
            left = min(left, LONGEST - waited)
            await self._sleep(left)
            waited += left
        album.whole = True
        if self._open.get(album.key) is album:
            del self._open[album.key]
        return together(album.parts)


def _key(part: Arrival) -> tuple[Address, str]:
    return (part.message.address, mark_of(part.message))


def together(parts: Sequence[Arrival]) -> Arrival:
    """One message of all parts, in the order in which they were sent, with the first one's ids."""
    ordered = sorted(parts, key=_order)
    numbers = sorted(part.seq for part in parts)
    return Arrival(
        seq=numbers[0],
        message=_one([part.message for part in ordered]),
        attempts=max(part.attempts for part in parts),
        others=tuple(numbers[1:]),
    )


def _order(part: Arrival) -> tuple[int, int]:
    """Where a messenger numbers what it brings, its numbers tell; else what came first is first."""
    id = part.message.external_id
    return (int(id) if id.isdecimal() else 0, part.seq)


def _one(messages: Sequence[UnifiedMessage]) -> UnifiedMessage:
    first = messages[0]
    text, entities = _joined(messages)
    metadata: dict[str, Any] = {}
    for message in reversed(messages):
        metadata.update(message.metadata)
    if first.happening == "desk":
        metadata["updates"] = [message.metadata["update"] for message in messages]
    if metadata.get("album") == LOOSE_ALBUM:
        # It says nothing of what comes later: the next picture may answer another question.
        del metadata["album"]
    return replace(
        first,
        text=text,
        entities=entities,
        attachments=tuple(one for message in messages for one in message.attachments),
        reply_to=next((message.reply_to for message in messages if message.reply_to), ""),
        metadata=metadata,
    )


def _joined(messages: Iterable[UnifiedMessage]) -> tuple[str | None, tuple[Entity, ...]]:
    """The captions, each on a line of its own; what is marked in them stays marked."""
    text: str | None = None
    entities: list[Entity] = []
    for message in messages:
        if not message.text:
            continue
        offset = 0 if text is None else len(text) + 1
        text = message.text if text is None else f"{text}\n{message.text}"
        entities += (replace(one, start=one.start + offset) for one in message.entities)
    return text, tuple(entities)
