"""Collects what is said about a bot folder: in English to who writes in it, else in Russian."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, Literal

from flows.complaints import Kind
from flows.errors import Complaint, Place
from flows.synonyms import SYNONYMS

_LONGEST_NAME = 80
_LONGEST_VALUE = 300
_FEW = 8


class Report:
    """The complaints so far; called with a kind, a place and what its wording needs.

    `language` is the bot's; `told` is the language of the complaints where that is another one.
    """

    def __init__(self, language: str = "ru", told: str | None = None) -> None:
        self.language = language
        self._told = told or language
        self._found: dict[Complaint, None] = {}
        self._muted: set[Kind] = set()

    def mute(self, kind: Kind) -> None:
        """Say no more of this kind: it would only follow from what is told already."""
        self._muted.add(kind)

    def __call__(self, kind: Kind, place: Place, **values: Any) -> None:
        if kind in self._muted:
            return
        finding, _, cure = self.words(kind.ru, kind.en).partition("|")
        short = {key: _short(value) for key, value in values.items()}
        finding, cure = finding.format(**short), cure.format(**short)
        level: Literal["error", "warning"] = "warning" if kind.code.startswith("W") else "error"
        # The same name misspelt twice in one line is one complaint.
        hint = cure.lstrip(" —:,.")
        self._found[Complaint(place, kind.code, finding + cure, level, hint)] = None

    @property
    def found(self) -> list[Complaint]:
        return list(self._found)

    @property
    def errors(self) -> list[Complaint]:
        return [found for found in self._found if found.level == "error"]

    @property
    def warnings(self) -> list[Complaint]:
        return sorted(
            (found for found in self._found if found.level == "warning"),
            key=lambda complaint: complaint.place,
        )

    def words(self, ru: str, en: str) -> str:
        return en if self._told == "en" else ru

    def nearest(self, name: str, known: Iterable[str]) -> str:
        """A hint at the right name, ready to stand at the end of a complaint; empty for none.

        A name nothing is like is answered with all there are, where those are few.
        """
        names = list(known)
        if len(name) > _LONGEST_NAME:
            return ""
        found = SYNONYMS.get(name.casefold(), frozenset()).intersection(names)
        by_fold = {_alike(candidate): candidate for candidate in names}
        slip = [typed for typed in _other_layouts(name) if typed in names]
        close = list(found) or slip or get_close_matches(_alike(name), by_fold, n=1, cutoff=0.6)
        if close:
            right = by_fold.get(_alike(close[0]), close[0])
            return self.words(f" — может, «{right}»?", f": did you mean “{right}”?")
        if 0 < len(names) <= _FEW:
            listed = ", ".join(names)
            return self.words(f" — есть: {listed}", f": there is {listed}")
        return ""


def _short(value: Any) -> Any:
    if isinstance(value, str) and len(value) > _LONGEST_VALUE:
        return value[:_LONGEST_VALUE] + "…"
    return value


_LATIN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_CYRILLIC = "ёйцукенгшщзхъфывапролджэячсмитьбю"


def _other_layouts(name: str) -> tuple[str, str]:
    """What was typed, had the keyboard been switched."""
    typed = name.casefold()
    return (
        typed.translate(str.maketrans(_CYRILLIC, _LATIN)),
        typed.translate(str.maketrans(_LATIN, _CYRILLIC)),
    )


_LOOKALIKES = str.maketrans("acekopxyACEHKMOPTXYB", "асекорхуАСЕНКМОРТХУВ")


def _alike(name: str) -> str:
    """Letters that look the same count as the same one."""
    return name.translate(_LOOKALIKES).casefold()
