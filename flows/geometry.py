"""What is placed in a picture, and where it comes to lie: boxes, links, points, routes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Box(NamedTuple):
    """The size of what is placed; `beside` is room that it needs at its right.

    Boxes of different columns are placed apart, the columns from left to right; no link joins them.
    """

    width: float
    height: float
    beside: float = 0.0
    column: int = 0


class Link(NamedTuple):
    """A line to be led from box to box, with the size of its label; heavier ones are straighter.

    `number` tells apart several of the same ends.
    """

    source: str
    target: str
    label: tuple[float, float] = (0.0, 0.0)
    weight: float = 1.0
    number: int = 0


class Point(NamedTuple):
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Route:
    """A line: from its source on, straight pieces and curves by turns; `label` is its label's middle."""

    points: tuple[Point, ...]
    label: Point


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything is; `corners` are the boxes' left upper ones."""

    corners: Mapping[str, Point]
    routes: Mapping[Link, Route]
    width: float
    height: float
