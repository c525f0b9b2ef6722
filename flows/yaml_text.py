"""YAML as owners write it: every scalar is a string, and everything knows its place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from flows import complaints
from flows.errors import Place
from flows.misplaced import misplaced
from flows.report import Report

MAX_BYTES = 1 << 20
MAX_DEPTH = 40


@dataclass(frozen=True, slots=True)
class Scalar:
    """A piece of text. `plain` says that it stands without quotes.

    `block` is how deep its lines are indented where it follows `|`, else -1.
    """

    place: Place
    text: str
    plain: bool = True
    block: int = -1


@dataclass(frozen=True, slots=True)
class Listing:
    place: Place
    items: tuple["Node", ...] = ()


@dataclass(frozen=True, slots=True)
class Mapped:
    """Keys with their values, in the order of the file; a key stands in it once."""

    place: Place
    entries: tuple[tuple[Scalar, "Node"], ...] = ()

    def get(self, key: str) -> "Node | None":
        return next((value for name, value in self.entries if name.text == key), None)


Node = Scalar | Listing | Mapped

# What a dash begins at the start of a line, and the text of a plain scalar after a key.
_AFTER_KEY = re.compile(r"^(?P<indent>[\s-]*)(?P<key>[^#\s'\"\[{-][^:]*?):\s+(?P<rest>\S.*)$")
# A key whose value stands right behind the colon; `https://…` and `12:30` are none.
_GLUED = re.compile(r"^[\s-]*(?P<key>[^\W\d]\w*):(?P<rest>[^\s:/].*)$")
_AFTER_DASH = re.compile(r"^\s*-\s+(?P<rest>\S.*)$")
# A line that is indented by a space that only looks like one.
_CHANNELS = re.compile(r"^channels:.*(?:\n(?:[ \t#].*)?)*", re.MULTILINE)
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_KEPT_VARIABLE = re.compile(r"\$\((\w+)\)")
_NO_BREAK = re.compile(r"^ *[\u00a0\u2000-\u200a\u202f\u3000]+ *(?:- |[\w«\"'{/]+:)", re.MULTILINE)
_CURLY = re.compile("[“”„«‘’]")
_CUT = re.compile(r" #[^\s#]")


class _Refused(Exception):
    """A file was complained about and cannot be read on."""


def read_yaml(file: str, text: str, report: Report) -> list[Node]:
    """The documents of a file; none where it cannot be read, and the report says why."""
    try:
        if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
            report(complaints.FILE_TOO_BIG, Place(file, 1))
            return []
        odd = _NO_BREAK.search(text)
        if odd is not None:
            report(complaints.YAML_SPACE, Place(file, text.count("\n", 0, odd.end()) + 1))
            return []
        return _Reader(file, _with_variables(text), report).documents()
    except yaml.YAMLError as error:
        _translate(file, text, error, report)
    except UnicodeEncodeError:
        report(complaints.YAML_CHARACTER, Place(file, 1))
    except _Refused:
        pass
    return []


def _with_variables(text: str) -> str:
    """A text with the `${NAME}` of a top `channels` written so that YAML takes it inside braces.

    Nothing moves by it: lines and columns stay those of the file.
    """
    return _CHANNELS.sub(lambda block: _VARIABLE.sub(r"$(\1)", block.group()), text, count=1)


def as_written(text: str) -> str:
    """A text of `channels` as the owner wrote it."""
    return _KEPT_VARIABLE.sub(r"${\1}", text)


class _Reader:
    """Builds nodes from the parser's events, so that nothing nests deeper than we allow."""

    def __init__(self, file: str, text: str, report: Report) -> None:
        self._file = file
        self._lines = text.split("\n")
        self._report = report
        self._events: Iterator[Any] = yaml.parse(text, Loader=yaml.CBaseLoader)
        self._depth = 0

    def documents(self) -> list[Node]:
        found: list[Node] = []
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                node = self._node(next(self._events))
                if not (isinstance(node, Scalar) and node.text == ""):
                    found.append(node)
        return found

    def _node(self, event: Any) -> Node:
        place = self._place(event)
        self._refuse_references(event, place)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, place)
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._report(complaints.YAML_DEPTH, place)
            raise _Refused
        node: Node
        if isinstance(event, yaml.SequenceStartEvent):
            node = self._listing(place)
        else:
            node = self._mapped(place, in_braces=bool(event.flow_style))
        self._depth -= 1
        return node

    def _listing(self, place: Place) -> Listing:
        items = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event))
        return Listing(place, tuple(items))

    def _mapped(self, place: Place, *, in_braces: bool) -> Mapped:
        entries: dict[str, tuple[Scalar, Node]] = {}
        two_flows = False
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._node(event)
            value_event = next(self._events)
            value = self._node(value_event)
            if not isinstance(key, Scalar):
                braces = isinstance(key, Mapped)
                self._report(complaints.YAML_BRACES if braces else complaints.YAML_KEY, key.place)
                raise _Refused
            if key.text in entries:
                if key.text == "flow":
                    # The keys that follow are the second flow's and stand twice for the same cause.
                    self._report(complaints.TWO_IN_ONE, key.place)
                elif not two_flows:
                    first = entries[key.text][0].place.line
                    self._report(complaints.DUPLICATE_KEY, key.place, key=key.text, first=first)
                two_flows = two_flows or key.text == "flow"
                continue
            if in_braces and key.plain and _cut_by_comma(value, value_event, entries):
                self._report(complaints.COMMA_CUTS, key.place, text=key.text)
                continue
            entries[key.text] = (key, value)
        return Mapped(place, tuple(entries.values()))

    def _scalar(self, event: Any, place: Place) -> Scalar:
        plain = event.style in (None, "")
        if plain and event.value:
            self._warn_of_comment(event)
        block = self._indent(event.start_mark.line) if event.style in ("|", ">") else -1
        return Scalar(place, event.value, plain, block)

    def _indent(self, line: int) -> int:
        for written in self._lines[line + 1 :]:
            if written.strip():
                return len(written) - len(written.lstrip(" "))
        return 0

    def _warn_of_comment(self, event: Any) -> None:
        mark = event.end_mark
        if mark.line >= len(self._lines):
            return
        # A plain scalar's end mark may stand after the blanks that follow it.
        line = self._lines[mark.line]
        start = len(line[: mark.column].rstrip())
        if _CUT.match(line, start):
            place = Place(self._file, mark.line + 1, start + 2)
            self._report(complaints.COMMENT_CUTS, place, text=line[start + 1 :].strip())

    def _refuse_references(self, event: Any, place: Place) -> None:
        if isinstance(event, yaml.AliasEvent):
            self._report(complaints.YAML_ALIAS, place, text=f"*{event.anchor}")
            raise _Refused
        if event.anchor is not None:
            self._report(complaints.YAML_ALIAS, place, text=f"&{event.anchor}")
            raise _Refused
        if event.tag is not None:
            self._report(complaints.YAML_TAG, place, text=event.tag)
            raise _Refused

    def _place(self, event: Any) -> Place:
        return Place(self._file, event.start_mark.line + 1, event.start_mark.column + 1)


