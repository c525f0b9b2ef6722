"""Answers that operators have ready: what may stand in canned.yaml, and what it comes to in a chat."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from flows.canned import Unfilled, filled
from flows.errors import LoadError
from flows.load import load_bot
from flows.model import Bot

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=ZoneInfo("Europe/Moscow"))
FILES = {
    "bot.yaml": "bot: А\nstart: а\ntimezone: Europe/Moscow\nuser: {имя: text, день: date}\n"
    "hours: {зал: пн-пт 09:00-18:00}\n",
    "flows/a.yaml": "flow: а\nwhen: /start\nsteps: {а: {say: Да}}\n",
}
ANSWERS = """\
привет: Здравствуйте, {{ user.имя | default(customer.name) }}! Меня зовут {{ operator.name }}.
ждите: |
  Чат {{ number }}, очередь «{{ queue }}».
  Мы работаем {{ hours.зал.text }}.
визит: Ждём вас {{ user.день | date }}, сегодня {{ today | date }}.
"""


def bot_with(answers: str) -> Bot:
    return load_bot("а", {**FILES, "canned.yaml": answers}, {}).bot


def said(answers: str) -> list[str]:
    with pytest.raises(LoadError) as error:
        bot_with(answers)
    return [str(one) for one in error.value.complaints]


def test_an_answer_is_filled_in_for_the_chat() -> None:
    bot = bot_with(ANSWERS)
    assert list(bot.canned) == ["привет", "ждите", "визит"]

    def words(key: str) -> str:
        return filled(
            bot,
            bot.canned[key],
            now=NOON,
            user={"день": {"$date": "2026-03-05"}},
            customer="Анна",
            operator="Оля",
            number=1042,
            queue="поддержка",
        )

    assert words("привет") == "Здравствуйте, Анна! Меня зовут Оля."
    assert words("ждите") == "Чат 1042, очередь «поддержка».\nМы работаем пн-пт 09:00-18:00."
    assert words("визит") == "Ждём вас 5 марта, сегодня 2 марта."


def test_what_is_not_known_is_named_and_leaves_no_hole() -> None:
    bot = bot_with(ANSWERS)
    with pytest.raises(Unfilled) as error:
        filled(bot, bot.canned["привет"], now=NOON, user={})
    assert error.value.names == ("user.имя | default(customer.name)", "operator.name")


def test_a_bot_without_the_file_has_no_ready_answers() -> None:
    assert load_bot("а", FILES, {}).bot.canned == {}


def test_the_answers_are_part_of_the_version() -> None:
    assert bot_with("да: Да.").version != bot_with("да: Нет.").version


@pytest.mark.parametrize(
    ("answers", "complaint"),
    [
        ("а: '{{ заказ.номер }}'", "canned.yaml:1: E045 готовый ответ не знает «заказ»"),
        (
            "а: '{{ customer.phone }}'",
            "canned.yaml:1: E045 готовый ответ не знает «customer.phone»",
        ),
        ("а: '{{ handoff.operator }}'", "canned.yaml:1: E045 готовый ответ не знает «handoff»"),
        ("а: '{{ user.имй }}'", "canned.yaml:1: E021 среди полей клиента"),
        ("а: '{{ hours.лал.text }}'", "canned.yaml:1: E018 среди часов работы"),
        ("а: '{{ user.имя'", "canned.yaml:1: E0"),
        ("а: ''", "canned.yaml:1: E010 в «а» здесь должно стоять другое: текст ответа"),
        ("а: [1, 2]", "canned.yaml:1: E010 в «а» здесь должно стоять другое: текст"),
        ("а б: да", "canned.yaml:1: E022 «а б» не годится для имени"),
        ("а: да\nа: нет", "canned.yaml:2: E003"),
        ("add: да", "canned.yaml:1: E042 «add» — слово самой команды /canned"),
        ("Список: да", "canned.yaml:1: E042 «Список» — слово самой команды"),
        ("Да: да\nдА: нет", "canned.yaml:2: E042 «дА» и «Да» — один и тот же ключ"),
        (f"{'я' * 41}: да", "canned.yaml:1: E022"),
        (f"а: {'я' * 4097}", "canned.yaml:1: E042 ответ длиннее 4096 знаков"),
    ],
)
def test_what_an_answer_cannot_be_is_told(answers: str, complaint: str) -> None:
    (told,) = said(answers)
    assert told.startswith(complaint)
