"""Compiles `split`: groups of customers, each with its share and its block."""

from collections.abc import Mapping

from flows import complaints
from flows.compile.reading import Reader
from flows.compile.writer import Action, Writer
from flows.model import Jump, Split
from flows.yaml_text import Listing, Mapped, Node, Scalar


def split(writer: Writer, action: Action) -> None:
    reader, fields = writer.reader, action.fields
    name = reader.name(action.value) if isinstance(action.value, Scalar) else ""
    index = writer.reserve(action.place)
    cases: dict[str, int] = {}
    leaps = []
    node = reader.required(fields, "cases", "split")
    for key, block in reader.entries(node, "cases"):
        cases[reader.name(key)] = writer.here
        # A group that things stay as they are for has nothing to do.
        if not (isinstance(block, Listing) and not block.items):
            writer.block(block, key.text)
        leaps.append(writer.reserve(block.place))
    if isinstance(node, Mapped) and len(cases) < 2:
        reader.expected(node, "cases", "хотя бы две группы", "two groups at least")
    for leap in leaps:
        writer.put(leap, Jump(writer.here))
    writer.put(index, Split(name, cases, _shares(reader, fields.get("shares"), cases)))


def _shares(reader: Reader, node: Node | None, cases: Mapping[str, int]) -> Mapping[str, float]:
    """How large each group is; equal ones where the owner says nothing."""
    if node is None:
        return dict.fromkeys(cases, 1.0)
    shares: dict[str, float] = {}
    for key, value in reader.entries(node, "shares"):
        if key.text not in cases:
            nearest = reader.report.nearest(key.text, cases)
            reader.report(complaints.UNKNOWN_SHARE, key.place, name=key.text, nearest=nearest)
        shares[key.text] = _share(reader, value)
    for name in cases:
        if name not in shares and isinstance(node, Mapped):
            reader.report(complaints.MISSING_KEY, node.place, where="shares", key=name)
    if isinstance(node, Mapped) and shares and not any(shares.values()):
        reader.expected(node, "shares", "хотя бы одна доля больше нуля", "one share above zero")
    return {name: shares.get(name, 0.0) for name in cases}


def _share(reader: Reader, node: Node) -> float:
    text = reader.word(node, "shares").removesuffix("%")
    if text.replace(".", "", 1).isdecimal():
        return float(text)
    reader.expected(node, "shares", "доля числом, например 70", "a share such as 70")
    return 1.0
