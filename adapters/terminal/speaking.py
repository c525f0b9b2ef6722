"""How commands speak: each line in the language of whoever reads, to where it is read."""

from dataclasses import dataclass
from typing import TextIO

from flows.script_nodes import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaking:
    """What a command speaks by."""

    language: str
    out: TextIO

    def _said(self, ru: str, en: str) -> str:
        return Told(ru, en).by(self.language)

    def _tell(self, ru: str, en: str) -> None:
        self._say(self._said(ru, en))

    def _say(self, line: str) -> None:
        print(line, file=self.out)
