"""The bots that ship: they load without a complaint, and their own tests pass."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

from adapters.actions.catalogue import CATALOGUE
from adapters.actions.job import BotFacts
from adapters.actions.knowledge import texts_of
from adapters.actions.rehearsing import rehearsed
from adapters.understanding.stemmed import StemmedUnderstanding
from bots.model.bot_folder import BotFolder
from config.bot_folders import bot_folders, read_bot_folder
from config.bot_templates import LANGUAGES, TEMPLATES, template_folder
from flows.coverage import FlowCoverage, Walked, coverage, overall
from flows.editing import edited_files
from flows.load import load_bot
from flows.model import Bot
from flows.rehearsal import Rehearsal
from flows.testing import Company, Outcome, play

ENOUGH = 90
"""Percent of the steps and branches that a bot's own tests walk."""

BOTS = {
    folder.name: folder
    for folder in bot_folders(Path(__file__).resolve().parents[1] / "config" / "bots")
}
FOLDERS = BOTS | {
    f"{name}-{language}": read_bot_folder(template_folder(name, language))
    for name in TEMPLATES
    for language in LANGUAGES
    if template_folder(name, language) not in [folder.path for folder in BOTS.values()]
}


def loaded(folder: BotFolder) -> Bot:
    return load_bot(folder.name, folder.files, CATALOGUE, media=folder.media).bot


def demo_of(bot: Bot, folder: BotFolder) -> BotFacts:
    knowledge = texts_of(bot.knowledge, folder.knowledge)
    return BotFacts(timezone=bot.timezone, knowledge=knowledge, booking=bot.booking)


def company(folder: BotFolder, walked: Walked, bot: Bot) -> Company:
    def edited(name: str) -> Bot:
        files = edited_files(folder.files, name, folder.edits[f"tests/{name}"])
        return loaded(replace(folder, files=files))

    return Company(
        bot=bot,
        fresh=partial(rehearsed, demo_of(bot, folder)),
        means=StemmedUnderstanding().at_once,
        edited=edited,
        watch=walked,
    )


def played() -> Iterator[tuple[str, list[Outcome], list[FlowCoverage]]]:
    """What comes of each bot's own tests, and what they walk."""
    for name, folder in FOLDERS.items():
        bot = loaded(folder)
        walked = Walked(bot.version)
        outcomes = play(company(folder, walked, bot), folder.tests)
        yield name, outcomes, coverage(bot, walked)


PLAYED = list(played())


def shop() -> tuple[Bot, BotFolder]:
    folder = BOTS["shop"]
    return loaded(folder), folder


@pytest.mark.parametrize("folder", FOLDERS.values(), ids=FOLDERS)
def test_a_bot_that_ships_loads_without_a_complaint(folder: BotFolder) -> None:
    assert load_bot(folder.name, folder.files, CATALOGUE, media=folder.media).warnings == []


@pytest.mark.parametrize(
    "outcome",
    [
        pytest.param(outcome, id=f"{name}: {outcome.name}")
        for name, outcomes, _ in PLAYED
        for outcome in outcomes
    ],
)
def test_a_dialog_goes_as_its_owner_wrote_it(outcome: Outcome) -> None:
    assert outcome.passed, str(outcome)


@pytest.mark.parametrize(
    ("outcomes", "flows"),
    [pytest.param(outcomes, flows, id=name) for name, outcomes, flows in PLAYED],
)
def test_its_own_tests_walk_nearly_all_of_a_bot(
    outcomes: list[Outcome], flows: list[FlowCoverage]
) -> None:
    missing = [f"{one.place} {one.step} {one.way}" for flow in flows for one in flow.missing]
    assert outcomes
    assert overall(flows) >= ENOUGH, missing


def test_the_printed_example_holds() -> None:
    bot, folder = shop()
    now = datetime.fromisoformat("2026-03-02T10:00:00+03:00")
    chat = Rehearsal(bot=bot, actions=rehearsed(demo_of(bot, folder), lambda: now), now=now)
    chat.hear("Где мой заказ №12345?")
    assert [said.text for said in chat.said] == [
        "Ваш заказ №12345 находится в пути. Ожидаемая дата доставки: 15 января 2024."
    ]
    assert chat.understood.intent == "order_status"
    assert chat.understood.entities == {"order_id": "12345", "status": "in_transit"}
    assert chat.understood.confidence == 0.95
    assert chat.step == "order_inquiry"
    (action,) = chat.offered
    assert (action.name, action.text) == ("track_order", "Отследить заказ")
    assert action.data == {"order_id": "12345"}


@pytest.mark.parametrize(
    ("name", "text", "flow"),
    [
        ("shop", "Верните мне деньги!", "return_order"),
        ("shop", "размер не подошёл", "return_order"),
        ("shop", "как обменять платье на другой размер", "return_order"),
        ("shop", "а сколько будет стоить доставка", "question"),
        ("shop", "есть гарантия на обувь?", "question"),
        ("shop", "посылка когда приедет?", "order_status"),
        ("shop", "заказ когда доставят", "order_status"),
        ("shop", "позови оператора", "operator"),
        ("shop", "нужен живой человек", "operator"),
        ("salon", "какой у вас адрес", "адрес"),
        ("salon", "сегодня вы открыты?", "адрес"),
        ("salon", "мне нужна стрижка завтра", "запись"),
        ("salon", "есть ли окошко на субботу", "запись"),
        ("salon", "перенесите мою запись", "мои_записи"),
        ("salon", "на когда я записан", "мои_записи"),
        ("salon", "соедините с администратором", "администратор"),
    ],
)
def test_what_is_said_in_other_words_comes_to_its_flow(name: str, text: str, flow: str) -> None:
    chat = chatting(name)
    chat.hear(text)
    assert (chat.understood.intent, chat.understood.rung) == (flow, "means")


@pytest.mark.parametrize("name", ["shop", "salon"])
@pytest.mark.parametrize(
    "text",
    ["сегодня хорошая погода", "как дела", "хочу купить сапоги", "Анна Петровна", "мне 25 лет"]
    + ["деньги не пахнут", "расскажите анекдот", "у вас есть вакансии", "я работаю до шести"],
)
def test_what_is_said_of_something_else_comes_to_no_flow_by_its_meaning(
    name: str, text: str
) -> None:
    chat = chatting(name)
    chat.hear(text)
    assert chat.understood.rung == "no_match"


def chatting(name: str) -> Rehearsal:
    folder = BOTS[name]
    bot = loaded(folder)
    now = datetime.fromisoformat("2026-03-02T10:00:00+03:00")
    actions = rehearsed(demo_of(bot, folder), lambda: now)
    return Rehearsal(bot=bot, actions=actions, now=now, means=StemmedUnderstanding().at_once)
