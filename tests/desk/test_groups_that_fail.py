"""Groups without topics, without rights, gone, moved, or none at all: nobody's words are lost."""

from datetime import timedelta
from pathlib import Path

from tests.desk.rig import CHANNEL, GROUP, DeskRig
from tests.servers.telegram import FakeTelegram
from tests.servers.telegram_group import ForumGroup, Shown

ELSEWHERE = GROUP - 5


def told(desk: DeskRig, name: str) -> list[str]:
    return [str(one.data.get("why")) for one in desk.ears.events if one.name == name]


def general(desk: DeskRig) -> list[Shown]:
    return desk.forum.shown(None)


async def test_in_a_group_without_topics_every_message_says_whose_it_is(
    database: Path, telegram_server: FakeTelegram
) -> None:
    async with DeskRig(database, telegram_server, forum=False) as rig:
        olya = await rig.operator("Оля")
        await rig.asks("anna")
        await rig.asks("boris")
        await rig.customer("anna", "где заказ?")
        await rig.customer("boris", "а мой?")
        await rig.later(60)
        cards = [one for one in general(rig) if one.buttons]
        assert [one.text.splitlines()[0] for one in cards] == [
            f"anna · TG · #{(await rig.chat('anna')).id}",
            f"boris · TG · #{(await rig.chat('boris')).id}",
        ]
        question = next(one for one in general(rig) if "где заказ?" in one.text)
        assert question.text.startswith("anna · TG · #")
        olya.person.presses(None, "✋ Взять", message_id=cards[0].id)
        await rig.later(30)
        # Whoever answers a message answers its customer, and nobody else.
        olya.person.writes(None, "Уже едет", reply_to=question.id)
        await rig.later(10)
        assert rig.heard("anna")[-1] == "Уже едет"
        assert "Уже едет" not in rig.heard("boris")
        olya.person.writes(None, "всем привет")
        await rig.later(10)
        assert rig.heard("anna")[-1] == "Уже едет"
        olya.person.writes(None, "/close", reply_to=cards[0].id)
        await rig.later(60)
        assert (await rig.chat("anna")).owner == "bot"
        assert any("✅ Закрыт: Оля" in one.text for one in general(rig) if not one.buttons)


async def test_where_we_may_make_no_topics_chats_share_the_group_until_we_may(
    desk: DeskRig,
) -> None:
    assert desk.owner is not None
    await desk.operator("Оля")
    desk.forum.may_all_but("can_manage_topics", by=desk.owner)
    await desk.asks("anna")
    await desk.customer("anna", "ау")
    await desk.later(60)
    assert desk.forum.topics() == []
    assert any(one.text.endswith("ау") and "anna · TG" in one.text for one in general(desk))
    desk.forum.let_in(desk.owner)
    await desk.later(60)
    await desk.customer("anna", "вы тут?")
    await desk.later(60)
    assert (await desk.texts("anna"))[-1] == "вы тут?"
    assert "anna: ау" in (await desk.card("anna")).text


async def test_topics_turned_off_in_mid_chat_lose_nothing(desk: DeskRig) -> None:
    await desk.operator("Оля")
    await desk.asks("anna")
    await desk.later(30)
    desk.forum.without_topics()
    await desk.customer("anna", "ау")
    await desk.later(120)
    assert any(one.text.endswith("ау") for one in desk.forum.all_shown())


async def test_without_any_group_it_is_told_once_and_shown_when_there_is_one(
    database: Path, telegram_server: FakeTelegram
) -> None:
    async with DeskRig(database, telegram_server, group=None) as rig:
        await rig.asks("anna", "привет")
        await rig.customer("anna", "ау", "ау ау")
        await rig.later(130)
        assert told(rig, "handoff.unseen") == ["no group of operators is set up for it"]
        await rig.restart()
        await rig.later(70)
        assert told(rig, "handoff.unseen") == ["no group of operators is set up for it"]
        rig.group = ForumGroup(rig.telegram, GROUP)
        await rig.has_group(rig.group)
        await rig.later(60)
        assert "\n".join((await rig.texts("anna"))[1:]) == "ау\nау ау"


async def test_thrown_out_and_let_in_again(desk: DeskRig) -> None:
    assert desk.owner is not None
    await desk.operator("Оля")
    await desk.asks("anna")
    await desk.later(30)
    desk.forum.thrown_out(desk.owner)
    await desk.customer("anna", "раз", "два")
    await desk.later(120)
    assert len(told(desk, "handoff.unseen")) == 1
    desk.forum.let_in(desk.owner)
    await desk.later(90)
    assert (await desk.texts("anna"))[1:] == ["раз", "два"]
    assert len(desk.forum.topics()) == 1


