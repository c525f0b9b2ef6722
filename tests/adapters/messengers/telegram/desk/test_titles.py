"""What a chat is called in a group."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.messengers.telegram.desk import titles
from adapters.messengers.telegram.desk.flat import header
from bots.model.conversation import Conversation
from bots.model.episode import Episode
from bots.model.message import Address
from bots.shaping import units

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def a_chat(name: str = "Анна", **given: Any) -> Conversation:
    known: dict[str, Any] = {
        "id": 1042,
        "uuid": "u",
        "address": Address(1, "shop", "telegram:1", "77"),
        "platform": "telegram",
        "user_id": "77",
        "customer_id": 5,
        "created_at": NOW,
        "updated_at": NOW,
        "profile": {"name": name},
    }
    return Conversation(**{**known, **given})


def an_episode(**given: Any) -> Episode:
    known: dict[str, Any] = {"id": "e", "number": 1, "state": "requested", "requested_at": NOW}
    return Episode(**{**known, **given})


def test_a_title_tells_who_from_where_and_which_chat() -> None:
    assert titles.title_of(a_chat()) == "Анна · TG · #1042"
    assert header(a_chat(platform="vk")) == "Анна · VK · #1042"


def test_the_name_is_what_the_messenger_says_then_what_the_bot_learnt_then_the_id() -> None:
    assert titles.name_of(a_chat(profile={"username": "anna"})) == "anna"
    assert titles.name_of(a_chat(profile={}, user={"имя": "Аня"})) == "Аня"
    assert titles.name_of(a_chat(profile={"name": "\u202e \u200b"}, user={})) == "77"
    browser = "864c094346df132a94a787c2443d3eb6"
    assert titles.name_of(a_chat(profile={}, user={}, user_id=browser)) == "864c09…"
    mail = "ivan.konstantinopolsky@example.com"
    assert titles.name_of(a_chat(profile={}, user={}, user_id=mail)) == mail


@pytest.mark.parametrize("sign", ["я", "𝕏", "👨‍👩‍👧"])
def test_a_long_name_gives_way_to_the_number(sign: str) -> None:
    title = titles.title_of(a_chat(sign * 200))
    assert units(title) <= titles.LONGEST
    assert title.endswith("… · TG · #1042")
    assert title.encode("utf-16-le").decode("utf-16-le") == title


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Анна\nПетрова", "Анна Петрова"),
        ("\u202egnp.exe", "gnp.exe"),
        ("a\u2066b\u2069c\u200bd", "abcd"),
        ("Z" + "\u0335" * 40 + "a", "Z" + "\u0335" * 3 + "a"),
        ("👨\u200d👩", "👨\u200d👩"),
        ("\x00\x07 x \u2028 y", "x y"),
    ],
)
def test_names_lose_what_nobody_sees_or_what_turns_the_line_round(written: str, shown: str) -> None:
    assert titles.cleaned(written) == shown


@pytest.mark.parametrize(
    ("title", "number"),
    [
        ("Анна · TG · #1042", 1042),
        ("#7", 7),
        ("Анна #7 и ещё", None),
        ("Анна", None),
        ("#", None),
        ("#٣", None),
        (None, None),
        (17, None),
    ],
)
def test_the_number_is_read_from_the_end_of_a_title(title: object, number: int | None) -> None:
    assert titles.number_in(title) == number


@pytest.mark.parametrize(
    ("given", "state"),
    [
        ({}, "waiting"),
        ({"missed": ("first_response",)}, "late"),
        ({"state": "active"}, "customer"),
        ({"state": "active", "waiting_on": "customer"}, "active"),
        ({"state": "released"}, "closed"),
        ({"state": "released", "missed": ("resolve",)}, "closed"),
    ],
)
def test_the_icon_tells_the_state(given: dict[str, Any], state: str) -> None:
    assert titles.state_of(a_chat(episode=an_episode(**given)), NOW) == state


def test_a_window_that_closes_soon_is_told_before_all_else() -> None:
    day = timedelta(days=1)
    chat = a_chat(episode=an_episode(state="active"), heard_at=NOW - timedelta(hours=23, minutes=5))
    assert titles.state_of(chat, NOW, day) == "window"
    assert titles.state_of(replace(chat, heard_at=NOW), NOW, day) == "customer"
    assert titles.state_of(replace(chat, heard_at=NOW - 2 * day), NOW, day) == "customer"


def test_icons_are_those_that_telegram_has() -> None:
    there = titles.by_emoji(
        [
            {"emoji": "⚡️", "custom_emoji_id": "1"},
            {"emoji": "🗣", "custom_emoji_id": "2"},
            {"emoji": "✅", "custom_emoji_id": "3"},
            {"emoji": None, "custom_emoji_id": "4"},
            {"custom_emoji_id": "5"},
        ]
    )
    assert titles.icon_of("window", there) == "1"
    assert titles.icon_of("customer", there) == "2"
    assert titles.icon_of("closed", there) == "3"
    assert titles.icon_of("waiting", there) == ""
    assert titles.by_emoji({"not": "a list"}) == {}


def test_what_the_icon_tells_changes_when_the_window_does() -> None:
    day = timedelta(days=1)
    chat = a_chat(episode=an_episode(), heard_at=NOW)
    soon = titles.turns_at(chat, NOW, day)
    assert soon == NOW + timedelta(hours=23)
    assert titles.turns_at(chat, soon, day) == NOW + day
    assert titles.turns_at(chat, NOW + day, day) is None
    assert titles.turns_at(chat, NOW, None) is None
