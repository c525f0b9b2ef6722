"""The events that an endpoint is told of at the moment: which may go next, and what is settled.

Those of one conversation go one after another. One that was refused too often is passed by those
behind it; one that only found nobody there never is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bots.model.webhook import Telling

PAUSES = (1, 5, 30, 120, 600, 1800, 3600)
"""Seconds between tries that fail, the last for all further ones."""
REFUSALS = 5
"""Of an event, after which those behind it wait for it no longer."""
ALIVE = timedelta(minutes=10)
"""So long after it took something an endpoint that refuses is taken for picky, not for broken."""
STUCK = timedelta(seconds=10)
"""After which an event that fails no longer keeps a full window from going on."""
WIDTH = 64
"""Events that are told, or wait to be told, at once."""


def pause(tries: int) -> timedelta:
    """How long to wait after so many tries in a row that failed, one at least."""
    return timedelta(seconds=PAUSES[min(tries, len(PAUSES)) - 1])


@dataclass(slots=True, eq=False)
class Slot:
    """An event in the window: how often it was tried in vain, and how often of these it was `refused`."""

    telling: Telling
    tries: int = 0
    refused: int = 0
    first_at: datetime | None = None
    due: datetime | None = None
    error: str = ""
    aside: bool = False
    running: bool = False
    done: bool = False


class Window:
    """Events past a cursor in order. `read` is how far the feed was read for it."""

    def __init__(self, cursor: int) -> None:
        self.read = cursor
        self._slots: list[Slot] = []

    def __len__(self) -> int:
        return len(self._slots)

    @property
    def first_at(self) -> datetime | None:
        """When the first happened that was not told."""
        return self._slots[0].telling.at if self._slots else None

    @property
    def settled(self) -> int:
        """The cursor behind which nothing of before is left to tell."""
        return self._slots[0].telling.cursor - 1 if self._slots else self.read

    @property
    def is_full(self) -> bool:
        return len(self._slots) >= WIDTH

    def take(self, tellings: Iterable[Telling], read: int) -> None:
        """Add what comes next; the feed was read up to a cursor for it."""
        self._slots += [Slot(one) for one in tellings]
        self.read = max(self.read, read)

    def finish(self, slot: Slot) -> None:
        """It needs nothing more."""
        slot.done = True
        done = 0
        while done < len(self._slots) and self._slots[done].done:
            done += 1
        del self._slots[:done]

    def waiting(self) -> Iterator[Slot]:
        """Those that may go as soon as they are due: of each conversation the first."""
        held: set[int] = set()
        for slot in self._slots:
            chat = slot.telling.conversation
            if slot.done or chat in held:
                continue
            if slot.running or slot.refused < REFUSALS:
                held.add(chat)
            if not slot.running:
                yield slot

    def next(self, now: datetime, *, probing: bool = False) -> Slot | None:
        """The earliest that may go; to see whether anybody is there, whichever was tried least."""
        due = (slot for slot in self.waiting() if slot.due is None or slot.due <= now)
        return min(due, key=lambda slot: slot.tries, default=None) if probing else next(due, None)

    def failed(self, slot: Slot, now: datetime, error: str, *, refused: bool) -> None:
        """It goes again after a pause."""
        slot.tries += 1
        slot.refused += refused
        slot.first_at = slot.first_at or now
        slot.error = error
        slot.due = now + pause(slot.tries)

    def recovered(self) -> None:
        """Somebody is there again: whatever only found nobody may go at once."""
        for slot in self._slots:
            if not slot.refused:
                slot.due = None

    def stopped(self) -> None:
        """Nothing is under way any more."""
        for slot in self._slots:
            slot.running = False

    def hopeless(self, now: datetime, taken_at: datetime | None) -> list[Slot]:
        """Those that fail while others are taken: too often, or until all others wait for them."""
        if taken_at is None:
            return []
        stuck = self.is_full and all(slot.tries for slot in self.waiting())
        alive = now - taken_at < ALIVE
        return [one for one in self.waiting() if _is_hopeless(one, now, taken_at, stuck, alive)]


def _is_hopeless(slot: Slot, now: datetime, taken_at: datetime, stuck: bool, alive: bool) -> bool:
    if slot.first_at is None:
        return False
    others_were_taken = slot.first_at < taken_at
    too_often = slot.refused >= REFUSALS or slot.tries > len(PAUSES)
    in_the_way = stuck and now - slot.first_at >= STUCK
    if others_were_taken:
        return too_often or in_the_way
    return in_the_way and alive and slot.refused > 0
