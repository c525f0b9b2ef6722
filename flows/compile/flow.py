"""Compiles one flow: first its header, and when all are known its steps."""

from dataclasses import replace

from flows import complaints
from flows.compile.asks import expires
from flows.compile.known import Header, Known
from flows.compile.reading import Reader
from flows.compile.references import GO_WORDS
from flows.compile.triggers import Triggers, handlers
from flows.compile.verbs import VERBS
from flows.compile.writer import Writer
from flows.errors import Place
from flows.model import Ask, Enter, Finish, Flow, Need, Operation, Signature, Target
from flows.report import Report
from flows.yaml_text import Mapped, Node, Scalar


def read_header(node: Node, known: Known, report: Report) -> None:
    """Note a flow's name and promises down, so that others may refer to it."""
    reader = Reader(known, report)
    fields = reader.fields(node, "flow", "flow")
    name_node = reader.required(fields, "flow", "flow") if isinstance(node, Mapped) else None
    if not isinstance(name_node, Scalar) or not isinstance(node, Mapped):
        return
    name = reader.name(name_node)
    if name in known.flows:
        first = known.flows[name].place
        report(complaints.TWO_FLOWS, name_node.place, name=name, first=first)
        return
    known.flows[name] = Header(
        name=name,
        place=fields.key("flow").place,
        node=node,
        needs=_needs(reader, fields.get("needs")),
        gives=_gives(reader, fields.get("gives")),
        steps=_step_names(reader, fields.get("steps")),
        is_task="when" in fields,
    )


def _needs(reader: Reader, node: Node | None) -> dict[str, Need]:
    found = {}
    for key, value in reader.entries(node, "needs"):
        name = reader.variable(key, "needs") or key.text
        if isinstance(value, Mapped):
            fields = reader.fields(value, "need", "needs")
            kind = reader.required(fields, "as", "needs")
            optional = reader.yes_no(fields.get("optional"), "optional", default=False)
            found[name] = Need(reader.type_name(kind, "as") if kind else "any", optional)
        else:
            found[name] = Need(reader.type_name(value, "needs"))
    return found


def _gives(reader: Reader, node: Node | None) -> dict[str, str]:
    return {
        key.text: reader.type_name(value, "gives") for key, value in reader.entries(node, "gives")
    }


def _step_names(reader: Reader, node: Node | None) -> tuple[str, ...]:
    names = []
    for key, _ in reader.entries(node, "steps"):
        name = reader.name(key)
        if name in GO_WORDS:
            reader.report(complaints.RESERVED_NAME, key.place, name=name)
        names.append(name)
    return tuple(names)


def compile_flow(
    header: Header, known: Known, report: Report, starts: Triggers
) -> tuple[Flow, Reader]:
    """The flow, and its reader with the variables it writes and reads."""
    reader = Reader(known, report)
    reader.saved.update(header.needs)
    writer = Writer(reader, VERBS, header.name, header.steps)
    node = header.node
    steps = _main_line(writer, node.get("steps"), header.place)
    meanwhile = handlers(
        reader,
        node.get("meanwhile"),
        lambda block: Target(header.name, writer.handler(block)),
    )
    code, lines = writer.finish()
    code = _told_apart(code)
    when = node.get("when")
    if when is not None:
        starts.add(when, Target(header.name))
    about = reader.word(node.get("about"), "about")
    flow = Flow(
        name=header.name,
        place=header.place,
        about=about,
        code=code,
        lines=lines,
        steps=steps,
        questions=_questions(code),
        is_task=header.is_task,
        needs=header.needs,
        gives=header.gives,
        scope=meanwhile.scope(),
        expires=expires(reader, node.get("expires")),
    )
    return flow, reader


def _main_line(writer: Writer, node: Node | None, place: Place) -> dict[str, int]:
    reader = writer.reader
    entries = reader.entries(node, "steps")
    if node is not None and not isinstance(node, Mapped):
        return {}
    if node is None:
        reader.report(complaints.MISSING_KEY, place, where="flow", key="steps")
    elif not entries:
        reader.report(complaints.TOO_FEW, node.place, where="steps")
    steps = {}
    for key, block in entries:
        writer.step = key.text.strip()
        steps[writer.step] = writer.emit(Enter(writer.step), key.place)
        writer.block(block, writer.step)
    writer.emit(Finish(), entries[-1][0].place if entries else place)
    writer.step = ""
    return steps


def _told_apart(code: tuple[Operation, ...]) -> tuple[Operation, ...]:
    """Give the second of two questions alike in step, name and type a signature of its own."""
    seen: dict[Signature, int] = {}
    told = []
    for operation in code:
        if isinstance(operation, Ask):
            signature = operation.question.signature
            count = seen[signature] = seen.get(signature, 0) + 1
            if count > 1:
                own = signature._replace(save=f"{signature.save}#{count}")
                operation = Ask(replace(operation.question, signature=own), operation.step)
        told.append(operation)
    return tuple(told)


def _questions(code: tuple[Operation, ...]) -> dict[Signature, int]:
    return {
        operation.question.signature: index
        for index, operation in enumerate(code)
        if isinstance(operation, Ask)
    }
