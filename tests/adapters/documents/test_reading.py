"""Good files: what is read out of each kind of them, and in which pieces."""

import io
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
import pytest

from adapters.documents.looks import kind_of
from adapters.documents.passages import LONGEST, passages
from adapters.documents.reading import pieces_of
from adapters.documents.refusals import Unread
from adapters.documents.texts import check_text, decoded
from bots.model.knowledge import MIME, FileKind, Piece
from tests.adapters.documents.files import document_xml, docx_of, paragraph, pdf, word

assert pypdfium2


async def read(folder: Path, filename: str, content: bytes, declared: str = "") -> list[Piece]:
    """As an upload is: looked at, then read."""
    path = folder / "kept.upload"
    path.write_bytes(content)
    return await pieces_of(path, kind_of(path, filename, declared))


def texts(pieces: list[Piece]) -> list[tuple[str, str]]:
    return [(piece.title, piece.text) for piece in pieces]


async def test_a_word_document_by_its_headings(tmp_path: Path) -> None:
    content = word("Вернём за 3 дня.", "Карта та же.", heading="Возврат", cells=["Цена", "300 ₽"])
    (piece,) = await read(tmp_path, "Правила.DOCX", content, MIME["docx"])
    assert (piece.title, piece.text) == ("Возврат", "Вернём за 3 дня.\nКарта та же.\nЦена\n300 ₽")
    assert piece.title_stems == ["возврат"]
    assert "карт" in piece.stems


async def test_headings_in_any_language_by_the_level_of_their_outline(tmp_path: Path) -> None:
    styles = (
        '<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        '<w:style w:styleId="af1"><w:name w:val="Заголовок"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr>'
        "</w:style></w:styles>"
    )
    heading = '<w:p><w:pPr><w:pStyle w:val="af1"/></w:pPr><w:r><w:t>Цены</w:t></w:r></w:p>'
    body = paragraph("Вступление.") + heading + paragraph("Стрижка &amp; мытьё<w:tab/> 900")
    found = await read(tmp_path, "a.docx", docx_of(body, word__styles_dot_xml=styles))
    assert texts(found)[0] == ("", "Вступление.")
    assert texts(found)[1][0] == "Цены"
    assert texts(found)[1][1].startswith("Стрижка & мытьё")


async def test_the_text_is_where_the_archive_says_it_is(tmp_path: Path) -> None:
    relations = (
        '<Relationships xmlns="r"><Relationship Type="http://x/relationships/officeDocument"'
        ' Target="/word/document2.xml"/></Relationships>'
    )
    content = docx_of(
        paragraph("Старое"),
        _rels___dot_rels=relations,
        word__document2_dot_xml=document_xml(paragraph("Новое.")),
    )
    assert texts(await read(tmp_path, "a.docx", content)) == [("", "Новое.")]


async def test_the_words_of_a_text_box_are_read_once_and_those_round_it_too(tmp_path: Path) -> None:
    box = f"<w:txbxContent>{paragraph('В рамке.')}</w:txbxContent>"
    body = (
        '<w:p xmlns:mc="mc"><w:r><w:t>До рамки</w:t></w:r><mc:AlternateContent>'
        f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>"
        "<w:del><w:r><w:delText>вычеркнуто</w:delText></w:r></w:del>"
        "<w:r><w:t> и после.</w:t></w:r></w:p>"
    )
    ((_, text),) = texts(await read(tmp_path, "a.docx", docx_of(body)))
    assert text.split("\n") == ["В рамке.", "До рамки и после."]


@pytest.mark.parametrize("flate", [False, True])
async def test_a_pdf_page_by_page(tmp_path: Path, flate: bool) -> None:
    pages = ["Доставка по Мос-\nкве 300 рублей.\nВ Самару - 550.", "Second page (of two)."]
    found = await read(tmp_path, "price.pdf", pdf(pages, flate=flate), "application/pdf")
    assert [piece.text for piece in found] == [
        "Доставка по Москве 300 рублей. В Самару - 550.",
        "Second page (of two).",
    ]
    assert "доставк" in found[0].stems


