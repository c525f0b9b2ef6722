"""What operators order in a group, by commands and buttons, and what comes of it."""

from dataclasses import replace
from datetime import timedelta
from urllib.request import urlopen

import pytest

from bots.model.episode import Episode
from tests.bots.rig import WORKSPACE
from tests.desk.rig import DeskOperator, DeskRig
from tests.servers.telegram import TOKEN


async def episode(desk: DeskRig, customer: str = "anna") -> Episode:
    found = (await desk.chat(customer)).episode
    assert found is not None
    return found


async def taken(desk: DeskRig, name: str = "Оля", **more: object) -> DeskOperator:
    """A chat of Anna's that this operator has."""
    operator = await desk.operator(name, **more)  # type: ignore[arg-type]
    await desk.asks("anna", "где заказ?")
    await operator.presses("anna", "✋ Взять")
    await desk.later(20)
    return operator


async def said(desk: DeskRig, who: DeskOperator, text: str, customer: str = "anna") -> str:
    """What the desk answers to a command, "" for nothing."""
    number = await who.writes(customer, text)
    await desk.later(20)
    thread = await who.thread(customer)
    answers = [one.text for one in desk.forum.shown(thread) if one.reply_to == number]
    return answers[-1] if answers else ""


def last_file(desk: DeskRig) -> str:
    """What stands in the file that was sent last."""
    sent = [one.message["document"] for one in desk.forum.all_shown() if one.kind == "document"]
    address = f"{desk.telegram.base}/file/bot{TOKEN}/files/{sent[-1]['file_id']}"
    with urlopen(address, timeout=60) as answer:
        content: bytes = answer.read()
    return content.decode("utf-8-sig")


# ---------------------------------------------------------------- changing hands


