"""Chats that operators work with in the group and over HTTP at once: one state, seen by both."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bots.errors import Conflict, Forbidden, Invalid, NotFound
from bots.model.account import Caller
from bots.model.dialog import Sought
from bots.services.dialogs import Dialogs
from bots.services.team import Team
from tests.bots.rig import WORKSPACE
from tests.desk.rig import GROUP, DeskRig
from tests.servers.telegram import FakeTelegram

KEY = Caller(workspace=WORKSPACE, account_id=1, key_id=1)
NOBODYS = Caller(workspace=WORKSPACE, account_id=None, key_id=2)
ELSEWHERE = Caller(workspace=WORKSPACE + 1, account_id=None, key_id=3)


def dialogs_of(desk: DeskRig) -> Dialogs:
    """As `run.services_of` makes it of the house."""
    team = Team(desk.stores.operators, clock=desk.hands.now)
    return Dialogs(desk.stores.dialogs, desk.handoff, team, new_id=desk.new_id)


async def number(desk: DeskRig, customer: str = "anna") -> int:
    return (await desk.chat(customer)).id


async def test_what_is_taken_over_http_is_taken_in_the_group(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna", "где заказ?")
    dialogs, id = dialogs_of(desk), await number(desk)
    shown, ira = await dialogs.take(KEY, id, name="Ира")
    await desk.later(90)
    assert shown.taken_by == "Ира"
    card = await desk.card("anna")
    assert "Ира" in card.text
    assert "✋ Взять" not in card.buttons
    # The loser is told who has it, in the group as over HTTP.
    await olya.writes("anna", "/take")
    await desk.later(20)
    assert "Ира" in (await desk.texts("anna"))[-1]
    with pytest.raises(Conflict, match="Ира has the chat"):
        await dialogs.take(KEY, id, name="Оля")
    await dialogs.say(KEY, id, "Уже едет", operator=ira.id)
    await desk.later(20)
    assert desk.heard("anna")[-1] == "Уже едет"
    assert (await desk.texts("anna"))[-1] == "👤 Ира: Уже едет"
    await dialogs.release(KEY, id, operator=ira.id)
    await desk.later(90)
    assert (await desk.chat("anna")).owner == "bot"
    assert "✋ Взять" not in (await desk.card("anna")).buttons


async def test_what_is_taken_in_the_group_is_taken_over_http(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna", "где заказ?")
    dialogs, id = dialogs_of(desk), await number(desk)
    waits = await dialogs.one(KEY, id)
    assert waits.conversation.episode is not None
    assert (waits.conversation.episode.state, waits.taken_by) == ("requested", "")
    await olya.takes("anna")
    await olya.writes("anna", "Здравствуйте!")
    assert (await dialogs.one(KEY, id)).taken_by == "Оля"
    (listed,) = (await dialogs.listed(KEY, Sought(handoff="active"), limit=5, offset=0)).chats
    assert listed.id == id
    told = await dialogs.messages(KEY, id, limit=50)
    last = told.messages[-1]
    assert last.operator is not None
    assert (last.text, told.names[last.operator]) == ("Здравствуйте!", "Оля")
    with pytest.raises(Conflict, match="Оля has the chat"):
        await dialogs.take(KEY, id, name="Ира")
    with pytest.raises(Conflict, match="Оля has the chat"):
        await dialogs.say(KEY, id, "Это я", name="Ира")
    # The same person over HTTP has it already.
    shown, who = await dialogs.take(KEY, id, name="оля")
    assert (shown.taken_by, who.name) == ("Оля", "Оля")
    await olya.closes("anna")
    closed = (await dialogs.listed(KEY, Sought(closed=True), limit=5, offset=0)).chats
    assert [one.id for one in closed] == [id]


async def test_a_hand_off_that_ended_unseen_has_a_card_that_says_so(desk: DeskRig) -> None:
    await desk.operator("Оля")
    await desk.asks("anna", "где заказ?")
    dialogs, id = dialogs_of(desk), await number(desk)
    await dialogs.take(KEY, id, name="Ира")
    await desk.later(90)
    first = await desk.card("anna")
    assert "Отвечает: Ира" in first.text
    # Telegram takes nothing for a while; the chat goes back and is asked for again.
    desk.telegram.script(chat_id=GROUP, retry_after=20)
    await dialogs.release(KEY, id, name="Ира")
    await desk.customer("anna", "оператор")
    assert (await dialogs.one(KEY, id)).conversation.owner == "queue"
    await desk.restart()
    await desk.later(120)
    shown = {one.id: one for one in await desk.shown("anna")}
    assert "Возвращён боту: Ира" in shown[first.id].text
    assert "✅ Закрыть" not in shown[first.id].buttons
    (last,) = (one for one in shown.values() if "✋ Взять" in one.buttons)
    assert "Ждёт оператора" in last.text
    assert last.pinned


async def test_a_request_over_http_makes_a_card(desk: DeskRig) -> None:
    await desk.operator("Оля")
    await desk.customer("anna", "/start", "где заказ?")
    dialogs, id = dialogs_of(desk), await number(desk)
    shown = await dialogs.request(KEY, id, reason="keyword", last_words="Позовите человека")
    again = await dialogs.request(KEY, id, reason="keyword", last_words="Позовите человека")
    await desk.later(20)
    episode = shown.conversation.episode
    assert episode is not None
    assert (episode.state, episode.source, episode.reason) == ("requested", "api", "keyword")
    assert episode.queue == "support"
    assert again.conversation.episode == episode
    card = await desk.card("anna")
    assert "Позовите человека" in card.text
    assert card.buttons[0] == "✋ Взять"


async def test_of_the_group_and_http_at_once_one_has_it(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna", "где заказ?")
    await desk.later(20)
    dialogs, id = dialogs_of(desk), await number(desk)
    card = await desk.card("anna")
    taking = desk.beside(dialogs.take(KEY, id, name="Ира"))
    await olya.presses("anna", "✋ Взять", message_id=card.id)
    await asyncio.gather(taking, return_exceptions=True)
    holder = (await dialogs.one(KEY, id)).taken_by
    won = taking.exception() is None
    assert holder == ("Ира" if won else "Оля")


async def test_a_lead_answers_once_in_anothers_chat(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    await desk.operator("Лена", role="lead")
    await desk.operator("Ира")
    await desk.asks("anna", "где заказ?")
    await olya.takes("anna")
    dialogs, id = dialogs_of(desk), await number(desk)
    with pytest.raises(Conflict, match="Оля has the chat"):
        await dialogs.say(KEY, id, "Я старшая", name="Лена")
    with pytest.raises(Conflict, match="Оля has the chat"):
        await dialogs.say(KEY, id, "А я нет", name="Ира", once=True)
    _, lena = await dialogs.say(KEY, id, "Я старшая", name="Лена", once=True)
    await desk.later(20)
    assert lena.name == "Лена"
    assert desk.heard("anna")[-1] == "Я старшая"
    assert (await dialogs.one(KEY, id)).taken_by == "Оля"


async def test_the_same_key_says_it_once_also_after_a_crash(desk: DeskRig) -> None:
    await desk.asks("anna", "где заказ?")
    id = await number(desk)
    await dialogs_of(desk).take(KEY, id, name="Ира")
    first, _ = await dialogs_of(desk).say(KEY, id, "Уже едет", name="Ира", key="once:1")
    await desk.later(20)
    await desk.restart()
    again, _ = await dialogs_of(desk).say(KEY, id, "Уже едет", name="Ира", key="once:1")
    await desk.later(20)
    assert (again.seq, again.message_id) == (first.seq, first.message_id)
    assert desk.heard("anna").count("Уже едет") == 1


async def test_nobody_acts_in_another_workspace(desk: DeskRig) -> None:
    await desk.asks("anna", "где заказ?")
    dialogs, id = dialogs_of(desk), await number(desk)
    calls: list[Any] = [
        dialogs.one(ELSEWHERE, id),
        dialogs.messages(ELSEWHERE, id, limit=5),
        dialogs.say(ELSEWHERE, id, "x", name="Ира"),
        dialogs.request(ELSEWHERE, id, reason="x"),
        dialogs.take(ELSEWHERE, id, name="Ира"),
        dialogs.release(ELSEWHERE, id, name="Ира"),
    ]
    for call in calls:
        with pytest.raises(NotFound):
            await call
    assert (await dialogs.listed(ELSEWHERE, Sought(), limit=5, offset=0)).total == 0
    bound = Caller(workspace=WORKSPACE, account_id=1, key_id=4, bot="salon")
    with pytest.raises(NotFound):
        await dialogs.one(bound, id)


# ---------------------------------------------------------------- who acts


async def test_whoever_signed_in_acts_as_themselves(desk: DeskRig) -> None:
    team = Team(desk.stores.operators, clock=desk.hands.now)
    owner = await team.operator_of(KEY)
    assert (owner.name, owner.role) == ("owner", "owner")
    many = await asyncio.gather(*(team.operator_of(KEY) for _ in range(20)))
    assert {one.id for one in many} == {owner.id}
    plain = Caller(workspace=WORKSPACE, account_id=1, key_id=None, kind="user", role="operator")
    assert (await team.operator_of(plain)).id == owner.id
    assert (await team.operator_of(plain)).role == "operator"
    assert (await team.operator_of(plain, name="OWNER")).id == owner.id
    others: list[dict[str, Any]] = [{"name": "Оля"}, {"id": owner.id + 1}]
    for other in others:
        with pytest.raises(Forbidden, match="You act as owner"):
            await team.operator_of(plain, **other)


async def test_a_key_says_for_whom_it_acts(desk: DeskRig) -> None:
    olya = (await desk.operator("Оля")).who
    team = Team(desk.stores.operators, clock=desk.hands.now)
    assert olya is not None
    assert await team.operator_of(NOBODYS, name=" оля ") == olya
    assert await team.operator_of(NOBODYS, id=olya.id, name="кто-то") == olya
    ira = await team.operator_of(NOBODYS, name="Ира  Петрова")
    assert (ira.name, ira.role) == ("Ира Петрова", "operator")
    assert await team.operator_of(NOBODYS, name="ира петрова") == ira
    with pytest.raises(Invalid, match="operator_name"):
        await team.operator_of(NOBODYS)
    with pytest.raises(NotFound):
        await team.operator_of(NOBODYS, id=999)
    with pytest.raises(NotFound):
        await team.operator_of(ELSEWHERE, id=olya.id)
    await desk.operator("оля")
    with pytest.raises(Conflict, match="operator_id"):
        await team.operator_of(NOBODYS, name="Оля")


async def test_whoever_works_over_http_alone_is_given_no_chats(
    database: Path, telegram_server: FakeTelegram
) -> None:
    queues = "queues:\n  support:\n    assign: round_robin\n  sales:\n"
    async with DeskRig(database, telegram_server, bot=queues) as desk:
        team = Team(desk.stores.operators, clock=desk.hands.now)
        await team.operator_of(NOBODYS, name="Ира")
        await desk.asks("anna", "где заказ?")
        desk.routing.wake()
        await desk.later(30)
        assert (await desk.chat("anna")).owner == "queue"
        olya = await desk.operator("Оля")
        desk.routing.wake()
        await desk.later(30)
        episode = (await desk.chat("anna")).episode
        assert episode is not None
        assert olya.who is not None
        assert episode.assignee == olya.who.id
