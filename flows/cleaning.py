"""What `clean` drops from an answer before it is looked at."""

import re
from collections.abc import Callable, Mapping

_SIGN = re.compile(r"(?<!\w)(?:№|#|n|no\.?)\s*(?=\d)", re.IGNORECASE)
_RUN = re.compile(r"(?<![\w@+/])(?<!\d[.,:])\d+(?:[ \u00a0\-–—]\d+)*(?![\w@/])(?![.,:]\d)")
_AMOUNT = re.compile(r"\s?(?:₽|руб|р\.|р\b|тыс|\$|€|%|шт|коп|usd|eur)", re.IGNORECASE)


def digits(text: str) -> str:
    found = "".join(filter(str.isdecimal, text))
    return found if found.isascii() else "".join([str(int(sign)) for sign in found])


def digits_inside(text: str) -> list[str]:
    """The numbers of a sentence as digits, each once: whole words, or groups of one number.

    A part of an address, a date or a sum of money is none. `12 34-56 78` is offered as its groups
    and as a whole; which of them is meant, the type's pattern decides.
    """
    plain = _SIGN.sub(" ", text)
    found: list[str] = []
    for run in _RUN.finditer(plain):
        if _AMOUNT.match(plain, run.end()):
            continue
        whole = digits(run.group())
        found += [whole, *[digits(part) for part in re.split(r"\D+", run.group())]]
    return list(dict.fromkeys(found))


def letters(text: str) -> str:
    """Letters of any alphabet, with the spaces between words."""
    return " ".join("".join([sign if sign.isalpha() else " " for sign in text]).split())


def signs(text: str) -> str:
    """Letters and digits alone, as in numbers of cars and of documents."""
    return "".join([sign for sign in text if sign.isalnum()])


CLEANS: Mapping[str, Callable[[str], str]] = {
    "digits": digits,
    "letters": letters,
    "signs": signs,
    "spaces": lambda text: "".join(text.split()),
    "lower": str.lower,
    "upper": str.upper,
}
