"""Compiles `do`: which action of the catalogue, with what, and what if it fails."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from flows import complaints
from flows.compile.fields import Source
from flows.compile.reading import Reader
from flows.compile.writer import Action, Writer
from flows.model import ActionSpec, Do, Input, Jump, Value
from flows.text import Text
from flows.yaml_text import Listing, Mapped, Node, Scalar

_TIMEOUT = timedelta(seconds=30)
_WRITTEN_HOST = re.compile(r"https?://[^\s/?#{}@\\]+(?:[/?#].*)?", re.DOTALL)
_CALENDAR = "calendar."


def do(writer: Writer, action: Action) -> None:
    reader, fields = writer.reader, action.fields
    spec = _spec(reader, action)
    uses = len(reader.uses)
    with reader.secrets_allowed():
        arguments = _arguments(reader, spec, action)
    secret = any("secrets" in use.names for use in reader.uses[uses:])
    save = reader.variable(fields.get("save"), "save")
    if save is not None:
        source = Source(spec.name, tuple(spec.outputs), spec.listed)
        reader.results.setdefault(save, []).append(source)
    retries = reader.whole_number(fields.get("retries"), "retries") or 0
    timeout = reader.duration(fields.get("timeout"), "timeout") or _TIMEOUT
    index = writer.reserve(action.place)

    def finish() -> None:
        failed = writer.side_block(fields.get("failed"), "failed", Jump(index + 1))
        operation = Do(
            action=spec.name,
            arguments=arguments,
            effect=spec.effect,
            quick=spec.quick,
            save=save,
            retries=retries,
            timeout=timeout,
            failed=failed,
            secret=secret,
        )
        writer.put(index, operation)

    writer.aside(finish)


def _spec(reader: Reader, action: Action) -> ActionSpec:
    node = action.value
    if node is None:
        return ActionSpec(name="")
    name = reader.word(node, "do")
    spec = reader.known.actions.get(name)
    if spec is None:
        if name:
            nearest = reader.report.nearest(name, reader.known.actions)
            reader.report(complaints.UNKNOWN_ACTION, node.place, name=name, nearest=nearest)
        return ActionSpec(name="")
    if spec.missing is not None:
        reason = reader.report.words(*spec.missing)
        reader.report(complaints.ACTION_MISSING, node.place, name=name, reason=reason)
    if name.startswith(_CALENDAR) and not reader.known.calendar:
        reader.report(complaints.NO_CALENDAR, node.place, name=name)
    return spec


def _arguments(reader: Reader, spec: ActionSpec, action: Action) -> Mapping[str, Value]:
    found: dict[str, Value] = {}
    for key, node in reader.entries(action.fields.get("with"), "with"):
        given = spec.inputs.get(key.text)
        if spec.name and given is None:
            nearest = reader.report.nearest(key.text, spec.inputs)
            reader.report(
                complaints.EXTRA_WITH, key.place, target=spec.name, name=key.text, nearest=nearest
            )
        found[key.text] = reader.value(node)
        if given is not None:
            _check(reader, key, node, given, found[key.text])
            if given.kind == "address" and isinstance(text := found[key.text], Text):
                found[key.text] = replace(text, address=True)
    # A name too many is one that is missing, misspelt.
    misspelt = any(name not in spec.inputs for name in found)
    for name, needed in spec.inputs.items():
        if needed.required and name not in found and not misspelt:
            reader.report(complaints.MISSING_WITH, action.place, target=spec.name, name=name)
    return found


def _check(reader: Reader, key: Scalar, node: Node, given: Input, value: Value) -> None:
    """What can be said of an argument before anything runs."""
    if given.kind == "sources":
        _sources(reader, node)
    elif given.kind == "address":
        written = value.source if isinstance(value, Text) else value
        if not isinstance(written, str) or not _WRITTEN_HOST.fullmatch(written):
            reader.report(complaints.OPEN_ADDRESS, node.place, name=key.text)
    elif given.kind == "object" and isinstance(node, Listing):
        reader.expected(node, key.text, "пары «имя: значение»", "pairs of a name and a value")


def _sources(reader: Reader, node: Node) -> None:
    for item in reader.items(node):
        if isinstance(item, Mapped) or "{{" in item.text:  # type: ignore[union-attr]
            continue
        name = reader.word(item, "sources")
        if name and name not in reader.known.sources:
            nearest = reader.report.nearest(name, reader.known.sources)
            reader.report(complaints.UNKNOWN_SOURCE, item.place, name=name, nearest=nearest)
