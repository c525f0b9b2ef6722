"""The bots of assistants: whatever they are called, each is the template with a name."""

from collections.abc import Mapping

import pytest

from adapters.actions.assistant import SPECS
from adapters.actions.catalogue import catalogue
from config.assistant_bot import Compiler, assistant_files
from flows.load import load_bot
from flows.model import Bot

NAMES = ("Справка", "Help", "{{ 1 + 1 }}", "- a: b # c", "'\"\\n", "null", "🙂 бот", "x" * 100)


def compiled(name: str, files: Mapping[str, str]) -> Bot:
    loaded = load_bot(name, files, {**catalogue(public=True, paid=False), **SPECS})
    assert loaded.warnings == []
    return loaded.bot


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_one_text_and_nothing_else(name: str) -> None:
    assert compiled("assistant.1", assistant_files(name)).title == name


def test_the_language_follows_what_the_owner_wrote() -> None:
    assert compiled("assistant.1", assistant_files("Help desk")).language == "en"
    assert compiled("assistant.1", assistant_files("Help", "", "Ты помощник")).language == "ru"
    assert compiled("assistant.1", assistant_files("🙂")).language == "ru"


@pytest.mark.parametrize("name", NAMES)
def test_compiled_once_for_all_it_is_the_same_bot(name: str) -> None:
    compiler = Compiler(compiled)
    compiler("assistant.1", assistant_files("Первый"))
    compiler("assistant.2", assistant_files("First"))
    files = assistant_files(name)
    once, anew = compiler("assistant.3", files), compiled("assistant.3", files)
    assert (once.folder, once.title, once.version) == (anew.folder, anew.title, anew.version)
    assert (once.language, once.flows.keys(), once.words) == (
        anew.language,
        anew.flows.keys(),
        anew.words,
    )
