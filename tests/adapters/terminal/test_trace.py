"""What `trace` tells of a chat: everything that happened to it, in order, and why."""

import io
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.terminal.handoffs_told import HandoffTeller
from adapters.terminal.trace import Line, Past, Teller, past_of, show
from bots.errors import ActionFailed
from bots.model import handling, handoff
from bots.model.desk import Note
from bots.model.episode import Asked
from bots.model.turn import Event
from flows.turn import GivenBack
from storage.traces import SqlTraces
from tests.adapters.terminal.test_commands import ROOT, run
from tests.bots.rig import START, WORKSPACE, Rig, address_of
from tests.servers.easyflow import EasyFlow


@pytest.fixture
async def rig(database: Path) -> AsyncIterator[Rig]:
    one = Rig(database)
    await one.open()
    try:
        yield one
    finally:
        await one.crash()


def traces(rig: Rig) -> SqlTraces:
    return SqlTraces(rig.stores.conversations._reader)


async def told(rig: Rig, chat: str, *, language: str = "en", last: int = 50) -> list[str]:
    """The lines without their times."""
    (conversation,) = await traces(rig).find(WORKSPACE, f"telegram:{chat}", limit=5)
    past = await past_of(traces(rig), conversation, rig.stores.conversations, last)
    out = io.StringIO()
    show(list(Teller(language).told(conversation, past)), out)
    return [line[10:] for line in out.getvalue().splitlines() if not line.startswith("──")]


