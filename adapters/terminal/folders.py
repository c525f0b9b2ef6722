"""A bot folder as the commands of the terminal take it."""

from collections.abc import Mapping
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
