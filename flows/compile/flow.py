"""Compiles one flow: first its header, and when all are known its steps."""

from flows import complaints
from flows.compile.asks import expires
from flows.compile.known import Header, Known
from flows.compile.reading import Reader
from flows.compile.references import GO_WORDS
from flows.compile.signatures import questions, told_apart, waits
from flows.compile.triggers import Triggers, handlers
from flows.compile.verbs import VERBS
from flows.compile.writer import Writer
from flows.model import Enter, Finish, Flow, Need, Target
from flows.report import Report
from flows.yaml_text import Listing, Mapped, Node, Scalar


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
        steps=_step_names(reader, reader.required(fields, "steps", "flow")),
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
) -> tuple[Flow, list[Reader]]:
    """The flow, and its readers with the variables it writes and reads."""
    reader = Reader(known, report)
    reader.saved.update(header.needs)
    reader.writes.update(list(header.needs))
    writer = Writer(reader, VERBS, header.name, header.steps)
    node = header.node
    steps, former = _main_line(writer, node.get("steps"))
    meanwhile = handlers(
        reader,
        node.get("meanwhile"),
        lambda block: Target(header.name, writer.handler(block)),
    )
    code, lines = writer.finish()
    code = told_apart(code)
    when = node.get("when")
    if when is not None:
        starts.add(when, Target(header.name))
    before, only_if = _before_it_starts(known, report, header), node.get("only_if")
    about = reader.word(node.get("about"), "about")
    flow = Flow(
        name=header.name,
        place=header.place,
        about=about,
        code=code,
        lines=lines,
        homes=writer.homes,
        steps=steps,
        questions=questions(code, former),
        waits=waits(code, writer.homes, former),
        was=_former_flow(reader, node.get("was")),
        is_task=header.is_task,
        only_if=before.expression(only_if, "only_if") if only_if is not None else None,
        needs=header.needs,
        gives=header.gives,
        scope=meanwhile.scope(),
        expires=expires(reader, node.get("expires")),
    )
    return flow, [reader, before]


def _before_it_starts(known: Known, report: Report, header: Header) -> Reader:
    """The reader of `only_if`: of the flow's variables there are only those it is given."""
    reader = Reader(known, report)
    reader.saved.update(header.needs)
    reader.writes.update(list(header.needs))
    return reader


def _former_flow(reader: Reader, node: Node | None) -> str:
    if not isinstance(node, Scalar):
        return reader.word(node, "was")
    name = reader.name(node)
    if name in reader.known.flows:
        reader.report(complaints.FORMER_IN_USE, node.place, name=name)
    return name


def _main_line(writer: Writer, node: Node | None) -> tuple[dict[str, int], dict[str, str]]:
    """The first operation of each step, and the steps' names by their former ones."""
    reader = writer.reader
    entries = reader.entries(node, "steps")
    if not isinstance(node, Mapped):
        return {}, {}
    if not entries:
        reader.report(complaints.TOO_FEW, node.place, where="steps")
    steps: dict[str, int] = {}
    former: dict[str, str] = {}
    for key, block in entries:
        writer.step = key.text.strip()
        steps[writer.step] = writer.emit(Enter(writer.step), key.place)
        writer.block(_without_former(writer, block, former), writer.step)
    writer.emit(Finish(), entries[-1][0].place if entries else node.place)
    writer.step = ""
    return steps, former


def _without_former(writer: Writer, block: Node, former: dict[str, str]) -> Node:
    """The actions of a step after its `was`, whose name is noted down in `former`."""
    first = block.items[0] if isinstance(block, Listing) and block.items else block
    if not isinstance(first, Mapped) or not first.entries or first.entries[0][0].text != "was":
        return block
    reader = writer.reader
    fields = reader.checked(first.entries, "step", writer.step, first.place)
    name = fields.get("was")
    if isinstance(name, Scalar):
        before = reader.name(name)
        if before in writer.steps or before in former:
            reader.report(complaints.FORMER_IN_USE, name.place, name=before)
        former[before] = writer.step
    rest = block.items[1:] if isinstance(block, Listing) else ()
    return Listing(block.place, rest)
