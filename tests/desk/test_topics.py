"""Topics: made for whoever waits, kept for the next time, found again, never doubled."""

from datetime import datetime
from itertools import pairwise

import pytest

from bots.model import handoff
from bots.model.conversation import Conversation
from bots.model.handoff import Moved
from tests.desk.rig import GROUP, DeskRig
from tests.servers.bot_api_groups import LOST
from tests.servers.telegram_group import ForumGroup


async def test_whoever_asks_for_a_person_gets_a_topic_with_a_card(desk: DeskRig) -> None:
    await desk.asks("anna", "Где заказ?")
    card = await desk.card("anna")
    assert "Ждёт оператора" in card.text
    assert "Просит человека" in card.text
    assert "anna: Где заказ?" in card.text
    assert len(await desk.texts("anna")) == 1
    topic = desk.forum.topic(await desk.topic_of("anna"))
    assert topic.name == f"anna · TG · #{(await desk.chat('anna')).id}"
    assert topic.icon == "❗️"


async def test_what_the_customer_goes_on_to_write_stands_beneath_the_card(desk: DeskRig) -> None:
    await desk.asks("anna")
    await desk.customer("anna", "ау", "вы тут?")
    await desk.later(30)
    assert (await desk.texts("anna"))[1:] == ["ау", "вы тут?"]


