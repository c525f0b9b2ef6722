"""The bot that an assistant made over the API is: written in the language of flows, as an owner's."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from flows.load import BOT_FILE

_HERE = Path(__file__).resolve().parent / "assistants"


def assistant_files(name: str, *texts: str) -> dict[str, str]:
    """Its files, by the paths in its folder. The `texts` its owner wrote tell the language."""
    files = dict(_template(_language("".join((name, *texts)))))
    # As JSON, which is YAML too: whatever somebody is called, it is one text and nothing else.
    quoted = yaml.safe_dump(name, allow_unicode=True, default_style='"', width=10_000).strip()
    return files | {BOT_FILE: files[BOT_FILE].replace("$name", quoted, 1)}


@cache
def _template(language: str) -> Mapping[str, str]:
    root = _HERE / language
    paths = sorted(path for path in root.rglob("*.yaml"))
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def _language(text: str) -> str:
    letters = [letter for letter in text.casefold() if letter.isalpha()]
    cyrillic = any("а" <= letter <= "я" or letter == "ё" for letter in letters)
    return "en" if letters and not cyrillic else "ru"
