"""What a picture of flows shows, before anybody places it: boxes with lines of words, and ways.

A chart is of one flow (its steps, where they lead and what they call) or of a whole bot (its flows
and who calls whom). Everything in it is in the owner's words or in the bot's language.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, sqrt

from flows.chart_rows import Row, rows_of, triggers_of
from flows.chart_ways import Ahead, EdgeKind, Leaving, NodeKind, ways_from
from flows.chart_words import said, way_label
from flows.graph import entries
from flows.model import (
    Bot,
    CallFlow,
    Flow,
    Later,
    OfferedButton,
    Say,
    StartFlow,
)

FAR = 12
"""A way over more steps than these is cut: it ends in a small box that names its step."""

IN_ONE_COLUMN = 24
"""A flow of more steps is drawn in several columns; ways between them are cut likewise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A box. `flow` and `step` say what it stands for; `line` is where it begins in its file.

    `column` counts the columns of a long flow from 0.
    """

    id: str
    kind: NodeKind
    title: str
    rows: tuple[Row, ...] = ()
    flow: str = ""
    step: str = ""
    file: str = ""
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from box to box; `main` where the flow simply goes on."""

    source: str
    target: str
    label: str = ""
    kind: EdgeKind = ""
    main: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """`flow` is empty for the chart of a whole bot. Boxes are in the order of the owner's file."""

    title: str
    language: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    flow: str = ""


def chart_of_flow(bot: Bot, name: str) -> Chart:
    """One flow: its beginning, its steps, what they call, its ends, what is heard meanwhile."""
    flow = bot.flows[name]
    nodes: dict[str, Node] = {"start": _start(bot, flow)}
    edges: list[Edge] = []
    steps = list(flow.steps)
    if steps:
        edges.append(Edge("start", _id(steps[0]), main=True))
    _add_meanwhile(bot, flow, nodes, edges)
    for step, entry in flow.steps.items():
        rows = rows_of(bot, flow, entry)
        nodes[_id(step)] = Node(
            id=_id(step),
            kind="step",
            title=step,
            rows=tuple(rows),
            flow=name,
            step=step,
            file=flow.place.file,
            line=flow.lines[entry] if entry < len(flow.lines) else 0,
            column=_column(steps, step),
        )
        leaving = ways_from(bot, flow, _id(step), [(entry + 1, "", "")])
        _add(flow, nodes, edges, leaving, steps.index(step))
    return Chart(
        title=name,
        language=bot.language,
        flow=name,
        nodes=tuple(nodes.values()),
        edges=tuple(edges),
    )


def _column(steps: Sequence[str], step: str) -> int:
    """So many columns that the picture is somewhat wider than it is high."""
    if len(steps) <= IN_ONE_COLUMN:
        return 0
    columns = ceil(0.6 * sqrt(len(steps)))
    return steps.index(step) // ceil(len(steps) / columns)


def _id(step: str) -> str:
    return f"step {step}"


def _start(bot: Bot, flow: Flow) -> Node:
    triggers = triggers_of(bot, flow.name)
    if flow.is_task:
        title, rows = said(bot.language, "when"), triggers
    else:
        title = said(bot.language, "called_by")
        rows = [*triggers, *_callers(bot, flow.name)]
    if flow.name == bot.start:
        rows = [*rows, Row(kind="event", text=said(bot.language, "first"))]
    return Node(
        id="start",
        kind="start",
        title=title,
        rows=tuple(rows),
        flow=flow.name,
        file=flow.place.file,
        line=flow.place.line,
    )


def _callers(bot: Bot, name: str) -> list[Row]:
    callers = [one.name for one in bot.flows.values() if name in _called(one)]
    rows = [Row(kind="call", text=one, flow=one) for one in callers]
    if name in _called(bot.own):
        rows.append(Row(kind="call", text=bot.title))
    return rows


def _called(flow: Flow) -> set[str]:
    named = {one.flow for one in flow.code if isinstance(one, CallFlow | StartFlow | Later)}
    return named | {button.target for button, _ in _buttons(flow)}


def _buttons(flow: Flow) -> Iterator[tuple[OfferedButton, int]]:
    """Buttons of messages that begin another flow."""
    for index, operation in enumerate(flow.code):
        if isinstance(operation, Say):
            for button in operation.message.offered:
                if button.act in ("call", "start"):
                    yield button, index


