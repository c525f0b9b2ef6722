"""What assistants know is found by its words, in any form of them, inside one workspace only."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from bots.errors import NotFound, QuotaReached
from bots.model.account import Caller
from bots.model.knowledge import Document, Piece
from bots.services.knowledge import Knowledge
from flows.stems import stems
from storage.stores import Stores
from tests.storage.conftest import HandClock, House

MINE, THEIRS = 1, 2
CALLER = Caller(workspace=MINE, account_id=1, key_id=None)

ASKED: Sequence[tuple[str, str]] = (
    ("Как настроить бота?", "Для настройки бота перейдите в раздел «Настройки»."),
    ("Сколько стоит доставка?", "Доставка по Москве — 300 рублей, в Самару — 550."),
    ("Когда вернут деньги за возврат?", "Деньги возвращаются за 3 дня на ту же карту."),
    ("Работаете ли вы в ёлочные праздники?", "Да, кроме 1 января. Ёлка украшена!"),
    ("Подходит ли чехол к iPhone 15?", "Чехол MagSafe подходит к iPhone 13, 14 и 15 Pro."),
)


@pytest.fixture
async def knowledge(house: House, clock: HandClock) -> Knowledge:
    """Two workspaces with an assistant each, and a second one in ours."""
    await house.stores.accounts.found(email="o@x", password_hash="h", now=clock())
    await house.run(
        "INSERT INTO workspaces (id, name, plan, timezone, created_at) VALUES (2, 'b', 'trial', '', 1)"
    )
    for id, workspace, bot in ((1, MINE, "shop"), (2, THEIRS, "assistant.2"), (3, MINE, "salon")):
        await house.run(
            "INSERT INTO assistants (id, workspace, bot, name, description, system_prompt, ai_model,"
            " active, website, domains, username, created_at, updated_at)"
            " VALUES (?, ?, ?, 'A', '', '', '', 1, 1, '[]', '', 1, 1)",
            *(id, workspace, bot),
        )
    return Knowledge(house.stores.library, clock=clock)


async def fill(knowledge: Knowledge) -> None:
    for question, answer in ASKED:
        await knowledge.add_question(CALLER, 1, question, answer, ["вопросы"])


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("настройкой боту", "Как настроить бота?"),
        ("НАСТРОЙКИ", "Как настроить бота?"),
        ("почём доставить в самаре", "Сколько стоит доставка?"),
        ("хочу вернуть деньги", "Когда вернут деньги за возврат?"),
        ("елка", "Работаете ли вы в ёлочные праздники?"),
        ("Ёлки", "Работаете ли вы в ёлочные праздники?"),
        ("чехлы для айфона IPHONE 15", "Подходит ли чехол к iPhone 15?"),
        ("550", "Сколько стоит доставка?"),
        ("доставка 300", "Сколько стоит доставка?"),
    ],
)
async def test_words_are_found_in_any_form(knowledge: Knowledge, asked: str, found: str) -> None:
    await fill(knowledge)
    first = (await knowledge.search(MINE, 1, asked, 3))[0]
    assert first.title == found
    assert first.question_id is not None
    assert 0 < first.score <= 1


async def test_what_has_all_words_comes_before_what_has_a_rare_one(knowledge: Knowledge) -> None:
    for number in range(30):
        await knowledge.add_question(CALLER, 1, f"Про доставку {number + 100}", "Обычная.", ())
    await knowledge.add_question(CALLER, 1, "Про слона", "Слон.", ())
    await knowledge.add_question(CALLER, 1, "Про всё", "Доставка слона по воздуху.", ())
    found = await knowledge.search(MINE, 1, "доставка слона", 3)
    assert [one.title for one in found[:2]] == ["Про всё", "Про слона"]
    assert found[0].score > found[1].score


async def test_a_word_that_only_begins_the_same_is_another_word(knowledge: Knowledge) -> None:
    await knowledge.add_question(CALLER, 1, "Картофель", "Картофель свежий, картошечка.", ())
    assert await knowledge.search(MINE, 1, "карта") == []
    assert await knowledge.search(MINE, 1, "картофелем") != []


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "   ",
        "?!",
        "и в на",
        '"',
        'бот"',
        '" OR scope : "w2a2',
        "title : бот",
        "NEAR(бот настроить, 5)",
        "бот* AND NOT scope",
        "^бот + настроить",
        "{title body} : бот",
        "-бот",
        "бот\0настроить",
        "scope:w2",
        "w2a2",
        "ofquestion",
        "\ud800 бот",
        "бот " * 10_000,
        "".join(chr(1072 + n % 32) for n in range(100_000)),
        " ".join(f"слово{n}" for n in range(10_000)),
        "('; DROP TABLE passages; --",
    ],
)
async def test_no_question_is_ever_the_syntax_of_a_search(knowledge: Knowledge, asked: str) -> None:
    await fill(knowledge)
    other = Caller(workspace=THEIRS, account_id=2, key_id=None)
    await knowledge.add_question(other, 2, "Секрет бота", "Настроить секрет.", ())
    found = await knowledge.search(MINE, 1, asked, 50)
    assert all("екрет" not in one.text + one.title for one in found)
    if "бот" in asked:
        assert found[0].title == "Как настроить бота?"


async def test_nothing_is_found_of_another_workspace_or_assistant(knowledge: Knowledge) -> None:
    await fill(knowledge)
    assert await knowledge.search(THEIRS, 2, "доставка") == []
    assert await knowledge.search(THEIRS, 1, "доставка") == []
    assert await knowledge.search(MINE, 3, "доставка") == []
    assert len(await knowledge.search(MINE, None, "доставка")) == 1
    assert await knowledge.search(THEIRS, None, "доставка") == []
    with pytest.raises(NotFound):
        await knowledge.add_question(CALLER, 2, "Чужой?", "Чужой.", ())


async def test_the_same_question_gets_a_new_answer_and_the_old_one_is_not_found(
    knowledge: Knowledge, clock: HandClock
) -> None:
    first = await knowledge.add_question(CALLER, 1, "Где  вы?", "На Тверской.", ["адрес"])
    clock.move(hours=1)
    again = await knowledge.add_question(CALLER, 1, "где вы?", "На Арбате.", ())
    assert (again.id, again.created_at) == (first.id, first.created_at)
    assert await knowledge.search(MINE, 1, "тверская") == []
    assert [one.text for one in await knowledge.search(MINE, 1, "арбат")] == ["На Арбате."]
    listed, total = await knowledge.questions(CALLER, 1, None, limit=10, offset=0)
    assert (listed, total) == ([again], 1)


async def test_questions_are_listed_page_by_page_and_found_by_words_and_tags(
    knowledge: Knowledge,
) -> None:
    await fill(knowledge)
    page, total = await knowledge.questions(CALLER, None, None, limit=2, offset=3)
    assert ([one.question for one in page], total) == ([ASKED[3][0], ASKED[4][0]], 5)
    found, count = await knowledge.questions(CALLER, 1, "возвратами", limit=10, offset=0)
    assert ([one.question for one in found], count) == ([ASKED[2][0]], 1)
    _, tagged = await knowledge.questions(CALLER, 1, "вопрос", limit=10, offset=0)
    assert tagged == 5


async def test_a_key_of_one_bot_knows_its_assistant_only(knowledge: Knowledge) -> None:
    await fill(knowledge)
    salon = Caller(workspace=MINE, account_id=1, key_id=1, bot="salon")
    assert await knowledge.questions(salon, None, None, limit=9, offset=0) == ([], 0)
    assert await knowledge.questions(salon, 3, "доставка", limit=9, offset=0) == ([], 0)
    for text in (None, "доставка"):
        with pytest.raises(NotFound):
            await knowledge.questions(salon, 1, text, limit=9, offset=0)
    with pytest.raises(NotFound):
        await knowledge.questions(replace(salon, bot="gone"), None, None, limit=9, offset=0)
    with pytest.raises(NotFound):
        await knowledge.add_question(salon, 1, "Чей?", "Наш.", ())
    await knowledge.add_question(salon, 3, "Чей?", "Наш.", ())
    assert (await knowledge.questions(salon, None, None, limit=9, offset=0))[1] == 1


async def test_of_a_deleted_assistant_nothing_is_known(knowledge: Knowledge, house: House) -> None:
    await fill(knowledge)
    await house.run("UPDATE assistants SET deleted_at = 1 WHERE id = 1")
    assert await knowledge.search(MINE, 1, "доставка") == []
    assert (await knowledge.questions(CALLER, None, None, limit=9, offset=0))[1] == 0
    with pytest.raises(NotFound):
        await knowledge.add_question(CALLER, 1, "Где?", "Там.", ())


async def test_a_workspace_keeps_so_many_questions(stores: Stores, knowledge: Knowledge) -> None:
    first = await knowledge.add_question(CALLER, 1, "Раз?", "Раз.", ())
    piece = Piece(title="Два?", text="Два.", title_stems=["два"], stems=["два"])
    with pytest.raises(QuotaReached, match="keeps 1 questions"):
        await stores.library.put_question(replace(first, question="Два?"), piece, most=1)
    # What is there already may still be answered anew.
    await stores.library.put_question(first, piece, most=1)


async def test_a_question_is_added_once_under_a_key(knowledge: Knowledge) -> None:
    first = await knowledge.add_question(CALLER, 1, "Раз?", "Раз.", (), once="a")
    assert await knowledge.add_question(CALLER, 1, "Раз?", "Раз.", (), once="a") == first
    anew = await knowledge.add_question(CALLER, 1, "Раз?", "Два.", ())
    assert await knowledge.add_question(CALLER, 1, "Раз?", "Раз.", (), once="a") == anew
    assert (await knowledge.search(MINE, 1, "раз", 1))[0].text == "Два."


def document(**changes: Any) -> Document:
    made: dict[str, Any] = {
        "id": 0,
        "workspace": MINE,
        "assistant_id": 1,
        "filename": "price.pdf",
        "file": "abc",
        "kind": "pdf",
        "size": 1000,
        "content_type": "application/pdf",
        "digest": "d1",
        "created_at": HandClock().now,
        "updated_at": HandClock().now,
    }
    return Document(**{**made, **changes})


def pieces(*texts: str) -> list[Piece]:
    return [
        Piece(title="Цены", text=text, title_stems=stems("Цены"), stems=stems(text))
        for text in texts
    ]


async def test_a_document_is_found_by_its_pieces_until_it_is_removed(
    stores: Stores, knowledge: Knowledge, house: House
) -> None:
    kept = await stores.documents.add(document(), room=10_000, most=10)
    assert await stores.documents.waiting() == [kept]
    many = [f"Пункт {number} о стрижке собак." for number in range(250)]
    await stores.documents.finish(kept, pieces(*many, "Стрижка кота — 900."))
    (listed,) = await stores.documents.all(MINE, None)
    assert (listed.status, listed.chunks) == ("completed", 251)
    found = await knowledge.search(MINE, 1, "коты и стрижки", 2)
    assert (found[0].text, found[0].source) == ("Стрижка кота — 900.", "price.pdf")
    assert found[0].document_id == kept.id
    assert await stores.documents.remove(MINE, kept.id) == listed
    assert await knowledge.search(MINE, 1, "стрижка") == []
    assert await house.run("SELECT count(*) FROM passages") == [(0,)]
    assert await house.run("SELECT count(*) FROM passage_words") == [(0,)]


async def test_reading_twice_leaves_one_set_of_pieces_and_reading_what_is_gone_none(
    stores: Stores, knowledge: Knowledge, house: House
) -> None:
    kept = await stores.documents.add(document(), room=10_000, most=10)
    # A server that was killed in the middle has written some of them.
    await house.run(
        "INSERT INTO passages (workspace, assistant_id, document_id, number, title, text)"
        " VALUES (1, 1, ?, 0, '', 'halb')",
        kept.id,
    )
    await stores.documents.finish(kept, pieces("Одно."))
    await stores.documents.finish(kept, pieces("Другое."))
    assert await house.run("SELECT text FROM passages") == [("Одно.",)]
    await stores.documents.remove(MINE, kept.id)
    await stores.documents.finish(kept, pieces("Призрак."))
    assert await house.run("SELECT count(*) FROM passages") == [(0,)]


async def test_the_same_content_is_one_document_and_what_failed_begins_again(
    stores: Stores, knowledge: Knowledge
) -> None:
    first = await stores.documents.add(document(), room=10_000, most=10)
    assert await stores.documents.add(document(file="other"), room=10_000, most=10) == first
    elsewhere = await stores.documents.add(
        document(assistant_id=3, file="elsewhere"), room=10_000, most=10
    )
    assert elsewhere.id != first.id
    await stores.documents.finish(first, (), "It is encrypted")
    (failed, _) = await stores.documents.all(MINE, None)
    assert (failed.status, failed.error) == ("failed", "It is encrypted")
    assert await stores.documents.tidied(HandClock().now) == {"elsewhere"}
    again = await stores.documents.add(document(file="third"), room=10_000, most=10)
    assert (again.id, again.status, again.file) == (first.id, "processing", "third")
    assert await stores.documents.tidied(HandClock().now) == {"third", "elsewhere"}


async def test_files_of_a_workspace_have_so_much_room(stores: Stores, knowledge: Knowledge) -> None:
    await stores.documents.add(document(), room=1_500, most=10)
    with pytest.raises(QuotaReached, match="allows 1500"):
        await stores.documents.add(document(digest="d2"), room=1_500, most=10)
    with pytest.raises(QuotaReached, match="keeps 1 documents"):
        await stores.documents.add(document(digest="d2"), room=10_000, most=1)
    theirs = document(workspace=THEIRS, assistant_id=2)
    await stores.documents.add(theirs, room=1_500, most=1)


async def test_what_a_deleted_assistant_knew_takes_no_room_and_is_forgotten_in_time(
    stores: Stores, knowledge: Knowledge, house: House, clock: HandClock
) -> None:
    await fill(knowledge)
    kept = await stores.documents.add(document(), room=1_000, most=1)
    await stores.documents.finish(kept, pieces("Цены."))
    mine = await stores.documents.add(document(assistant_id=2, workspace=THEIRS), room=None, most=1)
    deleted = int(clock().timestamp() * 1_000_000)
    await house.run("UPDATE assistants SET deleted_at = ? WHERE id = 1", deleted)
    assert await stores.documents.tidied(clock()) == {"abc"}
    assert await house.run("SELECT count(*) FROM passages") == [(len(ASKED) + 1,)]
    other = await stores.documents.add(document(assistant_id=3, file="d"), room=1_000, most=1)
    clock.move(days=1)
    assert await stores.documents.tidied(clock()) == {mine.file, other.file}
    for table in ("passages", "passage_words", "questions"):
        assert await house.run(f"SELECT count(*) FROM {table}") == [(0,)]
    assert await house.run("SELECT id FROM documents ORDER BY id") == [(mine.id,), (other.id,)]


async def test_another_workspaces_document_is_not_there(
    stores: Stores, knowledge: Knowledge
) -> None:
    kept = await stores.documents.add(document(), room=1_500, most=10)
    assert await stores.documents.all(THEIRS, None) == []
    assert await stores.documents.all(MINE, 3) == []
    for workspace, assistant in ((THEIRS, None), (MINE, 3)):
        with pytest.raises(NotFound):
            await stores.documents.remove(workspace, kept.id, assistant)
    with pytest.raises(NotFound):
        await stores.documents.add(document(assistant_id=2), room=1_500, most=10)
    assert await stores.documents.plan(MINE) == "trial"
