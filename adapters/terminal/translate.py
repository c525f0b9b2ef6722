"""`i18n`: the texts of a bot as a table for translators, CSV or PO."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from flows.translating import Phrase

_COLUMNS = ("key", "where", "text", "translation")


def write(found: Iterable[Phrase], out: Path | None, terminal: TextIO) -> None:
    """Into a file, as its ending says, or as CSV to the terminal. Raises OSError."""
    if out is None:
        terminal.write(as_csv(found))
    elif out.suffix.lower() in (".po", ".pot"):
        out.write_text(as_po(found), encoding="utf-8")
    else:
        # Spreadsheets take a file without the mark for one in an alphabet of their country.
        out.write_text(as_csv(found), encoding="utf-8-sig", newline="")


def as_csv(found: Iterable[Phrase]) -> str:
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(_COLUMNS)
    rows.writerows((one.key, str(one.place), _harmless(one.text), "") for one in found)
    return table.getvalue()


def as_po(found: Iterable[Phrase]) -> str:
    """https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html"""
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    return head + "".join(
        f'\n#: {one.place}\nmsgctxt {_quoted(one.key)}\nmsgid {_quoted(one.text)}\nmsgstr ""\n'
        for one in found
    )


def _harmless(text: str) -> str:
    """A spreadsheet would take these for formulas."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    lines = escaped.replace("\t", "\\t").split("\n")
    if len(lines) == 1:
        return f'"{lines[0]}"'
    *begun, last = lines
    return "\n".join(['""', *(f'"{line}\\n"' for line in begun), f'"{last}"'])
