"""Places boxes in layers and leads lines between them, after Sugiyama: the same graph, the same picture.

Lines run downwards from layer to layer; one that spans several passes through points of its own in
those between, so that it never crosses a box. Between two layers of boxes lies one of points alone,
where labels stand. See Sugiyama, Tagawa, Toda: Methods for Visual Understanding of Hierarchical
System Structures (1981).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from flows.geometry import Box, Layout, Link, Point, Route
from flows.layering import layers_down
from flows.ordering import ordered
from flows.packing import packed, parts, side_by_side
from flows.spreading import spread

_BETWEEN_PARTS = 48.0
_BETWEEN_BOXES = 34.0
_BETWEEN_LINES = 12.0
_GAP = 16.0
_STEEPEST = 0.07
_WIDEST_GAP = 64.0
_ROUNDS = 24
_HEAVY = 8.0
_PORT = 14.0
_CORNER = 18.0


@dataclass(slots=True)
class _Item:
    """A box, or the point at which a line passes through a layer."""

    layer: int
    width: float
    height: float
    beside: float = 0.0
    box: bool = False
    x: float = 0.0
    up: list[tuple[int, float]] = field(default_factory=list)
    down: list[tuple[int, float]] = field(default_factory=list)


class _Chain(NamedTuple):
    """A link's items from the upper end to the lower; `turned` if it points upwards."""

    items: list[int]
    turned: bool
    label: int


def lay_out(boxes: Mapping[str, Box], links: Sequence[Link]) -> Layout:
    """Place boxes, mentioned in the order they are best read in, and lead the links between them.

    No link may lead from a box to itself. What hangs together is placed together; the rest beside
    it, or beneath where that leaves a better shape.
    """
    columns: dict[int, list[Layout]] = {}
    for some, within in parts(boxes, links):
        column = next(iter(some.values())).column
        columns.setdefault(column, []).append(_hanging_together(some, within))
    packed_columns = [packed(columns[column], apart=_BETWEEN_PARTS) for column in sorted(columns)]
    return side_by_side(packed_columns, apart=_BETWEEN_PARTS)


def _hanging_together(boxes: Mapping[str, Box], links: Sequence[Link]) -> Layout:
    numbers = {name: number for number, name in enumerate(boxes)}
    ends = [(numbers[link.source], numbers[link.target]) for link in links]
    layers_of = layers_down(list(boxes.values()), ends, between=_BETWEEN_BOXES)
    items = [
        _Item(2 * layer, box.width, box.height, box.beside, box=True)
        for box, layer in zip(boxes.values(), layers_of, strict=True)
    ]
    chains = [_chain(items, link, *pair) for link, pair in zip(links, ends, strict=True)]
    layers = _in_order(items)
    _place_sideways(items, layers)
    tops, bottoms = _place_downwards(items, layers)
    return _read_out(boxes, links, items, chains, tops, bottoms)


# ---------------------------------------------------------------- layers


def _chain(items: list[_Item], link: Link, source: int, target: int) -> _Chain:
    """The items a link passes; its label stands in the layer of points next to its source."""
    turned = source > target
    upper, lower = (target, source) if turned else (source, target)
    passed = [upper]
    first, last = items[upper].layer + 1, items[lower].layer - 1
    labelled = last if turned else first
    for layer in range(first, last + 1):
        here = link.label if layer == labelled else (0.0, 0.0)
        items.append(_Item(layer, here[0], here[1]))
        passed.append(len(items) - 1)
    passed.append(lower)
    for one, other in pairwise(passed):
        # Of a long line the inner pieces are to be straight above all.
        weight = link.weight * (2 if items[one].box or items[other].box else 8)
        items[one].down.append((other, weight))
        items[other].up.append((one, weight))
    return _Chain(passed, turned, passed[labelled - first + 1])


def _in_order(items: Sequence[_Item]) -> list[list[int]]:
    layers: list[list[int]] = [[] for _ in range(max((one.layer for one in items), default=0) + 1)]
    for number in _as_they_are_met(items):
        layers[items[number].layer].append(number)
    up = [[one for one, _ in item.up] for item in items]
    down = [[one for one, _ in item.down] for item in items]
    return ordered(layers, up, down)


def _as_they_are_met(items: Sequence[_Item]) -> list[int]:
    """Depth first, so that what belongs together begins side by side."""
    met: dict[int, None] = {}
    for start in range(len(items)):
        if not items[start].box:
            continue
        ahead = [start]
        while ahead:
            number = ahead.pop()
            if number not in met:
                met[number] = None
                ahead.extend(reversed([one for one, _ in items[number].down]))
    return list(met)


# ---------------------------------------------------------------- coordinates


def _place_sideways(items: Sequence[_Item], layers: Sequence[Sequence[int]]) -> None:
    """Give every item an x, its middle: near its neighbours', in its order, with room between."""
    rooms = [_rooms(items, layer) for layer in layers]
    for layer, between in zip(layers, rooms, strict=True):
        x = 0.0
        for number, room in zip(layer, [0.0, *between], strict=False):
            x += room
            items[number].x = x
    for turn in range(_ROUNDS):
        places = range(len(layers))
        for place in places if turn % 2 == 0 else reversed(places):
            upwards = turn % 2 == 0
            _align(items, layers[place], rooms[place], upwards=upwards, both=turn >= _ROUNDS - 3)

    _straighten(items, layers, rooms)


