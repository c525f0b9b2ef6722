"""The messages that wait in the lanes of this process: each once, until it is answered or dropped."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from bots.model.message import Address
from bots.model.turn import Arrival
from bots.ports import Clock


@dataclass(slots=True, eq=False)
class Ticket:
    """One place in a lane. What is dropped and read again gets another one, behind what is before it."""

    address: Address
    since: datetime


class Unanswered:
    """By the numbers of the messages, the one that waits longest first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tickets: dict[int, Ticket] = {}
        self.drops = 0
        """How often a chat was dropped: what was read before does not know of it."""

    def __len__(self) -> int:
        return len(self._tickets)

    def __contains__(self, number: int) -> bool:
        return number in self._tickets

    @property
    def numbers(self) -> Collection[int]:
        return self._tickets.keys()

    @property
    def oldest(self) -> datetime | None:
        return next((one.since for one in self._tickets.values()), None)

    def since(self, number: int) -> datetime | None:
        """Since when a message waits; None where it does not."""
        ticket = self._tickets.get(number)
        return None if ticket is None else ticket.since

    def add(self, arrival: Arrival) -> Ticket:
        """A place for a message, or for all parts of an album."""
        ticket = Ticket(arrival.message.address, self._clock())
        for number in arrival.numbers:
            self._tickets[number] = ticket
        return ticket

    def holds(self, arrival: Arrival, ticket: Ticket) -> bool:
        """Whether it waits in this very place still."""
        return self._tickets.get(arrival.seq) is ticket

    def forget(self, arrival: Arrival) -> None:
        for number in arrival.numbers:
            self._tickets.pop(number, None)

    def drop(self, address: Address) -> Sequence[int]:
        """Everything of a chat; the numbers of what waited."""
        self.drops += 1
        dropped = [number for number, one in self._tickets.items() if one.address == address]
        for number in dropped:
            del self._tickets[number]
        return dropped
