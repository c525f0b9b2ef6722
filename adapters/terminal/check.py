"""`check`: every complaint about bot folders, before anybody talks to them."""

import json
from collections.abc import Callable, Sequence
from typing import Any, TextIO, TypeVar

from adapters.terminal.folders import Folder
from flows.errors import Complaint, LoadError
from flows.formats import plural
from flows.load import Loaded, language_of
from flows.model import Bot

AnyFolder = TypeVar("AnyFolder", bound=Folder)


def check(
    folders: Sequence[AnyFolder],
    load: Callable[[AnyFolder], Loaded],
    out: TextIO,
    *,
    told: str | None = None,
    as_json: bool = False,
) -> int:
    """Print what is wrong with each bot; the exit status is 1 where there is an error.

    Warnings are printed too and never count. `told` is the language of the last line, each bot's own
    if not given. As JSON the complaints are one list of objects with the
    keys of `_as_object`.
    """
    failed = False
    objects: list[dict[str, Any]] = []
    for folder in folders:
        complaints, bot = _complaints(folder, load)
        failed = failed or bot is None
        if as_json:
            objects += [_as_object(folder, complaint) for complaint in complaints]
        else:
            _print(
                folder, complaints, bot, out, english=(told or language_of(folder.files)) == "en"
            )
    if as_json:
        json.dump(objects, out, ensure_ascii=False, indent=1)
        out.write("\n")
    return 1 if failed else 0


def _complaints(
    folder: AnyFolder, load: Callable[[AnyFolder], Loaded]
) -> tuple[Sequence[Complaint], Bot | None]:
    try:
        loaded = load(folder)
    except LoadError as error:
        return error.complaints, None
    return loaded.warnings, loaded.bot


def _print(
    folder: Folder,
    complaints: Sequence[Complaint],
    bot: Bot | None,
    out: TextIO,
    *,
    english: bool,
) -> None:
    for complaint in complaints:
        print(f"{folder.name}/{complaint}", file=out)
    errors = sum(complaint.level == "error" for complaint in complaints)
    warnings = len(complaints) - errors
    found = [_count(errors, english, *_ERRORS)]
    if bot is not None:
        none = "no errors" if english else "ошибок нет"
        found = [_count(len(bot.flows), english, *_FLOWS), none]
    if warnings:
        found.append(_count(warnings, english, *_WARNINGS))
    print(f"{folder.name}: {', '.join(found)}", file=out)


_Words = tuple[str, str, str]
_FLOWS: tuple[str, _Words] = ("flow", ("сценарий", "сценария", "сценариев"))
_ERRORS: tuple[str, _Words] = ("error", ("ошибка", "ошибки", "ошибок"))
_WARNINGS: tuple[str, _Words] = ("warning", ("предупреждение", "предупреждения", "предупреждений"))


def _count(number: int, english: bool, noun: str, russian: _Words) -> str:
    if not english:
        return plural(number, russian, "ru")
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _as_object(folder: Folder, complaint: Complaint) -> dict[str, Any]:
    """A complaint for programs; lines and columns count from 1, `hint` may be empty."""
    place = complaint.place
    return {
        "code": complaint.code,
        "severity": complaint.level,
        "file": f"{folder.name}/{place.file}",
        "line": place.line,
        "column": _column(folder, complaint),
        "message": complaint.text,
        "hint": complaint.hint,
    }


def _column(folder: Folder, complaint: Complaint) -> int:
    """Of what is known by its line alone, the column is where the line begins to say something."""
    place = complaint.place
    lines = folder.files.get(place.file, "").splitlines()
    if place.column > 1 or place.line > len(lines):
        return place.column
    line = lines[place.line - 1]
    return len(line) - len(line.lstrip(" -")) + 1
