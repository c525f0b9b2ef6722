"""Files made by hand, good ones and hostile ones: nothing of them is kept beside the tests."""

import io
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import docx

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
GIF_JS = b"GIF89a/*" + b"a" * 20 + b"*/=1;alert(document.cookie)//"
MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(range(256)) * 40
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x75\x30\0\0\x75\x30\x08\x02\0\0\0" + b"\0" * 100
TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/'
    '2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def pdf(pages: Iterable[str | bytes], *, flate: bool = False, extra: bytes = b"") -> bytes:
    """A PDF with a text on each page; bytes are the page's own drawing, Cyrillic has its font."""
    objects: list[bytes] = [b"", b"", _font(), _letters()]
    numbers = []
    for page in pages:
        drawing = page if isinstance(page, bytes) else _drawn(page)
        filters = b""
        if flate:
            drawing, filters = zlib.compress(drawing, 9), b"/Filter /FlateDecode "
        content = b"<< %s/Length %d >>\nstream\n%s\nendstream" % (filters, len(drawing), drawing)
        objects.append(content)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
        numbers.append(len(objects))
    kids = b" ".join(b"%d 0 R" % number for number in numbers)
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R %s>>" % extra
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(numbers))
    return assembled(objects)


def assembled(objects: Iterable[bytes], trailer: bytes = b"") -> bytes:
    """Objects 1, 2, 3 … as a whole PDF whose catalogue is the first."""
    out, places = io.BytesIO(), []
    out.write(b"%PDF-1.7\n")
    for number, content in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1))
    for place in places:
        out.write(b"%010d 00000 n \n" % place)
    out.write(b"trailer\n<< /Size %d /Root 1 0 R %s>>\n" % (len(places) + 1, trailer))
    out.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


def _drawn(text: str) -> bytes:
    lines = b"".join(
        b"(%s) Tj T*\n"
        % line.encode("cp1251").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
        for line in text.split("\n")
    )
    return b"BT /F1 12 Tf 14 TL 20 760 Td\n%sET" % lines


def _font() -> bytes:
    return b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 4 0 R >>"


def _letters() -> bytes:
    """Which character each byte is, as Windows-1251 has it."""
    pairs = []
    for byte in range(0x20, 0x100):
        character = bytes([byte]).decode("cp1251", errors="replace")
        pairs.append(f"<{byte:02x}> <{ord(character):04x}>")
    blocks = [pairs[start : start + 100] for start in range(0, len(pairs), 100)]
    chars = "\n".join(
        f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks
    )
    told = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /A def"
        " /CMapType 2 def 1 begincodespacerange <00> <ff> endcodespacerange\n"
        f"{chars}\nendcmap end end"
    ).encode()
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(told), told)


def word(*paragraphs: str, heading: str = "", cells: Iterable[str] = ()) -> bytes:
    """What a word processor saves."""
    document, out = docx.Document(), io.BytesIO()
    if heading:
        document.add_heading(heading, 1)
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    listed = list(cells)
    if listed:
        table = document.add_table(rows=1, cols=len(listed))
        for place, text in enumerate(listed):
            table.cell(0, place).text = text
    document.save(out)
    return out.getvalue()


def archive(entries: Mapping[str, bytes | str], **more: Any) -> bytes:
    """A zip archive, packed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        for name, content in entries.items():
            made.writestr(name, content, **more)
    return out.getvalue()


def docx_of(body: str | bytes = "", **entries: bytes | str) -> bytes:
    """A DOCX by hand: the XML of its text, and other entries (`__` is a slash, `_dot_` a dot)."""
    named = {
        name.replace("__", "/").replace("_dot_", "."): content for name, content in entries.items()
    }
    return archive(
        {
            "[Content_Types].xml": TYPES,
            "_rels/.rels": RELATIONS,
            "word/document.xml": body if isinstance(body, bytes) else document_xml(body),
            **named,
        }
    )


def document_xml(inside: str, before: str = "") -> str:
    """The XML of a text; `before` stands between its declaration and its root."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<w:document xmlns:w="{WORD}"><w:body>'
        f"{inside}</w:body></w:document>"
    )


def paragraph(text: str) -> str:
    """One paragraph of a DOCX."""
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"
