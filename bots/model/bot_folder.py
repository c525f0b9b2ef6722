"""A bot as its owner keeps it: a folder of files."""

from dataclasses import dataclass, field
from pathlib import Path


class BotFolderError(Exception):
    """Bot folders that cannot be read; each line says of one file what is wrong and what to do."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        super().__init__("\n".join(lines))


@dataclass(frozen=True, slots=True, kw_only=True)
class BotFolder:
    """A bot as its owner wrote it; names are paths inside the folder, such as `flows/menu.yaml`.

    `files` are bot.yaml, calendar.yaml, canned.yaml and the flows; of `media` only the names are known. `edits`
    are the files beside the tests that change the bot in the middle of one, `actions` the text of
    actions.py.
    """

    name: str
    path: Path
    files: dict[str, str]
    media: frozenset[str]
    tests: dict[str, str]
    knowledge: dict[str, str]
    edits: dict[str, str] = field(default_factory=dict)
    actions: str | None = None
