"""Long lists of options, shown a page at a time: no screen holds sixty buttons."""

from collections.abc import Sequence

from flows.frames import Frame
from flows.messengers import MESSENGERS
from flows.stage import Stage

# How many options make a page, by the length of the longest label: short ones share rows.
_SIZES = ((8, 40), (16, 20))
_SIZE = 10
_OVERFLOW = 2
"""So few more than a page are shown with it."""

UNLIMITED = 1000
"""Room for any page."""

_LEAST = 3
"""Fewer buttons make no page; a messenger that does not show them makes numbered lines of them."""

_SHOWN = {one.name: one.buttons for one in MESSENGERS}


def page(labels: Sequence[str], turned: int, room: int = UNLIMITED) -> tuple[int, int]:
    """Where the page begins and ends that one comes to by turning so often; the last is the first's.

    `room` is how many buttons there are for options and for the one that turns the page.
    """
    if len(labels) <= min(room, _size(labels) + _OVERFLOW):
        return 0, len(labels)
    size = min(_size(labels), room - 1)
    overflow = min(_OVERFLOW, room - 1 - size)
    count = -(-(len(labels) - overflow) // size)
    number = turned % count
    end = len(labels) if number == count - 1 else (number + 1) * size
    return number * size, end


def room_for(stage: Stage, others: int) -> int:
    """How many buttons of a list the customer's messenger shows beside so many others."""
    return max(_SHOWN.get(stage.around.channel, UNLIMITED) - others, _LEAST)


def _size(labels: Sequence[str]) -> int:
    longest = max(map(len, labels), default=0)
    return next((size for length, size in _SIZES if longest <= length), _SIZE)


def more(stage: Stage, frame: Frame, labels: Sequence[str], room: int = UNLIMITED) -> str:
    """The label that turns the page; empty where all options are shown."""
    turned = frame.wait.page if frame.wait is not None else 0
    start, end = page(labels, turned, room)
    if start == 0 and end == len(labels):
        return ""
    left = len(labels) - end
    return stage.phrase("more", count=str(left)) if left else stage.phrase("from_start")
