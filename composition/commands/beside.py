"""The database beside the server, whether one runs on it or not, and what is there to choose from."""

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from adapters.terminal.leaving import stop
from adapters.terminal.operators import Written
from bots.services.operators import OWNERS
from composition.bots import loader_of, written
from config.assistant_bot import assistant_files
from config.settings import Settings
from storage.beside import Beside
from storage.opening import open_beside


@asynccontextmanager
async def beside_of(
    settings: Settings, given: argparse.Namespace | None = None
) -> AsyncIterator[Beside]:
    """The database, whether a server runs on it or not, of the workspace that was typed."""
    try:
        beside = await open_beside(settings.database)
    except OSError as error:
        stop(str(error))
    try:
        workspace = getattr(given, "workspace", beside.workspace)
        known = await beside.workspaces.ids()
        if workspace not in known:
            stop(f"There is no workspace {workspace}; there are: {', '.join(map(str, known))}.")
        yield replace(beside, workspace=workspace)
    finally:
        await beside.close()


async def queues_known(settings: Settings, beside: Beside) -> Written:
    """Gives the queues of every bot of a workspace: folders are the owner's, the bots of others were made
    over the API."""
    if beside.workspace == OWNERS:
        return written(settings).queues
    load = loader_of(settings).of_assistant
    here = [one for one in await beside.assistants.here() if one.workspace == beside.workspace]
    return lambda: {
        one.bot: set(load(one.bot, assistant_files(one.name)).queues)
        for one in here
        if one.deleted_at is None
    }
