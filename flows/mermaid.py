"""A chart as a Mermaid flowchart, for pages that render it themselves."""

from collections.abc import Mapping

from flows.chart import Chart, Edge, Node
from flows.chart_words import said

_LONGEST = 60
_ROWS = 6

_SHAPES: Mapping[str, tuple[str, str]] = {
    "start": ('(["', '"])'),
    "step": ('["', '"]'),
    "flow": ('[["', '"]]'),
    "done": ('(("', '"))'),
    "cancel": ('(("', '"))'),
    "anywhere": ('{{"', '"}}'),
    "jump": ('>"', '"]'),
}
_MARKS: Mapping[str, str] = {
    "ask": "? ",
    "do": "⚙ ",
    "call": "→ ",
    "start": "⇒ ",
    "later": "⏰ ",
    "person": "☎ ",
    "goal": "★ ",
    "wait": "⏳ ",
}
_LINES: Mapping[str, str] = {
    "timeout": "-.->",
    "failed": "-.->",
    "handler": "-.->",
    "later": "-.->",
}


def mermaid(chart: Chart) -> str:
    """See https://mermaid.js.org/syntax/flowchart.html"""
    names = {node.id: f"n{number}" for number, node in enumerate(chart.nodes)}
    lines = ["flowchart TD"]
    for node in chart.nodes:
        opening, closing = _SHAPES[node.kind]
        lines.append(f"    {names[node.id]}{opening}{_content(node, chart.language)}{closing}")
    lines += [_edge(edge, names) for edge in chart.edges]
    return "\n".join(lines) + "\n"


def _content(node: Node, language: str) -> str:
    if node.kind in ("done", "cancel"):
        return said(language, "done" if node.kind == "done" else "cancelled")
    rows = [_MARKS.get(row.kind, "") + _clean(row.text) for row in node.rows[:_ROWS]]
    if len(node.rows) > _ROWS:
        rows.append("…")
    title = _clean(node.title or node.step)
    return "<br>".join([f"<b>{title}</b>" if rows else title, *rows])


def _edge(edge: Edge, names: Mapping[str, str]) -> str:
    line = _LINES.get(edge.kind, "-->")
    label = f'|"{_clean(edge.label)}"|' if edge.label else ""
    return f"    {names[edge.source]} {line}{label} {names[edge.target]}"


def _clean(words: str) -> str:
    """Whatever the grammar or a page would take for its own becomes an entity of Mermaid's."""
    plain = " ".join(words.split())
    plain = plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1].rstrip() + "…"
    return "".join(letter if letter not in _SPECIAL else f"#{ord(letter)};" for letter in plain)


_SPECIAL = frozenset('"#;<>&`|\\{}[]')
