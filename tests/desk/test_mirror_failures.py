"""The group refuses, waits or does not answer: what customers write is shown all the same."""

from datetime import timedelta
from typing import Any

import pytest

from tests.desk.rig import GROUP, DeskRig
from tests.desk.test_mirror import below, edits, sends, taken
from tests.servers import telegram_happenings as happenings


def refuses(
    desk: DeskRig, description: str = "", *, method: str = "sendMessage", **how: Any
) -> None:
    """The next call into the group."""
    status = how.pop("status", 400 if description else None)
    desk.telegram.script(
        method=method, chat_id=GROUP, status=status, description=description, **how
    )


async def texts(desk: DeskRig) -> list[str]:
    return [one.text for one in await below(desk)]


async def test_telegrams_wait_is_obeyed_and_nothing_overtakes(desk: DeskRig) -> None:
    await taken(desk)
    refuses(desk, retry_after=50)
    start = desk.hands.time
    desk.customer_writes("anna", "первое")
    await desk.settle()
    desk.customer_writes("anna", "второе")
    await desk.settle()
    await desk.later(45)
    assert await desk.texts("anna") == (await desk.texts("anna"))[:1]
    await desk.later(60)
    assert "\n".join(await texts(desk)) == "первое\nвторое"
    assert desk.hands.time - start < timedelta(minutes=3)


@pytest.mark.parametrize("action", ["drop", "swallow"])
async def test_where_telegram_does_not_answer_nothing_is_lost(desk: DeskRig, action: Any) -> None:
    await taken(desk)
    refuses(desk, action=action)
    await desk.customer("anna", "первое", "второе")
    await desk.later(60)
    shown = await texts(desk)
    # What Telegram took without an answer may stand there twice; its order stays.
    assert list(dict.fromkeys(shown)) == ["первое", "второе"]
    assert len(shown) == (3 if action == "swallow" else 2)


@pytest.mark.parametrize("status", [500, 502])
async def test_an_outage_passes(desk: DeskRig, status: int) -> None:
    await taken(desk)
    refuses(desk, "Internal Server Error", status=status, times=3)
    await desk.customer("anna", "первое", "второе")
    await desk.later(60)
    assert await texts(desk) == ["первое", "второе"]


async def test_words_whose_marks_are_refused_are_shown_plain(desk: DeskRig) -> None:
    await taken(desk)
    refuses(desk, "Bad Request: can't parse entities: unsupported")
    desk.customer_writes("anna", "жирно", entities=[{"type": "bold", "offset": 0, "length": 6}])
    await desk.settle()
    (shown,) = await below(desk)
    assert (shown.text, shown.message.get("entities")) == ("жирно", None)


async def test_what_quotes_words_that_are_gone_is_shown_without_them(desk: DeskRig) -> None:
    olya = await taken(desk)
    await olya.writes("anna", "Какой адрес?")
    said = desk.telegram.seen(desk.number("anna"))[-1]["message"]
    refuses(desk, "Bad Request: QUOTE_TEXT_INVALID")
    answer = happenings.message(desk.number("anna"), "Ленина, 1")
    await sends(desk, happenings.replying(answer, said, quote="адрес"))
    shown = (await below(desk))[-1]
    assert shown.text == "Ленина, 1"
    assert shown.reply_to is not None
    assert "quote" not in shown.message


async def test_what_answers_a_message_that_is_gone_is_shown_without_it(desk: DeskRig) -> None:
    olya = await taken(desk)
    asked = await olya.writes("anna", "Какой адрес?")
    said = desk.telegram.seen(desk.number("anna"))[-1]["message"]
    olya.person.removes(asked)
    answer = happenings.message(desk.number("anna"), "Ленина, 1")
    await sends(desk, happenings.replying(answer, said))
    assert await texts(desk) == ["Ленина, 1"]


async def test_what_is_refused_in_every_form_is_told_with_the_reason(desk: DeskRig) -> None:
    await taken(desk)
    file = desk.telegram.file("a.bin", b"...")
    refuses(desk, "Bad Request: VIDEO_CONTENT_TYPE_INVALID", method="sendVideo", times=None)
    await sends(desk, happenings.attached(desk.number("anna"), "video", file, "смотрите"))
    (shown,) = await texts(desk)
    assert "смотрите" in shown


async def test_an_edit_of_words_that_stand_with_others_is_said_beneath(desk: DeskRig) -> None:
    await taken(desk)
    for number in range(12):
        desk.customer_writes("anna", f"раз {number}")
    await desk.settle()
    await desk.later(60)
    last = (await below(desk))[-1]
    assert "\n" in last.text
    await edits(desk, "другое")
    shown = (await below(desk))[-1]
    assert (shown.text, shown.reply_to) == ("✏️ Исправлено: другое", last.id)


@pytest.mark.parametrize("doom", ["before add_relays", "after add_relays"])
async def test_a_crash_between_showing_and_noting_loses_nothing(desk: DeskRig, doom: str) -> None:
    await taken(desk)
    desk.life.doom = doom
    desk.customer_writes("anna", "первое")
    await desk.settle()
    await desk.restart()
    await desk.customer("anna", "второе")
    await desk.later(60)
    shown = await texts(desk)
    assert list(dict.fromkeys(shown)) == ["первое", "второе"]
    assert len(shown) <= 3


async def test_a_group_that_is_too_slow_says_so_once_with_what_to_do(desk: DeskRig) -> None:
    names = [f"клиент {number}" for number in range(14)]
    for name in names:
        desk.customer_writes(name, "/start")
    await desk.settle()
    for name in names:
        desk.customer_writes(name, "оператор")
    await desk.settle()
    for _ in range(4):
        for name in names:
            desk.customer_writes(name, "ау")
        await desk.later(30)
    general = [one.text for one in desk.forum.shown()]
    told = [text for text in general if "с опозданием" in text]
    assert len(told) == 1
    assert "вторая группа" in told[0]
    assert desk.desk.troubles()
    assert desk.forum.busiest <= 20


async def test_while_the_disk_is_full_nothing_is_shown_again_and_again(desk: DeskRig) -> None:
    await taken(desk)
    desk.life.fills = "before add_relays"
    desk.customer_writes("anna", "первое")
    await desk.settle()
    await desk.later(120)
    desk.life.outage = False
    desk.life.fills = ""
    desk.customer_writes("anna", "второе")
    await desk.later(120)
    assert await texts(desk) == ["первое", "второе"]
