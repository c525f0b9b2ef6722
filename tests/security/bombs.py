"""Hostile files, each with what has to become of it: a refusal with a sentence, or harmless text."""

import struct
import zlib
from collections.abc import Callable
from typing import NamedTuple

from tests.adapters.documents.files import (
    EICAR,
    GIF_JS,
    MP4,
    PNG,
    archive,
    assembled,
    document_xml,
    docx_of,
    paragraph,
    pdf,
    word,
)


class Bomb(NamedTuple):
    """`said` is a part of the refusal's sentence; without it the file is harmless text."""

    name: str
    filename: str
    content: Callable[[], bytes]
    said: str = ""
    declared: str = ""


DECLARATION = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
LAUGHS = (
    '<!DOCTYPE d [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)
PAGES = "<< /Type /Pages /Kids [%s] /Count %d >>"


def patched(content: bytes, signature: bytes, offset: int, value: bytes) -> bytes:
    """A zip archive that lies: a field behind the last of a signature is another."""
    at = content.rindex(signature) + offset
    return content[:at] + value + content[at + len(value) :]


def overlapping() -> bytes:
    """Many entries of the directory that are one and the same piece of the file."""
    good = docx_of(paragraph("а" * 50_000), a__big=bytes(range(256)) * 1_000)
    end = good.rindex(b"PK\x05\x06")
    (entries, length, offset) = struct.unpack_from("<H2L", good, end + 10)
    directory = good[offset : offset + length]
    last = directory[directory.rindex(b"PK\x01\x02") :]
    more = b"".join(last.replace(b"a/big", b"a/b%02d" % number) for number in range(90))
    tail = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, entries + 90, entries + 90, length + len(more), offset, 0
    )
    return good[:end] + more + tail


def twice() -> bytes:
    good = docx_of(paragraph("а"), a__one=b"1", a__two=b"2")
    return good.replace(b"a/two", b"a/one")


def with_prefix() -> bytes:
    good = docx_of(paragraph("а"))
    return b"PK\x03\x04 something that a shell would run " + good


def link() -> bytes:
    good = docx_of(paragraph("а"), a__link=b"/etc/passwd")
    # The attributes of the last entry: a link of Unix.
    return patched(good, b"PK\x01\x02", 38, struct.pack("<L", 0o120777 << 16))


def packed(levels: int) -> bytes:
    """Zeros that were packed over and over: 64 MiB of them at the first level."""
    content = zlib.compress(bytes(64 << 20), 9)
    for _ in range(levels - 1):
        content = zlib.compress(content, 9)
    return content


def drawn_by(filters: str, content: bytes) -> bytes:
    """A PDF whose page is drawn by a stream with filters of its own."""
    drawing = b"<< /Filter [%s] /Length %d >>\nstream\n%s\nendstream" % (
        filters.encode(),
        len(content),
        content,
    )
    return assembled(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
            drawing,
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 3 0 R >>",
        ]
    )


def page_loop() -> bytes:
    return assembled(
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 9 >>"]
    )


def drawing_loop() -> bytes:
    form = (
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 3 0 R >> >>"
    )
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R"
        b" /Resources << /XObject << /X 3 0 R >> >> >>"
    )
    draws = b" /Length 12 >>\nstream\n/X Do /X Do \nendstream"
    return assembled(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [5 0 R] /Count 1 >>",
            form + draws,
            b"<< /Length 5 >>\nstream\n/X Do\nendstream",
            page,
        ]
    )