def _cut_by_comma(value: Node, value_event: Any, before: dict[str, tuple[Scalar, Node]]) -> bool:
    """`{say: Привет, друг}`: what follows the comma became a key without a colon.

    The value of such a key is empty and has no width of its own.
    """
    cut = list(before.values())[-1][1] if before else None
    return (
        isinstance(cut, Scalar)
        and cut.plain
        and isinstance(value, Scalar)
        and value.text == ""
        and value.plain
        and value_event.start_mark.index == value_event.end_mark.index
    )


# ---------------------------------------------------------------- the parser's words in ours


def _translate(file: str, text: str, error: yaml.YAMLError, report: Report) -> None:
    lines = text.split("\n")
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        position = getattr(error, "position", 0) or 0
        report(complaints.YAML_CHARACTER, Place(file, text[:position].count("\n") + 1))
        return
    context = getattr(error, "context_mark", None)
    # An open quote or bracket is found missing at the end of the file; it begins at the context.
    if _is_unclosed(str(getattr(error, "problem", ""))) and context is not None:
        report(complaints.YAML_UNCLOSED, Place(file, context.line + 1, context.column + 1))
        return
    line, column = mark.line, mark.column
    if line >= len(lines) or not lines[line].strip():
        line = max(0, min(line, len(lines)) - 1)
        column = 0
    glued = _glued(lines, line, context.line if context is not None else line)
    if glued is not None:
        place, found = Place(file, glued[0] + 1), glued[1]
        report(complaints.YAML_GLUED, place, key=found["key"], text=found["rest"].strip())
        return
    opened = _open_quote(text, line)
    if opened is not None:
        report(complaints.YAML_OPEN_QUOTE, Place(file, opened + 1), last=line + 1)
        return
    kind, cause = _cause(lines, line, column, str(getattr(error, "problem", "")))
    if kind is not complaints.YAML_INDENT:
        report(kind, Place(file, line + 1, column + 1), text=cause)
        return
    fault = misplaced(lines, line)
    place = Place(file, fault.line + 1, column + 1 if fault.line == line else 1)
    report(fault.kind, place, text=fault.text, found=fault.found, expected=fault.expected)


