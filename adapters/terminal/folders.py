"""A bot folder as the commands of the terminal take it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol


class Folder(Protocol):
    """The texts of a bot; names are paths inside its folder."""

    @property
    def name(self) -> str: ...
    @property
    def files(self) -> Mapping[str, str]: ...
    @property
    def media(self) -> frozenset[str]: ...
    @property
    def tests(self) -> Mapping[str, str]: ...


def shown_path(path: Path) -> str:
    """A path as an editor opens it from here."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
