"""How the server itself fares, in figures: for its administrator."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bots.ports import Clock
from bots.services.health import Health


@dataclass(frozen=True, slots=True, kw_only=True)
class Connections:
    """Those to the database: how many may be open, and how many work at this moment."""

    most: int
    active: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """Bytes: what customers and owners uploaded, what logs fill, what is left."""

    uploads: int
    logs: int
    available: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All of it at one moment; `troubles` are what keeps the server from being ready."""

    troubles: dict[str, str]
    connections: Connections
    bots: int
    processes: int
    uptime: timedelta
    disk: Disk


class System:
    """Asks whoever knows, every time."""

    def __init__(
        self,
        health: Health,
        *,
        connections: Callable[[], Connections],
        bots: Callable[[], int],
        processes: Callable[[], Awaitable[int]],
        disk: Callable[[], Awaitable[Disk]],
        started: datetime,
        clock: Clock,
    ) -> None:
        self._health = health
        self._connections = connections
        self._bots = bots
        self._processes = processes
        self._disk = disk
        self._started = started
        self._clock = clock

    async def figures(self) -> Figures:
        connections = self._connections()
        return Figures(
            troubles=await self._health.troubles(),
            connections=connections,
            bots=self._bots(),
            processes=await self._processes(),
            uptime=self._clock() - self._started,
            disk=await self._disk(),
        )
