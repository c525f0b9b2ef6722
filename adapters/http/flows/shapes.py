"""What the page is told, as JSON: the bots, a picture with what stands in it, the figures."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from bots.services.funnel import Figures
from flows.chart import Chart, Node, chart_of_bot, chart_of_flow
from flows.model import Bot
from flows.picture import svg


def bot_shape(bot: Bot) -> dict[str, Any]:
    """A bot to choose, with its flows."""
    return {
        "name": bot.folder,
        "title": bot.title,
        "language": bot.language,
        "version": bot.version,
        "start": bot.start,
        "flows": [
            {"name": flow.name, "about": flow.about, "task": flow.is_task}
            for flow in bot.flows.values()
        ],
    }


def picture_shape(bot: Bot, flow: str) -> dict[str, Any]:
    """The picture of a flow, or of the whole bot where none is named."""
    chart = chart_of_flow(bot, flow) if flow else chart_of_bot(bot)
    return {
        "version": bot.version,
        "title": chart.title,
        "svg": svg(chart, style=False),
        "nodes": [_node_shape(node) for node in _worth_showing(chart)],
    }


def _worth_showing(chart: Chart) -> Iterable[Node]:
    return (node for node in chart.nodes if node.kind in ("step", "start", "anywhere"))


def _node_shape(node: Node) -> dict[str, Any]:
    return {
        "id": node.id,
        "kind": node.kind,
        "title": node.title,
        "flow": node.flow,
        "step": node.step,
        "place": f"{node.file}:{node.line}" if node.file else "",
        "rows": [asdict(row) for row in node.rows],
    }


def figures_shape(figures: Figures, bot: Bot) -> dict[str, Any]:
    """All of a bot's figures; `version` tells that the picture is to be drawn anew."""
    return {
        "version": bot.version,
        "since": figures.since,
        "elsewhere": figures.elsewhere,
        "steps": [asdict(step) for step in figures.steps.values()],
        "tasks": {flow: asdict(task) for flow, task in figures.tasks.items()},
        "goals": [
            {"flow": flow, "name": name, "count": count}
            for (flow, name), count in figures.goals.items()
        ],
        "splits": figures.splits,
    }
