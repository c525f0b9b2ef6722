"""Where a step leads: the ways out of it, followed to other steps, other flows and ends."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from flows.chart_words import said, way_label
from flows.graph import Way, WayKind, ways
from flows.model import AskAgain, Bot, CallFlow, Enter, Finish, Flow, Go, Later, Say, StartFlow

NodeKind = Literal["start", "step", "flow", "done", "cancel", "anywhere", "jump"]
EdgeKind = Literal["", "button", "if", "timeout", "failed", "handler", "call", "start", "later"]

_KINDS: Mapping[WayKind, EdgeKind] = {
    "button": "button",
    "if": "if",
    "else": "if",
    "case": "if",
    "misses": "failed",
    "timeout": "timeout",
    "unanswered": "timeout",
    "failed": "failed",
    "offline": "failed",
    "cancel": "failed",
    "handler": "handler",
}


Ahead = tuple[int, str, EdgeKind]


@dataclass(frozen=True, slots=True)
class Leaving:
    """A way out: `to` is a step, or a flow where `node` is `flow`, or nothing for an end."""

    source: str
    node: NodeKind
    to: str
    label: str
    kind: EdgeKind


def ways_from(bot: Bot, flow: Flow, source: str, begins: Iterable[Ahead]) -> list[Leaving]:
    """Follow the ways from some operations until they enter a step or leave the flow."""
    found: dict[Leaving, None] = {}
    ahead = list(begins)[::-1]
    seen: set[Ahead] = set()
    while ahead:
        here = ahead.pop()
        index = here[0]
        if here in seen or not 0 <= index < len(flow.code):
            continue
        seen.add(here)
        for leaving in _left_at(bot, flow, source, here):
            found[leaving] = None
        if not isinstance(flow.code[index], Enter):
            onward = [_onward(bot, flow, here, way) for way in ways(flow, index)]
            ahead.extend(reversed(onward))
    return _told_apart(found)


def _onward(bot: Bot, flow: Flow, here: Ahead, way: Way) -> Ahead:
    """The last thing that decided where to go gives the way its words."""
    index, label, kind = here
    if isinstance(flow.code[index], AskAgain):
        return way.target, "", ""
    words = way_label(bot, flow, index, way)
    return (way.target, words, _KINDS.get(way.kind, "")) if words else (way.target, label, kind)


def _left_at(bot: Bot, flow: Flow, source: str, here: Ahead) -> Iterator[Leaving]:
    index, label, kind = here
    operation = flow.code[index]
    if isinstance(operation, Enter):
        yield Leaving(source, "step", operation.step, label, kind)
    elif isinstance(operation, Finish):
        yield Leaving(source, "done", "", label, kind)
    elif isinstance(operation, Go) and operation.where == "cancel":
        yield Leaving(source, "cancel", "", label, kind)
    elif isinstance(operation, CallFlow):
        yield Leaving(source, "flow", operation.flow, label, kind or "call")
    elif isinstance(operation, StartFlow):
        yield Leaving(source, "flow", operation.flow, label, kind or "start")
    elif isinstance(operation, Later):
        yield Leaving(source, "flow", operation.flow, said(bot.language, "later"), "later")
    elif isinstance(operation, Say):
        for button in operation.message.offered:
            if button.act in ("call", "start"):
                yield Leaving(source, "flow", button.target, button.label.source, "button")


def _told_apart(found: Iterable[Leaving]) -> list[Leaving]:
    """One way to each place and of each kind; where all roads lead there, none needs a name."""
    places: dict[tuple[NodeKind, str], list[Leaving]] = {}
    for leaving in found:
        places.setdefault((leaving.node, leaving.to), []).append(leaving)
    kept = []
    for several in places.values():
        plain = next((one for one in several if not one.label), None)
        if plain is not None:
            kept.append(plain)
            several = [one for one in several if one.kind in ("timeout", "failed", "handler")]
        kept += _joined(several)
    return kept


def _joined(several: Iterable[Leaving]) -> Iterator[Leaving]:
    kinds: dict[EdgeKind, list[Leaving]] = {}
    for one in several:
        kinds.setdefault(one.kind, []).append(one)
    for kind, alike in kinds.items():
        labels = list(dict.fromkeys(one.label for one in alike))
        label = ", ".join(labels[:2]) + (" …" if len(labels) > 2 else "")
        first = alike[0]
        yield Leaving(first.source, first.node, first.to, label, kind)