async def test_a_chat_is_told_in_the_order_in_which_it_went(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    await rig.passes(1)
    await rig.hears("anna", "quick")
    head, *story = await told(rig, "anna")
    assert head.startswith("counter  telegram:anna  session_")
    assert story[:4] == [
        "customer: /start",
        "taken as: exact words “/start” → count",
        "step: nowhere → count / next",
        "began a task  count",
    ]
    assert [line for line in story if line.startswith(("customer", "bot", "action"))] == [
        "customer: /start",
        "bot: 0:start",
        "customer: quick",
        'action quick.work {"x": 1}  0 s → "done 1"',
        "bot: 1:quick",
    ]
    assert story[-2].startswith("now: count / next; the bot answers")
    assert story[-1] == "to fire: a reminder"


async def test_a_slow_action_is_told_with_the_time_it_took_and_why_it_failed(rig: Rig) -> None:
    rig.world.script.append(ActionFailed("no stock", transient=False))
    await rig.hears("anna", "/start")
    await rig.passes(1)
    await rig.hears("anna", "slow")
    lines = await told(rig, "anna", language="ru")
    assert 'действие slow.work {"x": 1}  0 с → не удалось: no stock' in lines
    assert lines.index("клиент: slow") < lines.index("бот: failed 1")


async def test_time_that_passed_and_changes_of_the_owner_are_told(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    await rig.passes(700)
    await rig.inbox.take_over(address_of("anna"), Asked(reason="angry"))
    waits = await told(rig, "anna")
    assert "the flow called a person; reason: angry" in waits
    assert any(line.endswith("waits for a person") for line in waits if line.startswith("now:"))
    await rig.inbox.give_back(address_of("anna"), GivenBack())
    lines = await told(rig, "anna")
    assert any(line.startswith("reminded  count / next") for line in lines)
    assert any(line.startswith("the chat is the bot's again") for line in lines)


async def test_a_person_in_the_messenger_and_what_is_held_are_told(rig: Rig) -> None:
    rig.messenger.window = timedelta(hours=1)
    await rig.hears("anna", "/start")
    await rig.inbox.accept([rig.message("anna", "it is me", happening="echo")])
    await rig.passes(2 * 3600)
    lines = await told(rig, "anna")
    assert "operator: it is me" in lines
    taken = lines.index("a person answered in telegram itself")
    assert "the person wrote no more: the chat is the bot's again" in lines[taken:]
    assert any(line.startswith("a message waits until the customer writes") for line in lines)


async def test_a_hand_off_is_told_with_names_and_with_what_operators_told_one_another(
    rig: Rig,
) -> None:
    await rig.hears("anna", "/start")
    chat = await rig.conversation("anna")
    asked = Asked(source="phrase", queue="sales", priority="high", note="wants a refund")
    conversation, requested = handoff.requested(chat, asked, id="e1", now=START)
    after = START + timedelta(seconds=75)
    conversation, taken = handoff.taken(conversation, by=1, id="", now=after)
    conversation, answered = handling.answered(conversation, by=1, now=after)
    conversation, passed = handoff.requeued(conversation, now=after, by=1, to=2, note="yours")
    conversation, closed = handoff.released(
        conversation, "closed", now=after + timedelta(minutes=1), by=2, code="refund"
    )
    blocked = Event(
        name="chat.blocked",
        created_at=after + timedelta(minutes=2),
        data={"operator": 1, "code": "spam"},
    )
    note = Note(
        id=1, conversation_id=chat.id, episode="e1", operator=2, text="be kind", created_at=after
    )
    past = Past(
        messages=[],
        events=[requested, taken, *answered, passed, closed, blocked],
        notes=[note],
        people={1: "Olga", 2: "Boris"},
    )

    def lines(language: str) -> list[str]:
        return [line.text for line in Teller(language).told(conversation, past)][1:-1]

    assert lines("en") == [
        "the customer asked for a person; queue: sales; priority: high; for operators: wants a refund",
        "Olga took the chat",
        "first answer: Olga, after 1 min 15 s",
        "the chat was passed on from Olga to Boris; words: yours",
        "note, hidden from the customer (Boris): be kind",
        "Boris closed the chat; code: refund",
        "the customer was blocked (Olga); code: spam",
    ]
    assert lines("ru") == [
        "клиент попросил человека; очередь: sales; срочность: high; для операторов: wants a refund",
        "чат взял(а) Olga",
        "первый ответ: Olga, через 1 мин 15 с",
        "чат передан от Olga к Boris; слова: yours",
        "заметка, клиент не видит (Boris): be kind",
        "чат закрыл(а) Boris; код: refund",
        "клиент заблокирован (Olga); код: spam",
    ]


def test_every_event_of_a_hand_off_has_words() -> None:
    """What the house tells of and `trace` cannot say is found here, not by an owner."""
    told = {
        name
        for path in (ROOT / "bots").rglob("*.py")
        for name in re.findall(r'"(handoff\.[a-z_]+)"', path.read_text())
    }
    teller = HandoffTeller("ru", {1: "Ольга"})
    data = {"operator": 1, "until": START.isoformat(), "added": ["vip"], "rating": 5}
    assert told >= {"handoff.requested", "handoff.completed"}
    for name in told - {"handoff.noted"}:
        sentence = teller.told(Event(name=name, created_at=START, data=data))
        assert sentence, name


async def test_only_the_last_messages_are_told_where_there_are_many(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    for number in range(5):
        await rig.passes(60)
        await rig.hears("anna", f"m{number}")
    lines = await told(rig, "anna", last=2)
    said = [line for line in lines if line.startswith(("customer:", "bot:"))]
    assert said == ["customer: m4", "bot: 5:m4"]
    assert not any("began a task" in line for line in lines)


async def test_a_chat_is_found_by_its_name_its_session_or_a_part(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    await rig.hears("annabel", "/start")
    look = traces(rig)
    anna = await rig.conversation("anna")
    uuid, number = anna.uuid, f"#{anna.id}"
    for words in ("anna", "telegram:anna", "telegram:1:anna", uuid, f"session_{uuid}", number):
        (found,) = await look.find(WORKSPACE, words, limit=5)
        assert found.address.chat_id == "anna", words
    assert len(await look.find(WORKSPACE, "ANN", limit=5)) == 2
    assert await look.find(WORKSPACE, "boris", limit=5) == []
    assert await look.find(2, "anna", limit=5) == []
    newest = await look.newest(WORKSPACE, limit=1)
    assert [one.address.chat_id for one in newest] == ["annabel"]


async def test_a_message_kept_before_steps_were_is_told_without_them(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    parts = '{"rung":"exact","because":{"words":"/start"}}'

    def forget(db: object, items: object) -> list[None]:
        db.execute("UPDATE messages SET parts = ? WHERE seq = 1", (parts,))  # type: ignore[attr-defined]
        return [None]

    await rig.stores.base.writer.do(forget, None)
    lines = await told(rig, "anna")
    assert "taken as: exact words “/start” → count" in lines
    assert not any(line.startswith("step:") for line in lines)


def test_a_chat_is_traced_beside_the_server_that_answers_it(tmp_path: Path) -> None:
    bots = ROOT / "config" / "bots"
    with EasyFlow(tmp_path / "data", bots=bots) as server:
        body = {"message": "/start", "user_id": "anna", "session_id": "first"}
        assert server.call("POST", "/api/v1/conversation/chat", body)[0] == 200
        given: Any = {"DATA_DIR": str(server.data), "BOTS_DIR": str(bots)}
        listed = run("trace", **given)
        assert (listed.returncode, "api:first  shop  choice" in listed.stdout) == (0, True)
        traced = run("trace", "first", **given)
        assert "понял как: точные слова «/start» → menu" in traced.stdout, traced.stderr
        nobody = run("trace", "second", **given)
        assert (nobody.returncode, "Нет чата «second»" in nobody.stdout) == (1, True)


def test_no_word_of_a_customer_commands_the_terminal() -> None:
    out = io.StringIO()
    show([Line(None, "", "\x1b]0;mine\x07\x1b[2J\x9b31m\u202eabc\tи 🎉\rover")], out)
    shown = out.getvalue()
    assert "abc\tи 🎉" in shown
    assert not set("\x1b\x07\x9b\u202e\r") & set(shown)