async def test_a_page_of_html_without_what_nobody_reads(tmp_path: Path) -> None:
    content = """<!DOCTYPE html><html><head><title>T</title><style>p{}</style></head><body>
        <script>var secret = "<p>no</p>"</script><nav>Меню</nav>
        <h1>Цены <b>2026</b></h1><p>Стрижка&nbsp;&mdash; 900<br>Мытьё<!-- no --> 300
        <table><tr><td>Кот</td><td>700</td></tr></table>
        <h2>Адрес</h2><div><div>Тверская, 1</div></div><svg><text>no</text></svg>"""
    found = texts(await read(tmp_path, "a.html", content.encode(), "text/html; charset=utf-8"))
    assert found == [
        ("", "Меню"),
        ("Цены 2026", "Стрижка — 900\nМытьё 300\nКот 700"),
        ("Адрес", "Тверская, 1"),
    ]


async def test_markdown_by_its_headings_and_not_by_what_looks_like_one(tmp_path: Path) -> None:
    content = "Вступление\n# Раз ##\nдва\n```sh\n# не заголовок\n```\n###### Три\nчетыре\n#хештег"
    found = texts(await read(tmp_path, "a.md", content.encode(), "text/markdown"))
    assert found == [
        ("", "Вступление"),
        ("Раз", "два\n```sh\n# не заголовок\n```"),
        ("Три", "четыре\n#хештег"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_texts_are_read_however_windows_saves_them(encoding: str) -> None:
    assert decoded("Ёлка — 300 ₽".replace("₽", "р").encode(encoding)) == "Ёлка — 300 р"


def test_a_text_is_looked_at_piece_by_piece_as_it_is_read_whole(tmp_path: Path) -> None:
    for text, encoding in (("а" * 1_500_000, "utf-8"), ("я" * 1_100_000, "utf-16")):
        content = b"x" + text.encode(encoding) if encoding == "utf-8" else text.encode(encoding)
        check_text(io.BytesIO(content))
        assert decoded(content).lstrip("x") == text
    half = b"x" + ("а" * 1_500_000).encode()[:-1]
    assert decoded(half).endswith("\u0420")  # as Windows-1251 has it: half a letter is no UTF-8
    with pytest.raises(Unread, match="no text"):
        check_text(io.BytesIO(b"a" * 3_000_000 + b"\0"))


def test_pieces_end_with_sentences_and_hold_everything() -> None:
    sentences = [f"Это предложение номер {number}, и в нём 3.5 слова." for number in range(200)]
    pieces = [text for _, text in passages([("Заголовок", " ".join(sentences))])]
    assert len(pieces) > 5
    assert all(len(piece) <= LONGEST for piece in pieces)
    assert all(piece.endswith("слова.") for piece in pieces)
    assert " ".join(pieces) == " ".join(sentences)


@pytest.mark.parametrize("text", ["а" * 5_000, "слово " * 900, "?" * 3_000, "а.б" * 2_000])
def test_what_has_no_sentences_is_cut_between_words_or_anywhere(text: str) -> None:
    pieces = [piece for _, piece in passages([("", text)])]
    assert all(0 < len(piece) <= LONGEST for piece in pieces)
    assert "".join(pieces).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    ("filename", "declared", "kind"),
    [
        ("a.txt", "", "txt"),
        ("a.TXT", "text/plain", "txt"),
        ("a.md", "text/plain", "md"),
        ("a.markdown", "application/octet-stream", "md"),
        ("a.htm", "TEXT/HTML; charset=x", "html"),
    ],
)
def test_names_and_senders_say_which_kind_of_text(
    tmp_path: Path, filename: str, declared: str, kind: FileKind
) -> None:
    path = tmp_path / "kept"
    path.write_text("слова")
    assert kind_of(path, filename, declared) == kind
