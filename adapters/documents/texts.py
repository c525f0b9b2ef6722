"""Plain texts: how they are encoded, and Markdown's headings."""

import io
import re
from codecs import getincrementaldecoder
from collections.abc import Iterator
from typing import IO

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
_STEP = 1 << 20
_FENCE = ("```", "~~~")


def decoded(content: bytes) -> str:
    """UTF-8, or UTF-16 with its mark, or else Windows-1251. Raises Unread for what is no text."""
    return "".join(_decoded(io.BytesIO(content)))


def check_text(file: IO[bytes]) -> None:
    """The same look, a piece at a time: many uploads at once fill no memory. Raises Unread."""
    for _ in _decoded(file):
        pass


def _decoded(file: IO[bytes]) -> Iterator[str]:
    head = file.read(4)
    marked = next((encoding for mark, encoding in _MARKED if head.startswith(mark)), None)
    if marked is not None:
        return _pieces(file, marked)
    return _pieces(file, "utf-8" if _is_utf8(file) else "cp1251")


def _is_utf8(file: IO[bytes]) -> bool:
    decoder = getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while piece := file.read(_STEP):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _pieces(file: IO[bytes], encoding: str) -> Iterator[str]:
    decoder = getincrementaldecoder(encoding)()
    file.seek(0)
    ended = False
    while not ended:
        piece = file.read(_STEP)
        ended = not piece
        try:
            text = decoder.decode(piece, final=ended)
        except UnicodeDecodeError as error:
            raise Unread("The file is no text: save it as UTF-8") from error
        if _CONTROL.search(text):
            raise Unread("The file is no text: it has bytes in it that no text has")
        yield text


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
