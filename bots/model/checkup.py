"""What a look at an installation finds, before anybody words it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from bots.model.channel import ChannelState


class Late(NamedTuple):
    """How many things should have happened by now, and since when the first of them."""

    many: int = 0
    since: datetime | None = None


NOTHING_LATE = Late()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a database says of itself.

    `revision` is that of its tables and `newest` when the last thing was written. `unanswered` came
    in and had no turn yet, `parked` never will without a person; `unsent` and `timers` are past
    their time, `failed` was given up in the last day. `damage` is "" where none was found.
    """

    revision: str | None
    expected: str
    damage: str = ""
    newest: datetime | None = None
    unanswered: Late = NOTHING_LATE
    parked: int = 0
    parked_error: str = ""
    unsent: Late = NOTHING_LATE
    held: int = 0
    failed: int = 0
    failed_error: str = ""
    timers: Late = NOTHING_LATE
    channels: dict[str, ChannelState] = field(default_factory=dict)
    groups_down: dict[str, str] = field(default_factory=dict)
    locked: tuple[str, ...] = ()
    untaken: dict[str, str] = field(default_factory=dict)
    bytes: int = 0
    log_bytes: int = 0
