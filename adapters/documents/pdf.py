"""PDF to text, page by page."""

import re
from collections.abc import Iterator

import pypdfium2  # type: ignore[import-untyped]

from adapters.documents.refusals import Unread, too_much

MOST_PAGES = 300
_BROKEN_WORD = re.compile(r"(\w)(?:-|\u00ad|\ufffe|\x02)\n(?=[a-zа-яё])")
_LINE_END = re.compile(r"(?<!\n)\n(?!\n)")


def pdf(content: bytes) -> Iterator[tuple[str, str]]:
    """Each page as a part without a heading: a PDF does not say which of its words are one."""
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise Unread("The document is encrypted: save it without a password") from error
        raise Unread("The file cannot be read: it is no whole PDF") from error
    if len(document) > MOST_PAGES:
        too_much(f"The document has {len(document)} pages; at most {MOST_PAGES} are read")
    for number in range(len(document)):
        yield "", _page(document, number)


def _page(document: pypdfium2.PdfDocument, number: int) -> str:
    try:
        page = document[number]
        words = page.get_textpage()
    except pypdfium2.PdfiumError as error:
        raise Unread(f"Page {number + 1} of the document cannot be read") from error
    text = str(words.get_text_range()).replace("\r\n", "\n").replace("\r", "\n")
    words.close()
    page.close()
    return _LINE_END.sub(" ", _BROKEN_WORD.sub(r"\1", text)).replace("\ufffe", "")
