"""Colours of a terminal; a pipe or a file gets the plain text."""

import os
import re
from typing import TextIO

_COMMANDS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What terminals obey instead of showing it, and what turns the direction of writing."""

_CODES = {"bold": 1, "dim": 2, "red": 31, "green": 32, "yellow": 33, "cyan": 36}


def paint(colour: str, text: str, out: TextIO) -> str:
    """The text in a colour, where `out` is a terminal whose owner has not asked for none.

    See https://no-color.org.
    """
    if not text or colour not in _CODES or not out.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"\033[{_CODES[colour]}m{text}\033[0m"


def harmless(text: str) -> str:
    """Anybody's words, for a terminal that shall show them and obey none."""
    return _COMMANDS.sub("\N{REPLACEMENT CHARACTER}", text)
