"""Plain texts: how they are encoded, and Markdown's headings."""

import re
from collections.abc import Iterator

from adapters.documents.refusals import Unread

_MARKED = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_HEADING = re.compile(r"#{1,6}[ \t]+")
_FENCE = ("```", "~~~")


def decoded(content: bytes) -> str:
    """UTF-8, or UTF-16 with its mark, or else Windows-1251. Raises Unread for what is no text."""
    for mark, encoding in _MARKED:
        if content.startswith(mark):
            return _text(content, encoding)
    try:
        return _text(content, "utf-8")
    except Unread:
        return _text(content, "cp1251")


def _text(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unread("The file is no text: save it as UTF-8") from error
    if _CONTROL.search(text):
        raise Unread("The file is no text: it has bytes in it that no text has")
    return text


def plain(text: str) -> Iterator[tuple[str, str]]:
    """A text as one part without a heading."""
    yield "", text


def markdown(text: str) -> Iterator[tuple[str, str]]:
    """Each heading with what stands under it; in blocks of code none is looked for."""
    title, lines, fence = "", list[str](), ""
    for line in text.splitlines():
        mark = line.lstrip()[:3]
        if mark in _FENCE and fence in ("", mark):
            fence = "" if fence else mark
        heading = None if fence else _HEADING.match(line)
        if heading is None:
            lines.append(line)
            continue
        yield title, "\n".join(lines)
        title, lines = line[heading.end() :].strip().rstrip("#").strip(), []
    yield title, "\n".join(lines)
