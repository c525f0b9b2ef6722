"""DOCX to text: paragraphs by the headings they stand under, straight from the XML as it unpacks."""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from posixpath import join, normpath
from xml.parsers import expat

from adapters.documents.archive import checked_archive
from adapters.documents.refusals import Unread, too_much

LARGEST_PART = 64 << 20
DEEPEST = 256
_STEP = 1 << 16
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_MAIN = "/relationships/officeDocument"
_STYLES = "word/styles.xml"
_LEVELS = frozenset("012345678")
_HEADED = {("name", "title"), *(("outlineLvl", level) for level in _LEVELS)}
_SPACES = {"br": "\n", "cr": "\n", "tab": " "}
_INSTEAD = "Fallback"
"""What older programs are to show in place of what stands before it: the same words again."""

Begin = Callable[[str, dict[str, str]], None]


def docx(content: bytes) -> Iterator[tuple[str, str]]:
    """Each heading with the paragraphs under it, cells of tables among them."""
    with checked_archive(io.BytesIO(content)) as archive:
        body = _Body(_headings(archive))
        _parse(archive, _main(archive), body.begin, body.end, body.says)
    return iter(body.parts)


def _main(archive: zipfile.ZipFile) -> str:
    """The name of the entry that is the text; the archive's own list of relations says which."""
    targets: list[str] = []

    def begin(tag: str, attributes: dict[str, str]) -> None:
        if attributes.get("Type", "").endswith(_MAIN):
            targets.append(attributes.get("Target", ""))

    _parse(archive, "_rels/.rels", begin)
    name = normpath(join("/", targets[0] if targets else "word/document.xml")).lstrip("/")
    if name not in archive.namelist():
        raise Unread("The file is a zip archive, but no DOCX: there is no text in it")
    return name


def _headings(archive: zipfile.ZipFile) -> frozenset[str]:
    """The ids of styles that are headings: those of an outline's level, whatever their language."""
    found: set[str] = set()
    style = ""

    def begin(tag: str, attributes: dict[str, str]) -> None:
        nonlocal style
        if tag == "style":
            style = attributes.get("styleId", "")
        elif (tag, attributes.get("val", "").lower()) in _HEADED:
            found.add(style)

    if _STYLES in archive.namelist():
        _parse(archive, _STYLES, begin)
    return frozenset(found)


class _Body:
    """Where in the text the parser is."""

    def __init__(self, headings: frozenset[str]) -> None:
        self._headings = headings
        self._closed: list[tuple[str, str]] = []
        self._title, self._lines = "", list[str]()
        # A text box is paragraphs within a paragraph.
        self._open: list[list[str]] = []
        self._is_heading = self._is_text = False
        self._instead = 0

    @property
    def parts(self) -> list[tuple[str, str]]:
        """What was read so far."""
        return [*self._closed, (self._title, "\n".join(self._lines))]

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == _INSTEAD:
            self._instead += 1
        elif tag == "p":
            self._open.append([])
            self._is_heading = False
        elif tag == "pStyle":
            self._is_heading = attributes.get("val", "") in self._headings
        elif tag == "outlineLvl":
            self._is_heading = attributes.get("val") in _LEVELS
        elif tag == "t":
            self._is_text = True
        elif tag in _SPACES:
            self._add(_SPACES[tag])

    def end(self, tag: str) -> None:
        if tag == "t":
            self._is_text = False
        elif tag == _INSTEAD:
            self._instead -= 1
        elif tag == "p" and self._open:
            self._paragraph("".join(self._open.pop()))

    def says(self, text: str) -> None:
        if self._is_text:
            self._add(text)

    def _add(self, text: str) -> None:
        if self._open and not self._instead:
            self._open[-1].append(text)

    def _paragraph(self, text: str) -> None:
        if self._is_heading and text.strip():
            self._closed.append((self._title, "\n".join(self._lines)))
            self._title, self._lines = " ".join(text.split()), []
        else:
            self._lines.append(text)


def _parse(
    archive: zipfile.ZipFile,
    name: str,
    begin: Begin,
    end: Callable[[str], None] = lambda tag: None,
    says: Callable[[str], None] = lambda text: None,
) -> None:
    """Read an entry's XML; a document type, with all that entities could do, is refused."""
    depth = 0

    def begins(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise Unread("The document is nested too deeply")
        begin(_local(tag), {_local(key): value for key, value in attributes.items()})

    def ends(tag: str) -> None:
        nonlocal depth
        depth -= 1
        end(_local(tag))

    def declares(*_: object) -> None:
        raise Unread("The document declares entities, which no word processor does")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = begins
    parser.EndElementHandler = ends
    parser.CharacterDataHandler = says
    parser.StartDoctypeDeclHandler = declares
    try:
        for chunk in _unpacked(archive, name):
            parser.Parse(chunk)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Unread(f"The document is broken: {error}") from error


def _unpacked(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """An entry piece by piece: what its directory says of its size need not be true."""
    size = 0
    try:
        with archive.open(name) as entry:
            while chunk := entry.read(_STEP):
                size += len(chunk)
                if size > LARGEST_PART:
                    too_much(f"The text of the document unpacks to more than {LARGEST_PART} bytes")
                yield chunk
    except (zipfile.BadZipFile, KeyError, EOFError, ValueError, zlib.error) as error:
        raise Unread("The document's archive is broken: save it anew") from error


def _local(name: str) -> str:
    """A name without its namespace: strict and plain documents differ in that alone."""
    return name.rpartition(" ")[2]
