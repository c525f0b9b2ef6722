"""From what a flow says to what a channel is given: rows of buttons, albums, cards."""

import pytest

from bots.composing import keyboard, reply
from flows.turn import Card, Press, Say, Understood


def rows(*labels: str) -> list[list[str]]:
    made = keyboard([Press(text=label, payload=label) for label in labels])
    return [[button.text for button in row] for row in made.rows] if made else []


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ("Да Нет", [["Да", "Нет"]]),
        ("Да Нет Потом", [["Да", "Нет"], ["Потом"]]),
        ("Заказать-с-доставкой Нет", [["Заказать-с-доставкой"], ["Нет"]]),
        ("1 2 3 4 5", [["1", "2", "3", "4", "5"]]),
        ("9:00 9:30 10:00 10:30 11:00", [["9:00", "9:30", "10:00", "10:30"], ["11:00"]]),
        (
            "9:00 9:30 10:00 10:30 11:00 Другое-время-в-другой-день",
            [["9:00", "9:30", "10:00", "10:30"], ["11:00"], ["Другое-время-в-другой-день"]],
        ),
        (
            "Пион Тюльпан Ирис Гвоздика Астра",
            [["Пион", "Тюльпан"], ["Ирис", "Гвоздика"], ["Астра"]],
        ),
    ],
)
def test_short_labels_share_rows(labels: str, expected: list[list[str]]) -> None:
    assert rows(*labels.split()) == expected


def test_a_mark_moves_no_button() -> None:
    plain = ["Лента-на-букет", "Открытка-маме", "Мишка", "Шар", "Ваза"]
    marked = [f"✅ {label}" for label in plain]
    assert [len(row) for row in rows(*marked)] == [len(row) for row in rows(*plain)]


def test_an_album_stands_behind_what_is_shown_alone_and_cards_keep_their_buttons() -> None:
    say = Say(
        text="Цветы",
        media=(("video", "v.mp4"),),
        album=(("photo", "a.jpg"), ("photo", "b.jpg")),
        cards=(Card(title="Роза", photo="r.jpg", buttons=(Press(text="Купить", payload="s:1"),)),),
    )
    made = reply(say, "m", Understood())
    assert [(one.kind, one.album) for one in made.attachments] == [
        ("video", False),
        ("photo", True),
        ("photo", True),
    ]
    (card,) = made.cards
    assert card.keyboard is not None
    assert (card.title, card.photo, card.keyboard.rows[0][0].payload) == ("Роза", "r.jpg", "s:1")
