"""What of the bots the database has already: the language they speak, the versions that chats are in."""

from functools import partial

from adapters.terminal.leaving import stop
from bots.model.bot_folder import BotFolderError
from bots.services.stranded import stranded
from composition.bots import loader_of
from config.bot_folders import bot_folders
from config.settings import Settings
from flows.load import language_of
from storage.opening import live_files, open_beside


def spoken(settings: Settings) -> str:
    """The language of the owner: that of their bots, the first of them."""
    files = live_files(settings.database)
    return language_of(files[min(files)]) if files else "ru"


async def stop_if_stranded(settings: Settings) -> None:
    """End where chats are in a version whose actions are gone, unless they are to leave it."""
    try:
        folders = bot_folders(settings.bots_dir)
        beside = await open_beside(settings.database)
    except (OSError, BotFolderError):
        # A first start, or something that the start itself will tell of.
        return
    lines: list[str] = []
    live = {one.bot: one for one in await beside.versions.live(beside.workspace)}
    for folder in folders:
        if folder.name in live and not live[folder.name].retire:
            lines += await stranded(
                beside.versions,
                beside.audience,
                beside.workspace,
                folder.name,
                partial(loader_of(settings).version, folder),
            )
    await beside.close()
    if lines:
        stop(
            "Nothing was started, because chats are in versions whose actions are gone:",
            *lines,
            "Put the actions back into actions.py, or let these chats begin anew:"
            " python run.py publish --retire",
        )
