"""`doctor`: what is wrong with this installation, in plain words, and what to do about it."""

from collections.abc import Iterable
from typing import TextIO

from adapters.terminal.colours import harmless, paint
from adapters.terminal.examining.finding import Finding, Weight

_SIGNS = {"well": ("✓", "green"), "odd": ("!", "yellow"), "wrong": ("✗", "red")}
_ORDER: dict[Weight, int] = {"well": 0, "odd": 1, "wrong": 2}


def tell(findings: Iterable[Finding], out: TextIO) -> int:
    """Every finding, the troubles last; 1 if one of them is wrong."""
    found = sorted(findings, key=lambda one: _ORDER[one.weight])
    for one in found:
        sign, colour = _SIGNS[one.weight]
        print(f"{paint(colour, sign, out)} {harmless(one.what)}", file=out)
        for line in (one.why, one.cure):
            if line:
                print(f"    {harmless(line)}", file=out)
    return int(any(one.weight == "wrong" for one in found))
