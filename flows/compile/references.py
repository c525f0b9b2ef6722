"""Resolves what one part of a bot says about another: flows and their inputs, steps, queues."""

from collections.abc import Mapping, Sequence

from flows import complaints
from flows.compile.reading import Reader
from flows.errors import Place
from flows.model import Value
from flows.yaml_text import Node

GO_WORDS = ("back", "again", "cancel")


def flow_name(reader: Reader, node: Node | None, title: str) -> str:
    """A flow of this bot."""
    if node is None:
        return ""
    name = reader.word(node, title)
    known = reader.known
    if name and name not in known.flows and known.whole:
        nearest = reader.report.nearest(name, known.flows)
        reader.report(complaints.UNKNOWN_FLOW, node.place, name=name, nearest=nearest)
    return name


def flow_arguments(
    reader: Reader, flow: str, node: Node | None, place: Place
) -> Mapping[str, Value]:
    """A `with` for a flow, checked against its `needs` and typed by them."""
    header = reader.known.flows.get(flow)
    entries = reader.entries(node, "with")
    if header is None:
        return {key.text: reader.value(value) for key, value in entries}
    found: dict[str, Value] = {}
    for key, value in entries:
        need = header.needs.get(key.text)
        if need is None:
            nearest = reader.report.nearest(key.text, header.needs)
            reader.report(
                complaints.EXTRA_WITH, key.place, target=flow, name=key.text, nearest=nearest
            )
        found[key.text] = reader.value(value, need.kind if need else None)
    # A name too many is one that is missing, misspelt.
    misspelt = any(name not in header.needs for name in found)
    for name, need in header.needs.items():
        if name not in found and not need.optional and not misspelt:
            reader.report(complaints.MISSING_WITH, place, target=flow, name=name)
    return found


def results(reader: Reader, flow: str, node: Node | None) -> Mapping[str, Value]:
    """What `done` gives back, checked against the flow's `gives` where it has any."""
    header = reader.known.flows.get(flow)
    gives = header.gives if header else {}
    found: dict[str, Value] = {}
    for key, value in reader.entries(node, "done"):
        if gives and key.text not in gives:
            nearest = reader.report.nearest(key.text, gives)
            reader.report(
                complaints.EXTRA_RESULT, key.place, target=flow, name=key.text, nearest=nearest
            )
        found[key.text] = reader.value(value, gives.get(key.text))
    return found


def step_name(reader: Reader, flow: str, steps: Sequence[str], node: Node | None) -> str:
    """A step of this flow, or one of the words of `go`."""
    if node is None:
        return ""
    name = reader.word(node, "go")
    if not name or name in GO_WORDS or name in steps:
        return name
    if not flow:
        reader.report(complaints.NO_STEPS_HERE, node.place, name=name)
        return name
    nearest = reader.report.nearest(name, (*steps, *GO_WORDS))
    if name in reader.known.flows:
        nearest = reader.report.words(
            f" — это сценарий: call: {name} или start: {name}", ": it is a flow, use call or start"
        )
    reader.report(complaints.UNKNOWN_STEP, node.place, flow=flow, name=name, nearest=nearest)
    return name


def queue_name(reader: Reader, node: Node | None) -> str:
    if node is None:
        return ""
    name = reader.word(node, "handoff")
    queues = reader.known.queues
    reader.known.used_queues.add(name)
    if name and queues is not None and name not in queues:
        nearest = reader.report.nearest(name, queues)
        reader.report(complaints.UNKNOWN_QUEUE, node.place, name=name, nearest=nearest)
    return name
