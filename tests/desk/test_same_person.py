"""Whoever cannot be reached in one messenger is offered in another, found by number or by what the bot remembers."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace

from tests.desk.rig import DeskRig
from tests.servers import telegram_happenings as happenings


async def known(desk: DeskRig, customer: str, *, remembered: dict[str, str]) -> int:
    """The bot remembers this of them."""
    chat = await desk.chat(customer)
    with closing(sqlite3.connect(desk.path)) as db:
        db.execute(
            "UPDATE customers SET remembered = ? WHERE id = ?",
            (json.dumps(remembered), chat.customer_id),
        )
        db.commit()
    return chat.id


async def test_another_chat_of_somebody_unreachable_is_offered_and_taken_by_a_button(
    desk: DeskRig,
) -> None:
    olya = await desk.operator("Оля")
    for name in ("anna", "anna-work", "boris"):
        await desk.customer(name, "/start", "привет")
    other = await known(desk, "anna-work", remembered={"phone": "+7 (900) 123-45-67"})
    await known(desk, "boris", remembered={"phone": "+7 900 765 43 21"})
    await known(desk, "anna", remembered={"телефон": "79001234567"})
    await desk.restart()
    await desk.customer("anna", "оператор")
    await olya.takes("anna")
    desk.happens(happenings.blocked(desk.number("anna")))
    await desk.later(120)
    card = await desk.card("anna")
    assert "Недоступен" in card.text
    (line,) = [one for one in card.text.splitlines() if one.startswith("↪️ Тот же человек: ")]
    assert line.endswith(f"· #{other}")
    assert "boris" not in card.text
    await olya.presses("anna", f"✋ Telegram #{other}", message_id=card.id)
    await desk.later(30)
    chat = await desk.chat("anna-work")
    assert chat.episode is not None
    assert chat.episode.assignee == olya.who.id  # type: ignore[union-attr]
    await olya.writes("anna-work", "Пишу вам сюда")
    assert desk.heard("anna-work")[-1] == "Пишу вам сюда"
    # Whoever is back is offered nowhere else.
    desk.happens(happenings.unblocked(desk.number("anna")))
    await desk.later(120)
    assert "Тот же человек" not in (await desk.card("anna")).text


async def test_a_chat_is_found_by_an_id_and_never_by_nothing(desk: DeskRig) -> None:
    for name in ("anna", "boris", "clara"):
        await desk.customer(name, "/start", "привет")
    found = await known(desk, "boris", remembered={"email": "A@x.ru"})
    await known(desk, "anna", remembered={"email": "a@x.ru", "phone": "123"})
    await known(desk, "clara", remembered={"phone": ""})
    await desk.restart()
    same = desk.stores.episodes.of_same_person
    assert [one.id for one in await same(await desk.chat("anna"), limit=5)] == [found]
    assert await same(await desk.chat("clara"), limit=5) == []


async def test_a_number_of_whatsapp_is_found_by_itself_and_in_no_other_workspace(
    desk: DeskRig,
) -> None:
    for name in ("anna", "boris"):
        await desk.customer(name, "/start", "привет")
    await known(desk, "anna", remembered={"phone": "+7 900 123-45-67"})
    boris = await known(desk, "boris", remembered={})
    with closing(sqlite3.connect(desk.path)) as db:
        change = "UPDATE conversations SET platform = 'whatsapp', user_id = ? WHERE id = ?"
        db.execute(change, ("79001234567", boris))
        db.commit()
    await desk.restart()
    anna = await desk.chat("anna")
    same = desk.stores.episodes.of_same_person
    assert [one.id for one in await same(anna, limit=5)] == [boris]
    elsewhere = replace(anna, address=anna.address._replace(workspace=2))
    assert await same(elsewhere, limit=5) == []