def _add_meanwhile(bot: Bot, flow: Flow, nodes: dict[str, Node], edges: list[Edge]) -> None:
    handlers = list(entries(flow.scope))
    if not handlers:
        return
    rows = [Row(kind="event", text=way_label(bot, flow, -1, way)) for way in handlers]
    nodes["anywhere"] = Node(
        id="anywhere",
        kind="anywhere",
        title=said(bot.language, "anywhere"),
        rows=tuple(rows),
        flow=flow.name,
    )
    begins: list[Ahead] = [
        (way.target, way_label(bot, flow, -1, way), "handler") for way in handlers
    ]
    _add(flow, nodes, edges, ways_from(bot, flow, "anywhere", begins), None)


def _add(
    flow: Flow,
    nodes: dict[str, Node],
    edges: list[Edge],
    leaving: Iterable[Leaving],
    here: int | None,
) -> None:
    """Put ways into the chart, with the small boxes that some of them end in."""
    steps = list(flow.steps)
    for one in leaving:
        kind: NodeKind = one.node
        target, main = f"{one.source} {kind} {one.to}", False
        if kind == "step":
            place = steps.index(one.to)
            column = _column(steps, steps[here]) if here is not None else 0
            far = column != _column(steps, one.to)
            far = far or (here is not None and abs(place - here) > FAR)
            main = here is not None and place == here + 1 and not one.kind
            kind = "jump" if far else "step"
            target = f"{one.source} jump {one.to}" if far else _id(one.to)
        edges.append(Edge(one.source, target, one.label, one.kind, main))
        if kind != "step" and target not in nodes:
            nodes[target] = Node(
                id=target,
                kind=kind,
                title=one.to,
                flow=one.to if kind == "flow" else flow.name,
                step=one.to if kind == "jump" else "",
                column=nodes[one.source].column,
            )


# ---------------------------------------------------------------- a whole bot


def chart_of_bot(bot: Bot) -> Chart:
    """The flows of a bot, nearest to its beginning first, and what leads from one to another."""
    edges = _calls(bot, bot.own, "anywhere")
    for flow in bot.flows.values():
        edges += _calls(bot, flow, _flow_id(flow.name))
    nodes: dict[str, Node] = {}
    if any(edge.source == "anywhere" for edge in edges):
        nodes["anywhere"] = Node(id="anywhere", kind="anywhere", title=said(bot.language, "always"))
    for name in _nearest_first(bot, edges):
        flow = bot.flows[name]
        rows = triggers_of(bot, name)
        nodes[_flow_id(name)] = Node(
            id=_flow_id(name),
            kind="step",
            title=name,
            rows=(*([Row(kind="about", text=flow.about)] if flow.about else []), *rows),
            flow=name,
            file=flow.place.file,
            line=flow.place.line,
        )
    return Chart(
        title=bot.title, language=bot.language, nodes=tuple(nodes.values()), edges=tuple(edges)
    )


def _flow_id(name: str) -> str:
    return f"flow {name}"


def _calls(bot: Bot, flow: Flow, source: str) -> list[Edge]:
    """The ways that lead out of a flow into others."""
    begins: list[Ahead] = [
        (way.target, way_label(bot, flow, -1, way), "handler") for way in entries(flow.scope)
    ]
    begins += [(entry + 1, "", "") for entry in flow.steps.values()]
    begins += [
        (one.target.entry, one.timetable.text, "later")
        for one in bot.schedules
        if one.target.flow == flow.name and one.target.entry >= 0
    ]
    if not flow.name and bot.defaults.otherwise >= 0:
        begins.append((bot.defaults.otherwise, said(bot.language, "misses"), "failed"))
    leaving = [one for one in ways_from(bot, flow, source, begins) if one.node == "flow"]
    return [
        Edge(source, _flow_id(one.to), one.label, one.kind)
        for one in leaving
        if one.to in bot.flows
    ]


def _nearest_first(bot: Bot, edges: Iterable[Edge]) -> list[str]:
    leads: dict[str, list[str]] = {}
    for edge in edges:
        leads.setdefault(edge.source.removeprefix("flow "), []).append(
            edge.target.removeprefix("flow ")
        )
    met: dict[str, None] = {}
    begins = [bot.start] if bot.start in bot.flows else []
    begins += [name for name, flow in bot.flows.items() if flow.is_task]
    for begin in [*begins, *bot.flows]:
        ahead = [begin] if begin else []
        while ahead:
            name = ahead.pop(0)
            if name not in met:
                met[name] = None
                ahead += leads.get(name, [])
    return list(met)
