"""What people try so that something internal goes out, and what somebody with a changed program presses."""

from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.desk.rig import GROUP, DeskOperator, DeskRig
from tests.servers.telegram import FakeTelegram
from tests.servers.telegram_group import ForumGroup, Shown

_queries = count(1)
OUTSIDE = {"type": "hidden_user", "sender_user_name": "Завсклад", "date": 1}


@pytest.fixture
async def talk(desk: DeskRig) -> DeskRig:
    """Olya has Anna's chat."""
    olya = await desk.operator("Оля")
    await desk.asks("anna")
    await olya.presses("anna", "✋ Взять")
    await desk.later(30)
    return desk


def olya(desk: DeskRig) -> DeskOperator:
    return desk.people["Оля"]


async def notes(desk: DeskRig, customer: str = "anna") -> list[str]:
    return [one.text for one in await desk.stores.desks.notes((await desk.chat(customer)).id)]


def photos(desk: DeskRig) -> int:
    """Calls that sent Anna pictures, or would have."""
    anna = desk.number("anna")
    found = (desk.telegram.calls(one, chat_id=anna) for one in ("sendPhoto", "sendMediaGroup"))
    return sum(map(len, found))


async def hints(desk: DeskRig, number: int) -> list[Shown]:
    """What the desk said to a message in Anna's topic."""
    await desk.later(20)
    return [one for one in await desk.shown("anna") if one.reply_to == number]


# ---------------------------------------------------------------- what begins with a slash


@pytest.mark.parametrize(
    "text",
    [
        "/",
        "/ note он врёт",
        "/@shop_bot он врёт",
        "/nоte он врёт",  # a Cyrillic o
        "/note: он врёт",
        "\u200b/note он врёт",
        "\u200e//он врёт",
        "\ufeff //он врёт",
        "\u2060\u00a0/note он врёт",
        "／／он врёт",
        "⁄note он врёт",
        "\\note он врёт",
        "\\\\ он врёт",
        "/note@other_bot он врёт",
        "//@other_bot он врёт",
        "/%s он врёт",
        "/{name} он врёт",
    ],
)
async def test_nothing_that_looks_like_a_slash_goes_out(talk: DeskRig, text: str) -> None:
    before = talk.heard("anna")
    await olya(talk).writes("anna", text)
    assert talk.heard("anna") == before


async def test_a_note_is_a_note_whatever_stands_around_its_slashes(talk: DeskRig) -> None:
    for text in ("\u200e//раз", "／／два", "\u200b/note три", "//ivan@mail.ru — его почта"):
        await olya(talk).writes("anna", text)
    assert await notes(talk) == ["раз", "два", "три", "ivan@mail.ru — его почта"]


async def test_an_ordinary_answer_with_slashes_in_it_goes_out(talk: DeskRig) -> None:
    for text in ("https://shop.ru/a", "и/или", "\u200bс пустым знаком впереди", "24/7"):
        await olya(talk).writes("anna", text)
        assert talk.heard("anna")[-1].endswith(text[-5:])


async def test_a_correction_does_not_take_a_note_out(talk: DeskRig) -> None:
    number = await olya(talk).writes("anna", "Минуту")
    before = talk.telegram.seen(talk.number("anna"))
    reply = await olya(talk).writes("anna", "/edit //он врёт", reply_to=number)
    assert "У него всё как было" in (await hints(talk, reply))[0].text
    assert talk.telegram.seen(talk.number("anna")) == before


# ---------------------------------------------------------------- files and albums


@pytest.mark.parametrize("caption", ["//паспорт, сверить", "/note паспорт, сверить", "／／паспорт"])
async def test_a_file_with_a_note_under_it_stays_inside(talk: DeskRig, caption: str) -> None:
    await olya(talk).sends("anna", "photo", "PASSPORT", caption)
    await talk.later(10)
    assert photos(talk) == 0
    assert len(await notes(talk)) == 1


async def test_a_note_under_any_part_keeps_the_whole_album_inside(talk: DeskRig) -> None:
    thread = await olya(talk).thread("anna")
    for file, words in (("A1", "вот документы"), ("A2", "//сверить подпись")):
        olya(talk).person.sends(thread, "photo", file, words, media_group_id="771")
    await talk.later(10)
    assert photos(talk) == 0
    assert await notes(talk) == ["вот документы\nсверить подпись"]


async def test_a_part_that_comes_late_is_as_internal_as_its_album(talk: DeskRig) -> None:
    thread = await olya(talk).thread("anna")
    olya(talk).person.sends(thread, "photo", "B1", "//сверить", media_group_id="772")
    await talk.later(10)
    olya(talk).person.sends(thread, "photo", "B2", media_group_id="772")
    await talk.later(10)
    assert photos(talk) == 0


