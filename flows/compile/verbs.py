"""Compiles the verbs, each into its operations."""

from collections.abc import Mapping
from datetime import timedelta

from flows.compile.actions import do
from flows.compile.asks import ask
from flows.compile.fields import Source
from flows.compile.references import (
    flow_arguments,
    flow_name,
    queue_name,
    results,
    step_name,
)
from flows.compile.says import say
from flows.compile.splits import split
from flows.compile.waits import wait
from flows.compile.writer import Action, Verb, Writer
from flows.model import (
    Assign,
    Branch,
    CallFlow,
    CancelLater,
    Choose,
    EachBegin,
    EachNext,
    Finish,
    Go,
    Goal,
    HandOff,
    IfBusy,
    Jump,
    Later,
    StartFlow,
    Value,
)
from flows.values import typed_scalar
from flows.yaml_text import Node, Scalar

_PRIORITIES = ("low", "normal", "high", "urgent")
_BUSY: tuple[IfBusy, ...] = ("wait", "now", "skip")


def assign(writer: Writer, action: Action) -> None:
    reader = writer.reader
    values: list[tuple[str, Value]] = []
    for key, node in reader.entries(action.value, "set"):
        name = reader.variable(key, "set")
        if name is not None:
            values.append((name, reader.value(node, _declared(writer, name))))
    writer.emit(Assign(tuple(values)), action.place)


def _declared(writer: Writer, name: str) -> str | None:
    """The type a variable has where it is declared: a person's field, an input of the flow."""
    known = writer.reader.known
    root, _, rest = name.partition(".")
    if root == "user" and rest:
        return known.user.get(rest)
    header = known.flows.get(writer.flow)
    need = header.needs.get(name) if header else None
    return need.kind if need else None


def branch(writer: Writer, action: Action) -> None:
    reader, fields = writer.reader, action.fields
    condition = reader.expression(action.value, "if")
    index = writer.reserve(action.place)
    writer.block(reader.required(fields, "then", "if"), "then")
    otherwise = fields.get("else")
    if otherwise is not None:
        leap = writer.reserve(otherwise.place)
        writer.put(index, Branch(condition, writer.here))
        writer.block(otherwise, "else")
        writer.put(leap, Jump(writer.here))
    else:
        writer.put(index, Branch(condition, writer.here))


def choose(writer: Writer, action: Action) -> None:
    reader, fields = writer.reader, action.fields
    subject = reader.expression(action.value, "choose")
    index = writer.reserve(action.place)
    cases: dict[str, int] = {}
    leaps = []
    for key, node in reader.entries(reader.required(fields, "cases", "choose"), "cases"):
        cases[_case(key)] = writer.here
        writer.block(node, "cases")
        leaps.append(writer.reserve(node.place))
    otherwise = writer.here
    writer.block(fields.get("else"), "else")
    for leap in leaps:
        writer.put(leap, Jump(writer.here))
    writer.put(index, Choose(subject, cases, otherwise))


def _case(key: Scalar) -> str:
    """The text by which a case is compared; see `Choose`."""
    value = typed_scalar(key.text) if key.plain else key.text
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "null" if value is None else str(value)


def each(writer: Writer, action: Action) -> None:
    items = writer.reader.expression(action.value, "each")
    begin = writer.reserve(action.place)
    around, writer.loops = writer.loops, (*writer.loops, begin)
    with writer.reader.each_of(items):
        writer.block(writer.reader.required(action.fields, "then", "each"), "then")
    writer.emit(EachNext(begin), action.place)
    writer.loops = around
    writer.put(begin, EachBegin(items, writer.here))


def go(writer: Writer, action: Action) -> None:
    where = step_name(writer.reader, writer.flow, writer.steps, action.value)
    operation = Go("step", where)
    if where == "back":
        operation = Go("back")
    elif where == "again":
        operation = Go("again")
    elif where == "cancel":
        operation = Go("cancel")
    writer.emit(operation, action.place)