def _straighten(
    items: Sequence[_Item], layers: Sequence[Sequence[int]], rooms: Sequence[Sequence[float]]
) -> None:
    """Once more downwards: what is heavy goes straight, all else stays where it is if it can."""
    for layer, between in zip(layers, rooms, strict=True):
        wanted, weights = [], []
        for number in layer:
            item = items[number]
            heavy = max(item.up, key=lambda near: near[1], default=(number, 0.0))
            straight = heavy[1] >= _HEAVY
            wanted.append(items[heavy[0]].x if straight else item.x)
            weights.append(heavy[1] * heavy[1] if straight else 1.0)
        for number, x in zip(layer, spread(wanted, between, weights), strict=True):
            items[number].x = x


def _rooms(items: Sequence[_Item], layer: Sequence[int]) -> list[float]:
    """How far apart the middles of neighbours must be."""
    rooms = []
    for left, right in pairwise(layer):
        one, other = items[left], items[right]
        gap = _BETWEEN_BOXES if one.box and other.box else _BETWEEN_LINES
        rooms.append(one.width / 2 + one.beside + gap + other.width / 2)
    return rooms


def _align(
    items: Sequence[_Item],
    layer: Sequence[int],
    rooms: Sequence[float],
    *,
    upwards: bool,
    both: bool,
) -> None:
    wanted, weights = [], []
    for number in layer:
        item = items[number]
        near = [*item.up, *item.down] if both else (item.up if upwards else item.down)
        weight = sum(one for _, one in near)
        if weight:
            wanted.append(sum(items[other].x * one for other, one in near) / weight)
            weights.append(weight)
        else:
            wanted.append(item.x)
            weights.append(0.01)
    for number, x in zip(layer, spread(wanted, rooms, weights), strict=True):
        items[number].x = x


def _place_downwards(
    items: Sequence[_Item], layers: Sequence[Sequence[int]]
) -> tuple[list[float], list[float]]:
    """The top and the bottom of each layer; where lines go far sideways they get more height."""
    tops, bottoms = [], []
    y = 0.0
    for layer in layers:
        tops.append(y)
        y += max((items[number].height for number in layer), default=0.0)
        bottoms.append(y)
        far = max(
            (
                abs(items[number].x - items[one].x)
                for number in layer
                for one, _ in items[number].down
            ),
            default=0.0,
        )
        y += min(_WIDEST_GAP, _GAP + far * _STEEPEST)
    return tops, bottoms


# ---------------------------------------------------------------- reading out


def _read_out(
    boxes: Mapping[str, Box],
    links: Sequence[Link],
    items: Sequence[_Item],
    chains: Sequence[_Chain],
    tops: Sequence[float],
    bottoms: Sequence[float],
) -> Layout:
    left = min((one.x - one.width / 2 for one in items), default=0.0)
    right = max((one.x + one.width / 2 + one.beside for one in items), default=0.0)
    for item in items:
        item.x -= left
    ports = _ports(items, chains)
    routes = []
    for number, chain in enumerate(chains):
        label = items[chain.label]
        middle = (tops[label.layer] + bottoms[label.layer]) / 2
        points = _points(items, chain, (ports[number, True], ports[number, False]), tops, bottoms)
        routes.append(
            Route(tuple(reversed(points) if chain.turned else points), Point(label.x, middle))
        )
    corners = {
        name: Point(item.x - item.width / 2, tops[item.layer])
        for name, item in zip(boxes, items, strict=False)
    }
    height = bottoms[-1] if bottoms else 0.0
    return Layout(corners, dict(zip(links, routes, strict=True)), right - left, height)


def _points(
    items: Sequence[_Item],
    chain: _Chain,
    ports: tuple[float, float],
    tops: Sequence[float],
    bottoms: Sequence[float],
) -> list[Point]:
    """Two points for each layer: where the line comes into it, and where it leaves it."""
    upper, *passed, lower = chain.items
    begin = items[upper]
    points = [Point(ports[0], tops[begin.layer] + begin.height)]
    points.append(Point(ports[0], bottoms[begin.layer]))
    for number in passed:
        item = items[number]
        points.append(Point(item.x, tops[item.layer]))
        points.append(Point(item.x, bottoms[item.layer]))
    points.append(Point(ports[1], tops[items[lower].layer]))
    points.append(Point(ports[1], tops[items[lower].layer]))
    return points


def _ports(items: Sequence[_Item], chains: Sequence[_Chain]) -> dict[tuple[int, bool], float]:
    """Where on its box each line begins and ends; the keys are a chain and whether its upper end."""
    sides: dict[tuple[int, bool], list[tuple[float, int]]] = {}
    for number, chain in enumerate(chains):
        sides.setdefault((chain.items[0], True), []).append((items[chain.items[1]].x, number))
        sides.setdefault((chain.items[-1], False), []).append((items[chain.items[-2]].x, number))
    ports: dict[tuple[int, bool], float] = {}
    for (box, upper), lines in sides.items():
        lines.sort()
        item = items[box]
        reach = max(0.0, item.width / 2 - _CORNER)
        apart = min(_PORT, 2 * reach / max(1, len(lines) - 1))
        wanted = [min(max(x, item.x - reach), item.x + reach) for x, _ in lines]
        placed = spread(wanted, [apart] * (len(lines) - 1), [1.0] * len(lines))
        for place, (x, (_, number)) in enumerate(zip(placed, lines, strict=True)):
            # Each leaves room for those at its left and at its right, so that none leaves the box.
            first = item.x - reach + apart * place
            last = item.x + reach - apart * (len(lines) - 1 - place)
            ports[number, upper] = min(max(x, first), last)
    return ports
