"""A text in pieces that answer a question: some sentences under their heading, about a page's third."""

import re
from collections.abc import Iterable, Iterator

from adapters.documents.refusals import Unread, too_much

LONGEST = 1_000
LONGEST_TITLE = 200
MOST_TEXT = 1_000_000
"""Characters that are kept of one file: some five hundred pages."""
MOST_PIECES = 20_000

_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
_SPACES = re.compile(r"[^\S\n]+")
_GAPS = re.compile(r" ?\n[\n ]*")
_SENTENCE = re.compile(r"[^.!?…\n]*(?:[.!?…]+[»\")\]]*(?=\s|$)|\n|$|[.!?…]+)")


def passages(parts: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Pieces with their headings. Raises Unread where there is no text, or far too much."""
    whole = count = 0
    for title, text in parts:
        whole += len(text)
        if whole > MOST_TEXT:
            too_much(f"More than {MOST_TEXT} characters of text are in it: split the document")
        for piece in _pieces(_SPACES.sub(" ", _UNSEEN.sub("", text))):
            count += 1
            if count > MOST_PIECES:
                too_much(f"More than {MOST_PIECES} headings are in it: split the document")
            yield " ".join(_UNSEEN.sub("", title).split())[:LONGEST_TITLE], piece
    if not count:
        raise Unread("There is no text in it; a scan needs its text recognised first")


def _pieces(text: str) -> Iterator[str]:
    piece = ""
    for sentence in _sentences(_GAPS.sub("\n", text)):
        if piece and len(piece) + len(sentence) > LONGEST:
            yield from _filled(piece)
            piece = ""
        piece += sentence
    yield from _filled(piece)


def _filled(piece: str) -> Iterator[str]:
    if stripped := piece.strip():
        yield stripped


def _sentences(text: str) -> Iterator[str]:
    """Sentences with what stands behind them; one that is too long is cut between its words."""
    for found in _SENTENCE.finditer(text):
        sentence = found[0]
        while len(sentence) > LONGEST:
            cut = sentence.rfind(" ", 1, LONGEST) + 1 or LONGEST
            yield sentence[:cut]
            sentence = sentence[cut:]
        yield sentence
