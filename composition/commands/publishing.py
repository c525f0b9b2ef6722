"""`publish` and `versions`: bots handed to the server, and which versions it has."""

import argparse
import asyncio
import getpass
import socket
import sys
from dataclasses import replace
from functools import partial

from adapters.terminal.leaving import stop
from adapters.terminal.publish import Publishing as Typed
from adapters.terminal.publish import list_versions
from bots.publishing import Published
from composition.bots import loader_of, written
from composition.commands.beside import beside_of
from composition.here import now
from config.settings import Settings
from flows.load import language_of
from storage.beside import Beside
from storage.opening import in_use


async def publish_bots(settings: Settings, given: argparse.Namespace) -> int:
    """Publish bots from beside the server, which takes them within a second."""
    bots = written(settings)
    folders = bots.wanted(given.bot)
    if given.version is not None and len(folders) != 1:
        stop("Say of which bot: python run.py publish shop --version 12")
    loaded = [bots.loaded(folder) for folder in folders]
    status, typed = 0, not given.yes and sys.stdin.isatty()
    async with beside_of(settings) as beside:
        for folder, one in zip(folders, loaded, strict=True):
            files = folder.files
            if given.version is not None:
                files = await files_of_version(beside, folder.name, given.version)
                one = bots.loaded(replace(folder, files=files))
            typing = Typed(
                versions=beside.versions,
                audience=beside.audience,
                workspace=beside.workspace,
                older=Published(
                    versions=beside.versions,
                    workspace=beside.workspace,
                    clock=now,
                    compile=partial(loader_of(settings).version, folder),
                ).older,
                running=partial(in_use, settings.database),
                ask=partial(asyncio.to_thread, input) if typed else None,
                by=f"{getpass.getuser()}@{socket.gethostname()}",
                clock=now,
                out=sys.stdout,
                retire=given.retire,
                dry_run=given.dry_run,
            )
            status |= await typing.publish(one.bot, files)
    return status


async def files_of_version(beside: Beside, bot: str, number: int) -> dict[str, str]:
    """The files of a version by its number; one sentence where it is not kept."""
    kept = await beside.versions.all(beside.workspace, bot)
    for version in kept:
        if version.number == number:
            return await beside.versions.files(beside.workspace, bot, version.hash) or {}
    stop(
        f"Version {number} of {bot} is not kept; there are:"
        f" {', '.join(str(one.number) for one in kept) or 'none'}."
    )


async def versions(settings: Settings, given: argparse.Namespace) -> None:
    """The versions of bots."""
    async with beside_of(settings) as beside:
        for folder in written(settings).wanted(given.bot):
            await list_versions(
                folder.name,
                language_of(folder.files),
                beside.versions,
                beside.audience,
                beside.workspace,
                sys.stdout,
            )
