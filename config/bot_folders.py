"""Bot folders on disk: what an owner's files say, and when they change."""

import os
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from watchfiles import awatch

from bots.model.bot_folder import BotFolder, BotFolderError

LARGEST_TEXT = 1024 * 1024
MOST_FILES = 2_000

_BOT = "bot.yaml"
_CALENDAR = "calendar.yaml"
_CANNED = "canned.yaml"
_ACTIONS = "actions.py"
_NAME = re.compile(r"[\w-]{1,64}")
_YAML = (".yaml", ".yml")
_TEST = (".test.yaml", ".test.yml")
_KNOWLEDGE = (".md", ".txt")
_DEBOUNCE_MS = 200


def bot_folders(directory: Path) -> list[BotFolder]:
    """All bots of a directory, by name. Raises BotFolderError with the complaints about all."""
    wrong: list[str] = []
    found: list[BotFolder] = []
    for path in _candidates(directory):
        try:
            found.append(read_bot_folder(path))
        except BotFolderError as error:
            wrong += error.lines
    if wrong:
        raise BotFolderError(wrong)
    return found


def read_bot_folder(path: Path) -> BotFolder:
    """One bot. Raises BotFolderError with every file that cannot be read."""
    root = path.resolve()
    name = root.name
    if not (root / _BOT).is_file():
        raise BotFolderError([f"{path}: there is no {_BOT} in it, so it is no bot"])
    if not _NAME.fullmatch(name):
        raise BotFolderError([f"{path}: name the folder with letters, digits, _ and - only"])
    texts: dict[str, str] = {}
    media: set[str] = set()
    wrong: list[str] = []
    for number, file in enumerate(_files(root)):
        if number == MOST_FILES:
            wrong.append(f"{path}: more than {MOST_FILES} files in it: keep only the bot's own")
            break
        inside = file.relative_to(root).as_posix()
        try:
            if not file.resolve().is_relative_to(root):
                raise _Unreadable("it is a link out of the bot's folder: copy the file here")
            if inside.startswith("media/"):
                media.add(inside)
            elif _is_text_of_ours(inside):
                texts[inside] = _text(file)
        except _Unreadable as error:
            wrong.append(f"{path / inside}: {error}")
        except OSError as error:
            wrong.append(f"{path / inside}: it cannot be read: {error.strerror or error}")
    if wrong:
        raise BotFolderError(wrong)
    tests = {
        one: text for one, text in texts.items() if one.startswith("tests/") and one.endswith(_TEST)
    }
    knowledge = {one: text for one, text in texts.items() if one.startswith("knowledge/")}
    edits = {one: text for one, text in texts.items() if one.startswith("tests/")}
    actions = texts.pop(_ACTIONS, None)
    files = {one: text for one, text in texts.items() if one not in edits | knowledge}
    return BotFolder(
        name=name,
        path=root,
        files=files,
        media=frozenset(media),
        tests=tests,
        knowledge=knowledge,
        actions=actions,
        edits={one: text for one, text in edits.items() if one not in tests},
    )


def watch(directory: Path) -> AsyncIterator[set[str]]:
    """The names of the bots whose files have just changed, each time some have."""
    return _changes(directory.resolve())


async def _changes(root: Path) -> AsyncIterator[set[str]]:
    async for changes in awatch(root, debounce=_DEBOUNCE_MS, step=50, recursive=True):
        names = set()
        for _, changed in changes:
            inside = Path(changed).relative_to(root).parts
            if len(inside) > 1 and not any(part.startswith(".") for part in inside):
                names.add(inside[0])
        if names:
            yield names


class _Unreadable(Exception):
    """A file of a bot that cannot be taken; says why and what to do."""


def _candidates(directory: Path) -> list[Path]:
    """Folders that are bots, or look as if somebody thinks that they are."""
    try:
        folders = sorted(entry for entry in directory.iterdir() if entry.is_dir())
    except OSError as error:
        raise BotFolderError(
            [f"{directory}: it cannot be opened as the folder of bots: {error.strerror or error}"]
        ) from None
    return [
        folder
        for folder in folders
        if not folder.name.startswith((".", "_"))
        and any((folder / sign).exists() for sign in (_BOT, "bot.yml", "flows"))
    ]


def _files(root: Path) -> Iterator[Path]:
    """All files below, in the order of their names; hidden ones and editors' copies left out."""
    for folder, subfolders, names in os.walk(root):
        subfolders[:] = sorted(one for one in subfolders if not one.startswith((".", "_")))
        for name in sorted(names):
            if not name.startswith((".", "#")) and not name.endswith("~"):
                yield Path(folder, name)


def _is_text_of_ours(inside: str) -> bool:
    if inside.startswith("knowledge/"):
        return inside.endswith(_KNOWLEDGE)
    if inside.startswith("tests/"):
        return inside.endswith(_YAML)
    return inside in (_BOT, _CALENDAR, _CANNED, _ACTIONS) or (
        inside.startswith("flows/") and inside.endswith(_YAML)
    )


def _text(file: Path) -> str:
    if not file.is_file():
        raise _Unreadable("it is no ordinary file: remove it")
    if file.stat().st_size > LARGEST_TEXT:
        raise _Unreadable(f"it is larger than {LARGEST_TEXT >> 20} MiB: split it")
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _Unreadable(f"byte {error.start} is not UTF-8: save the file as UTF-8") from None
