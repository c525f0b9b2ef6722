"""The owner's own patterns (`matches`), run in time that grows with the text and no faster."""

from typing import Any

import re2  # type: ignore[import-untyped]

_SETS = {
    r"[^\W\d_]": r"\p{L}",
    r"[^\W\d]": r"[\p{L}_]",
    r"[^\W_]": r"[\p{L}\p{N}]",
    r"[\W\d_]": r"[^\p{L}]",
    r"[\W\d]": r"[^\p{L}_]",
    r"[\W_]": r"[^\p{L}\p{N}]",
    r"[\W]": r"[^\p{L}\p{N}_]",
}
"""Usual sets with what is no letter: the engine cannot join that to others by itself."""


def compiled(pattern: str) -> Any:
    """A pattern with `fullmatch`; ValueError says in words what in it cannot be read."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    try:
        return re2.compile(_with_letters(pattern), options)
    except re2.error as error:
        said = error.args[0] if error.args else ""
        said = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        raise ValueError(f"выражение «{pattern}» в matches не читается: {said}") from None


def _with_letters(pattern: str) -> str:
    r"""`\w` means letters of every alphabet to owners; the engine knows only Latin ones by it."""
    for written, meant in _SETS.items():
        pattern = pattern.replace(written, meant)
    parts, place, inside = [], 0, False
    while place < len(pattern):
        sign = pattern[place]
        if sign == "\\" and place + 1 < len(pattern):
            pair = pattern[place : place + 2]
            letters = r"\p{L}\p{N}_"
            if pair == r"\w":
                pair = letters if inside else f"[{letters}]"
            elif pair == r"\W" and not inside:
                pair = f"[^{letters}]"
            elif pair == r"\W":
                raise ValueError(r"в matches внутри [ ] нельзя \W — перечислите знаки: [^а-яё]")
            parts.append(pair)
            place += 2
            continue
        inside = sign == "[" or (inside and sign != "]")
        parts.append(sign)
        place += 1
    return "".join(parts)
