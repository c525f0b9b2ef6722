"""What a file is by its content, and whether its name and its sender say the same."""

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple

import puremagic

from adapters.documents.archive import checked_archive
from adapters.documents.refusals import Unread
from adapters.documents.texts import check_text
from bots.errors import FileTooLarge, UnknownFormat
from bots.model.knowledge import MIME, FileKind


class Look(NamedTuple):
    """How a kind of file is called, and what senders call it beside its own type."""

    title: str
    also: frozenset[str] = frozenset()


LOOKS: Mapping[FileKind, Look] = {
    "pdf": Look("PDF", frozenset(("application/x-pdf",))),
    "docx": Look("DOCX", frozenset(("application/zip", "application/x-zip-compressed"))),
    "txt": Look("TXT"),
    "md": Look("MD", frozenset(("text/x-markdown", "text/plain"))),
    "html": Look("HTML", frozenset(("application/xhtml+xml", "text/plain"))),
}
_BY_EXTENSION: Mapping[str, FileKind] = {
    ".pdf": "pdf",
    ".docx": "docx",
    ".txt": "txt",
    ".md": "md",
    ".markdown": "md",
    ".html": "html",
    ".htm": "html",
}
_UNSAID = frozenset(("", "application/octet-stream", "binary/octet-stream"))
_HEAD = 4_096
_NEAR = 1_024
"""Bytes at the beginning in which some readers still take a file for a PDF."""
_PDF, _ZIP, _PDF_END = b"%PDF-", b"PK\x03\x04", b"%%EOF"
_ZIP_END = b"PK\x05\x06"
_PAGE = re.compile(rb"<\s*(?:!doctype|html|script|svg|body|\?php)", re.IGNORECASE)
_BINARY = (
    b"GIF8",
    b"\xff\xd8\xff",
    b"\x89PNG",
    b"Rar!",
    b"7z\xbc\xaf",
    b"{\\rtf",
    b"%!PS",
    b"\x1f\x8b",
    b"BZh",
    b"RIFF",
    b"ID3",
    b"OggS",
    b"\x7fELF",
    b"\xd0\xcf\x11\xe0",
    _ZIP,
)


def kind_of(path: Path, filename: str, declared: str) -> FileKind:
    """Raises UnknownFormat, FileTooLarge: content, extension and what is declared must agree."""
    kind = _BY_EXTENSION.get(PurePosixPath(filename).suffix.lower())
    if kind is None:
        suffix = PurePosixPath(filename).suffix[:20]
        what = f"Files called «{suffix}»" if suffix else "Files without an extension"
        raise UnknownFormat(f"{what} are not read; PDF, DOCX, TXT, MD and HTML are")
    look, said = LOOKS[kind], declared.partition(";")[0].strip().lower()
    if said not in _UNSAID and said != MIME[kind] and said not in look.also:
        raise UnknownFormat(f"The name says {look.title}, and the sender says {said[:80]}")
    with path.open("rb") as file:
        try:
            _check(kind, file)
        except Unread as error:
            raise (FileTooLarge if error.heavy else UnknownFormat)(str(error)) from error
    return kind


def _check(kind: FileKind, file: IO[bytes]) -> None:
    head = file.read(_HEAD)
    if not head:
        raise Unread("The file is empty")
    if kind == "pdf":
        _check_pdf(head, file)
    elif kind == "docx":
        if not head.startswith(_ZIP):
            raise Unread(_is_not("DOCX", head))
        checked_archive(file)
    else:
        _check_text(kind, head, file)


def _check_pdf(head: bytes, file: IO[bytes]) -> None:
    if not head.startswith(_PDF):
        raise Unread(_is_not("PDF", head))
    if _PAGE.search(head[:_NEAR]):
        raise Unread("The file is a PDF and a page at once: save it anew")
    size = file.seek(0, 2)
    file.seek(max(0, size - 70_000))
    tail = file.read()
    end = tail.rfind(_PDF_END)
    if end < 0:
        raise Unread("The file is no whole PDF: its end is missing")
    behind = tail[end + len(_PDF_END) :]
    if _ZIP_END in tail or len(behind.strip(b"\0\r\n\t ")) > _NEAR or _PAGE.search(behind):
        raise Unread("The file is a PDF and something else at once: save it anew")


def _check_text(kind: FileKind, head: bytes, file: IO[bytes]) -> None:
    if head.startswith(_BINARY) or _PDF in head[:_NEAR]:
        raise Unread(_is_not(LOOKS[kind].title, head))
    file.seek(0)
    check_text(file)


def _is_not(title: str, head: bytes) -> str:
    try:
        found = puremagic.from_string(head, mime=True)
    except (puremagic.PureError, ValueError):
        found = ""
    return f"The name says {title}, and the content {f'is {found}' if found else 'says otherwise'}"
