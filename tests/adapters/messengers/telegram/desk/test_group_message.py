"""Messages of groups as the desk reads them."""

from typing import Any

import pytest

from adapters.messengers.telegram.desk.group_message import command_of, is_others_command, read

PERSON = {"id": 5, "is_bot": False, "first_name": "Оля"}


def message(**more: Any) -> dict[str, Any]:
    return {"message_id": 9, "from": PERSON, "chat": {"id": -1, "type": "supergroup"}, **more}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/take", ("take", "")),
        ("/take force", ("take", "force")),
        ("/TAKE", ("take", "")),
        ("/взять", ("взять", "")),
        ("/note\nпервая\nвторая", ("note", "первая\nвторая")),
        ("/note раз\nдва", ("note", "раз\nдва")),
        ("/take@shop_bot", ("take", "")),
        ("/take@Shop_Bot force", ("take", "force")),
        ("/take@other_bot", None),
        ("//внутри", None),
        ("просто / слова", None),
        ("/", ("", "")),
        ("/ note он", ("", "note он")),
        ("", None),
    ],
)
def test_a_command_is_a_slash_and_a_name(text: str, found: tuple[str, str] | None) -> None:
    assert command_of(text, "shop_bot") == found


def test_what_is_for_another_bot_is_told_from_what_is_for_nobody() -> None:
    assert is_others_command("/stats@other_bot today", "shop_bot")
    assert not is_others_command("/stats@shop_bot", "shop_bot")
    assert not is_others_command("пишите на a@b.ru", "shop_bot")
    assert not is_others_command("", "shop_bot")
    assert not is_others_command("//ivan@mail.ru", "shop_bot")


def test_the_words_of_an_album_stand_under_any_of_its_parts() -> None:
    parts = [message(), message(caption="// это внутри")]
    assert read(message(album=parts)).text == "// это внутри"
    parts[0]["caption"] = "вот"
    assert read(message(album=parts, caption="вот")).text == "//вот\n это внутри"
    parts[1]["caption"] = "/close"
    assert read(message(album=parts, caption="вот")).text == "/close"


def test_a_reply_to_a_colleague_is_told_from_one_to_the_bot_and_to_oneself() -> None:
    colleague = message(**{"from": {"id": 6, "is_bot": False, "first_name": "Иван"}})
    bot = message(**{"from": {"id": 1, "is_bot": True, "first_name": "Бот"}})
    assert read(message(reply_to_message=colleague)).to_colleague("1")
    assert not read(message(reply_to_message=bot)).to_colleague("1")
    assert read(message(reply_to_message=bot)).to_colleague("2")
    assert not read(message(reply_to_message=message())).to_colleague("1")


def test_the_beginning_of_a_topic_is_answered_by_nobody() -> None:
    began = {**message(), "forum_topic_created": {"name": "Анна #1"}}
    began["from"] = {"id": 6, "is_bot": False, "first_name": "Иван"}
    assert not read(message(reply_to_message=began)).to_colleague("1")


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\u200e/note он", "/note он"),
        ("\ufeff ／/ он", "// он"),
        ("\\\\ он", "// он"),
        ("\u200bслова", "\u200bслова"),
        ("и / или", "и / или"),
        ("\u200b", "\u200b"),
    ],
)
def test_a_slash_is_what_people_see_as_one(text: str, seen: str) -> None:
    assert read(message(text=text)).text == seen


@pytest.mark.parametrize(
    "key", ["pinned_message", "new_chat_title", "forum_topic_closed", "new_chat_members"]
)
def test_what_telegram_writes_by_itself_is_nobodys_words(key: str) -> None:
    assert read(message(**{key: {}})).service
    assert not read(message(text="слова")).service


def test_whatever_comes_is_read() -> None:
    for raw in ({}, {"from": 5, "text": 7}, {"reply_to_message": [], "album": "x"}):
        assert read(raw).text == ""
