"""Pictures: everything has room, nothing overlaps, nobody's words become markup."""

import xml.etree.ElementTree as xml
from itertools import combinations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flows.chart import Chart, Edge, Node, chart_of_flow
from flows.chart_rows import Row
from flows.geometry import Box, Link
from flows.layout import lay_out
from flows.lettering import fitting, width
from flows.ordering import crossings, ordered
from flows.picture import svg
from flows.spreading import spread
from tests.flows.conftest import bot_of

NASTY = "<script>alert(1)</script> \" ' & ]]> {{ x }} \u202e"
names = st.lists(st.integers(0, 11), min_size=2, max_size=2, unique=True)
graphs = st.tuples(st.integers(12, 12), st.lists(names, max_size=24))


def drawn_of(count: int, pairs: list[list[int]]) -> tuple[dict[str, Box], list[Link]]:
    boxes = {str(n): Box(60 + 7 * (n % 5), 20 + 11 * (n % 3), 30.0 * (n % 2)) for n in range(count)}
    links = [
        Link(str(one), str(other), (40.0, 18.0) if place % 2 else (0.0, 0.0), 1.0, place)
        for place, (one, other) in enumerate(pairs)
    ]
    return boxes, links


@settings(max_examples=60, deadline=None)
@given(graphs)
def test_boxes_never_overlap_and_lie_within_the_picture(
    graph: tuple[int, list[list[int]]],
) -> None:
    boxes, links = drawn_of(*graph)
    layout = lay_out(boxes, links)
    for one, other in combinations(boxes, 2):
        a, b = layout.corners[one], layout.corners[other]
        apart = (
            a.x + boxes[one].width + boxes[one].beside <= b.x + 0.01
            or b.x + boxes[other].width + boxes[other].beside <= a.x + 0.01
            or a.y + boxes[one].height <= b.y + 0.01
            or b.y + boxes[other].height <= a.y + 0.01
        )
        assert apart
    for name, box in boxes.items():
        corner = layout.corners[name]
        assert corner.x >= -0.01
        assert corner.y >= -0.01
        assert corner.x + box.width + box.beside <= layout.width + 0.01
        assert corner.y + box.height <= layout.height + 0.01


MANY_LINES_AT_TWO_ENDS = [[0, 1], [0, 4], [0, 4], [0, 4], [0, 2], [3, 0], [4, 0], [4, 1]]


@settings(max_examples=60, deadline=None)
@given(graphs)
@example((12, MANY_LINES_AT_TWO_ENDS))
def test_lines_join_their_boxes_and_cross_no_other(graph: tuple[int, list[list[int]]]) -> None:
    boxes, links = drawn_of(*graph)
    layout = lay_out(boxes, links)
    for link in links:
        points = layout.routes[link].points
        for end, name in ((points[0], link.source), (points[-1], link.target)):
            corner, box = layout.corners[name], boxes[name]
            assert corner.x - 0.01 <= end.x <= corner.x + box.width + 0.01
            assert end.y == pytest.approx(corner.y) or end.y == pytest.approx(corner.y + box.height)
        # Straight pieces pass through layers: that is where boxes are.
        for one, other in zip(points[::2], points[1::2], strict=True):
            assert one.x == pytest.approx(other.x)
            for name, box in boxes.items():
                corner = layout.corners[name]
                inside = corner.x < one.x < corner.x + box.width
                top, bottom = sorted((one.y, other.y))
                assert not (inside and top < corner.y + box.height - 0.01 and bottom > corner.y + 1)


def test_the_same_graph_gives_the_same_picture() -> None:
    boxes, links = drawn_of(12, [[0, 1], [1, 2], [2, 0], [3, 7], [0, 5], [5, 9], [9, 1]])
    assert lay_out(boxes, links) == lay_out(dict(boxes), list(links))


def test_a_box_below_another_follows_it_in_the_owners_order() -> None:
    boxes, links = drawn_of(4, [[0, 1], [1, 2], [2, 3], [3, 0]])
    tops = [lay_out(boxes, links).corners[str(n)].y for n in range(4)]
    assert tops == sorted(set(tops))


def test_crossings_are_counted_and_avoided() -> None:
    assert crossings([[0, 1], [2, 3]], [[3], [2], [], []]) == 1
    down: list[list[int]] = [[5, 6], [4], [4], [], [], [], []]
    up: list[list[int]] = [[], [], [], [], [1, 2], [0], [0]]
    layers = [[0, 1, 2], [4, 5, 6]]
    assert crossings(layers, down) == 4
    assert crossings(ordered(layers, up, down), down) == 0


@given(st.lists(st.tuples(st.floats(-500, 500), st.floats(0, 80), st.floats(0.1, 10)), max_size=12))
def test_things_in_a_row_keep_their_room(things: list[tuple[float, float, float]]) -> None:
    wanted, rooms, weights = ([one[n] for one in things] for n in range(3))
    placed = spread(wanted, rooms[1:], weights)
    assert len(placed) == len(things)
    for one, other, room in zip(placed, placed[1:], rooms[1:], strict=False):
        assert other - one >= room - 0.001


def test_a_thing_with_room_stands_where_it_wants() -> None:
    assert spread([0, 100, 300], [50, 50], [1, 1, 1]) == [0, 100, 300]
    assert spread([0, 0], [10], [1, 1]) == [-5, 5]


@given(st.text(max_size=60), st.floats(20, 300))
def test_a_text_is_cut_to_its_room(text: str, room: float) -> None:
    cut = fitting(text, room, 12)
    assert width(cut, 12) <= max(room, width("…", 12))
    assert cut == text or cut.endswith("…")


# ---------------------------------------------------------------- the document


def test_nobodys_words_become_markup() -> None:
    rows = (Row(kind="ask", text=NASTY, question=NASTY, flow=NASTY),)
    chart = Chart(
        title=NASTY,
        language="ru",
        nodes=(
            Node(id=NASTY, kind="step", title=NASTY, rows=rows, flow=NASTY, step=NASTY),
            Node(id="b", kind="flow", title=NASTY, flow=NASTY),
        ),
        edges=(Edge(NASTY, "b", NASTY, "button"), Edge(NASTY, NASTY, NASTY)),
    )
    document = svg(chart)
    assert "<script" not in document
    root = xml.fromstring(document)
    assert {one.tag.rpartition("}")[2] for one in root.iter()} == {
        "svg",
        "title",
        "style",
        "rect",
        "g",
        "path",
        "text",
    }
    box = next(one for one in root.iter() if one.get("data-id"))
    assert box.get("data-step") == NASTY


def test_a_picture_for_a_page_has_no_style_of_its_own() -> None:
    bot = bot_of("flow: меню\nwhen: а\nsteps: {первый: {say: Да}}")
    document = svg(chart_of_flow(bot, "меню"), style=False)
    assert "<style" not in document
    assert "style=" not in document


def test_a_flow_without_steps_worth_naming_is_drawn_too() -> None:
    bot = bot_of("flow: меню\nwhen: а\nsteps: {первый: done}")
    assert xml.fromstring(svg(chart_of_flow(bot, "меню"))) is not None
