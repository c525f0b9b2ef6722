"""`trace` and `report`: what a chat went through, and how hand-offs went."""

import argparse
import sys

from adapters.terminal import report as report_on
from adapters.terminal import trace as trace_of
from adapters.terminal.leaving import stop
from bots.services.reports import Reports
from composition.bots import written
from composition.commands.beside import beside_of
from composition.here import now
from composition.live import spoken
from config.settings import Settings
from storage.opening import live_files


async def trace(settings: Settings, given: argparse.Namespace) -> int:
    """What a chat went through, or which chats there are; 1 where there is none."""
    async with beside_of(settings, given) as beside:
        return await trace_of.tell(
            given,
            beside.traces,
            beside.conversations,
            workspace=beside.workspace,
            notes=beside.desks(now).notes,
            people=await beside.operators.all(beside.workspace),
            language=given.language or spoken(settings),
            out=sys.stdout,
        )


async def report(settings: Settings, given: argparse.Namespace) -> int:
    """How hand-offs went, from what they left in the database."""
    bots = written(settings).as_published(live_files(settings.database))
    async with beside_of(settings, given) as beside:
        try:
            return await report_on.tell(
                given,
                Reports(beside.episodes, workspace=beside.workspace, metrics=beside.metrics),
                bots=bots,
                people=await beside.operators.all(beside.workspace),
                now=now(),
                language=given.language or spoken(settings),
                out=sys.stdout,
            )
        except OSError as error:
            stop(f"Cannot write {given.csv}: {error.strerror}.")
