"""How wide a text will be, and how much of it fits: nobody draws it before it is measured.

The widths are those of DejaVu Sans, among the widest of the fonts that a picture may be shown in:
in any other there is room to spare.
"""

import unicodedata
from collections.abc import Mapping

BOLD = 1.12
ELLIPSIS = "…"

_GROUPS: Mapping[float, str] = {
    0.30: "'IJijl",
    0.34: " ,./:;\\|·’‘",
    0.40: "()-[]ft",
    0.43: "!r",
    0.50: '"*_`–°',
    0.55: "?cszгзсэ“”„ç",
    0.60: "FLkvxyвтухчь•",
    0.64: "$0123456789EPSTYabdeghnopqu{}ГЕЗРТУабеийклоряёЁ«»₽€£äöüßéèàñ",
    0.70: "ABCKRVXZАБВСХЧЬЭЯднпцÄ",
    0.75: "NUИЙКъÜ",
    0.79: "&DGHOQДЛНОПЦмыÖ",
    0.84: "#+<=>^w~Ъю×÷≤≥≠→←↑↓",
    0.90: "MМФЫф",
    0.95: "жшщ",
    1.00: "%@Wm—…",
    1.05: "№",
    1.10: "ЖШЩЮ",
}
_WIDTHS = {letter: width for width, letters in _GROUPS.items() for letter in letters}
_UNKNOWN = 0.8


def width(text: str, size: float, *, bold: bool = False) -> float:
    """In the unit of `size`, the height of the font."""
    ems = sum(map(_ems, text))
    return ems * size * (BOLD if bold else 1)


def fitting(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """As much of a text as fits, an ellipsis in place of the rest."""
    if width(text, size, bold=bold) <= room:
        return text
    scale = size * (BOLD if bold else 1)
    left = room / scale - _ems(ELLIPSIS)
    kept = []
    for letter in text:
        left -= _ems(letter)
        if left < 0:
            break
        kept.append(letter)
    return "".join(kept).rstrip() + ELLIPSIS


def _ems(letter: str) -> float:
    known = _WIDTHS.get(letter)
    if known is not None:
        return known
    if unicodedata.combining(letter) or letter in "\u200d\ufe0f":
        return 0.0
    if unicodedata.east_asian_width(letter) in "WF" or unicodedata.category(letter) == "So":
        return 1.4
    return _UNKNOWN
