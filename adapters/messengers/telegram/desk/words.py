"""What the desk says, in the languages it speaks: each module's table is one of these."""

from collections.abc import Mapping
from typing import Any


class Words:
    """Sentences by name, each in Russian and in English, with places for what they are about."""

    def __init__(self, table: Mapping[str, tuple[str, str]]) -> None:
        self._table = table

    def __contains__(self, name: str) -> bool:
        return name in self._table

    def say(self, language: str, name: str, /, **given: Any) -> str:
        """A sentence in a language; whoever speaks neither reads English."""
        russian, english = self._table[name]
        return (russian if language == "ru" else english).format(**given)


def clipped(text: str, length: int) -> str:
    """As much of a text as fits on a phone's line."""
    flat = " ".join(text.split())
    return flat if len(flat) <= length else f"{flat[: length - 1].rstrip()}…"


def spent(seconds: float, language: str) -> str:
    """A stretch of time, as people say it: «2 ч 5 мин»."""
    minutes = int(seconds // 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    names = ("д", "ч", "мин") if language == "ru" else ("d", "h", "min")
    parts = [f"{n} {name}" for n, name in zip((days, hours, minutes), names, strict=True) if n]
    return " ".join(parts[:2]) or ("меньше минуты" if language == "ru" else "less than a minute")
