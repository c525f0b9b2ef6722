"""What reading an event needs to know besides the event, and what it finds."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from bots.model.message import Address


class Around(NamedTuple):
    """What a channel knows besides the event: `ours` tells messages we sent by their random and
    message ids, `profile` gives what is known of a person; `now` is for what carries no date."""

    channel: str
    address_of: Callable[[str], Address]
    new_id: Callable[[], str]
    now: datetime
    ours: Callable[[int, int], bool]
    profile: Callable[[str], Mapping[str, Any]]


Found = tuple[int, int, dict[str, Any]]
"""The person, the number of the message in VK, and the fields of a unified message."""
