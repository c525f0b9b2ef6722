"""`check`: every complaint about bot folders, before anybody talks to them."""

from collections.abc import Callable, Sequence
from typing import TextIO, TypeVar

from adapters.terminal.folders import Folder
from flows.errors import Complaint, LoadError
from flows.load import Loaded
from flows.model import Bot

AnyFolder = TypeVar("AnyFolder", bound=Folder)


def check(folders: Sequence[AnyFolder], load: Callable[[AnyFolder], Loaded], out: TextIO) -> int:
    """Print what is wrong with each bot; the exit status is 1 where there is an error.

    Warnings are printed too and never count.
    """
    failed = False
    for folder in folders:
        complaints, bot = _complaints(folder, load)
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
    folder: AnyFolder, load: Callable[[AnyFolder], Loaded]
) -> tuple[Sequence[Complaint], Bot | None]:
    try:
        loaded = load(folder)
    except LoadError as error:
        return error.complaints, None
    return loaded.warnings, loaded.bot


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