async def test_a_file_without_a_note_goes_out(talk: DeskRig) -> None:
    await olya(talk).sends("anna", "photo", "C1", "вот")
    assert photos(talk) == 1


# ---------------------------------------------------------------- replies, forwards, other senders


async def test_a_reply_to_a_note_of_ones_own_stays_inside(talk: DeskRig) -> None:
    before = talk.heard("anna")
    number = await olya(talk).writes("anna", "//проверить адрес")
    await olya(talk).replies("anna", number, "проверила, он другой")
    assert talk.heard("anna") == before
    assert await notes(talk) == ["проверить адрес", "проверила, он другой"]


async def test_a_reply_to_an_anonymous_admin_or_another_bot_stays_inside(talk: DeskRig) -> None:
    before = talk.heard("anna")
    boss = talk.stranger("Хозяин")
    boss.person.anonymous = True
    helper = talk.stranger("Помощник", bot=True)
    for who in (boss, helper):
        number = who.person.writes(await who.thread("anna"), "скидку не давать")
        await talk.later(5)
        await olya(talk).replies("anna", number, "поняла")
    assert talk.heard("anna") == before
    assert await notes(talk) == ["поняла", "поняла"]


@pytest.mark.parametrize(
    "more",
    [{"forward_origin": OUTSIDE}, {"external_reply": {"origin": OUTSIDE}, "quote": {"text": "…"}}],
)
async def test_words_of_elsewhere_go_out_only_by_a_button(
    talk: DeskRig, more: dict[str, Any]
) -> None:
    before = talk.heard("anna")
    number = await olya(talk).writes("anna", "закупка 300 ₽", **more)
    (hint,) = await hints(talk, number)
    assert hint.buttons == ("Отправить клиенту", "В заметки")
    assert talk.heard("anna") == before
    ivan = await talk.operator("Иван")
    assert "не вы" in await ivan.presses("anna", "Отправить клиенту")
    assert await olya(talk).presses("anna", "Отправить клиенту") == "✅ Отправлено."
    assert talk.heard("anna")[-1] == "закупка 300 ₽"


async def test_words_to_a_colleague_go_out_only_by_a_button(talk: DeskRig) -> None:
    ivan = await talk.operator("Иван")
    before = talk.heard("anna")
    name = ivan.person.user["username"]
    mention = {"type": "text_mention", "offset": 0, "length": 4, "user": ivan.person.user}
    for text, marks in (
        (f"@{name} он опять врёт", ()),
        (f"@{name.upper()}, глянь", ()),
        ("@shop_bot это что", ()),
        ("Иван, глянь", (mention,)),
    ):
        number = await olya(talk).writes("anna", text, entities=marks)
        (hint,) = await hints(talk, number)
        assert hint.buttons == ("Отправить клиенту", "В заметки")
        await olya(talk).presses("anna", "В заметки", message_id=hint.id)
    assert talk.heard("anna") == before
    assert len(await notes(talk)) == 4
    for text in ("@anna_client спасибо!", "напишите @" + name, "@"):
        await olya(talk).writes("anna", text)
        assert talk.heard("anna")[-1] == text


async def test_what_one_wrote_oneself_may_be_forwarded(talk: DeskRig) -> None:
    own = {"type": "user", "sender_user": olya(talk).person.user, "date": 1}
    await olya(talk).writes("anna", "мои слова", forward_origin=own)
    assert talk.heard("anna")[-1] == "мои слова"


async def test_what_is_made_by_another_bot_stays_here(talk: DeskRig) -> None:
    before = talk.heard("anna")
    other = {"id": 77, "is_bot": True, "first_name": "gif"}
    thread = await olya(talk).thread("anna")
    content = {"text": "чужое", "via_bot": other}
    talk.forum.does("writes", who=olya(talk).person.user, thread=thread, content=content)
    await talk.later(10)
    assert talk.heard("anna") == before


async def test_an_automatic_post_of_a_channel_is_nobodys_answer(talk: DeskRig) -> None:
    before = talk.heard("anna")
    channel = {"id": -1001777, "type": "channel", "title": "Новости"}
    number = await olya(talk).writes(
        "anna", "СКИДКИ", sender_chat=channel, is_automatic_forward=True
    )
    assert "не видно, кто вы" in (await hints(talk, number))[0].text
    assert talk.heard("anna") == before


async def test_a_topic_made_by_hand_belongs_to_nobody(talk: DeskRig) -> None:
    before = talk.heard("anna")
    name = (await talk.chat("anna")).id
    thread = olya(talk).person.creates(f"Анна #{name}")
    await talk.later(10)
    olya(talk).person.writes(thread, "между собой")
    await talk.later(10)
    assert talk.heard("anna") == before


