"""Messages that a messenger takes no more since the customer last wrote: held until they write again."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from bots.model.message import Address
from bots.model.turn import Outgoing
from bots.ports import Channel

CLOSED = (
    "held until the customer writes again: so long after their last message the messenger takes"
    " nothing but templates"
)
EXACTNESS = timedelta(seconds=5)

LONGEST = timedelta(days=7)
"""How long a message is held; afterwards it would answer what nobody remembers asking."""

GIVEN_UP = (
    "the customer did not write again within 7 days, and until then the messenger takes nothing but"
    " templates"
)


def closed(row: Outgoing, channel: Channel, now: datetime) -> bool:
    """Whether the channel's window has closed for it, by what the row knows."""
    if channel.window is None or row.payload.get("template") is True:
        return False
    return row.heard_at is None or now - row.heard_at > channel.window


def still_held(row: Outgoing) -> bool:
    """Whether the customer has not written since it was held. Messengers tell times in whole seconds."""
    if row.held_at is None:
        return False
    return row.heard_at is None or row.heard_at + EXACTNESS < row.held_at


class Held:
    """What waits for whom, each chat's in order."""

    def __init__(self) -> None:
        self._rows: dict[Address, list[Outgoing]] = {}

    def __contains__(self, address: Address) -> bool:
        return address in self._rows

    def __len__(self) -> int:
        return sum(map(len, self._rows.values()))

    def keep(self, row: Outgoing) -> None:
        """Behind what is held there already."""
        self._rows.setdefault(row.address, []).append(replace(row, sending_at=None))

    def drop(self, which: Callable[[Address], bool]) -> None:
        """Another process holds them from now on."""
        self._rows = {address: rows for address, rows in self._rows.items() if not which(address)}

    def release(self, address: Address, heard_at: datetime) -> list[Outgoing]:
        """The customer wrote: all of theirs."""
        rows = self._rows.pop(address, ())
        return [replace(row, heard_at=heard_at, held_at=None) for row in rows]

    def older(self, than: datetime) -> Iterator[Outgoing]:
        """Take out what was said before a moment."""
        for address, rows in list(self._rows.items()):
            yield from (row for row in rows if row.created_at < than)
            self._rows[address] = [row for row in rows if row.created_at >= than]
            if not self._rows[address]:
                del self._rows[address]
