"""Long lists of options, shown a page at a time: no screen holds sixty buttons."""

from collections.abc import Sequence

from flows.frames import Frame
from flows.stage import Stage

# How many options make a page, by the length of the longest label: short ones share rows.
_SIZES = ((8, 40), (16, 20))
_SIZE = 10
_OVERFLOW = 2
"""So few more than a page are shown with it."""


def page(labels: Sequence[str], turned: int) -> tuple[int, int]:
    """Where the page begins and ends that one comes to by turning so often; the last is the first's."""
    size = _size(labels)
    count = max(1, -(-(len(labels) - _OVERFLOW) // size))
    number = turned % count
    end = len(labels) if number == count - 1 else (number + 1) * size
    return number * size, end


def _size(labels: Sequence[str]) -> int:
    longest = max(map(len, labels), default=0)
    return next((size for length, size in _SIZES if longest <= length), _SIZE)


def more(stage: Stage, frame: Frame, labels: Sequence[str]) -> str:
    """The label that turns the page; empty where all options are shown."""
    turned = frame.wait.page if frame.wait is not None else 0
    start, end = page(labels, turned)
    if start == 0 and end == len(labels):
        return ""
    left = len(labels) - end
    return stage.phrase("more", count=str(left)) if left else stage.phrase("from_start")