async def test_an_operator_takes_a_chat_answers_and_closes_it(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna", "где заказ?")
    assert await olya.presses("anna", "✋ Взять") == "Чат ваш."
    await olya.writes("anna", "Уже едет")
    assert desk.heard("anna")[-1] == "Уже едет"
    await desk.customer("anna", "спасибо")
    await desk.later(20)
    assert (await desk.texts("anna"))[-1] == "спасибо"
    await olya.writes("anna", "/close вопрос решён")
    found = await episode(desk)
    assert (found.state, found.outcome, found.code) == ("released", "closed", "вопрос решён")
    assert "Разговор закрыт." in desk.heard("anna")


async def test_taking_by_words_and_in_russian(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna")
    await olya.writes("anna", "/взять")
    assert olya.who is not None
    assert (await episode(desk)).assignee == olya.who.id


async def test_of_two_who_take_one_wins_and_the_other_reads_who(desk: DeskRig) -> None:
    olya, ivan = await desk.operator("Оля"), await desk.operator("Иван")
    await desk.asks("anna")
    seen = ivan.person.button(await ivan.thread("anna"), "✋ Взять")
    await olya.presses("anna", "✋ Взять")
    # He pressed before his phone showed him the new card.
    query = str(ivan.person._does("presses", label="✋ Взять", copies=1, **seen))
    await desk.settle()
    answer = desk.telegram.answer_to(query)
    assert answer is not None
    assert answer["text"] == "Этот чат ведёт Оля."


async def test_a_lead_takes_a_chat_from_somebody_an_operator_does_not(desk: DeskRig) -> None:
    olya = await taken(desk)
    ivan, lead = await desk.operator("Иван"), await desk.operator("Лена", role="lead")
    assert "старший" in await said(desk, ivan, "/take force")
    assert (await episode(desk)).assignee == olya.who.id  # type: ignore[union-attr]
    await lead.writes("anna", "/take force")
    assert (await episode(desk)).assignee == lead.who.id  # type: ignore[union-attr]


async def test_back_to_the_bot(desk: DeskRig) -> None:
    olya = await taken(desk)
    await olya.writes("anna", "/release")
    assert (await episode(desk)).outcome == "released"
    await desk.customer("anna", "ещё вопрос")
    assert "Бот: ещё вопрос" in desk.heard("anna")


@pytest.mark.parametrize("to", ["@Иван посмотри оплату", "Иван посмотри оплату"])
async def test_a_chat_is_given_to_somebody_with_a_note(desk: DeskRig, to: str) -> None:
    olya = await taken(desk)
    ivan = await desk.operator("Иван")
    assert await said(desk, olya, f"/transfer {to}") == "Передано: Иван."
    found = await episode(desk)
    assert ivan.who is not None
    assert found.assignee == ivan.who.id
    assert "📝 Оля: посмотри оплату" in (await desk.card("anna")).text


async def test_a_chat_is_put_into_another_queue(desk: DeskRig) -> None:
    olya = await taken(desk)
    assert await said(desk, olya, "/transfer #sales хочет купить") == "Передано в очередь «sales»."
    found = await episode(desk)
    assert (found.state, found.queue) == ("requested", "sales")
    card = (await desk.card("anna")).text
    # What the bot noted stays the bot's, and what the operator wrote theirs.
    assert "Заметка бота: Просит человека" in card
    assert "📝 Оля: хочет купить" in card


async def test_to_whom_is_asked_where_nobody_is_named(desk: DeskRig) -> None:
    olya = await taken(desk)
    await desk.operator("Иван")
    await said(desk, olya, "/transfer")
    asked = (await desk.shown("anna"))[-1]
    assert asked.buttons == ("Иван", "Очередь: support", "Очередь: sales")
    assert await olya.presses("anna", "Очередь: sales", message_id=asked.id) == (
        "Передано в очередь «sales»."
    )


async def test_nobody_of_that_name_is_told_with_who_there_is(desk: DeskRig) -> None:
    olya = await taken(desk)
    answer = await said(desk, olya, "/transfer Пётр")
    assert "«Пётр»" in answer
    assert "support, sales" in answer
    assert (await episode(desk)).state == "active"


async def test_a_closed_topic_is_a_finished_chat_and_a_reopened_one_is_taken(desk: DeskRig) -> None:
    olya = await taken(desk)
    await olya.closes("anna")
    assert (await episode(desk)).outcome == "closed"
    await desk.later(60)
    await olya.reopens("anna")
    found = await episode(desk)
    assert (found.state, found.number, found.assignee) == ("active", 2, olya.who.id)  # type: ignore[union-attr]


async def test_a_topic_that_a_stranger_closes_goes_on(desk: DeskRig) -> None:
    await taken(desk)
    await desk.stranger("Прохожий").closes("anna")
    assert (await episode(desk)).state == "active"
    await desk.customer("anna", "вы тут?")
    await desk.later(30)
    assert (await desk.texts("anna"))[-1] == "вы тут?"


# ---------------------------------------------------------------- what is put down


async def test_notes_stay_inside(desk: DeskRig) -> None:
    olya = await taken(desk)
    before = desk.heard("anna")
    await olya.writes("anna", "// злится, будь мягче")
    await olya.writes("anna", "/note проверил оплату")
    chat = await desk.chat("anna")
    notes = [one.text for one in await desk.stores.desks.notes(chat.id)]
    assert notes == ["злится, будь мягче", "проверил оплату"]
    assert desk.heard("anna") == before


async def test_a_note_is_kept_once_however_often_its_update_comes(desk: DeskRig) -> None:
    olya = await taken(desk)
    olya.person.writes(await olya.thread("anna"), "// раз", copies=3)
    await desk.settle()
    chat = await desk.chat("anna")
    assert [one.text for one in await desk.stores.desks.notes(chat.id)] == ["раз"]


async def test_tags_priority_and_fields(desk: DeskRig) -> None:
    olya = await taken(desk)
    assert await said(desk, olya, "/tag +возврат +vip") == "Метки: возврат, vip"
    assert await said(desk, olya, "/tag -vip") == "Метки: возврат"
    assert await said(desk, olya, "/prio срочно") == "Срочность: срочно (high)"
    assert await said(desk, olya, "/set заказ=123") == "Поля: заказ=123"
    found = await episode(desk)
    assert (found.tags, found.priority, dict(found.form)) == (
        ("возврат",),
        "high",
        {"заказ": "123"},
    )
    assert "low, normal, high, urgent" in await said(desk, olya, "/prio так себе")
    assert "/set" in await said(desk, olya, "/set мой заказ=1")


async def test_a_chat_rests_and_wakes_up(desk: DeskRig) -> None:
    olya = await taken(desk)
    before = desk.hands.time
    assert "Отложено до" in await said(desk, olya, "/snooze 2ч ждём склад")
    until = (await episode(desk)).snoozed_until
    assert until is not None
    assert timedelta(hours=1, minutes=59) < until - before < timedelta(hours=2, minutes=1)
    await said(desk, olya, "/snooze off")
    assert (await episode(desk)).snoozed_until is None
    assert "/snooze 30m" in await said(desk, olya, "/snooze")


async def test_somebody_is_blocked_and_heard_again(desk: DeskRig) -> None:
    olya = await taken(desk)
    await said(desk, olya, "/block")
    assert (await desk.chat("anna")).blocked
    # Its topic is closed meanwhile: what is answered there stands in General.
    await said(desk, olya, "/unblock")
    texts = [one.text for one in desk.forum.all_shown()]
    assert any("Заблокировано" in one for one in texts)
    assert "#1: Разблокировано." in texts
    assert not (await desk.chat("anna")).blocked


async def test_the_topic_says_in_words_that_somebody_was_blocked(desk: DeskRig) -> None:
    olya = await taken(desk)
    await said(desk, olya, "/block")
    assert any("✅ Закрыт (в чёрном списке): Оля" in one for one in await desk.texts("anna"))


async def test_spam_by_the_button_asks_first(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna")
    await desk.later(20)
    await olya.presses("anna", "Спам")
    assert not (await desk.chat("anna")).blocked
    await desk.later(20)
    await olya.presses("anna", "Да, это спам")
    assert (await desk.chat("anna")).blocked


async def test_urgency_is_said_in_the_words_of_the_card(desk: DeskRig) -> None:
    olya = await taken(desk)
    assert await said(desk, olya, "/prio срочно") == "Срочность: срочно (high)"
    assert (await episode(desk)).priority == "high"
    assert await said(desk, olya, "/prio очень срочно") == "Срочность: очень срочно (urgent)"
    assert (await episode(desk)).priority == "urgent"


async def test_a_ready_answer_with_a_mistake_is_not_added(desk: DeskRig) -> None:
    lead = await taken(desk, "Лена", role="lead")
    told = await said(desk, lead, "/canned add пока Пока, {{ customer.name }")
    assert told.startswith("Не добавлено: ")


# ---------------------------------------------------------------- looked up


async def test_what_is_looked_up_of_a_chat(desk: DeskRig) -> None:
    olya = await taken(desk)
    who = await said(desk, olya, "/who")
    assert who.startswith("anna")
    assert "отвечает Оля" in who
    assert "Клиент: где заказ?" in await said(desk, olya, "/history 20")
    found = await said(desk, olya, "/find ЗАКАЗ")
    assert "Клиент: где заказ?" in found
    assert "не встречается" in await said(desk, olya, "/find самолёт")
    assert "не больше 50" in await said(desk, olya, "/history все")


async def test_what_was_corrected_is_marked_as_such(desk: DeskRig) -> None:
    olya = await taken(desk)
    number = await olya.writes("anna", "Опечатко")
    await olya.edits(number, "Опечатка")
    told = await said(desk, olya, "/history")
    assert "Оля: Опечатко" in told
    assert "Оля: ✏️ Опечатка" in told


async def test_what_was_taken_back_is_marked_as_such(desk: DeskRig) -> None:
    olya = await taken(desk)
    number = await olya.writes("anna", "Не то")
    await olya.replies("anna", number, "/del")
    await olya.writes("anna", "То")
    assert "Оля: 🗑 Не то" in (told := await said(desk, olya, "/history"))
    assert "Оля: То" in told
    await said(desk, olya, "/transcript")
    assert "🗑\n    Не то" in last_file(desk)


async def test_the_whole_chat_is_a_file_without_notes(desk: DeskRig) -> None:
    olya = await taken(desk)
    lead = await desk.operator("Лена", role="lead")
    await olya.writes("anna", "// секрет")
    await olya.writes("anna", "Уже едет")
    await said(desk, olya, "/transcript")
    assert "секрет" not in last_file(desk)
    assert "Оля: Уже едет" in last_file(desk)
    assert "старший" in await said(desk, olya, "/transcript all")
    await said(desk, lead, "/transcript всё")
    assert "[заметка] Оля: секрет" in last_file(desk)
    given = [one.data for one in desk.ears.events if one.name == "handoff.transcribed"]
    assert [(one["operator"], one["notes"]) for one in given] == [
        (olya.who.id if olya.who else 0, False),
        (lead.who.id if lead.who else 0, True),
    ]


# ---------------------------------------------------------------- people


async def test_who_waits_and_who_has_what(desk: DeskRig) -> None:
    olya = await taken(desk)
    await desk.asks("boris")
    await desk.later(20)
    waiting = await said(desk, olya, "/queue", "")
    assert "Ждут: 1" in waiting
    assert "boris" in waiting
    mine = await said(desk, olya, "/me", "")
    assert mine.startswith("Оля · оператор")
    assert "anna" in mine


async def test_a_group_of_some_queues_tells_who_waits_of_all_that_it_shows(desk: DeskRig) -> None:
    olya = await taken(desk)
    (group,) = await desk.stores.desks.groups(WORKSPACE)
    await desk.stores.desks.put_group(replace(group, queues=("support",)))
    await desk.restart()
    await desk.asks("boris", queue="продажи")
    await desk.later(20)
    assert "boris" in await said(desk, olya, "/queue", "")


async def test_somebody_goes_away_and_comes_back(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    assert "Вас нет на месте до" in await said(desk, olya, "/away 30m", "")
    assert olya.who is not None
    assert not (await desk.operators.by_id(olya.who.id)).here(desk.hands.time)
    assert await said(desk, olya, "/back", "") == "Вы снова на месте."
    assert (await desk.operators.by_id(olya.who.id)).here(desk.hands.time)


async def test_somebody_is_linked_by_a_code_which_is_taken_away(desk: DeskRig) -> None:
    kept = await desk.operators.add("Оля")
    code = await desk.operators.code_for(kept)
    olya = desk.stranger("Olya from the phone")
    number = await olya.writes("", f"/link {code.code}")
    assert (await desk.operators.by_id(kept.id)).telegram == str(olya.person.number)
    await desk.later(20)
    assert number not in [one.id for one in desk.forum.shown(None)]
    assert "Оля, вы оператор" in desk.forum.shown(None)[-1].text


@pytest.mark.parametrize("code", ["ABCD-EFGH", "1"])
async def test_a_wrong_code_links_nobody_and_guessing_is_slowed(desk: DeskRig, code: str) -> None:
    mallory = desk.stranger("Mallory")
    answers = [await said(desk, mallory, f"/link {code}", "") for _ in range(1)]
    assert answers == ["Такого кода нет. Проверьте его или попросите новый."]
    for _ in range(6):
        await mallory.writes("", f"/link {code}")
    await desk.later(20)
    texts = [one.text for one in desk.forum.shown(None) if one.mine]
    assert sum("Слишком много неверных кодов" in one for one in texts) == 1
    assert sum("Такого кода нет" in one for one in texts) == 5


# ---------------------------------------------------------------- what is no command of ours


async def test_an_unknown_command_suggests_the_nearest_and_goes_to_nobody(desk: DeskRig) -> None:
    olya = await taken(desk)
    before = desk.heard("anna")
    answer = await said(desk, olya, "/clsoe")
    assert "/close" in answer
    assert "Клиенту ничего не отправлено" in answer
    assert await said(desk, olya, "/stats@other_bot сегодня") == ""
    assert desk.heard("anna") == before


async def test_a_chats_command_outside_of_a_chat_is_told_where_it_belongs(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    assert "для темы чата" in await said(desk, olya, "/close", "")


async def test_help_tells_what_one_may(desk: DeskRig) -> None:
    viewer = await desk.operator("Витя", role="viewer")
    told = await said(desk, viewer, "/help", "")
    assert "/history" in told
    assert "/close" not in told
    assert "/link КОД" in await said(desk, desk.stranger("Прохожий"), "/help", "")


# ---------------------------------------------------------------- ready answers, corrections


async def test_a_ready_answer_is_shown_and_sent_once(desk: DeskRig) -> None:
    olya = await taken(desk)
    lead = await desk.operator("Лена", role="lead")
    assert "старший" in await said(desk, olya, "/canned add часы Работаем с 9 до 18")
    text = "{{ customer.name }}, работаем с 9 до 18"
    assert await said(desk, lead, f"/canned add часы {text}") == "Добавлено: /canned часы"
    before = desk.heard("anna")
    assert await said(desk, olya, "/canned ча") == "anna, работаем с 9 до 18"
    assert desk.heard("anna") == before
    await olya.presses("anna", "✅ Отправить")
    await desk.later(20)
    assert desk.heard("anna") == [*before, "anna, работаем с 9 до 18"]
    assert (await desk.shown("anna"))[-1].buttons == ()


async def test_an_admin_adds_a_ready_answer_for_every_bot(desk: DeskRig) -> None:
    await taken(desk)
    lead = await desk.operator("Лена", role="lead")
    admin = await desk.operator("Аня", role="admin")
    assert "администратор" in await said(desk, lead, "/canned add везде привет Здравствуйте!")
    await said(desk, admin, "/canned add everywhere привет Здравствуйте!")
    (kept,) = await desk.stores.desks.canned(1, "another bot")
    assert (kept.bot, kept.key, kept.text) == ("", "привет", "Здравствуйте!")
    assert await said(desk, lead, "/canned привет") == "Здравствуйте!"
    await said(desk, admin, "/canned remove везде привет")
    assert await desk.stores.desks.canned(1, "another bot") == []


async def test_ready_answers_are_found_by_words_and_picked_by_a_button(desk: DeskRig) -> None:
    lead = await taken(desk, "Лена", role="lead")
    assert "/canned add" in await said(desk, lead, "/canned")
    for key in ("доставка", "возврат"):
        await said(desk, lead, f"/canned add {key} Про {key} расскажу так")
    assert "Про возврат" in await said(desk, lead, "/canned расскажу")
    await lead.presses("anna", "возврат")
    await desk.later(20)
    assert (await desk.texts("anna"))[-1] == "Про возврат расскажу так"
    assert "Нет готового ответа" in await said(desk, lead, "/canned самолёт")


async def test_what_was_said_is_corrected_and_taken_back(desk: DeskRig) -> None:
    olya = await taken(desk)
    number = await olya.writes("anna", "Завтра")
    await olya.edits(number, "Послезавтра")
    await desk.later(20)
    assert desk.heard("anna")[-1] == "Завтра"
    seen = desk.telegram.said(desk.number("anna"))
    assert any("Послезавтра" in line for line in seen)
    await olya.replies("anna", number, "/edit В среду")
    await desk.later(20)
    assert any("В среду" in line for line in desk.telegram.said(desk.number("anna")))
    await olya.replies("anna", number, "/del")
    await desk.later(20)
    made = desk.telegram.calls(chat_id=desk.number("anna"))
    assert made[-1].method in ("deleteMessage", "deleteMessages")
    assert "ответьте" in (await said(desk, olya, "/del")).casefold()


async def test_a_viewer_presses_nothing_that_they_may_not_order(desk: DeskRig) -> None:
    await taken(desk)
    viewer = await desk.operator("Витя", role="viewer")
    for label in ("Заметка", "Передать", "Закрыть"):
        assert "оператор" in await viewer.presses("anna", label), label
    assert (await episode(desk)).state == "active"


async def test_an_order_that_is_brought_again_after_a_stop_moves_the_chat_once(
    desk: DeskRig,
) -> None:
    olya = await desk.operator("Оля", role="lead")
    await desk.asks("anna")
    await olya.takes("anna")
    await desk.later(60)
    desk.life.doom = "before add_relays"
    await olya.writes("anna", "/transfer #sales")
    assert desk.life.dead
    await desk.restart()
    await desk.later(60)
    told = [one.data for one in desk.ears.events if one.name == "handoff.transferred"]
    assert [one["queue"] for one in told] == ["sales"]
    assert "Этот чат уже ждёт в этой очереди." in await desk.texts("anna")


async def test_a_lead_of_one_queue_orders_as_one_there_alone(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    lena = await desk.operator("Лена", roles={"support": "lead"})
    await desk.asks("anna")
    await desk.asks("boris", queue="продажи")
    await desk.later(20)
    for customer in ("anna", "boris"):
        await olya.takes(customer)
        await lena.writes(customer, "/take force")
        await desk.later(20)
    assert (await desk.chat("anna")).episode.assignee == lena.who.id  # type: ignore[union-attr]
    assert (await desk.chat("boris")).episode.assignee == olya.who.id  # type: ignore[union-attr]
