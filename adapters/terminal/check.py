"""`check`: every complaint about bot folders, before anybody talks to them."""

from collections.abc import Mapping, Sequence
from typing import TextIO

from adapters.terminal.folders import Folder
from flows.errors import Complaint, LoadError
from flows.load import load_bot
from flows.model import ActionSpec, Bot


def check(folders: Sequence[Folder], actions: Mapping[str, ActionSpec], out: TextIO) -> int:
    """Print what is wrong with each bot; the exit status is 1 where there is an error.

    Warnings are printed too and never count.
    """
    failed = False
    for folder in folders:
        complaints, bot = _complaints(folder, actions)
        for complaint in complaints:
            print(f"{folder.name}/{complaint}", file=out)
        errors = sum(complaint.level == "error" for complaint in complaints)
        warnings = len(complaints) - errors
        if bot is None:
            failed = True
            print(f"{folder.name}: {_count(errors, 'error')}", file=out)
        else:
            summary = f"{folder.name}: {_count(len(bot.flows), 'flow')}, no errors"
            print(summary + (f", {_count(warnings, 'warning')}" if warnings else ""), file=out)
    return 1 if failed else 0


def _complaints(
    folder: Folder, actions: Mapping[str, ActionSpec]
) -> tuple[Sequence[Complaint], Bot | None]:
    try:
        loaded = load_bot(folder.name, folder.files, actions, media=folder.media)
    except LoadError as error:
        return error.complaints, None
    return loaded.warnings, loaded.bot


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