async def test_with_one_group_down_chats_go_on_in_another(desk: DeskRig) -> None:
    assert desk.owner is not None
    await desk.operator("Оля")
    other = ForumGroup(desk.telegram, ELSEWHERE)
    await desk.has_group(other)
    await desk.asks("anna")
    await desk.later(30)
    assert len(desk.forum.topics()) == 1
    desk.forum.thrown_out(desk.owner)
    await desk.customer("anna", "ау")
    await desk.later(90)
    assert told(desk, "handoff.unseen") == []
    (topic,) = other.topics()
    assert [one.text for one in other.shown(topic.thread)][-1] == "ау"


async def test_chats_of_a_group_that_was_removed_go_to_another_by_themselves(
    desk: DeskRig,
) -> None:
    other = ForumGroup(desk.telegram, ELSEWHERE)
    await desk.has_group(other)
    await desk.asks("anna")
    await desk.later(30)
    assert (len(desk.forum.topics()), other.topics()) == (1, [])
    await desk.stores.desks.remove_group(CHANNEL, str(GROUP))
    await desk.later(90)
    (topic,) = other.topics()
    assert "anna" in topic.name
    assert not desk.desk.is_desk(CHANNEL, str(GROUP))


async def test_a_group_that_became_a_supergroup_is_written_to_under_its_new_id(
    database: Path, telegram_server: FakeTelegram
) -> None:
    async with DeskRig(database, telegram_server, forum=False, group=-4242) as rig:
        await rig.asks("anna")
        await rig.later(30)
        bigger = rig.forum.becomes_supergroup(ELSEWHERE)
        await rig.customer("anna", "ау")
        await rig.later(90)
        assert any(one.text.endswith("ау") for one in bigger.all_shown())
        assert rig.desk.is_desk(CHANNEL, str(ELSEWHERE))
        assert not rig.desk.is_desk(CHANNEL, "-4242")


async def test_a_chat_given_to_another_queue_moves_to_its_group(desk: DeskRig) -> None:
    sales = ForumGroup(desk.telegram, ELSEWHERE)
    await desk.has_group(sales, queues=("sales",))
    olya = await desk.operator("Оля")
    await desk.asks("anna")
    await desk.customer("anna", "хочу купить")
    await olya.takes("anna")
    await desk.later(60)
    thread = await desk.topic_of("anna")
    assert olya.who is not None
    address = (await desk.chat("anna")).address
    await desk.handoff.transfer(address, olya.who, queue="sales", note="покупатель")
    await desk.later(90)
    assert desk.forum.topic(thread).closed
    assert any("Чат теперь в группе" in one.text for one in desk.forum.shown(thread))
    (topic,) = sales.topics()
    texts = [one.text for one in sales.shown(topic.thread)]
    assert "anna: хочу купить" in texts[0]
    await desk.customer("anna", "ау")
    await desk.later(30)
    assert [one.text for one in sales.shown(topic.thread)][-1] == "ау"
    assert "ау" not in [one.text for one in desk.forum.shown(thread)]


async def test_where_chats_share_a_group_a_window_that_closes_says_whose_it_is(
    database: Path, telegram_server: FakeTelegram
) -> None:
    async with DeskRig(database, telegram_server, forum=False) as rig:
        rig.channel.window = timedelta(days=1)
        olya = await rig.operator("Оля")
        await rig.asks("anna")
        await rig.later(30)
        rig.hands.wake(rig.hands.time + timedelta(hours=23))
        await rig.later(90)
        (warning,) = [one for one in general(rig) if "закроет окно" in one.text]
        assert warning.text.startswith(f"anna · TG · #{(await rig.chat('anna')).id}\n")
        olya.person.writes(None, "/take", reply_to=warning.id)
        await rig.later(30)
        assert (await rig.chat("anna")).owner == "operator"


async def test_a_clock_that_is_set_back_keeps_no_chat_from_its_group(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna")
    await olya.takes("anna")
    await desk.later(60)
    why = "Forbidden: bot was kicked from the supergroup chat"
    desk.telegram.script(method="sendMessage", chat_id=GROUP, status=403, description=why)
    await desk.customer("anna", "где заказ?")
    assert "где заказ?" not in await desk.texts("anna")
    desk.hands.set_back(timedelta(hours=5))
    await desk.later(120)
    assert "где заказ?" in await desk.texts("anna")


async def test_a_clock_that_is_set_back_keeps_no_request_from_its_topic(desk: DeskRig) -> None:
    names = [f"c{number}" for number in range(9)]
    for name in names:
        await desk.asks(name)
    desk.hands.set_back(timedelta(hours=5))
    await desk.later(300)
    threads = {await desk.topic_of(name) for name in names}
    assert len(threads) == len(names)
