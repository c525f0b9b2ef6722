"""Two whole bots whose flows, steps and variables have Russian names: they load, and their dialogs hold."""

from functools import partial
from pathlib import Path

import pytest

from adapters.actions.catalogue import CATALOGUE
from adapters.actions.job import BotFacts
from adapters.actions.knowledge import texts_of
from adapters.actions.rehearsing import rehearsed
from adapters.understanding.stemmed import StemmedUnderstanding
from bots.model.bot_folder import BotFolder
from config.bot_folders import bot_folders
from flows.load import Loaded, load_bot
from flows.testing import Company, Outcome, play

FOLDERS = {folder.name: folder for folder in bot_folders(Path(__file__).parent / "russian_bots")}


def loaded(folder: BotFolder) -> Loaded:
    return load_bot(folder.name, folder.files, CATALOGUE, media=folder.media)


def outcomes(folder: BotFolder) -> list[Outcome]:
    bot = loaded(folder).bot
    facts = BotFacts(
        timezone=bot.timezone,
        knowledge=texts_of(bot.knowledge, folder.knowledge),
        booking=bot.booking,
    )
    means = StemmedUnderstanding().at_once
    return play(Company(bot=bot, fresh=partial(rehearsed, facts), means=means), folder.tests)


def test_a_shop_is_read_without_a_word() -> None:
    assert loaded(FOLDERS["shop"]).warnings == []


def test_a_salon_without_a_calendar_is_warned_about_the_invented_one() -> None:
    told = {one.code for one in loaded(FOLDERS["salon"]).warnings}
    assert told == {"W054", "W093"}


@pytest.mark.parametrize(
    "outcome",
    [
        pytest.param(outcome, id=f"{name}: {outcome.name}")
        for name, folder in FOLDERS.items()
        for outcome in outcomes(folder)
    ],
)
def test_their_dialogs_go_as_written(outcome: Outcome) -> None:
    assert outcome.passed, str(outcome)