def looked_up_in_a_loop() -> bytes:
    good = pdf(["Text"])
    start = int(good.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
    return good.replace(b"/Root 1 0 R >>", b"/Root 1 0 R /Prev %d >>" % start)


def locked() -> bytes:
    good = pdf(["Text"])
    encrypt = (
        b"/ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>]"
        b" /Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -3904"
        b" /O <" + b"28" * 32 + b"> /U <" + b"31" * 32 + b"> >> "
    )
    return good.replace(b"/Root 1 0 R >>", b"/Root 1 0 R %s>>" % encrypt)


BOMBS = [
    # ---- what says one thing and is another
    Bomb("nothing", "a.pdf", lambda: b"", "empty"),
    Bomb("a film", "a.pdf", lambda: MP4, "video/mp4"),
    Bomb("a picture as DOCX", "a.docx", lambda: PNG, "image/png"),
    Bomb("a picture as text", "a.txt", lambda: PNG, "image/png"),
    Bomb("GIF and script", "a.html", lambda: GIF_JS, "image/gif"),
    Bomb("GIF and script as text", "a.txt", lambda: GIF_JS, "image/gif"),
    Bomb("a program", "a.txt", lambda: b"MZ\x90\0" + bytes(100), "is no text"),
    Bomb("a program of Unix", "a.md", lambda: b"\x7fELF" + bytes(100), "content"),
    Bomb("PDF as text", "a.txt", lambda: pdf(["Text"]), "application/pdf"),
    Bomb("PDF as DOCX", "a.docx", lambda: pdf(["Text"]), "application/pdf"),
    Bomb("DOCX as PDF", "a.pdf", lambda: word("Text"), "The name says PDF"),
    Bomb("DOCX as text", "a.txt", lambda: word("Text"), "The name says TXT"),
    Bomb("any archive", "a.docx", lambda: archive({"a.txt": "a"}), "no DOCX"),
    Bomb("page, then PDF", "a.html", lambda: b"<html>\n" + pdf(["T"]), "The name says HTML"),
    Bomb("page, then PDF as PDF", "a.pdf", lambda: b"<html>\n" + pdf(["T"]), "text/html"),
    Bomb(
        "PDF with a page in its head",
        "a.pdf",
        lambda: pdf(["T"]).replace(b"%PDF-1.7\n", b"%PDF-1.7\n%<script>alert(1)</script>\n"),
        "a page at once",
    ),
    Bomb("PDF, then page", "a.pdf", lambda: pdf(["T"]) + b"<html><script>", "something else"),
    Bomb("PDF, then archive", "a.pdf", lambda: pdf(["T"]) + archive({"a": "a"}), "something else"),
    Bomb("half a PDF", "a.pdf", lambda: pdf(["T"])[:-20], "its end is missing"),
    Bomb("SVG with a script", "a.svg", lambda: b"<svg><script>alert(1)</script></svg>", ".svg"),
    Bomb("two extensions", "price.pdf.exe", lambda: pdf(["T"]), ".exe"),
    Bomb("no extension", "price", lambda: pdf(["T"]), "without an extension"),
    Bomb("with macros by name", "a.docm", lambda: word("T"), ".docm"),
    Bomb("sent as a picture", "a.pdf", lambda: pdf(["T"]), "the sender says", "image/png"),
    Bomb("RTF as text", "a.txt", lambda: b"{\\rtf1 {\\object}}", "content"),
    # ---- archives
    Bomb("zeros", "a.docx", lambda: docx_of("", a__big=bytes(8 << 20)), "100 times"),
    Bomb(
        "says it is huge",
        "a.docx",
        lambda: patched(docx_of("", a__b=b"b"), b"PK\x01\x02", 24, b"\xff\xff\xff\x7f"),
        "100 times",
    ),
    Bomb(
        "says it is small",
        "a.docx",
        lambda: docx_of(paragraph("слова " * 30_000)).replace(
            struct.pack("<L", len(document_xml(paragraph("слова " * 30_000)).encode())),
            struct.pack("<L", 500),
        ),
        "broken",
    ),
    Bomb(
        "1,001 entries",
        "a.docx",
        lambda: docx_of("", **{f"e{number}": b"" for number in range(998)}),
        "1001 entries",
    ),
    Bomb(
        "a name that leads out", "a.docx", lambda: docx_of("", **{"..__..__x": b"x"}), "leads out"
    ),
    Bomb("an absolute name", "a.docx", lambda: docx_of("", __etc__passwd=b"x"), "leads out"),
    Bomb("a name of Windows", "a.docx", lambda: docx_of("", **{"..\\x": b"x"}), "leads out"),
    Bomb("a drive of Windows", "a.docx", lambda: docx_of("", **{"C:x": b"x"}), "leads out"),
    Bomb("a link", "a.docx", link, "a link in it"),
    Bomb(
        "archive in archive",
        "a.docx",
        lambda: docx_of("", a_dot_zip=archive({"b.zip": archive({"c": bytes(1 << 20)})})),
        "archive in the archive",
    ),
    Bomb("pieces over one another", "a.docx", overlapping, "over one another"),
    Bomb("two of one name", "a.docx", twice, "two entries"),
    Bomb("macros", "a.docx", lambda: docx_of("", word__vbaProject_dot_bin=b"x"), "has macros"),
    Bomb("something before it", "a.docx", with_prefix, "before the archive"),
    Bomb("something behind it", "a.docx", lambda: docx_of("") + b"<html>", "behind the archive"),
    Bomb(
        "a directory of 65,535",
        "a.docx",
        lambda: patched(docx_of(""), b"PK\x05\x06", 8, b"\xff\xff\xff\xff"),
        "65535 entries",
    ),
    Bomb(
        "a directory of 4 GiB",
        "a.docx",
        lambda: patched(docx_of(""), b"PK\x05\x06", 12, b"\xff\xff\xff\xff"),
        "The directory",
    ),
    Bomb("half an archive", "a.docx", lambda: docx_of("")[:-30], "not a whole zip"),
    Bomb(
        "encrypted",
        "a.docx",
        lambda: patched(docx_of("", a__b=b"b"), b"PK\x01\x02", 8, b"\x01\x00"),
        "encrypted",
    ),
    # ---- XML
    Bomb("XXE", "a.docx", lambda: docx_of(document_xml("&x;", DECLARATION).encode()), "entities"),
    Bomb(
        "a billion laughs",
        "a.docx",
        lambda: docx_of(document_xml("&j;", LAUGHS).encode()),
        "entities",
    ),
    Bomb(
        "a foreign document type",
        "a.docx",
        lambda: docx_of(
            document_xml("", '<!DOCTYPE d SYSTEM "http://127.0.0.1:9/d.dtd">').encode()
        ),
        "entities",
    ),
    Bomb("deep XML", "a.docx", lambda: docx_of("<w:p>" * 5_000 + "</w:p>" * 5_000), "deeply"),
    Bomb("broken XML", "a.docx", lambda: docx_of(b"<w:document"), "broken"),
    Bomb(
        "an encoding nobody knows",
        "a.docx",
        lambda: docx_of(b"<?xml version='1.0' encoding='utf-7'?><a/>"),
        "broken",
    ),
    Bomb("no text in it", "a.docx", lambda: docx_of(""), "no text in it"),
    Bomb(
        "a book",
        "a.docx",
        lambda: docx_of(paragraph(" ".join(map(str, range(200_000))))),
        "1000000 characters",
    ),
    # ---- PDF
    Bomb(
        "packed thrice",
        "a.pdf",
        lambda: drawn_by("/FlateDecode /FlateDecode /FlateDecode", packed(3)),
        "no text",
    ),
    Bomb("packed once", "a.pdf", lambda: drawn_by("/FlateDecode", packed(1)), "no text"),
    Bomb(
        "runs of runs",
        "a.pdf",
        lambda: drawn_by("/RunLengthDecode " * 6, b"\x81\x81" * 50_000 + b"\x80"),
        "no text",
    ),
    Bomb("pages in a loop", "a.pdf", page_loop, "read"),
    Bomb("drawings in a loop", "a.pdf", drawing_loop, "cannot be read"),
    Bomb("a table that leads to itself", "a.pdf", looked_up_in_a_loop, ""),
    Bomb("301 pages", "a.pdf", lambda: pdf(["T"] * 301), "301 pages"),
    Bomb(
        "says 2 billion pages",
        "a.pdf",
        lambda: pdf(["T"]).replace(b"/Count 1", b"/Count 2147483647"),
    ),
    Bomb(
        "deep arrays",
        "a.pdf",
        lambda: pdf(["T"], extra=b"/A " + b"[" * 100_000 + b"]" * 100_000 + b" "),
        "",
    ),
    Bomb("locked with a password", "a.pdf", locked, "encrypted"),
    Bomb(
        "a script and a form",
        "a.pdf",
        lambda: pdf(
            ["T"],
            extra=b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> /AcroForm << /XFA (x) >> ",
        ),
        "",
    ),
    Bomb(
        "garbage between head and end",
        "a.pdf",
        lambda: b"%PDF-1.7\n" + bytes(range(256)) * 400 + b"\n%%EOF",
        "read",
    ),
    # ---- texts
    Bomb("deep page", "a.html", lambda: b"<div>" * 200_000 + b"end", ""),
    Bomb("comments nobody closed", "a.html", lambda: b"<!--" * 100_000, "split the document"),
    Bomb("tags nobody closed", "a.html", lambda: b"<a " * 50_000, "split the document"),
    Bomb(
        "characters that are none", "a.html", lambda: b"&#x110000;&#xD800;&#0;" * 1_000 + b"end", ""
    ),
    Bomb("one line of 20 MB", "a.txt", lambda: b"a" * (20 << 20), "1000000 characters"),
    Bomb("20 MB of nothing", "a.txt", lambda: b" \n" * (10 << 20), "text"),
    Bomb("headings only", "a.md", lambda: b"# a\nb\n" * 25_000, "headings"),
    Bomb("a heading of hashes", "a.md", lambda: b"# " + b"# " * 200_000 + b"x\ntext", ""),
    Bomb("NUL", "a.txt", lambda: b"te\0xt", "is no text"),
    Bomb("half a character of UTF-16", "a.txt", lambda: b"\xff\xfea\0\0\xd8", "is no text"),
    Bomb("no character of UTF-32", "a.txt", lambda: b"\xff\xfe\0\0\xff\xff\xff\xff", "is no text"),
    Bomb("a virus for tests, nobody scans", "a.txt", lambda: EICAR, ""),
    Bomb("a formula", "a.txt", lambda: b"=cmd|' /C calc'!A0", ""),
]
