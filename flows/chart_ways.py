"""Where a step leads: the ways out of it, followed to other steps, other flows and ends."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from flows.chart_words import said, way_label
from flows.graph import WayKind, ways
from flows.model import (
    AskAgain,
    Bot,
    Branch,
    CallFlow,
    Choose,
    Enter,
    Finish,
    Flow,
    Go,
    Later,
    Say,
    Split,
    StartFlow,
)

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
    ahead = [_Place(*begin) for begin in begins][::-1]
    seen: set[_Place] = set()
    while ahead:
        here = ahead.pop()
        if not 0 <= here.at < len(flow.code):
            continue
        here = _joined_again(here)
        if here in seen:
            continue
        seen.add(here)
        for leaving in _left_at(bot, flow, source, here):
            found[leaving] = None
        if not isinstance(flow.code[here.at], Enter):
            ahead.extend(reversed(_onward(bot, flow, here)))
    return _told_apart(found)


class _Place(NamedTuple):
    """How far a way has been followed, and what has decided it.

    `joins` are the operations ahead in which all roads of a decision meet again, each with what had
    decided before it.
    """

    at: int
    label: str
    kind: EdgeKind
    joins: tuple[Ahead, ...] = ()


def _joined_again(here: _Place) -> _Place:
    """Where all roads meet, none of them needs a name any more."""
    while here.joins and here.joins[-1][0] == here.at:
        _, label, kind = here.joins[-1]
        here = _Place(here.at, label, kind, here.joins[:-1])
    return here


def _onward(bot: Bot, flow: Flow, here: _Place) -> list[_Place]:
    """The last thing that decided where to go gives the way its words."""
    index, label, kind, joins = here
    operation = flow.code[index]
    if isinstance(operation, AskAgain):
        return [_Place(way.target, "", "") for way in ways(flow, index)]
    if isinstance(operation, Branch | Choose | Split):
        join = _join(flow, index)
        joins = (*joins, (join, label, kind)) if join is not None else joins
    onward = []
    for way in ways(flow, index):
        words = way_label(bot, flow, index, way)
        decided: tuple[str, EdgeKind] = (words, _KINDS.get(way.kind, ""))
        onward.append(_Place(way.target, *(decided if words else (label, kind)), joins))
    return onward


def _join(flow: Flow, index: int) -> int | None:
    """The next operation that every way out of a decision comes to; none where one of them leaves."""
    arms = [within(flow, way.target) for way in ways(flow, index)]
    common = set.intersection(*arms) if arms else set()
    return min((one for one in common if one > index), default=None)


def within(flow: Flow, entry: int) -> set[int]:
    """The operations a dialog may come to from one, up to the beginnings of other steps."""
    found: set[int] = set()
    ahead = [entry]
    while ahead:
        index = ahead.pop()
        if index in found or not 0 <= index < len(flow.code):
            continue
        found.add(index)
        if not isinstance(flow.code[index], Enter):
            ahead.extend(way.target for way in ways(flow, index))
    return found


def _left_at(bot: Bot, flow: Flow, source: str, here: _Place) -> Iterator[Leaving]:
    label, kind = here.label, here.kind
    operation = flow.code[here.at]
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
