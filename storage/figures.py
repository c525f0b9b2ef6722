"""What is measured of writing: how much goes in one commit, how long it takes, how long none went."""

import time

from bots.model.spread import Spread

ITEMS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class WriterFigures:
    """Kept by the one that writes; whoever reads them may see them a moment late."""

    def __init__(self) -> None:
        self.items = Spread(ITEMS)
        self.seconds = Spread(SECONDS)
        self._outages = 0.0
        self._since: float | None = None

    def wrote(self, items: int, seconds: float) -> None:
        """So much was committed together."""
        self.items.add(items)
        self.seconds.add(seconds)

    def refused(self) -> None:
        """The database takes nothing from now on."""
        if self._since is None:
            self._since = time.monotonic()

    def recovered(self) -> None:
        """It takes writes again."""
        self._outages, self._since = self.outage_seconds, None

    @property
    def outage_seconds(self) -> float:
        """Seconds, over all its life, in which nothing could be written."""
        since = self._since
        return self._outages + (time.monotonic() - since if since is not None else 0.0)