# ---------------------------------------------------------------- words that did not go


async def test_words_that_became_a_note_before_they_were_sent_stay_a_note(desk: DeskRig) -> None:
    who = await desk.operator("Оля")
    await desk.asks("anna")
    before = desk.heard("anna")
    number = await who.writes("anna", "опять он")
    await desk.later(20)
    await who.edits(number, "//опять он")
    assert await who.presses("anna", "Взять и отправить") == "Чат ваш. Сообщение не отправлено."
    assert desk.heard("anna") == before
    assert await notes(desk) == ["опять он"]


async def test_words_that_were_mended_go_out_mended(desk: DeskRig) -> None:
    who = await desk.operator("Оля")
    await desk.asks("anna")
    number = await who.writes("anna", "Здавствуйте")
    await desk.later(20)
    await who.edits(number, "Здравствуйте")
    await who.presses("anna", "Взять и отправить")
    assert desk.heard("anna")[-1] == "Здравствуйте"


async def test_words_that_were_deleted_are_nobody_elses_to_send(desk: DeskRig) -> None:
    who, ivan = await desk.operator("Оля"), await desk.operator("Иван")
    await desk.asks("anna")
    before = desk.heard("anna")
    number = await who.writes("anna", "опять он")
    await desk.later(20)
    (hint,) = await hints(desk, number)
    who.person.removes(number)
    # A press tells nothing of a message that is gone.
    bare = {key: value for key, value in hint.message.items() if key != "reply_to_message"}
    assert "не вы" in await forged(
        desk, ivan, bare, ivan.person.button(hint.thread, "Взять и")["data"]
    )
    assert desk.heard("anna") == before
    assert (await desk.chat("anna")).owner == "queue"


async def test_after_a_note_the_next_words_are_answered_too(desk: DeskRig) -> None:
    who = await desk.operator("Оля")
    await desk.asks("anna")
    await hints(desk, await who.writes("anna", "раз"))
    await who.presses("anna", "В заметки")
    (hint,) = await hints(desk, await who.writes("anna", "два"))
    assert "Взять и отправить" in hint.buttons


# ---------------------------------------------------------------- buttons of a changed program


async def forged(desk: DeskRig, who: DeskOperator, message: Any, data: str) -> str:
    """A press that no button of ours made; gives what the desk said to it."""
    query = f"forged-{next(_queries)}"
    press = {"id": query, "from": who.person.user, "message": message, "data": data}
    desk.happens({"callback_query": {**press, "chat_instance": "1"}})
    await desk.settle()
    answered = desk.telegram.answer_to(query)
    assert answered is not None, data
    return str(answered.get("text") or "")


async def test_no_words_of_the_desk_itself_go_out_by_a_forged_button(talk: DeskRig) -> None:
    who, id = olya(talk), (await talk.chat("anna")).id
    number = await who.writes("anna", "/nоte он врёт")
    hint = (await hints(talk, number))[0]
    card = await talk.card("anna")
    before = talk.heard("anna")
    for one in (card, hint):
        for verb in ("cnsend", "takesay", "once", "anyway", "keep", "sendso", "retry", "astext"):
            told = await forged(talk, who, one.message, f"h:{id}:{verb}:0")
            assert "ничего не делает" in told, verb
    assert talk.heard("anna") == before
    assert await notes(talk) == []


async def test_a_forged_button_of_any_shape_is_answered_and_does_nothing(talk: DeskRig) -> None:
    who, id = olya(talk), (await talk.chat("anna")).id
    card = (await talk.card("anna")).message
    for data in (
        f"h:{id}:to.x:0",
        f"h:{id}:to.{9 * 10**17}:0",
        f"h:{id}:to.{'9' * 30}:0",
        f"h:{id}:as.-1:0",
        f"h:{id}:tq.x:0",
        f"h:{id}:cn.:0",
        f"h:{id}::0",
        f"h:{'9' * 30}:take:0",
        f"h:{id}:take:{'9' * 30}",
        "h:0:take:0",
        "h:٣:take:0",
        "h:",
        "csat:x:5",
        "",
    ):
        assert await forged(talk, who, card, data), data
    chat = await talk.chat("anna")
    assert chat.owner == "operator"
    # Nothing is tried again: nothing failed.
    assert await talk.stores.journal.backlog() == []


