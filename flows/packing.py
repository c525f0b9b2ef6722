"""Parts of a picture that no line joins: told apart, and packed side by side or one under another."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

from flows.geometry import Box, Layout, Link, Point, Route


def parts(
    boxes: Mapping[str, Box], links: Sequence[Link]
) -> Iterator[tuple[dict[str, Box], list[Link]]]:
    """What hangs together, in the order of the first box of each."""
    near: dict[str, list[str]] = {name: [] for name in boxes}
    for link in links:
        near[link.source].append(link.target)
        near[link.target].append(link.source)
    met: set[str] = set()
    for first in boxes:
        if first in met:
            continue
        together = {first}
        ahead = [first]
        while ahead:
            fresh = [one for one in near[ahead.pop()] if one not in together]
            together.update(fresh)
            ahead += fresh
        met |= together
        within = {name: box for name, box in boxes.items() if name in together}
        yield within, [link for link in links if link.source in together]


def packed(layouts: Sequence[Layout], *, apart: float) -> Layout:
    """The largest part first; the others in a column at its right, or in rows beneath a wide one."""
    first, *others = sorted(layouts, key=lambda one: -one.width * one.height)
    if not others:
        return first
    if first.height > first.width:
        columns = _filled(others, [one.height for one in others], first.height, apart)
        stacks = [one_below_another(column, apart=apart) for column in columns]
        return side_by_side([first, *stacks], apart=apart)
    rows = _filled(others, [one.width for one in others], max(first.width, 600.0), apart)
    lines = [side_by_side(row, apart=apart) for row in rows]
    return one_below_another([first, *lines], apart=apart)


def _filled(
    layouts: Sequence[Layout], sizes: Sequence[float], most: float, apart: float
) -> list[list[Layout]]:
    """One after another into rows (or columns) that are at most so long."""
    rows: list[list[Layout]] = []
    left = 0.0
    for layout, size in zip(layouts, sizes, strict=True):
        if not rows or size > left:
            rows.append([])
            left = most
        rows[-1].append(layout)
        left -= size + apart
    return rows


def side_by_side(layouts: Sequence[Layout], *, apart: float) -> Layout:
    """From left to right."""
    lefts = accumulate((one.width + apart for one in layouts), initial=0.0)
    return _together([_moved(one, x, 0.0) for one, x in zip(layouts, lefts, strict=False)])


def one_below_another(layouts: Sequence[Layout], *, apart: float) -> Layout:
    """From top to bottom."""
    tops = accumulate((one.height + apart for one in layouts), initial=0.0)
    return _together([_moved(one, 0.0, y) for one, y in zip(layouts, tops, strict=False)])


def _together(layouts: Sequence[Layout]) -> Layout:
    corners: dict[str, Point] = {}
    routes: dict[Link, Route] = {}
    for one in layouts:
        corners |= one.corners
        routes |= one.routes
    width = max((one.width for one in layouts), default=0.0)
    return Layout(corners, routes, width, max((one.height for one in layouts), default=0.0))


def _moved(layout: Layout, x: float, y: float) -> Layout:
    """Its size then counts from where all begins."""

    def point(one: Point) -> Point:
        return Point(one.x + x, one.y + y)

    return Layout(
        {name: point(corner) for name, corner in layout.corners.items()},
        {
            link: Route(tuple(map(point, route.points)), point(route.label))
            for link, route in layout.routes.items()
        },
        layout.width + x,
        layout.height + y,
    )
