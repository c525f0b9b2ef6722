"""A message that the desk writes by itself: its words, and what is marked in them."""

from collections.abc import Mapping
from typing import Any

from bots.shaping import clean, head, units

LONGEST = 4096
"""UTF-16 units of a message. https://core.telegram.org/bots/api#sendmessage"""


class Sheet:
    """Grows piece by piece; Telegram counts what is marked in UTF-16 units."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._marks: list[dict[str, Any]] = []
        self.length = 0

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    @property
    def entities(self) -> list[dict[str, Any]]:
        return list(self._marks)

    @property
    def left(self) -> int:
        """Units that still fit."""
        return LONGEST - self.length

    def add(self, text: str, kind: str = "", **more: Any) -> "Sheet":
        """Write on, as far as there is room. What is of a `kind` (`bold`, …) is marked so."""
        text = head(clean(text), self.left) if units(text) > self.left else clean(text)
        size = units(text)
        if kind and size:
            self._marks.append({"type": kind, "offset": self.length, "length": size, **more})
        self._pieces.append(text)
        self.length += size
        return self

    def line(self, label: str = "", text: str = "") -> "Sheet":
        """A line of its own; its label stands out."""
        if self._pieces:
            self.add("\n")
        if label:
            self.add(label, "bold").add(" " if text else "")
        return self.add(text)

    def quote(self, text: str, *, folded: bool = False) -> "Sheet":
        """Somebody's words, on lines of their own."""
        if self._pieces:
            self.add("\n")
        return self.add(text, "expandable_blockquote" if folded else "blockquote")

    def message(self) -> Mapping[str, Any]:
        """As a call of the Bot API takes it."""
        return {
            "text": self.text,
            "entities": self.entities,
            "link_preview_options": {"is_disabled": True},
        }
