"""A chart as SVG: boxes measured so that their words fit, lines that bear what decides about them.

Nothing outside is needed to show it. Every word in it is an owner's and is escaped; colours follow
the reader's light or dark theme. Without its style it takes the page's (`STYLE`).
"""

from collections.abc import Iterable, Iterator
from html import escape
from itertools import pairwise

from flows.chart import Chart, Edge, Node
from flows.chart_rows import Row
from flows.chart_words import said
from flows.geometry import Box, Layout, Link, Point, Route
from flows.layout import lay_out
from flows.lettering import fitting, width
from flows.picture_style import FONT, ICONS, STYLE

MARGIN = 24.0
CARD = 300.0
ROW = 21.0
HEAD = 32.0
FOOT = 8.0
ROWS = 8

_TITLE = 13.0
_TEXT = 12.0
_LABEL = 11.0
_LABEL_ROOM = 190.0
_PAD = 12.0
_TEXT_LEFT = 32.0
_NUMBER_ROOM = 36.0
_LOOP = 26.0
_PILL = 26.0
_SMALL_ROOM = 200.0


def svg(chart: Chart, *, style: bool = True) -> str:
    """The whole document, or (without `style`) one to be set into a page that has STYLE."""
    loops = {edge.source: edge for edge in chart.edges if edge.source == edge.target}
    edges = [edge for edge in chart.edges if edge.source != edge.target]
    boxes = {node.id: _box(node, loops.get(node.id), chart.language) for node in chart.nodes}
    links = [_link(edge, number) for number, edge in enumerate(edges)]
    layout = lay_out(boxes, links)
    routes = [layout.routes[link] for link in links]
    parts = [*_lines(edges, routes), *_loops(loops.values(), boxes, layout)]
    parts += [
        _label(edge, route.label) for edge, route in zip(edges, routes, strict=True) if edge.label
    ]
    parts += [_node(node, boxes[node.id], layout, chart.language) for node in chart.nodes]
    return _document(chart, layout, parts, style=style)


def _document(chart: Chart, layout: Layout, parts: Iterable[str], *, style: bool) -> str:
    wide, high = layout.width + 2 * MARGIN, layout.height + 2 * MARGIN
    title = escape(chart.title)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="flows" viewBox="0 0 {_n(wide)} {_n(high)}"'
        f' width="{_n(wide)}" height="{_n(high)}" font-family="{FONT}">'
    )
    return "\n".join(
        (
            head,
            f"<title>{title}</title>",
            *([f"<style>{STYLE}</style>"] if style else []),
            *([f'<rect class="ground" width="{_n(wide)}" height="{_n(high)}"/>'] if style else []),
            f'<g transform="translate({_n(MARGIN)} {_n(MARGIN)})">',
            *parts,
            "</g>",
            "</svg>\n",
        )
    )


def _n(number: float) -> str:
    """A coordinate, to a tenth of a pixel."""
    return f"{number:.1f}".removesuffix(".0")


# ---------------------------------------------------------------- sizes


def _box(node: Node, loop: Edge | None, language: str) -> Box:
    beside = _LOOP + (_label_size(loop.label)[0] if loop.label else 0) if loop else 0.0
    if node.kind in ("step", "start", "anywhere"):
        shown = len(_shown(node, language))
        return Box(CARD, HEAD + shown * ROW + (FOOT if shown else 0), beside, node.column)
    return Box(
        width(_small_title(node, language), _TEXT, bold=True) + 44, _PILL, beside, node.column
    )


def _small_title(node: Node, language: str) -> str:
    if node.kind in ("done", "cancel"):
        return said(language, "done" if node.kind == "done" else "cancelled")
    return fitting(node.title, _SMALL_ROOM, _TEXT, bold=True)


def _shown(node: Node, language: str) -> list[Row]:
    """The rows there is room for, and how many are left out."""
    if len(node.rows) <= ROWS:
        return list(node.rows)
    left_out = said(language, "more", count=len(node.rows) - ROWS + 1)
    return [*node.rows[: ROWS - 1], Row(kind="about", text=f"… {left_out}")]


def _link(edge: Edge, number: int) -> Link:
    weight = 24.0 if edge.main else 1.0
    return Link(edge.source, edge.target, _label_size(edge.label), weight, number)


def _label_size(label: str) -> tuple[float, float]:
    if not label:
        return (0.0, 0.0)
    return (width(fitting(label, _LABEL_ROOM, _LABEL), _LABEL) + 14, 18.0)


# ---------------------------------------------------------------- lines


def _lines(edges: Iterable[Edge], routes: Iterable[Route]) -> Iterator[str]:
    for edge, route in zip(edges, routes, strict=True):
        yield _line(edge, _path(route.points), route.points[-1], route.points[-3])


def _line(edge: Edge, path: str, end: Point, before: Point) -> str:
    kind = edge.kind or ("main" if edge.main else "way")
    down = end.y >= before.y
    tip = 6.0 if not down else -6.0
    head = (
        f"M{_n(end.x)} {_n(end.y)}L{_n(end.x - 4)} {_n(end.y + tip)}"
        f"L{_n(end.x + 4)} {_n(end.y + tip)}Z"
    )
    return (
        f'<g class="edge {kind}" data-from="{escape(edge.source)}" data-to="{escape(edge.target)}">'
        f'<path class="line" d="{path}"/><path class="head" d="{head}"/></g>'
    )


