"""Compiles `wait`: a pause, or until an event comes."""

from datetime import timedelta

from flows import complaints
from flows.compile.reading import Reader
from flows.compile.triggers import event_name
from flows.compile.writer import Action, Writer
from flows.model import Await, Jump
from flows.vocabulary import EVENTS
from flows.yaml_text import Mapped, Node, Scalar


def wait(writer: Writer, action: Action) -> None:
    """`wait: 2s`, or `wait: {event: payment.paid, save: …, timeout: {after: 1h, then: …}}`."""
    reader = writer.reader
    if not isinstance(action.value, Mapped):
        pause = reader.duration(action.value, "wait") or timedelta()
        writer.emit(Await(after=pause), action.place)
        return
    if action.value.get("event") is None and action.value.get("after") is not None:
        ru = "пауза пишется сразу: wait: 5m, а событие — так: wait: {event: payment.paid}"
        en = "a pause stands right there, as wait: 5m, and an event as wait: {event: payment.paid}"
        reader.expected(action.place, "wait", ru, en)
        return
    fields = reader.fields(action.value, "wait", "wait")
    event = _event(reader, reader.required(fields, "event", "wait"))
    save = reader.variable(fields.get("save"), "save")
    timeout = fields.get("timeout")
    index = writer.reserve(action.place)

    def finish() -> None:
        after, entry = _timeout(writer, timeout, Jump(index + 1))
        operation = Await(event=event, after=after, save=save, timeout_entry=entry)
        writer.put(index, operation)

    writer.aside(finish)


def _event(reader: Reader, node: Node | None) -> str:
    """What the bot itself tells handlers, such as `cancel`, cannot be waited for."""
    if not isinstance(node, Scalar):
        if node is not None:
            reader.expected(node, "event", "имя события", "the name of an event")
        return ""
    name = node.text.strip()
    if name in EVENTS:
        reader.report(complaints.NOT_AWAITED, node.place, name=name)
        return ""
    return event_name(reader, node, ())


def _timeout(writer: Writer, node: Node | None, ending: Jump) -> tuple[timedelta | None, int]:
    if node is None:
        return None, -1
    reader = writer.reader
    fields = reader.fields(node, "timeout", "timeout")
    after = reader.duration(reader.required(fields, "after", "timeout"), "after")
    then = reader.required(fields, "then", "timeout")
    return after, writer.side_block(then, "then", ending)
