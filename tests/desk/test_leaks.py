"""What operators and others write in a group, and what of it customers read."""

from pathlib import Path

from tests.desk.rig import GROUP, QUEUES, DeskOperator, DeskRig
from tests.servers.telegram import FakeTelegram
from tests.servers.telegram_group import ForumGroup


async def answers(desk: DeskRig, who: DeskOperator, text: str, **more: object) -> list[str]:
    """What the desk answers to a message in Anna's topic, its buttons behind it."""
    thread = await who.thread("anna")
    number = who.person.writes(thread, text, **more)  # type: ignore[arg-type]
    await desk.later(20)
    found = [one for one in desk.forum.shown(thread) if one.reply_to == number]
    return [part for one in found for part in (one.text, *one.buttons)]


async def test_a_chat_that_nobody_took_sends_nothing(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna")
    before = desk.heard("anna")
    told = await answers(desk, olya, "Здравствуйте!")
    assert told[0].startswith("Не отправлено: этот чат ещё никто не взял")
    assert told[1:] == ["Взять", "Взять и отправить", "В заметки"]
    assert desk.heard("anna") == before


async def test_words_go_out_once_whoever_wrote_them_takes_the_chat(desk: DeskRig) -> None:
    olya, ivan = await desk.operator("Оля"), await desk.operator("Иван")
    await desk.asks("anna")
    await answers(desk, olya, "Здравствуйте!")
    assert await ivan.presses("anna", "Взять и отправить") == "Это сообщение написали не вы."
    olya.person.presses(await olya.thread("anna"), "Взять и отправить", copies=2)
    await desk.later(20)
    assert desk.heard("anna").count("Здравствуйте!") == 1


async def test_a_settled_hint_says_no_more_that_nothing_was_sent(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna")
    await answers(desk, olya, "Здравствуйте!")
    await olya.presses("anna", "Взять и отправить")
    await answers(desk, await desk.operator("Иван"), "я помогу")
    lead = await desk.operator("Лена", role="lead")
    await answers(desk, lead, "от старшей")
    await lead.presses("anna", "Забрать чат")
    await desk.later(20)
    ours = [(one.text, one.buttons) for one in await desk.shown("anna") if one.reply_to]
    assert ours == [
        ("✅ Отправлено.", ()),
        ("Не отправлено: этот чат ведёт Оля.", ("В заметки",)),
        ("Чат ваш. Сообщение не отправлено.", ("Отправить", "В заметки")),
    ]
    assert await lead.presses("anna", "Отправить") == "✅ Отправлено."
    assert desk.heard("anna")[-1] == "от старшей"


async def test_words_go_out_although_the_chat_was_taken_by_its_card(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna")
    await answers(desk, olya, "Здравствуйте!")
    await olya.takes("anna")
    assert await olya.presses("anna", "Взять и отправить") == "✅ Отправлено."
    assert desk.heard("anna")[-1] == "Здравствуйте!"


async def test_of_several_refused_messages_one_is_answered_and_all_are_kept(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna")
    thread = await olya.thread("anna")
    for text in ("раз", "два", "три"):
        olya.person.writes(thread, text)
    await desk.later(20)
    hints = [one for one in desk.forum.shown(thread) if one.text.startswith("Не отправлено")]
    assert len(hints) == 1
    await olya.presses("anna", "Взять и отправить")
    await desk.later(20)
    assert desk.heard("anna")[-3:] == ["раз", "два", "три"]


async def test_refused_words_become_notes(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna")
    before = desk.heard("anna")
    await answers(desk, olya, "клиент сложный")
    assert await olya.presses("anna", "В заметки") == "📝 В заметках."
    chat = await desk.chat("anna")
    assert [one.text for one in await desk.stores.desks.notes(chat.id)] == ["клиент сложный"]
    assert desk.heard("anna") == before


async def test_words_after_a_hint_was_settled_are_answered_by_one_of_their_own(
    desk: DeskRig,
) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna")
    await answers(desk, olya, "клиент сложный")
    await olya.presses("anna", "В заметки")
    told = await answers(desk, olya, "и спешит")
    assert told[0].startswith("Не отправлено")
    await olya.presses("anna", "В заметки")
    chat = await desk.chat("anna")
    notes = [one.text for one in await desk.stores.desks.notes(chat.id)]
    assert notes == ["клиент сложный", "и спешит"]


async def test_what_a_hint_stands_for_is_known_after_a_restart(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna")
    await answers(desk, olya, "Здравствуйте!")
    await desk.restart()
    await olya.presses("anna", "Взять и отправить")
    assert desk.heard("anna")[-1] == "Здравствуйте!"


async def test_a_chat_of_another_asks_first(desk: DeskRig) -> None:
    olya, lead = await desk.operator("Оля"), await desk.operator("Лена", role="lead")
    ivan = await desk.operator("Иван")
    await desk.asks("anna")
    await olya.presses("anna", "✋ Взять")
    await desk.later(30)
    before = desk.heard("anna")
    assert await answers(desk, ivan, "я помогу") == [
        "Не отправлено: этот чат ведёт Оля.",
        "В заметки",
    ]
    assert await answers(desk, lead, "от старшей") == [
        "Не отправлено: этот чат ведёт Оля.",
        "Забрать чат",
        "Отправить один раз",
        "В заметки",
    ]
    assert desk.heard("anna") == before
    assert await lead.presses("anna", "Отправить один раз") == "✅ Отправлено."
    assert desk.heard("anna")[-1] == "от старшей"
    episode = (await desk.chat("anna")).episode
    assert episode is not None
    assert olya.who is not None
    assert episode.assignee == olya.who.id


async def test_nobody_but_our_people_is_heard(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    viewer = await desk.operator("Витя", role="viewer")
    await desk.asks("anna")
    await olya.presses("anna", "✋ Взять")
    await desk.later(30)
    before = desk.heard("anna")
    stranger, helper = desk.stranger("Прохожий"), desk.stranger("Помощник", bot=True)
    assert "/link КОД" in (await answers(desk, stranger, "Здравствуйте"))[0]
    assert "наблюдатель" in (await answers(desk, viewer, "Здравствуйте"))[0]
    assert await answers(desk, helper, "Здравствуйте") == []
    olya.person.anonymous = True
    assert "«Анонимность»" in (await answers(desk, olya, "Здравствуйте"))[0]
    assert "«Анонимность»" in (await answers(desk, olya, "/close"))[0]
    assert desk.heard("anna") == before
    assert (await desk.chat("anna")).owner == "operator"


async def test_a_stranger_takes_no_chat_by_a_button(desk: DeskRig) -> None:
    await desk.asks("anna")
    await desk.later(20)
    assert "/link КОД" in await desk.stranger("Прохожий").presses("anna", "✋ Взять")
    assert (await desk.chat("anna")).owner == "queue"


async def test_a_reply_to_a_colleague_stays_inside(desk: DeskRig) -> None:
    olya, ivan = await desk.operator("Оля"), await desk.operator("Иван")
    await desk.asks("anna")
    await olya.presses("anna", "✋ Взять")
    await desk.later(20)
    number = await ivan.writes("anna", "// это возврат")
    before = desk.heard("anna")
    await olya.replies("anna", number, "точно?")
    chat = await desk.chat("anna")
    assert [one.text for one in await desk.stores.desks.notes(chat.id)] == ["это возврат", "точно?"]
    assert desk.heard("anna") == before


async def test_talk_in_general_is_nobodys_business(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna")
    await olya.presses("anna", "✋ Взять")
    await desk.later(20)
    before = desk.heard("anna")
    count = len(desk.forum.shown(None))
    await olya.writes("", "кофе будете?")
    await desk.later(20)
    assert len(desk.forum.shown(None)) == count + 1
    assert desk.heard("anna") == before


async def test_service_messages_are_nobodys_words(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna")
    await olya.presses("anna", "✋ Взять")
    await desk.later(20)
    before = desk.heard("anna")
    number = await olya.writes("anna", "// закреплю")
    olya.person.pins(number)
    await olya.renames("anna", "Анна, возврат")
    await desk.later(20)
    assert desk.heard("anna") == before


async def test_what_was_sent_does_not_become_internal_by_an_edit(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna")
    await olya.presses("anna", "✋ Взять")
    await desk.later(20)
    number = await olya.writes("anna", "Минуту")
    before = desk.heard("anna")
    await olya.edits(number, "// Минуту, он нервный")
    await desk.later(20)
    assert desk.heard("anna") == before
    assert "/del" in (await desk.texts("anna"))[-1]


async def test_an_edit_of_what_was_never_sent_sends_nothing(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna")
    number = await olya.writes("anna", "не отправится")
    await olya.presses("anna", "✋ Взять")
    await desk.later(20)
    before = desk.heard("anna")
    await olya.edits(number, "и так тоже")
    assert desk.heard("anna") == before


async def test_the_owner_may_let_everybody_write(
    database: Path, telegram_server: FakeTelegram
) -> None:
    queues = "queues:\n  support: {write: any}\n  sales:\n"
    async with DeskRig(database, telegram_server, bot=queues) as desk:
        olya, ivan = await desk.operator("Оля"), await desk.operator("Иван")
        await desk.asks("anna")
        await olya.presses("anna", "✋ Взять")
        await ivan.writes("anna", "и я здесь")
        assert desk.heard("anna")[-1] == "и я здесь"


# ---------------------------------------------------------------- without topics, and in several groups


async def test_without_topics_a_reply_goes_to_the_chat_it_answers(
    database: Path, telegram_server: FakeTelegram
) -> None:
    async with DeskRig(database, telegram_server, forum=False) as desk:
        olya = await desk.operator("Оля")
        await desk.later(5)
        await desk.asks("anna", "первая")
        await desk.asks("boris", "второй")
        await desk.later(60)
        anna = _last_of(desk, "anna")
        olya.person.presses(None, "Взять", message_id=anna)
        await desk.later(20)
        await olya.writes("", "Здравствуйте, Анна", reply_to=anna)
        await desk.later(20)
        assert desk.heard("anna")[-1] == "Здравствуйте, Анна"
        before = desk.heard("anna"), desk.heard("boris")
        await olya.writes("", "просто разговор")
        await olya.writes("", "а это не моему", reply_to=_last_of(desk, "boris"))
        await desk.later(20)
        assert (desk.heard("anna"), desk.heard("boris")) == before


def _last_of(desk: DeskRig, customer: str) -> int:
    return [one.id for one in desk.forum.shown(None) if one.mine and customer in one.text][-1]


async def test_a_chat_given_to_a_queue_of_another_group_moves_there(
    database: Path, telegram_server: FakeTelegram
) -> None:
    async with DeskRig(database, telegram_server, bot=QUEUES, group=None) as desk:
        desk.group = ForumGroup(desk.telegram, GROUP)
        desk.owner = desk.forum.person("Хозяйка", status="creator")
        await desk.has_group(desk.forum, queues=("support",))
        second = ForumGroup(desk.telegram, GROUP - 7, title="Продажи")
        second.person("Хозяйка", desk.owner.number, status="creator")
        await desk.has_group(second, queues=("sales",))
        olya = await desk.operator("Оля")
        await desk.asks("anna", "хочу купить")
        await olya.presses("anna", "✋ Взять")
        await desk.later(20)
        first = await desk.topic_of("anna")
        await olya.writes("anna", "/transfer #sales")
        await desk.later(90)
        assert desk.forum.topic(first).closed
        (moved,) = second.topics()
        assert "anna" in moved.name
        assert any("хочу купить" in one.text for one in second.shown(moved.thread))
        # The same person answers there.
        ivan = second.person("Оля", olya.person.number)
        ivan.presses(moved.thread, "Взять")
        await desk.later(10)
        ivan.writes(moved.thread, "Продам")
        await desk.later(10)
        assert desk.heard("anna")[-1] == "Продам"


async def test_words_that_came_too_late_still_become_notes(desk: DeskRig) -> None:
    olya, ivan = await desk.operator("Оля"), await desk.operator("Иван")
    await desk.asks("anna")
    thread = await olya.thread("anna")
    for text in ("раз", "два"):
        olya.person.writes(thread, text)
    await desk.later(20)
    await ivan.presses("anna", "✋ Взять")
    assert await olya.presses("anna", "Взять и отправить") == "Этот чат ведёт Иван."
    await olya.presses("anna", "В заметки")
    chat = await desk.chat("anna")
    assert [one.text for one in await desk.stores.desks.notes(chat.id)] == ["раз", "два"]
    assert not {"раз", "два"} & set(desk.heard("anna"))
