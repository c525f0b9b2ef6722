"""The bot that an assistant made over the API is: written in the language of flows, as an owner's."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import yaml

from flows.load import BOT_FILE, version_of
from flows.model import Bot

_HERE = Path(__file__).resolve().parent / "assistants"


def assistant_files(name: str, *texts: str) -> dict[str, str]:
    """Its files, by the paths in its folder. The `texts` its owner wrote tell the language."""
    files = dict(_template(_language("".join((name, *texts)))))
    # As JSON, which is YAML too: whatever somebody is called, it is one text and nothing else.
    quoted = yaml.safe_dump(name, allow_unicode=True, default_style='"', width=10_000).strip()
    return files | {BOT_FILE: files[BOT_FILE].replace("$name", quoted, 1)}


class Compiler:
    """Compiles each template once: the bots made from one differ by their names alone."""

    def __init__(self, compile: Callable[[str, Mapping[str, str]], Bot]) -> None:
        self._compile = compile
        self._known: dict[tuple[tuple[str, str], ...], Bot] = {}

    def __call__(self, bot: str, files: Mapping[str, str]) -> Bot:
        """Raises LoadError."""
        named, _, rest = files[BOT_FILE].partition("\n")
        template = tuple(sorted({**files, BOT_FILE: rest}.items()))
        if template not in self._known:
            self._known[template] = self._compile(bot, files)
        title = yaml.safe_load(named)["bot"]
        known = self._known[template]
        return replace(known, folder=bot, title=title, version=version_of(files))


@cache
def _template(language: str) -> Mapping[str, str]:
    root = _HERE / language
    paths = sorted(path for path in root.rglob("*.yaml"))
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def _language(text: str) -> str:
    letters = [letter for letter in text.casefold() if letter.isalpha()]
    cyrillic = any("а" <= letter <= "я" or letter == "ё" for letter in letters)
    return "en" if letters and not cyrillic else "ru"
