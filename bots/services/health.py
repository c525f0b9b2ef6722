"""Whether everything that must answer does."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

import structlog

from bots.model.channel import ChannelState
from bots.model.desk_state import DeskState
from bots.ports import Clock

Check = Callable[[], Awaitable[str | None]]
"""What is wrong, in words, or None."""

log = structlog.get_logger()

_PATIENCE = 2.0


class Health:
    """`checks` are named by what they look at: `database`, `inbox` …; `channels` and `desk` tell how
    those fare.

    A messenger that is down makes nobody unready: what it would have brought it brings later, and a
    restart would cure nothing. So it is with a group of operators.
    """

    def __init__(
        self,
        checks: Mapping[str, Check],
        *,
        channels: Callable[[], Mapping[str, ChannelState]] = dict,
        desk: Callable[[], DeskState] = DeskState,
        patience: float = _PATIENCE,
    ) -> None:
        self.channels = channels
        self.desk = desk
        self._checks = checks
        self._patience = patience

    async def troubles(self) -> dict[str, str]:
        """What keeps us from being ready; nothing where all is well."""
        answers = await asyncio.gather(*map(self._asked, self._checks.values()))
        pairs = zip(self._checks, answers, strict=True)
        return {name: trouble for name, trouble in pairs if trouble}

    async def _asked(self, check: Check) -> str | None:
        try:
            async with asyncio.timeout(self._patience):
                return await check()
        except TimeoutError:
            return "does not answer"
        except Exception as error:  # noqa: BLE001 - whatever a check meets is its finding
            log.warning("A health check failed", error=getattr(error, "why", repr(error)))
            return "fails"


def not_behind(
    oldest: Callable[[], datetime | None], clock: Clock, *, limit: timedelta = timedelta(seconds=30)
) -> Check:
    """Red while the oldest message that waits for its turn is older than `limit`."""

    async def check() -> str | None:
        waiting_since = oldest()
        if waiting_since is None or clock() - waiting_since <= limit:
            return None
        return f"the oldest message waits for over {limit.total_seconds():.0f} s"

    return check