def _path(points: tuple[Point, ...]) -> str:
    """Straight through the layers, and in a bow from one to the next."""
    pieces = [f"M{_n(points[0].x)} {_n(points[0].y)}"]
    for number, (one, other) in enumerate(pairwise(points)):
        if number % 2 == 0 or abs(one.x - other.x) < 0.5:
            if one != other:
                pieces.append(f"L{_n(other.x)} {_n(other.y)}")
            continue
        middle = (one.y + other.y) / 2
        pieces.append(
            f"C{_n(one.x)} {_n(middle)} {_n(other.x)} {_n(middle)} {_n(other.x)} {_n(other.y)}"
        )
    return "".join(pieces)


def _label(edge: Edge, middle: Point) -> str:
    words = fitting(edge.label, _LABEL_ROOM, _LABEL)
    wide, high = _label_size(edge.label)
    left, top = middle.x - wide / 2, middle.y - high / 2
    return (
        f'<g class="label {edge.kind or "way"}" data-from="{escape(edge.source)}"'
        f' data-to="{escape(edge.target)}"><title>{escape(edge.label)}</title>'
        f'<rect x="{_n(left)}" y="{_n(top)}" width="{_n(wide)}" height="{_n(high)}" rx="9"/>'
        f'<text x="{_n(middle.x)}" y="{_n(middle.y + 4)}" font-size="{_n(_LABEL)}"'
        f' text-anchor="middle">{escape(words)}</text></g>'
    )


def _loops(loops: Iterable[Edge], boxes: dict[str, Box], layout: Layout) -> Iterator[str]:
    """A way back to the same step, at the box's right side."""
    for edge in loops:
        box, corner = boxes[edge.source], layout.corners[edge.source]
        x, low, high = corner.x + box.width, corner.y + box.height - 14, corner.y + 16
        out = x + _LOOP - 8
        path = f"M{_n(x)} {_n(low)}C{_n(out)} {_n(low)} {_n(out)} {_n(high)} {_n(x + 6)} {_n(high)}"
        head = f"M{_n(x)} {_n(high)}L{_n(x + 6)} {_n(high - 4)}L{_n(x + 6)} {_n(high + 4)}Z"
        yield (
            f'<g class="edge {edge.kind or "way"}" data-from="{escape(edge.source)}"'
            f' data-to="{escape(edge.target)}"><path class="line" d="{path}"/>'
            f'<path class="head" d="{head}"/></g>'
        )
        if edge.label:
            wide = _label_size(edge.label)[0]
            yield _label(edge, Point(x + _LOOP - 8 + wide / 2, (low + high) / 2))


# ---------------------------------------------------------------- boxes


def _node(node: Node, box: Box, layout: Layout, language: str) -> str:
    corner = layout.corners[node.id]
    inside = _card(node, box, language) if box.height > _PILL else _small(node, box, language)
    about = "".join(
        f' data-{name}="{escape(value)}"'
        for name, value in (("flow", node.flow), ("step", node.step))
        if value
    )
    return (
        f'<g class="node {node.kind}" data-id="{escape(node.id)}"{about} data-width="{_n(box.width)}"'
        f' transform="translate({_n(corner.x)} {_n(corner.y)})">{inside}</g>'
    )


def _small(node: Node, box: Box, language: str) -> str:
    title = _small_title(node, language)
    radius = 5 if node.kind in ("flow", "jump") else 13
    icon = {"flow": "call", "jump": "jump", "done": "done", "cancel": "cancel"}[node.kind]
    return (
        f"<title>{escape(node.title or title)}</title>"
        f'<rect class="box" width="{_n(box.width)}" height="{_n(box.height)}" rx="{radius}"/>'
        f'{_icon(icon, 10, 7)}<text class="title" x="28" y="17.5" font-size="{_n(_TEXT)}">'
        f"{escape(title)}</text>"
    )


def _card(node: Node, box: Box, language: str) -> str:
    room = box.width - 2 * _PAD - 8
    title = fitting(node.title, room, _TITLE, bold=True)
    rows = _shown(node, language)
    rule = f'<path class="rule" d="M0 {_n(HEAD)}H{_n(box.width)}"/>' if rows else ""
    return (
        f'<rect class="box" width="{_n(box.width)}" height="{_n(box.height)}" rx="10"/>{rule}'
        f'<text class="title" x="{_n(_PAD)}" y="21" font-size="{_n(_TITLE)}">'
        f"<title>{escape(node.title)}</title>{escape(title)}</text>"
        + "".join(_row(row, HEAD + 4 + number * ROW, box) for number, row in enumerate(rows))
    )


def _row(row: Row, top: float, box: Box) -> str:
    left = _TEXT_LEFT if row.kind in ICONS else _PAD
    room = box.width - left - _PAD - (_NUMBER_ROOM if row.question else 0)
    words = fitting(row.text, room, _TEXT)
    about = f' data-question="{escape(row.question)}"' if row.question else ""
    about += f' data-flow="{escape(row.flow)}"' if row.flow else ""
    return (
        f'<g class="row {row.kind}"{about} transform="translate(0 {_n(top)})">'
        f"<title>{escape(row.text)}</title>"
        f'{_icon(row.kind, _PAD, 4)}<text x="{_n(left)}" y="14.5" font-size="{_n(_TEXT)}">'
        f"{escape(words)}</text></g>"
    )


def _icon(name: str, x: float, y: float) -> str:
    shape = ICONS.get(name)
    return (
        f'<path class="icon" transform="translate({_n(x)} {_n(y)})" d="{shape}"/>' if shape else ""
    )
