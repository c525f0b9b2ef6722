"""One thing that was looked at, in the owner's language."""

from typing import Literal, NamedTuple

Weight = Literal["well", "odd", "wrong"]


class Finding(NamedTuple):
    """What was found; where it is not well, why that matters to customers, and what to do."""

    weight: Weight
    what: str
    cure: str = ""
    why: str = ""


class Speech:
    """Chooses between the two languages of this house."""

    def __init__(self, language: str) -> None:
        self._russian = language == "ru"

    def __call__(self, russian: str, english: str) -> str:
        return russian if self._russian else english
