"""The owner's own patterns (`matches`), run in time that grows with the text and no faster."""

import re
from dataclasses import dataclass
from typing import Any, Literal

import re2  # type: ignore[import-untyped]

_LETTERS = r"\p{L}\p{N}_"
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
_QUANTIFIER = re.compile(r"(?:[*+?]|\{\d+(?:,\d*)?\})\??$")
_QUANTIFIED = re.compile(r"[*+?{]")

Side = Literal["edge", "gap", "any", "word"]


REASONS = {
    "missing )": "не хватает закрывающей )",
    "missing ]": "не хватает закрывающей ]",
    "unexpected )": "лишняя )",
    "no argument for repetition operator": "перед знаком повтора ничего не стоит",
    "bad repetition operator": "два знака повтора подряд",
    "invalid repetition size": "столько повторов не бывает",
    "invalid escape sequence": "после обратной черты стоит не то",
    "invalid perl operator": "такой группы нет: вперёд и назад выражение не смотрит",
    "invalid character class range": "буквы в [ ] идут не по порядку",
    "invalid named capture group": "имя группы не дописано",
}
"""What the engine finds wrong, in the owner's words."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern, ready. It says whether a text fits and not where, which would cost twice as much."""

    _engine: Any

    @property
    def pattern(self) -> str:
        return str(self._engine.pattern)

    def search(self, text: str) -> bool:
        """Whether a part of the text fits."""
        # Bytes, for which the engine need not work out at which sign a match begins and ends.
        return self._engine.search(text.encode()) is not None

    def fullmatch(self, text: str) -> bool:
        """Whether the text as a whole fits."""
        return self._engine.fullmatch(text.encode()) is not None


def compiled(pattern: str, *, whole: bool = False, any_case: bool = False) -> Pattern:
    """The owner's pattern, ready; ValueError says in words what cannot be read.

    `whole` is for a pattern that is to be met by a whole text; with `any_case` case does not matter.
    """
    options = re2.Options()
    options.case_sensitive = not any_case
    options.log_errors = False
    options.max_mem = 1 << 20
    try:
        return Pattern(re2.compile(_with_letters(pattern, whole=whole), options))
    except re2.error as error:
        said = error.args[0] if error.args else ""
        said = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        reason = next((ours for theirs, ours in REASONS.items() if said.startswith(theirs)), said)
        raise ValueError(f"выражение «{pattern}» в matches не читается: {reason}") from None


def _with_letters(pattern: str, *, whole: bool) -> str:
    r"""`\w` and `\b` mean letters of every alphabet to owners; the engine knows only Latin ones."""
    for written, meant in _SETS.items():
        pattern = pattern.replace(written, meant)
    parts, place, inside, depth = [], 0, False, 0
    while place < len(pattern):
        sign = pattern[place]
        if sign == "\\" and place + 1 < len(pattern):
            pair = pattern[place : place + 2]
            if pair == r"\b" and not inside:
                parts.append(_border(pattern, place, outermost=whole and depth == 0))
            else:
                parts.append(_of_letters(pair, inside=inside))
            place += 2
            continue
        if not inside:
            depth += {"(": 1, ")": -1}.get(sign, 0)
        inside = sign == "[" or (inside and sign != "]")
        parts.append(sign)
        place += 1
    return "".join(parts)


def _of_letters(pair: str, *, inside: bool) -> str:
    if pair == r"\w":
        return _LETTERS if inside else f"[{_LETTERS}]"
    if pair == r"\W" and not inside:
        return f"[^{_LETTERS}]"
    if pair == r"\W":
        raise ValueError(r"в matches внутри [ ] нельзя \W — перечислите знаки: [^а-яё]")
    if pair == r"\B":
        raise ValueError(r"\B в matches нет: напишите, какие буквы стоят рядом")
    return pair


# ---------------------------------------------------------------- borders of words


def _border(pattern: str, place: int, *, outermost: bool) -> str:
    r"""What stands for the `\b` at this place: a sign that is no letter, or the end of the text.

    The engine cannot look beside what it reads, so the sign is read along with the word.
    """
    before, after = _before(pattern[:place]), _after(pattern[place + 2 :])
    if (before == "word") == (after == "word"):
        raise ValueError(r"\b в matches стоит с краю слова: \bкот\b. Здесь поставьте пробел или \s")
    starts = after == "word"
    near = before if starts else after
    if near == "gap" or (near == "edge" and outermost):
        # What is there is a border already.
        return ""
    return rf"(?:^|[^{_LETTERS}])" if starts else rf"(?:$|[^{_LETTERS}])"


def _before(left: str) -> Side:
    plain = _QUANTIFIER.sub("", left)
    if (
        not plain
        or plain.endswith(("(?:", "(", "|", "^"))
        or re.search(r"\(\?[a-zP<>\w]+[:>)]$", plain)
    ):
        return "edge"
    if plain.endswith((r"\s", r"\W", " ")):
        # Where there may be none of it, the border has to be seen to.
        return "any" if re.search(r"[*?]\??$|\{0", left[len(plain) :]) else "gap"
    return _of_sign(plain[-1], escaped=plain[-2:-1] == "\\")


def _after(right: str) -> Side:
    if not right or right[0] in ")|$":
        return "edge"
    pair = right[:2]
    if pair in (r"\s", r"\W") or right[0] == " ":
        rest = right[2:] if right[0] == "\\" else right[1:]
        return "any" if _QUANTIFIED.match(rest) and not rest.startswith("+") else "gap"
    if right[0] == "\\":
        return "word" if pair in (r"\w", r"\d", r"\p") else _of_sign(right[1:2], escaped=True)
    return _of_sign(right[0], escaped=False)


def _of_sign(sign: str, *, escaped: bool) -> Side:
    if escaped:
        return "word" if sign.isalnum() else "gap"
    if sign == ".":
        return "any"
    return "word" if sign.isalnum() or sign in "_()[]" else "gap"
