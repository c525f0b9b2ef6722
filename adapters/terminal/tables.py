"""Rows as a table that lines up, in a terminal or in a file."""

from collections.abc import Mapping, Sequence
from typing import TextIO
from unicodedata import combining, east_asian_width

from adapters.terminal.colours import harmless, paint


def show_table(
    rows: Sequence[Sequence[str]],
    out: TextIO,
    *,
    colours: Mapping[str, str] | None = None,
    right: Sequence[int] = (),
) -> None:
    """The first row is the heading; `colours` are those of whole cells, `right` the columns of numbers."""
    plain = [[harmless(cell) for cell in row] for row in rows]
    widths = [max(map(_width, column)) for column in zip(*plain, strict=True)]
    for number, row in enumerate(plain):
        cells = []
        for place, (cell, width) in enumerate(zip(row, widths, strict=True)):
            blanks = " " * (width - _width(cell))
            colour = "dim" if number == 0 else (colours or {}).get(cell, "")
            shown = paint(colour, cell, out)
            cells.append(blanks + shown if place in right else shown + blanks)
        print("  ".join(cells).rstrip(), file=out)


def _width(text: str) -> int:
    """Columns of a terminal, which some letters take two of and accents none."""
    return sum(
        0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1 for letter in text
    )
