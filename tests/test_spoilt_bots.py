"""The example bots, spoilt by chance: what is told is in one language, has its place, and ends."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

import pytest

from adapters.actions.catalogue import CATALOGUE
from bots.model.bot_folder import BotFolder
from config.bot_folders import bot_folders
from flows.errors import Complaint, LoadError
from flows.load import load_bot

FOLDERS = bot_folders(Path(__file__).resolve().parents[1] / "config" / "bots")
_VALUES = "5|true|[a, b]|{a: b}|'x'|{{ x }}||null|x y z|-1|now >|@a|*b|'{{ a. }}'|[[]]|{say: Ok}|done|never"
_NAMES = ("saay", "after", "then", "x.y", "say", "item", "when", "if", "5", "кофe")
_QUOTED = re.compile(r"“[^”]*”")
_RUSSIAN = re.compile(r"[а-яё]\w*", re.IGNORECASE)


def _drop(line: str, chance: Random) -> list[str]:
    return []


def _double(line: str, chance: Random) -> list[str]:
    return [line, line]


def _lose_a_sign(line: str, chance: Random) -> list[str]:
    at = chance.randrange(len(line) + 1)
    return [line[:at] + line[at + 1 :]]


def _push(line: str, chance: Random) -> list[str]:
    return [" " * chance.randint(1, 4) + line]


def _other_value(line: str, chance: Random) -> list[str]:
    key, colon, _ = line.partition(":")
    return [f"{key}: {chance.choice(_VALUES.split('|'))}" if colon else line]


def _other_name(line: str, chance: Random) -> list[str]:
    names = list(re.finditer(r"\w+", line))
    if not names:
        return [line]
    name = chance.choice(names)
    return [line[: name.start()] + chance.choice(_NAMES) + line[name.end() :]]


_SLIPS: tuple[Callable[[str, Random], list[str]], ...] = (
    _drop,
    _double,
    _lose_a_sign,
    _push,
    _other_value,
    _other_name,
)


def spoilt(folder: BotFolder, chance: Random) -> dict[str, str]:
    """The files of a bot with one or two slips in one of them."""
    files = dict(folder.files)
    name = chance.choice(sorted(files))
    lines = files[name].split("\n")
    for _ in range(chance.randint(1, 2)):
        at = chance.randrange(len(lines))
        lines[at : at + 1] = chance.choice(_SLIPS)(lines[at], chance)
    files[name] = "\n".join(lines)
    return files


def told(folder: BotFolder, files: Mapping[str, str], language: str) -> list[Complaint]:
    try:
        return load_bot(folder.name, files, CATALOGUE, media=folder.media, told=language).warnings
    except LoadError as error:
        return error.complaints


@pytest.mark.parametrize("seed", range(25))
def test_what_is_told_of_a_spoilt_bot_is_in_one_language_and_has_its_place(seed: int) -> None:
    chance = Random(seed)
    folder = chance.choice(FOLDERS)
    files = spoilt(folder, chance)
    english, russian = told(folder, files, "en"), told(folder, files, "ru")
    assert [one.code for one in english] == [one.code for one in russian]
    owners = set(_RUSSIAN.findall("\n".join(files.values())))
    for one in english:
        assert set(_RUSSIAN.findall(_QUOTED.sub("", one.text))) <= owners, one
    for one in russian:
        assert _RUSSIAN.search(one.text), one
        lines = files.get(one.place.file, "").split("\n")
        assert 1 <= one.place.line <= len(lines)
        assert one.place.column >= 1
