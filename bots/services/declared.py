"""Channels that owners write down: read when a bot is published with others, complained of once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from bots.model.channel import ChannelRecord
from bots.services.runtime import Published

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What the owner wrote down, and `complaints` about what of it cannot be opened.

    Of a bot and messenger that is `undecided` nothing is changed until it can be read again.
    """

    records: Sequence[ChannelRecord] = ()
    complaints: Sequence[str] = ()
    undecided: frozenset[tuple[str, str]] = frozenset()


Read = Callable[[Mapping[str, Mapping[str, Mapping[str, str]]]], Declared]
"""Reads what is declared, by the `channels` of each bot."""


class Written:
    """What is declared just now for the bots of a workspace."""

    def __init__(self, read: Read, published: Published, workspace: int) -> None:
        self.declared = Declared()
        self._read = read
        self._published = published
        self._workspace = workspace
        self._said: Mapping[str, Mapping[str, Mapping[str, str]]] | None = None
        self._told: frozenset[str] = frozenset()

    def read(self, *, aloud: bool) -> Declared:
        """Read it where the bots say otherwise than before; while something is wrong, every time.

        `aloud` says that new complaints go into the log: at a start they end it, and whoever starts
        us is told.
        """
        names = self._published.names(self._workspace)
        said = {name: self._published.current(name).channels for name in names}
        if said == self._said and not self.declared.complaints:
            return self.declared
        self._said, self.declared = said, self._read(said)
        fresh = frozenset(self.declared.complaints)
        for line in sorted(fresh - self._told) if aloud else ():
            log.error("A channel cannot be connected", why=line)
        self._told = fresh
        return self.declared
