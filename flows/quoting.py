"""Puts quotes around the texts of a YAML file that cannot do without, and leaves the rest as it is."""

import re
from typing import Any

from flows import complaints
from flows.errors import Place
from flows.report import Report
from flows.yaml_text import read_yaml

# The text of a line: what stands behind a key, or behind the dash of a list.
_TEXT = re.compile(r"^[\s-]*(?:[^#\s'\"\[{-][^:#]*?:\s+|-\s+)(?P<text>\S.*)$")
_COMMENT = re.compile(r"\s+#(?:\s.*)?$")
_COLLECTION = re.compile(r"\[|\{(?!\{)|[|>][-+\d]*(?:\s|$)")
_CONTINUED = re.compile(r"(?!\s*(?:-\s|#|[^\s#'\"\[{-][^:]*:(?:\s|$)))\s*\S")
_NEXT_KEY = re.compile(r"\s*(?:\}|,\s*[\w.]+:\s)")

_WHOLE_LINE = frozenset(
    (
        complaints.YAML_BRACES,
        complaints.YAML_COLON,
        complaints.YAML_CURLY_QUOTES,
        complaints.YAML_FIRST_CHARACTER,
        complaints.YAML_AFTER_QUOTE,
        complaints.YAML_ALIAS,
        complaints.YAML_TAG,
        complaints.COMMENT_CUTS,
    )
)


def quote(text: str) -> str:
    """The file with quotes where a text was refused or cut; what is not understood stays.

    Comments, blank lines and line ends are kept byte for byte. A second run changes nothing.
    """
    for _ in range(text.count("\n") + 1):
        changed = _quoted_once(text)
        if changed is None:
            break
        text = changed
    return text


def _quoted_once(text: str) -> str | None:
    """The file with one text more in quotes, None where there is nothing to do."""
    lines = text.split("\n")
    for kind, place in _complaints(text):
        line = lines[place.line - 1]
        ending = "\r" if line.endswith("\r") else ""
        line = line.removesuffix("\r")
        changed = None
        if kind is complaints.COMMA_CUTS:
            changed = _join(line, place.column - 1)
        elif kind in _WHOLE_LINE and not _goes_on(lines, place.line - 1):
            changed = _quote_line(line)
        if changed is not None and changed != line:
            return "\n".join([*lines[: place.line - 1], changed + ending, *lines[place.line :]])
    return None


class _Noted(Report):
    """Keeps what kind a complaint is of, where a report keeps its words."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[tuple[complaints.Kind, Place]] = []

    def __call__(self, kind: complaints.Kind, place: Place, **values: Any) -> None:
        self.noted.append((kind, place))


def _complaints(text: str) -> list[tuple[complaints.Kind, Place]]:
    noted = _Noted()
    read_yaml("", text, noted)
    return noted.noted


def _goes_on(lines: list[str], number: int) -> bool:
    """Whether the text of a line is continued in the next one."""
    following = next((line for line in lines[number + 1 :] if line.strip()), "")
    depth = len(lines[number]) - len(lines[number].lstrip(" -"))
    deeper = len(following) - len(following.lstrip(" ")) > depth
    return deeper and _CONTINUED.match(following) is not None


def _quote_line(line: str) -> str | None:
    found = _TEXT.match(line)
    if found is None or _COLLECTION.match(found["text"]):
        return None
    start = found.start("text")
    comment = _COMMENT.search(line, start)
    end = comment.start() if comment is not None else len(line.rstrip())
    return line[:start] + _in_quotes(line[start:end]) + line[end:]


def _join(line: str, cut: int) -> str | None:
    """A text of `{…}` that a comma cut in two, whole again; `cut` is where its second half begins."""
    start = line.rfind(": ", 0, cut)
    following = _NEXT_KEY.search(line, cut)
    if start < 0 or following is None:
        return None
    start += 2
    start += len(line[start:]) - len(line[start:].lstrip())
    words = line[start : following.start()]
    if any(sign in words for sign in "{}[]\"'"):
        return None
    return line[:start] + _in_quotes(words) + line[following.start() :]


def _in_quotes(words: str) -> str:
    if '"' not in words and "\\" not in words:
        return f'"{words}"'
    return "'" + words.replace("'", "''") + "'"