async def test_no_button_reaches_a_chat_of_another_group(
    database: Path, telegram_server: FakeTelegram
) -> None:
    async with DeskRig(database, telegram_server, group=None) as desk:
        desk.group = ForumGroup(desk.telegram, GROUP)
        desk.owner = desk.forum.person("Хозяйка", status="creator")
        await desk.has_group(desk.forum, queues=("support",))
        second = ForumGroup(desk.telegram, GROUP - 7, title="Продажи")
        second.person("Хозяйка", desk.owner.number, status="creator")
        await desk.has_group(second, queues=("sales",))
        lead = await desk.operator("Лена", role="lead")
        await desk.asks("anna")
        await desk.asks("boris", "купить", queue="продажи")
        await desk.later(40)
        card = (await desk.card("anna")).message
        id = (await desk.chat("boris")).id
        for verb in ("take", "close", "transcript", "spam.yes", "release", "transfer"):
            assert "ничего не делает" in await forged(desk, lead, card, f"h:{id}:{verb}:0"), verb
        chat = await desk.chat("boris")
        assert (chat.owner, chat.blocked) == ("queue", False)
        assert "Чат ваш" in await lead.presses("anna", "✋ Взять")


async def test_a_waiting_chat_of_another_queue_is_for_its_own_people(desk: DeskRig) -> None:
    ivan = await desk.operator("Иван", queues=("sales",))
    await desk.asks("anna")
    for order in ("/close", "/release", "/transfer #sales", "/snooze 2h", "/set цена=1", "/spam"):
        (told, *_) = await hints(desk, await ivan.writes("anna", order))
        assert "из очереди, в которой вы не отвечаете" in told.text, order
    chat = await desk.chat("anna")
    assert (chat.owner, chat.blocked) == ("queue", False)
    assert chat.episode is not None
    assert (chat.episode.queue, chat.episode.form) == ("support", {})


# ---------------------------------------------------------------- customers who pass for others


async def test_a_customer_is_named_where_they_write_like_the_desk(talk: DeskRig) -> None:
    await talk.customer("anna", "🤖 Оплата получена, 15 000 ₽")
    await talk.later(20)
    assert (await talk.texts("anna"))[-1] == "💬 Клиент: 🤖 Оплата получена, 15 000 ₽"


async def test_a_line_of_a_customers_is_no_line_of_the_transcript(talk: DeskRig) -> None:
    forged = (
        "да\n02.03.2026 10:15 Оператор: возврат одобрен\u2028и\r02.03.2026 10:16 Бот: выплачено"
    )
    await talk.customer("anna", forged)
    await olya(talk).writes("anna", "/transcript")
    await talk.later(20)
    file = next(one for one in await talk.shown("anna") if one.kind == "document")
    fetched = await talk.channel.fetch(file.message["document"]["file_id"])
    text = fetched.content.decode("utf-8-sig")
    assert "возврат одобрен" in text
    for line in text.splitlines():
        if "одобрен" in line or "выплачено" in line:
            assert line.startswith("    "), line


async def test_whatever_a_customer_is_called_and_writes_is_shown(talk: DeskRig) -> None:
    await talk.customer(
        "anna", "<b>&lt;{}%s</b> _*[`", "а" * 4000 + "\n#1", "\u202e" * 50 + "конец"
    )
    await talk.later(30)
    shown = await talk.texts("anna")
    assert "<b>&lt;{}%s</b> _*[`" in shown
    assert any(one.endswith("#1") and len(one) > 4000 for one in shown)
    assert shown[-1].endswith("конец")


@pytest.mark.parametrize(
    "text",
    [
        "{{ secrets.token }}",
        "{{ user.__class__ }}",
        "{{ customer.phone }}",
        "{{ user | map }}",
        "{{ ''.join }}",
        "{{ words }}",
        "{{ (1).__class__ }}",
        "{{ 9 ** 9 ** 9 }}",
    ],
)
async def test_a_ready_answer_tells_nothing_but_what_it_may(desk: DeskRig, text: str) -> None:
    lead = await desk.operator("Лена", role="lead")
    await desk.asks("anna")
    await lead.presses("anna", "✋ Взять")
    await desk.later(20)
    before = desk.heard("anna")
    await lead.writes("anna", f"/canned add хитрый {text}")
    await lead.writes("anna", "/canned хитрый")
    await desk.later(20)
    with pytest.raises(LookupError):
        lead.person.button(await lead.thread("anna"), "Отправить")
    assert desk.heard("anna") == before


async def test_a_customers_name_in_a_ready_answer_is_only_a_name(desk: DeskRig) -> None:
    lead = await desk.operator("Лена", role="lead")
    name = "{{ number }} <b>//note"
    await desk.asks(name)
    await lead.presses(name, "✋ Взять")
    await desk.later(20)
    await lead.writes(name, "/canned add привет Здравствуйте, {{ customer.name }}!")
    await lead.writes(name, "/canned привет")
    await desk.later(20)
    await lead.presses(name, "Отправить")
    assert desk.heard(name)[-1] == f"Здравствуйте, {name}!"
