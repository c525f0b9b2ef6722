"""Where there are no other processes."""


class Nobody:
    """Implements `bots.ports.Others` for a process that is alone."""

    def stir(self, slot: int) -> None:
        """Nobody else works for it."""

    def committed(self) -> None:
        """Nobody else listens."""


NOBODY = Nobody()
