"""The card, word by word: what it tells of whom, what it hides, what gives way where room is short."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapters.messengers.telegram.desk.card import Known, card, link_to
from adapters.messengers.telegram.desk.collected import collected, hidden, worded
from bots.model.conversation import Conversation
from bots.model.desk import Note
from bots.model.episode import Episode
from bots.model.message import Address, Attachment
from bots.model.turn import MessageRecord
from bots.shaping import units
from flows.inside import only_set
from flows.load import load_bot

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
STANDS = {
    "stack": [
        {
            "flow": "заказ",
            "version": "1",
            "step": "адрес",
            "id": 1,
            "at": 0,
            "why": "task",
            "variables": {"улица": "Мира"},
        }
    ]
}


def a_chat(**given: Any) -> Conversation:
    known: dict[str, Any] = {
        "id": 1042,
        "uuid": "u",
        "address": Address(1, "shop", "telegram:1", "77"),
        "platform": "telegram",
        "user_id": "77",
        "customer_id": 5,
        "created_at": NOW,
        "updated_at": NOW,
        "profile": {"name": "Анна Петрова", "username": "anna", "language": "ru"},
        "user": {"город": "Москва", "пароль": "qwerty", "карта": "4276 3800 1234 5679"},
    }
    return Conversation(**{**known, **given})


def an_episode(**given: Any) -> Episode:
    known: dict[str, Any] = {
        "id": "e2",
        "number": 2,
        "state": "requested",
        "requested_at": NOW,
        "queue": "поддержка",
        "source": "phrase",
        "note": "Клиент спорит о доставке",
        "priority": "high",
        "tags": ("доставка", "vip клиент"),
    }
    return Episode(**{**known, **given})


def said(author: Any, text: str, seq: int, **more: Any) -> MessageRecord:
    return MessageRecord(
        message_id=f"m{seq}",
        seq=seq,
        direction="inbound" if author == "customer" else "outbound",
        author=author,
        created_at=NOW + timedelta(minutes=seq),
        text=text,
        **more,
    )


HISTORY = [
    said("customer", "Где мой заказ?", 1),
    said("bot", "Номер заказа?", 2),
    said("customer", "", 3, attachments=(Attachment(kind="photo"),)),
    said("operator", "Смотрю", 4),
]


def known(**given: Any) -> Known:
    held: dict[str, Any] = {
        "chat": a_chat(),
        "episode": an_episode(),
        "language": "ru",
        "zone": ZoneInfo("Europe/Moscow"),
        "now": NOW,
        "people": {7: "Оля"},
        "earlier": [
            an_episode(
                id="e1",
                number=1,
                state="released",
                outcome="closed",
                assignee=7,
                rating=4,
                released_at=NOW - timedelta(days=3),
            )
        ],
        "notes": [
            Note(conversation_id=1042, episode="e2", operator=7, text="Груба", created_at=NOW)
        ],
        "history": HISTORY,
        "position": 2,
    }
    return Known(**{**held, **given})


def test_the_card_of_whoever_waits() -> None:
    drawn = card(known()).message
    assert drawn["text"].splitlines() == [
        "❗ Ждёт оператора · 2-й в очереди",
        "Анна Петрова",
        "Telegram · @anna · ru · #1042",
        "Причина: просит человека",
        "очередь поддержка · ❗ срочно · #доставка #vip_клиент",
        "Заметка бота: Клиент спорит о доставке",
        "• город: Москва",
        "• пароль: •••",
        "• карта: ••••••••••••5679",
        "Раньше: 27.02.26 ✅ Закрыт: Оля ★★★★☆",
        "📝 Оля: Груба",
        "До этого:",
        "13:01 Анна Петрова: Где мой заказ?",
        "13:02 Бот: Номер заказа?",
        "13:03 Анна Петрова: [фото]",
        "13:04 Оператор: Смотрю",
    ]
    assert buttons(drawn) == [["take", "assign"], ["release", "spam"]]


def test_the_card_in_english() -> None:
    drawn = card(known(language="en", history=(), notes=(), earlier=())).message
    assert drawn["text"].splitlines()[:5] == [
        "❗ Waits for an operator · number 2 in the queue",
        "Анна Петрова",
        "Telegram · @anna · ru · #1042",
        "Reason: asks for a person",
        "queue поддержка · ❗ high priority · #доставка #vip_клиент",
    ]


def test_the_card_of_a_chat_that_somebody_has() -> None:
    episode = an_episode(state="active", assignee=7, version=3, form={"заказ": 123})
    drawn = card(
        known(episode=episode, window=timedelta(hours=2, minutes=5), position=None)
    ).message
    assert drawn["text"].startswith("💬 Отвечает: Оля\n")
    closes = (NOW + timedelta(hours=2, minutes=5)).astimezone(ZoneInfo("Europe/Moscow"))
    assert f"\nОкно открыто до {closes:%d.%m %H:%M}\n" in drawn["text"]
    assert "\n✎ заказ: 123\n" in drawn["text"]
    assert buttons(drawn) == [["canned", "note", "transfer"], ["release", "close"]]
    rows = drawn["reply_markup"]["inline_keyboard"]
    assert {one["callback_data"].rpartition(":")[2] for row in rows for one in row} == {"3"}


def test_the_card_of_a_chat_that_is_over() -> None:
    episode = an_episode(
        state="released", outcome="closed", assignee=7, code="решено", rating=5, missed=("resolve",)
    )
    drawn = card(known(episode=episode, position=None)).message
    assert drawn["text"].splitlines()[:2] == ["✅ Закрыт (решено): Оля", "🔥 Просрочено: решение"]
    assert "\nОценка: ★★★★★\n" in drawn["text"]
    assert buttons(drawn) == [["reopen", "transcript"]]


def test_whoever_answers_in_the_messenger_itself_is_named_by_it() -> None:
    drawn = card(known(episode=an_episode(state="active", native="vk"))).message
    assert drawn["text"].startswith("💬 Отвечает: VK\n")


def test_what_hinders_an_answer_is_told() -> None:
    chat = a_chat(unreachable=True, blocked=True)
    text = card(known(chat=chat, window=timedelta(0))).message["text"]
    assert "⛔ Недоступен: клиент заблокировал бота" in text
    assert "⛔ В чёрном списке" in text
    assert "🔒 Окно закрыто" in text


def test_where_the_bot_stands_is_told() -> None:
    text = card(known(chat=a_chat(position=STANDS))).message["text"]
    assert "\nБот стоит: заказ / адрес\n• улица: Мира\n• город: Москва\n" in text


@pytest.mark.parametrize(
    ("given", "link"),
    [
        ({}, "https://t.me/anna"),
        ({"profile": {}}, "tg://user?id=77"),
        ({"profile": {"username": "не/ник"}}, "tg://user?id=77"),
        ({"platform": "vk", "user_id": "5"}, "https://vk.com/id5"),
        ({"platform": "whatsapp", "user_id": "79991234567"}, "https://wa.me/79991234567"),
        ({"platform": "max"}, ""),
        ({"platform": "web", "user_id": "javascript:x"}, ""),
        ({"platform": "telegram", "user_id": "x", "profile": {}}, ""),
    ],
)
def test_the_name_leads_to_the_customer_where_that_is_known(
    given: dict[str, Any], link: str
) -> None:
    assert link_to(a_chat(**given)) == link


def test_marks_are_where_telegram_counts_them() -> None:
    chat = a_chat(profile={"name": "👑 Анна 𝕏", "username": "anna"})
    drawn = card(known(chat=chat)).message
    marked = {one["type"]: cut(drawn["text"], one) for one in drawn["entities"]}
    assert marked["text_link"] == "👑 Анна 𝕏"
    assert marked["expandable_blockquote"].startswith("13:01 👑 Анна 𝕏: Где мой заказ?")
    assert marked["expandable_blockquote"].endswith("Смотрю")


@pytest.mark.parametrize("sign", ["я", "𝕏", "\U0001f468\u200d\U0001f469", "\u202e\n"])
def test_however_much_there_is_to_tell_it_fits(sign: str) -> None:
    much = sign * 5000
    drawn = card(
        known(
            chat=a_chat(
                profile={"name": much, "username": much},
                user={f"поле{number}": much for number in range(50)},
            ),
            episode=an_episode(
                note=much, reason=much, tags=(much,) * 3, form={"а": much}, queue=much
            ),
            notes=[
                Note(conversation_id=1, episode="e2", operator=7, text=much, created_at=NOW)
                for _ in range(30)
            ],
            history=[said("customer", much, number) for number in range(1, 40)],
        )
    ).message
    assert units(drawn["text"]) <= 4096
    assert len(drawn["entities"]) <= 100
    assert all(one["offset"] + one["length"] <= units(drawn["text"]) for one in drawn["entities"])


def test_of_a_transcript_the_oldest_gives_way_first() -> None:
    history = [said("customer", f"{number} " + "слово " * 60, number) for number in range(1, 21)]
    text = card(known(history=history)).message["text"]
    quoted = text.partition("До этого:\n")[2].splitlines()
    assert quoted[0] == "…"
    assert quoted[-1].startswith("13:20 Анна Петрова: 20 слово")
    assert units(text) <= 4096


def test_what_changes_by_itself_is_worth_no_edit() -> None:
    stamp = card(known(position=2, window=timedelta(hours=5))).stamp
    later = known(position=1, window=timedelta(hours=4), now=NOW + timedelta(hours=1))
    assert card(later).stamp == stamp
    assert card(known(position=1, window=timedelta(0))).stamp != stamp
    assert card(known(notes=())).stamp != stamp
    assert card(known(episode=replace(an_episode(), version=2))).stamp != stamp


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("город", "Москва", "Москва"),
        ("password", "abc", "•••"),
        ("crm_token", "abc", "•••"),
        ("код_подтверждения", "1234", "•••"),
        ("карта", "4276-3800-1234-5679", "••••••••••••5679"),
        ("накладная", "4276380012345674", "4276380012345674"),
        ("телефон", "+79991234567", "+79991234567"),
        ("токены", "много", "много"),
    ],
)
def test_secrets_are_hidden(name: str, text: str, shown: str) -> None:
    assert hidden(name, text) == shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("", ""),
        ([], ""),
        (True, "да"),
        (3.0, "3"),
        (["а", None, "б"], "а, б"),
        ({"имя": "Аня", "pin": "1234"}, "имя: Аня, pin: •••"),
        ("а\n\nб", "а б"),
        ("x" * 500, "x" * 119 + "…"),
    ],
)
def test_values_are_worded(value: Any, text: str) -> None:
    assert worded(value, "ru") == text


def test_only_so_much_is_told_of_what_was_collected() -> None:
    many = {f"поле_{number}": number for number in range(40)}
    found = list(collected(a_chat(user={":split": "x", "_own": "y", **many}), "ru"))
    assert len(found) == 12
    assert found[0] == ("поле 0", "0")


def test_what_the_flow_says_to_itself_is_not_what_it_collected() -> None:
    chat = a_chat(user={"asking": "Чем помочь?", "заказ": "12345"})
    assert list(collected(chat, "ru", frozenset({"asking"}))) == [("заказ", "12345")]


def test_only_what_is_set_and_never_asked_is_untold() -> None:
    files = {
        "bot.yaml": "bot: shop\nstart: go\n",
        "flows/go.yaml": "flow: go\nsteps:\n  a:\n    - set: {asking: Что, name: x}\n"
        "    - ask: Имя?\n      save: name\n",
    }
    assert only_set(load_bot("shop", files, {}).bot) == {"asking"}


def buttons(drawn: Any) -> list[list[str]]:
    rows = drawn["reply_markup"]["inline_keyboard"]
    return [[one["callback_data"].split(":")[2] for one in row] for row in rows]


def cut(text: str, mark: dict[str, Any]) -> str:
    raw = text.encode("utf-16-le")[mark["offset"] * 2 : (mark["offset"] + mark["length"]) * 2]
    return raw.decode("utf-16-le")
