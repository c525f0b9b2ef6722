"""How often somebody tried a password or a code lately."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple


class Tries(NamedTuple):
    """How many, and when the first and the last of them were."""

    many: int
    first: datetime | None
    last: datetime | None


class Tried(NamedTuple):
    """At one account from one network; from this network at all; at this account from everywhere."""

    here: Tries
    network: Tries
    account: Tries


Judge = Callable[[Tried], timedelta]
"""How long the next try has to wait, by those before it; pure, for the database's own thread asks."""