def call(writer: Writer, action: Action) -> None:
    reader = writer.reader
    flow = flow_name(reader, action.value, "call")
    arguments = flow_arguments(reader, flow, action.fields.get("with"), action.place)
    save = reader.variable(action.fields.get("save"), "save")
    header = reader.known.flows.get(flow)
    if save is not None and header is not None:
        reader.results.setdefault(save, []).append(Source(flow, tuple(header.gives)))
    writer.emit(CallFlow(flow, arguments, save), action.place)


def start(writer: Writer, action: Action) -> None:
    flow = flow_name(writer.reader, action.value, "start")
    arguments = flow_arguments(writer.reader, flow, action.fields.get("with"), action.place)
    writer.emit(StartFlow(flow, arguments), action.place)


def done(writer: Writer, action: Action) -> None:
    node = action.value
    if node is None or (isinstance(node, Scalar) and not node.text):
        writer.emit(Finish(), action.place)
        return
    writer.emit(Finish(results(writer.reader, writer.flow, node)), action.place)


def later(writer: Writer, action: Action) -> None:
    reader = writer.reader
    fields = reader.fields(action.value, "later", "later")
    undone = reader.text(fields.get("cancel"), "cancel")
    if undone is not None:
        writer.emit(CancelLater(undone), action.place)
        return
    flow = flow_name(reader, reader.required(fields, "call", "later"), "call")
    if ("at" in fields) == ("after" in fields):
        reader.expected(action.place, "later", "или at, или after", "either at or after")
    if_busy = reader.one_of(fields.get("if_busy"), _BUSY, "if_busy", "wait")
    operation = Later(
        flow=flow,
        at=reader.expression(fields.get("at"), "at") if "at" in fields else None,
        after=reader.duration(fields.get("after"), "after"),
        arguments=flow_arguments(reader, flow, fields.get("with"), action.place),
        id=reader.text(fields.get("id"), "id"),
        if_busy=next(word for word in _BUSY if word == if_busy),
    )
    writer.emit(operation, action.place)


def handoff(writer: Writer, action: Action) -> None:
    reader, fields = writer.reader, action.fields
    queue = queue_name(reader, action.value)
    note = reader.text(fields.get("note"), "note")
    said = reader.text(fields.get("say"), "say")
    priority = reader.one_of(fields.get("priority"), _PRIORITIES, "priority", "normal")
    index = writer.reserve(action.place)

    def finish() -> None:
        after, unanswered = _unanswered(writer, fields.get("unanswered"))
        operation = HandOff(
            queue=queue,
            note=note,
            say=said,
            priority=priority,
            unanswered_after=after,
            unanswered=unanswered,
            offline=writer.side_block(fields.get("offline"), "offline", Finish()),
            closed=writer.side_block(fields.get("closed"), "closed", Jump(index + 1)),
            cancel=writer.side_block(fields.get("cancel"), "cancel", Finish()),
        )
        writer.put(index, operation)

    writer.aside(finish)


def _unanswered(writer: Writer, node: Node | None) -> tuple[timedelta | None, int]:
    if node is None:
        return None, -1
    reader = writer.reader
    fields = reader.fields(node, "unanswered", "unanswered")
    after = reader.duration(fields.get("after"), "after")
    then = reader.required(fields, "then", "unanswered")
    return after, writer.side_block(then, "then", Finish())


def goal(writer: Writer, action: Action) -> None:
    name = writer.reader.word(action.value, "goal") if action.value is not None else ""
    writer.emit(Goal(name), action.place)


VERBS: Mapping[str, Verb] = {
    "say": say,
    "ask": ask,
    "set": assign,
    "if": branch,
    "choose": choose,
    "split": split,
    "each": each,
    "go": go,
    "call": call,
    "start": start,
    "done": done,
    "do": do,
    "wait": wait,
    "later": later,
    "handoff": handoff,
    "goal": goal,
}