async def test_the_card_changes_with_the_state(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna")
    await olya.takes("anna")
    await desk.later(90)
    card = await desk.card("anna")
    assert "Отвечает: Оля" in card.text
    assert card.buttons[0] == "Заготовки"
    assert desk.forum.topic(await desk.topic_of("anna")).icon == "💬"


async def test_a_closed_chat_leaves_one_line_and_a_closed_topic(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna")
    await olya.takes("anna")
    await desk.later(240)
    await olya.writes("anna", "Готово!")
    await olya.writes("anna", "/close")
    await desk.later(90)
    texts = await desk.texts("anna")
    assert [one for one in texts if one.startswith("✅ Закрыт: Оля · за ")] == [texts[-1]]
    topic = desk.forum.topic(await desk.topic_of("anna"))
    assert topic.closed
    assert topic.icon == "✅"
    card = await desk.card("anna")
    assert card.text.startswith("✅ Закрыт: Оля")
    assert card.buttons == ("Открыть снова", "Переписка")
    assert desk.heard("anna")[-2:] == ["Разговор закрыт.", "Чем помочь?"]


async def test_what_is_said_after_a_hand_off_is_not_shown(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna")
    await olya.takes("anna")
    await desk.later(30)
    await olya.writes("anna", "/close")
    await desk.later(30)
    before = await desk.texts("anna")
    await desk.customer("anna", "спасибо, бот")
    await desk.later(60)
    assert await desk.texts("anna") == before


async def test_the_next_hand_off_opens_the_same_topic_again(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna")
    thread = await desk.topic_of("anna")
    await olya.takes("anna")
    await desk.later(60)
    await olya.writes("anna", "/close")
    await desk.later(60)
    await desk.customer("anna", "другой вопрос", "оператор")
    await desk.later(60)
    assert await desk.topic_of("anna") == thread
    assert [one.thread for one in desk.forum.topics()] == [thread]
    assert not desk.forum.topic(thread).closed
    card = (await desk.shown("anna"))[-1]
    assert card.text.startswith("❗ Ждёт оператора")
    assert "Раньше:" in card.text
    # What the bot talked about in between, and nothing of before.
    assert "anna: другой вопрос" in card.text
    assert "anna: /start" not in card.text
    await desk.customer("anna", "ау")
    await desk.later(30)
    assert (await desk.texts("anna"))[-1] == "ау"


@pytest.mark.parametrize("says", LOST)
async def test_a_topic_that_somebody_deleted_is_made_anew(desk: DeskRig, says: str) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna")
    await olya.takes("anna")
    await desk.customer("anna", "первое")
    await desk.later(60)
    first = await desk.topic_of("anna")
    await olya.deletes("anna", says=says)
    await desk.customer("anna", "второе")
    await desk.later(60)
    assert await desk.topic_of("anna") != first
    card = await desk.card("anna")
    assert "anna: первое" in card.text
    assert "второе" not in card.text
    assert (await desk.texts("anna"))[1:] == ["второе"]
    await olya.writes("anna", "Я тут")
    assert desk.heard("anna")[-1] == "Я тут"


async def test_topics_that_are_deleted_over_and_over_are_not_made_over_and_over(
    desk: DeskRig,
) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna")
    await olya.takes("anna")
    await desk.later(60)
    for text in ("раз", "два"):
        await olya.deletes("anna")
        await desk.customer("anna", text)
        await desk.later(60)
    queue = [one for one in desk.forum.topics() if one.name == "Очередь"]
    assert len(queue) == 1
    assert len(desk.forum.topics()) == 3
    shown = [one.text for one in desk.forum.shown(queue[0].thread)]
    assert any(one.startswith("anna · TG · #") and one.endswith("два") for one in shown)
    # Whoever answers there answers the customer.
    last = desk.forum.shown(queue[0].thread)[-1]
    olya.person.writes(queue[0].thread, "Слышу вас", reply_to=last.id)
    await desk.settle()
    assert desk.heard("anna")[-1] == "Слышу вас"
    # After a while it is tried again.
    await desk.later(600)
    await desk.customer("anna", "три")
    await desk.later(60)
    assert len(desk.forum.topics()) == 4
    assert (await desk.texts("anna"))[-1] == "три"


async def test_a_topic_closed_by_a_stranger_is_opened_for_the_next_message(desk: DeskRig) -> None:
    await desk.operator("Оля")
    await desk.asks("anna")
    await desk.later(30)
    await desk.stranger("Прохожий").closes("anna")
    await desk.customer("anna", "ау")
    await desk.later(60)
    assert "ау" in await desk.texts("anna")
    assert not desk.forum.topic(await desk.topic_of("anna")).closed
    assert len(desk.forum.topics()) == 1


async def test_a_topic_that_an_operator_closes_ends_the_hand_off(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna")
    await olya.takes("anna")
    await desk.later(60)
    await olya.closes("anna")
    await desk.later(60)
    chat = await desk.chat("anna")
    assert chat.owner == "bot"
    assert desk.forum.topic(await desk.topic_of("anna")).closed
    assert (await desk.card("anna")).text.startswith("✅ Закрыт: Оля")
    # What the bot says afterwards opens it for nobody.
    assert desk.heard("anna")[-2:] == ["Разговор закрыт.", "Чем помочь?"]
    shown = await desk.shown("anna", service=True)
    assert [one.kind for one in shown if one.kind.startswith("forum_topic_re")] == []
    assert not [one.text for one in shown if "🤖" in one.text]


async def test_a_title_that_a_person_gave_stays_while_the_icon_goes_on(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna")
    await desk.later(90)
    await olya.renames("anna", "Скандалистка")
    await olya.takes("anna")
    await desk.later(180)
    topic = desk.forum.topic(await desk.topic_of("anna"))
    assert (topic.name, topic.icon) == ("Скандалистка", "💬")


async def test_titles_and_icons_are_written_a_minute_apart(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna")
    await desk.later(61)
    await olya.takes("anna")
    for number in range(6):
        await olya.writes("anna", f"ответ {number}")
        await desk.customer("anna", f"вопрос {number}")
        await desk.later(15)
    await desk.later(120)
    # An edit by us is a service message that we are told of: it freezes nothing.
    edits = [one for one in await desk.shown("anna", service=True) if one.kind.endswith("edited")]
    dates = [one.message["date"] for one in edits]
    assert len(dates) >= 2
    assert all(later - earlier >= 59 for earlier, later in pairwise(dates)), dates
    assert desk.forum.topic(await desk.topic_of("anna")).icon == "💬"


async def test_nothing_changes_and_nothing_is_called(desk: DeskRig) -> None:
    await desk.asks("anna")
    await desk.later(120)
    before = len(desk.telegram.calls())
    await desk.restart()
    await desk.later(120)
    asked = {one.method for one in desk.telegram.calls()[before:]}
    assert all(one.startswith("get") or one == "setMyCommands" for one in asked), asked


async def test_a_chat_that_is_opened_again_ends_with_a_line_again(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna")
    await olya.takes("anna")
    await desk.later(60)
    await olya.writes("anna", "/close")
    await desk.later(60)
    await olya.presses("anna", "Открыть снова")
    await desk.later(60)
    assert (await desk.chat("anna")).owner == "operator"
    assert not desk.forum.topic(await desk.topic_of("anna")).closed
    assert any(one.text.startswith("💬 Отвечает: Оля") for one in await desk.shown("anna"))
    await olya.writes("anna", "Я ещё тут")
    await olya.writes("anna", "/close")
    await desk.later(60)
    ended = [one for one in await desk.texts("anna") if one.startswith("✅ Закрыт: Оля")]
    # A line for each end, and the cards.
    assert len([one for one in ended if "\n" not in one]) == 2
    assert desk.forum.topic(await desk.topic_of("anna")).closed


async def test_a_topic_that_a_stranger_opens_is_closed_again(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna")
    await olya.takes("anna")
    await desk.later(60)
    await olya.writes("anna", "/close")
    await desk.later(60)
    lines = await desk.texts("anna")
    await desk.stranger("Прохожий").reopens("anna")
    await desk.later(60)
    assert (await desk.chat("anna")).owner == "bot"
    assert desk.forum.topic(await desk.topic_of("anna")).closed
    ended = [one for one in await desk.texts("anna") if one.startswith("✅ Закрыт: Оля")]
    assert len(ended) == len([one for one in lines if one.startswith("✅ Закрыт: Оля")])


async def test_a_card_that_somebody_deleted_is_shown_anew(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna")
    await desk.later(30)
    olya.person.removes((await desk.card("anna")).id)
    await olya.writes("anna", "/take")
    await desk.later(90)
    assert (await desk.card("anna")).text.startswith("💬 Отвечает: Оля")


async def test_whoever_is_answered_in_the_messenger_itself_needs_no_topic(desk: DeskRig) -> None:
    await desk.customer("anna", "/start")
    chat = await desk.chat("anna")

    def taken(chat: Conversation, now: datetime) -> Moved:
        chat, event = handoff.taken(chat, by=None, id="e", now=now, native="vk")
        return Moved(chat=chat, events=(event,))

    await desk.inbox.move(chat.address, taken)
    await desk.customer("anna", "спасибо")
    await desk.later(60)
    assert desk.forum.topics() == []
    assert [one.name for one in desk.ears.events if one.name == "handoff.unseen"] == []


async def test_a_topic_that_telegram_does_not_close_is_said_to_be_over_once(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna")
    await olya.takes("anna")
    await desk.later(60)
    said = "Bad Request: SOMETHING_NEW"
    desk.telegram.script(method="closeForumTopic", status=400, description=said, times=None)
    await olya.writes("anna", "/close")
    await desk.later(600)
    over = [one for one in await desk.shown("anna") if one.text.startswith("✅ Закрыт")]
    assert len([one for one in over if not one.buttons]) == 1
    assert (await desk.topic_kept("anna")).status == "closed"  # type: ignore[union-attr]


async def test_a_topic_that_its_chat_left_looks_closed(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    other = ForumGroup(desk.telegram, GROUP - 5)
    await desk.has_group(other, queues=("sales",))
    await desk.asks("anna")
    await olya.takes("anna")
    await desk.later(90)
    await olya.writes("anna", "/transfer #sales")
    await desk.later(120)
    (left,) = desk.forum.topics()
    (now,) = other.topics()
    assert (left.closed, left.icon) == (True, "✅")
    assert (now.closed, now.icon) == (False, "❗️")
