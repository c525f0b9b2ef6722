"""What a customer sees is written down so that a person can read it and a diff can show it."""

import pytest

from tests.servers.screen import Bubble, Menu, button, contact, file, lines_of, location, rendered


def test_a_talk_is_read_from_top_to_bottom() -> None:
    assert rendered(
        [
            Bubble("client", "Привет"),
            Bubble("bot", "Здравствуйте!\nЧем помочь?", buttons=[["Записаться", "Цены"]]),
            Bubble("client", pressed="Записаться"),
            Bubble("bot", "Когда?", keyboard=[["Сегодня"], ["Завтра"]]),
            Bubble("bot", "Готово", keyboard=[]),
            Bubble("bot", "Не готово", act="edits"),
        ]
    ) == [
        "client: Привет",
        "bot: Здравствуйте!",
        "    Чем помочь?",
        "  [Записаться] [Цены]",
        "client: presses «Записаться»",
        "bot: Когда?",
        "  keyboard: [Сегодня]",
        "  keyboard: [Завтра]",
        "bot: Готово",
        "  keyboard: none",
        "bot edits: Не готово",
    ]


@pytest.mark.parametrize(
    ("bubble", "lines"),
    [
        (Bubble("bot", "Вот", media=[file("photo", "a.jpg")]), ["bot: [photo a.jpg] Вот"]),
        (Bubble("client", media=[location(55.75, "37.610000")]), ["client: [location 55.75,37.61]"]),
        (Bubble("bot", media=[location(1, 2, "Дом", "")]), ["bot: [location 1,2 Дом]"]),
        (Bubble("client", media=[contact("Иван", "+7900")]), ["client: [contact Иван +7900]"]),
        (Bubble("bot", reaction="👍"), ["bot: (reaction 👍)"]),
        (Bubble("client", reaction=""), ["client: (reaction removed)"]),
        (Bubble("client", act="deletes"), ["client deletes"]),
        (Bubble("bot", "Сайт", buttons=[[button("Тут", url="https://example.com")]]),
         ["bot: Сайт", "  [Тут → https://example.com]"]),
        (Bubble("bot", "Где?", keyboard=[[button("Я тут", asks="location")]]),
         ["bot: Где?", "  keyboard: [Я тут (location)]"]),
        (Bubble("bot", "Что?", menu=Menu("Выбрать", [("", ["Да", "Нет — никогда"])])),
         ["bot: Что?", "  (list «Выбрать»: Да | Нет — никогда)"]),
        (Bubble("bot", "Что?", menu=Menu("Меню", [("Еда", ["Суп"]), ("Чай", ["Да"])])),
         ["bot: Что?", "  (list «Меню»: Еда: Суп; Чай: Да)"]),
        (Bubble("bot", "Вот", cards=[Bubble("card", "Стул", buttons=[["Купить"]])]),
         ["bot: Вот", "  card: Стул", "    [Купить]"]),
        (Bubble("bot", "Вот", notes=["footer «до 18:00»"]), ["bot: Вот", "  (footer «до 18:00»)"]),
    ],
)  # fmt: skip
def test_every_kind_of_bubble_has_its_line(bubble: Bubble, lines: list[str]) -> None:
    assert lines_of(bubble) == lines
