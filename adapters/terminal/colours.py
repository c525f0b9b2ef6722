"""Colours of a terminal; a pipe or a file gets the plain text."""

import os
from typing import TextIO

_CODES = {"bold": 1, "dim": 2, "red": 31, "green": 32, "yellow": 33, "cyan": 36}


def paint(colour: str, text: str, out: TextIO) -> str:
    """The text in a colour, where `out` is a terminal whose owner has not asked for none.

    See https://no-color.org.
    """
    if not text or colour not in _CODES or not out.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"\033[{_CODES[colour]}m{text}\033[0m"
