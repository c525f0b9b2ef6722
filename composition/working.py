"""`python run.py work`: lanes, timers and what goes out, beside other processes."""

import argparse
import asyncio
import signal
from pathlib import Path

import structlog

from adapters.messengers.web.hub import Hub
from adapters.terminal.leaving import stop
from bots.model.process import WORK
from composition.running import at_work, begin
from config.settings import Settings

log = structlog.get_logger()


async def work(settings: Settings, given: argparse.Namespace) -> None:
    """Lanes, timers and what goes out, beside other processes on one PostgreSQL; until SIGTERM or Ctrl-C."""
    if isinstance(settings.database, Path):
        stop(
            "On SQLite `python run.py` does everything, and nothing may run beside it."
            " Workers need EASYFLOW_DATABASE_URL=postgresql+asyncpg://user@host/database"
        )
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with at_work(settings, Hub(), WORK) as (house, channels):
        await begin(settings, house, channels)
        log.info("At work", id=house.slots.holder)
        await stopped.wait()
