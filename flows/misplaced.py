"""Says why a line of a YAML file is out of place, from the indents and dashes around it."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from flows import complaints

# A dash with a word right behind it: `-ask: Как вас зовут?`.
_GLUED_DASH = re.compile(r"^-(?P<text>[^\W\d].*)$")
# What is written where `---` is meant.
_SEPARATOR = re.compile(r"^(?:--?|-{4,}|[—–]+|={3,})$")
# The start of a line that is no loose text: a key, an item, a comment, a quote or a bracket.
_STRUCTURE = re.compile(r"-(?:\s|$)|[#'\"\[\]{}]|[^:]*:(?:\s|$)")
_DASHES = re.compile(r"(?:-\s+)*")
_BLOCK = re.compile(r"(?:^|\s)[|>][-+\d]*\s*$")


class Misplaced(NamedTuple):
    """What is wrong, in which line (counted from 0), with what its wording needs."""

    kind: complaints.Kind
    line: int
    text: str = ""
    found: int = 0
    expected: str = ""


def misplaced(lines: Sequence[str], line: int) -> Misplaced:
    """The cause of what the parser did not understand in a line; it is in it or in the one before."""
    before = next((number for number in range(line - 1, -1, -1) if lines[number].strip()), line)
    for number in (before, line):
        written = lines[number].strip()
        glued = _GLUED_DASH.match(written)
        if glued is not None:
            return Misplaced(complaints.YAML_DASH, number, glued["text"])
        if _SEPARATOR.match(written):
            return Misplaced(complaints.YAML_SEPARATOR, number, written)
    for number in (line, before):
        if _is_loose(lines, number):
            return Misplaced(complaints.YAML_LOOSE_TEXT, number, lines[number].strip())
    levels = _levels(lines[:line])
    found = _indent(lines[line])
    if levels and found not in levels:
        return Misplaced(
            complaints.YAML_STEP, line, found=found, expected=", ".join(map(str, levels))
        )
    return Misplaced(complaints.YAML_INDENT, line)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _is_loose(lines: Sequence[str], number: int) -> bool:
    """Whether a line is mere words that no key, quote, bracket or `|` above it makes part of a text."""
    written = lines[number].strip()
    if _STRUCTURE.match(written) or written.endswith((",", "]", "}", '"', "'")):
        return False
    return not _in_block(lines, number)


def _in_block(lines: Sequence[str], number: int) -> bool:
    """Whether a line belongs to a text that follows `|`, being indented deeper than its key."""
    indent = _indent(lines[number])
    for above in reversed(lines[:number]):
        if above.strip() and _indent(above) < indent:
            return bool(_BLOCK.search(above)) and _key_column(above) < indent
    return False


def _key_column(line: str) -> int:
    indent = _indent(line)
    dashes = _DASHES.match(line, indent)
    return dashes.end() if dashes else indent


def _levels(lines: Sequence[str]) -> list[int]:
    """The indents at which the lines so far may go on."""
    levels: list[int] = []
    for line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        indent = _indent(line)
        levels = [level for level in levels if level < indent]
        levels += sorted({indent, _key_column(line)})
        if line.startswith("---"):
            levels = []
    return levels
