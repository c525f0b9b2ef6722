"""What is asked of a bot wherever one may be gone that chats are still of: then there is a guess."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bots.errors import NotFound
from bots.services.runtime import Published
from flows.inside import only_set
from flows.model import Bot, Queue


@dataclass(frozen=True, slots=True)
class KnownBots:
    """The live bots, asked by name."""

    published: Published

    def language(self, bot: str) -> str:
        """What it speaks."""
        known = self._known(bot)
        return known.language if known is not None else "ru"

    def queues(self, bot: str) -> Mapping[str, Queue]:
        """Its queues by name."""
        known = self._known(bot)
        return known.queues if known is not None else {}

    def zone(self, bot: str) -> tzinfo:
        """The time it lives by."""
        known = self._known(bot)
        try:
            return ZoneInfo(known.timezone) if known is not None else UTC
        except ZoneInfoNotFoundError:
            return UTC

    def days(self, workspace: int) -> tzinfo:
        """The time that the days of a workspace's figures are of: that of its first bot."""
        names = self.published.names(workspace)
        return self.zone(names[0]) if names else UTC

    def untold(self, bot: str) -> frozenset[str]:
        """Its variables that hold nothing a customer told."""
        known = self._known(bot)
        return only_set(known) if known is not None else frozenset()

    def workspace(self, bot: str) -> int | None:
        """Whose it is."""
        try:
            return self.published.workspace_of(bot)
        except NotFound:
            return None

    def _known(self, bot: str) -> Bot | None:
        try:
            return self.published.current(bot)
        except NotFound:
            return None
