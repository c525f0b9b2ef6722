"""How pictures of flows look: the font, the icons, the colours of both themes."""

from collections.abc import Mapping

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', Arial, sans-serif"

ICONS: Mapping[str, str] = {
    "say": "M2 1.5h8a1.5 1.5 0 0 1 1.5 1.5v4.5A1.5 1.5 0 0 1 10 9H6l-3 2.5V9H2A1.5 1.5 0 0 1 .5 7.5"
    "V3A1.5 1.5 0 0 1 2 1.5Z",
    "ask": "M6 .5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 0 1 0-11ZM4.2 4.6a1.8 1.8 0 1 1 2.6 1.6c-.6.3-.8.6"
    "-.8 1.2M6 9.1v.2",
    "do": "M6.8.5 2.2 7h3.2L4.8 11.5 9.8 4.8H6.4Z",
    "call": "M2.5 9.5l7-7M4.5 2.5h5v5",
    "start": "M1 6h9M6.5 2.5 10 6 6.5 9.5",
    "later": "M6 .5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 0 1 0-11ZM6 3v3l2.2 1.6",
    "wait": "M2.5.8h7M2.5 11.2h7M3.2 1c0 3 5.6 7 5.6 10M8.8 1c0 3-5.6 7-5.6 10",
    "split": "M6 11.5V7L2 3V.8M6 7l4-4V.8",
    "person": "M6 1a2.4 2.4 0 1 1 0 4.8A2.4 2.4 0 0 1 6 1ZM1.2 11.2c0-2.6 2.1-4 4.8-4s4.8 1.4 4.8 4",
    "goal": "M2.5 11.5V1h7L7.6 3.7 9.5 6.4h-7",
    "command": "M3 11 9 1",
    "words": "M1 3h10M1 6h10M1 9h6",
    "contains": "M1 3h4M7 3h4M1 6h10M1 9h3M6 9h3",
    "means": "M6 .8l1.4 3.6 3.8.2-2.9 2.4 1 3.8L6 8.7l-3.3 2.1 1-3.8L.8 4.6l3.8-.2Z",
    "event": "M6 .8v2M6 9.2v2M.8 6h2M9.2 6h2M2.3 2.3l1.4 1.4M8.3 8.3l1.4 1.4M9.7 2.3 8.3 3.7M3.7"
    " 8.3 2.3 9.7",
    "jump": "M2.5 9.5l7-7M4.5 2.5h5v5",
    "done": "M1.5 6.5l3 3 6-7",
    "cancel": "M2.5 2.5l7 7M9.5 2.5l-7 7",
}
"""Outlines in a square of 12."""

_LIGHT = """
--ground: #f6f7f9; --card: #ffffff; --edge: #d7dbe3; --ink: #1c2230; --soft: #5b6475;
--line: #98a1b3; --ask: #2f6fde; --ask-soft: #e8f0fe; --do: #8a5cd6; --call: #0b7f73;
--call-soft: #e0f4f1; --bad: #c8413b; --bad-soft: #fdeceb; --time: #b06a00; --good: #2c8a45;
--good-soft: #e5f5e9;
"""
_DARK = """
--ground: #14171d; --card: #1e232c; --edge: #343b48; --ink: #e9ecf2; --soft: #a0a9ba;
--line: #6d778a; --ask: #7fb0ff; --ask-soft: #1d2f4d; --do: #c0a0f5; --call: #5fd0c2;
--call-soft: #17352f; --bad: #ff8a83; --bad-soft: #43211f; --time: #efb45c; --good: #74d391;
--good-soft: #1a3524;
"""

_RULES = """
.flows .ground { fill: var(--ground); }
.flows text { fill: var(--ink); }
.flows .box { fill: var(--card); stroke: var(--edge); stroke-width: 1.2; }
.flows .rule { stroke: var(--edge); stroke-width: 1; fill: none; }
.flows .title { font-weight: 650; }
.flows .icon { fill: none; stroke: var(--soft); stroke-width: 1.3; stroke-linecap: round;
  stroke-linejoin: round; }
.flows .row text { fill: var(--soft); }
.flows .row.ask text { fill: var(--ink); font-weight: 500; }
.flows .row.ask .icon { stroke: var(--ask); }
.flows .row.do .icon { stroke: var(--do); }
.flows .row.call .icon, .flows .row.start .icon, .flows .row.later .icon { stroke: var(--call); }
.flows .row.call text, .flows .row.start text { fill: var(--call); }
.flows .row.person .icon { stroke: var(--time); }
.flows .row.person text { fill: var(--time); }
.flows .row.goal .icon { stroke: var(--good); }
.flows .row.goal text { fill: var(--good); }
.flows .node.start > .box { stroke: var(--ask); fill: var(--ask-soft); }
.flows .node.anywhere > .box { stroke-dasharray: 5 4; stroke: var(--line); }
.flows .node.flow > .box { stroke: var(--call); fill: var(--call-soft); }
.flows .node.flow > .title { fill: var(--call); }
.flows .node.flow > .icon { stroke: var(--call); }
.flows .node.done > .box { stroke: var(--good); fill: var(--good-soft); }
.flows .node.done > .title { fill: var(--good); }
.flows .node.done > .icon { stroke: var(--good); }
.flows .node.cancel > .box { stroke: var(--bad); fill: var(--bad-soft); }
.flows .node.cancel > .title { fill: var(--bad); }
.flows .node.cancel > .icon { stroke: var(--bad); }
.flows .node.jump > .box { stroke-dasharray: 3 3; }
.flows .edge .line { fill: none; stroke: var(--line); stroke-width: 1.4; }
.flows .edge .head { fill: var(--line); }
.flows .edge.main .line { stroke-width: 2; }
.flows .edge.button .line { stroke: var(--ask); }
.flows .edge.button .head { fill: var(--ask); }
.flows .edge.call .line, .flows .edge.start .line { stroke: var(--call); }
.flows .edge.call .head, .flows .edge.start .head { fill: var(--call); }
.flows .edge.later .line { stroke: var(--call); stroke-dasharray: 2 4; }
.flows .edge.later .head { fill: var(--call); }
.flows .edge.timeout .line { stroke: var(--time); stroke-dasharray: 6 4; }
.flows .edge.timeout .head { fill: var(--time); }
.flows .edge.failed .line { stroke: var(--bad); stroke-dasharray: 6 4; }
.flows .edge.failed .head { fill: var(--bad); }
.flows .edge.handler .line { stroke-dasharray: 2 4; }
.flows .label rect { fill: var(--ground); stroke: var(--edge); stroke-width: .8; }
.flows .label text { fill: var(--soft); }
.flows .label.button text { fill: var(--ask); }
.flows .label.timeout text { fill: var(--time); }
.flows .label.failed text { fill: var(--bad); }
"""

STYLE = (
    f".flows {{{_LIGHT}}}@media (prefers-color-scheme: dark) {{ .flows {{{_DARK}}} }}{_RULES}"
).replace("\n", " ")

PAGE_STYLE = (
    f":root {{{_LIGHT}}}\n@media (prefers-color-scheme: dark) {{ :root {{{_DARK}}} }}\n{_RULES}"
)
"""For a page: its own boxes take the same colours."""