def _glued(lines: list[str], line: int, begun: int) -> tuple[int, re.Match[str]] | None:
    """The key without a space after its colon that an error in `line` comes from.

    It is where the parser began to read a key, or right before the line it did not understand.
    """
    before = next((number for number in range(line - 1, -1, -1) if lines[number].strip()), line)
    for number in (begun, before):
        near = line - 2 <= number < len(lines)
        found = _GLUED.match(lines[number]) if near else None
        if found is not None:
            return number, found
    return None


def _open_quote(text: str, line: int) -> int | None:
    """The line where a quoted text begins that is closed, after others, in this line."""
    opened = None
    try:
        for event in yaml.parse(text, Loader=yaml.CBaseLoader):
            if isinstance(event, yaml.ScalarEvent) and event.style in ("'", '"'):
                first: int = event.start_mark.line  # type: ignore[union-attr]
                last: int = event.end_mark.line  # type: ignore[union-attr]
                opened = first if first < last == line else None
    except yaml.YAMLError:
        pass
    return opened


def _is_unclosed(problem: str) -> bool:
    return "end of stream" in problem or "',' or" in problem or "document indicator" in problem


def _cause(lines: list[str], line: int, column: int, problem: str) -> tuple[complaints.Kind, str]:
    written = lines[line]
    if "unknown escape" in problem:
        return complaints.YAML_ESCAPE, written[column : column + 2]
    indent = written[: len(written) - len(written.lstrip())]
    if "\t" in indent:
        return complaints.YAML_TAB, ""
    found = _AFTER_KEY.match(written) or _AFTER_DASH.match(written)
    rest = found["rest"] if found else ""
    if rest.startswith("{{"):
        return complaints.YAML_BRACES, ""
    if rest[:1] in ("*", "&", "!", "%", "@", "`", "|", ">"):
        return complaints.YAML_FIRST_CHARACTER, rest[0]
    if rest[:1] in ("'", '"'):
        return complaints.YAML_AFTER_QUOTE, ""
    if "mapping values" in problem:
        if re.search(r":(\s|$)", rest):
            curly = _CURLY.match(rest)
            return (
                (complaints.YAML_CURLY_QUOTES, curly[0]) if curly else (complaints.YAML_COLON, "")
            )
        return complaints.YAML_INDENT, ""
    return complaints.YAML_INDENT, ""
