"""A group becomes a desk, loses its rights, is gone and comes back."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bots.services.operators import SetUp
from tests.desk.rig import CHANNEL, GROUP, DeskOperator, DeskRig
from tests.servers.telegram import FakeTelegram
from tests.servers.telegram_group import ForumGroup


@pytest.fixture
async def bare(database: Path, telegram_server: FakeTelegram) -> AsyncIterator[DeskRig]:
    """A bot that no group is set up for."""
    async with DeskRig(database, telegram_server, group=None) as rig:
        yield rig


def founded(rig: DeskRig, **more: object) -> DeskOperator:
    rig.group = ForumGroup(rig.telegram, GROUP, **more)  # type: ignore[arg-type]
    rig.owner = rig.forum.person("Хозяйка", status="creator")
    return DeskOperator(rig, rig.owner, None)


async def code(rig: DeskRig, **more: object) -> str:
    made = await rig.operators.code_for_desk(SetUp(**more))  # type: ignore[arg-type]
    return made.code


def said(rig: DeskRig) -> list[str]:
    return [one.text for one in rig.forum.shown(None) if one.mine]


async def test_a_group_becomes_a_desk_by_a_code_which_is_taken_away(bare: DeskRig) -> None:
    owner = founded(bare)
    number = await owner.writes("", f"/setup {await code(bare, bot='shop', queues=('support',))}")
    (group,) = bare.desk.groups.all
    assert (group.channel, group.chat_id) == (CHANNEL, str(GROUP))
    assert (group.bot, group.queues, group.flat, group.trouble) == ("shop", ("support",), False, "")
    assert "бота «shop» (очереди: support)" in said(bare)[-1]
    assert number not in [one.id for one in bare.forum.shown(None)]
    listed = bare.telegram.calls("setMyCommands")
    assert {one.parameters.get("language_code") for one in listed} == {None, "ru", "en"}
    assert all(one.parameters["scope"] == {"type": "chat", "chat_id": GROUP} for one in listed)
    assert bare.telegram.violations() == []


async def test_who_waited_is_shown_in_a_group_that_comes(bare: DeskRig) -> None:
    await bare.asks("anna", "есть кто?")
    owner = founded(bare)
    await owner.writes("", f"/setup {await code(bare)}")
    await bare.later(60)
    assert "есть кто?" in (await bare.card("anna")).text


@pytest.mark.parametrize(
    ("written", "answer"),
    [("/setup", "python run.py desk code"), ("/setup AAAA-AAAA", "Такого кода нет")],
)
async def test_without_a_right_code_it_stays_a_group(
    bare: DeskRig, written: str, answer: str
) -> None:
    owner = founded(bare)
    await owner.writes("", written)
    assert answer in said(bare)[-1]
    assert bare.desk.groups.all == []


async def test_a_code_is_good_once_and_for_a_quarter_of_an_hour(bare: DeskRig) -> None:
    owner = founded(bare)
    first, second = await code(bare), await code(bare)
    await owner.writes("", f"/setup {first}")
    other = ForumGroup(bare.telegram, GROUP - 1)
    other.person("Хозяйка", owner.person.number, status="creator").writes(None, f"/setup {first}")
    await bare.settle()
    assert "уже использован" in [one.text for one in other.shown(None)][-1]
    await bare.later(16 * 60)
    await owner.writes("", f"/setup {second}")
    assert "устарел" in said(bare)[-1]


async def test_a_group_without_topics_is_told_which_switch_to_turn(bare: DeskRig) -> None:
    owner = founded(bare, forum=False)
    await owner.writes("", f"/setup {await code(bare)}")
    (group,) = bare.desk.groups.all
    assert group.flat
    assert "включите «Темы»" in said(bare)[-1]
    bare.forum.with_topics()
    await owner.writes("", "/setup")
    (group,) = bare.desk.groups.all
    assert (group.flat, group.trouble) == (False, "")
    await bare.later(10)
    assert said(bare)[-1] == "✅ Теперь всё в порядке."


async def test_made_an_administrator_it_says_once_what_to_do(bare: DeskRig) -> None:
    owner = founded(bare)
    bare.forum.demoted(owner.person)
    await bare.settle()
    assert said(bare) == []
    bare.forum.let_in(owner.person)
    await bare.settle()
    assert len(said(bare)) == 1
    assert "/setup КОД" in said(bare)[0]


async def test_other_groups_hear_nothing_of_it(bare: DeskRig) -> None:
    owner = founded(bare)
    for text in ("привет", "/take", "/help", "/start"):
        await owner.writes("", text)
    assert said(bare) == []


# ---------------------------------------------------------------- rights


async def test_rights_that_are_lost_are_noticed_and_healed_by_themselves(desk: DeskRig) -> None:
    assert desk.owner is not None
    admin = await desk.operator("Лена", role="admin")
    await desk.later(1)
    desk.forum.without_topics()
    await desk.later(3600)
    (group,) = desk.desk.groups.all
    assert group.flat
    assert "«Темы»" in group.trouble
    texts = [one.text for one in desk.forum.shown(None)]
    assert sum("включите «Темы»" in one for one in texts) == 1
    told = desk.telegram.calls("sendMessage", chat_id=admin.person.number)
    assert len(told) == 1
    assert desk.desk.troubles()[str(GROUP)] == group.trouble
    desk.forum.with_topics()
    await desk.later(3600)
    (group,) = desk.desk.groups.all
    assert (group.flat, group.trouble) == (False, "")


async def test_a_right_taken_away_is_noticed_at_once(desk: DeskRig) -> None:
    assert desk.owner is not None
    desk.forum.may_all_but("can_manage_topics", by=desk.owner)
    await desk.settle()
    (group,) = desk.desk.groups.all
    assert group.flat
    assert "«Управление темами»" in group.trouble
    desk.forum.let_in(desk.owner)
    await desk.settle()
    (group,) = desk.desk.groups.all
    assert (group.flat, group.trouble) == (False, "")


async def test_a_right_taken_away_while_telegram_throttles_is_noticed_soon(desk: DeskRig) -> None:
    assert desk.owner is not None
    await desk.later(1)
    desk.telegram.script(method="getChat", retry_after=20)
    desk.forum.may_all_but("can_manage_topics", by=desk.owner)
    await desk.settle()
    assert desk.telegram.state()["pending"] == []
    await desk.later(40)
    (group,) = desk.desk.groups.all
    assert group.flat


async def test_thrown_out_and_let_in_again_nothing_is_lost(desk: DeskRig) -> None:
    assert desk.owner is not None
    await desk.asks("anna")
    await desk.later(20)
    desk.forum.thrown_out(desk.owner)
    await desk.settle()
    (group,) = desk.desk.groups.all
    assert group.down
    await desk.customer("anna", "вы где?")
    await desk.later(60)
    desk.forum.let_in(desk.owner)
    await desk.later(120)
    (group,) = desk.desk.groups.all
    assert not group.down
    assert (await desk.texts("anna"))[-1] == "вы где?"


async def test_a_group_that_becomes_a_supergroup_stays_a_desk(
    database: Path, telegram_server: FakeTelegram
) -> None:
    async with DeskRig(database, telegram_server, forum=False) as desk:
        await desk.asks("anna", "первое")
        await desk.later(30)
        desk.group = desk.forum.becomes_supergroup(GROUP - 5)
        await desk.settle()
        (group,) = desk.desk.groups.all
        assert group.chat_id == str(GROUP - 5)
        await desk.customer("anna", "второе")
        await desk.later(120)
        texts = [one.text for one in desk.forum.all_shown()]
        assert sum("второе" in one for one in texts) == 1
