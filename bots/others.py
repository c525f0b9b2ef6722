"""Where there are no other processes."""

from bots.model.neighbour import Left, Stirred


class Nobody:
    """Implements `bots.ports.Others` for a process that is alone."""

    def stir(self, slot: int, what: Left) -> None:
        """Nobody else works for it."""

    def committed(self, chat: Stirred) -> None:
        """Nobody else listens."""


NOBODY = Nobody()
