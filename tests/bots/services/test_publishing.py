"""Publishing beside running conversations: what it means for them, who is told, what is kept."""

import asyncio
import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from bots.errors import NotFound
from bots.model.version import Live
from bots.services.publishing import KEPT, Publishing, chats_by_version, impact
from flows.model import Bot
from flows.versions import Impact
from storage.db import Db
from tests.bots.rig import COUNTER, WORKSPACE, Rig, bot_files, compiled

RENAMED = COUNTER.replace("next:", "other:").replace("go: next", "go: other")
WORDED = COUNTER.replace("{{ count }}:{{", "{{ count }} is {{")


@pytest.fixture
async def publishing(rig: Rig) -> Publishing:
    return beside(rig)


def beside(rig: Rig, load: Any = compiled) -> Publishing:
    return Publishing(
        published=rig.published,
        versions=rig.stores.versions,
        audience=rig.stores.audience,
        inbox=rig.inbox,
        load=load,
        changed=lambda: None,
        clock=rig.hands.now,
        rest=rig.hands.sleep,
    )


async def elsewhere(rig: Rig, flows: str, *, retire: bool = False, name: str = "counter") -> Live:
    """Another process publishes."""
    files = bot_files(flows)
    bot = compiled(name, files)
    return await rig.stores.versions.publish(
        WORKSPACE,
        name,
        bot.version,
        files,
        by="terminal",
        now=rig.hands.now(),
        retire=retire,
        again=True,
    )


async def means(rig: Rig, flows: str, *, retire: bool = False) -> dict[Impact, int]:
    bot = compiled("counter", bot_files(flows))
    audience = rig.stores.audience
    return dict(await impact(bot, audience, WORKSPACE, older(rig), retire=retire))


def older(rig: Rig) -> Any:
    async def made(bot: str, version: str) -> Bot | None:
        files = await rig.stores.versions.files(WORKSPACE, bot, version)
        return compiled(bot, files) if files else None

    return made


async def test_it_is_known_before_who_moves_and_who_stays(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    await rig.hears("boris", "/start")
    version = rig.published.current("counter").version
    assert await means(rig, COUNTER) == {}
    assert await means(rig, WORDED) == {Impact("moves", version, "count", "next"): 2}
    assert await means(rig, RENAMED) == {Impact("stays", version, "count", "next"): 2}
    assert await means(rig, RENAMED, retire=True) == {
        Impact("retired", version, "count", "next"): 2
    }


async def test_every_chat_is_counted_however_many_there_are(rig: Rig) -> None:
    for number in range(205):
        await rig.inbox.accept([rig.message(f"chat{number}", "/start")])
    await rig.quiet()
    (count,) = (await means(rig, WORDED)).values()
    assert count == 205
    chats = await chats_by_version(rig.stores.audience, WORKSPACE, "counter")
    assert [len(found) for found in chats.values()] == [205]


async def test_what_another_process_publishes_answers_at_the_next_look(
    rig: Rig, publishing: Publishing
) -> None:
    await rig.hears("anna", "/start")
    live = await elsewhere(rig, WORDED)
    await publishing.look()
    await rig.hears("anna", "a")
    assert rig.messenger.texts("anna") == ["0:start", "1 is a"]
    (now,) = await rig.published.live()
    assert (now.number, now.since, now.taken) == (2, live.since, "")


async def test_an_assistant_that_is_just_being_made_is_left_to_who_makes_it(
    rig: Rig, publishing: Publishing
) -> None:
    await elsewhere(rig, COUNTER, name="assistant.7")
    await publishing.look()
    assert "assistant.7" not in rig.published.names()
    assert [one.taken for one in await rig.published.live() if one.bot == "assistant.7"] == [None]


async def test_a_look_where_nothing_was_published_compiles_nothing(rig: Rig) -> None:
    def load(name: str, files: Any) -> Bot:
        raise AssertionError("nothing is new")

    await beside(rig, load).look()


async def test_it_goes_back_to_an_earlier_version_with_a_chat_in_the_middle(
    rig: Rig, publishing: Publishing
) -> None:
    await rig.hears("anna", "/start")
    await elsewhere(rig, RENAMED)
    await publishing.look()
    await rig.hears("boris", "/start")
    assert (await elsewhere(rig, COUNTER)).number == 1
    await publishing.look()
    await rig.hears("anna", "a")
    await rig.hears("boris", "b")
    assert rig.messenger.texts("anna") == ["0:start", "1:a"]
    assert rig.messenger.texts("boris") == ["0:start", "1:b"]


async def test_what_does_not_load_leaves_the_version_before_and_says_why(rig: Rig) -> None:
    def load(name: str, files: Any) -> Bot:
        if "is {{" in files["flows/all.yaml"]:
            raise NotFound("bot folder", name)
        return compiled(name, files)

    publishing = beside(rig, load)
    await rig.hears("anna", "/start")
    await elsewhere(rig, WORDED)
    await publishing.look()
    await rig.hears("anna", "a")
    assert rig.messenger.texts("anna") == ["0:start", "1:a"]
    (live,) = await rig.published.live()
    assert "counter" in (live.taken or "")
    # Mended, it is taken.
    await elsewhere(rig, RENAMED)
    await publishing.look()
    assert (await rig.published.live())[0].taken == ""


async def test_one_published_here_meanwhile_is_the_one_that_answers(rig: Rig) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def load(name: str, files: Any) -> Bot:
        begun.set()
        go_on.wait(20)
        return compiled(name, files)

    await elsewhere(rig, RENAMED)
    looking = asyncio.create_task(beside(rig, load).look())
    await asyncio.to_thread(begun.wait, 20)
    files = bot_files(WORDED)
    await rig.published.publish(compiled("counter", files), files)
    go_on.set()
    await looking
    await rig.hears("anna", "/start", "a")
    assert rig.messenger.texts("anna") == ["0 is start", "1 is a"]


async def test_with_retire_those_who_cannot_move_begin_anew_at_once(
    rig: Rig, publishing: Publishing
) -> None:
    await rig.hears("anna", "/start", "a")
    await elsewhere(rig, RENAMED, retire=True)
    await publishing.look()
    await rig.quiet()
    *_, sorry, again = rig.messenger.texts("anna")
    assert "start" in sorry or "again" in sorry
    assert again == "0:start"
    await rig.hears("anna", "b")
    assert rig.messenger.texts("anna")[-1] == "1:b"
    assert (await rig.conversation("anna")).step == "other"
    assert not (await rig.published.live())[0].retire


async def test_with_retire_whoever_can_move_reads_nothing(rig: Rig, publishing: Publishing) -> None:
    await rig.hears("anna", "/start")
    await elsewhere(rig, WORDED, retire=True)
    await publishing.look()
    await rig.quiet()
    assert rig.messenger.texts("anna") == ["0:start"]
    assert await means(rig, WORDED) == {}
    await rig.hears("anna", "a")
    assert rig.messenger.texts("anna") == ["0:start", "1 is a"]


async def test_an_action_under_way_comes_to_its_end_before_its_chat_begins_anew(
    rig: Rig, publishing: Publishing
) -> None:
    rig.world.held = asyncio.Event()
    await rig.hears("anna", "/start", "slow")
    await elsewhere(rig, RENAMED, retire=True)
    await publishing.look()
    await rig.quiet()
    assert rig.messenger.texts("anna") == ["0:start"]
    rig.world.held.set()
    await rig.quiet()
    assert len(rig.world.effects) == 1
    await rig.hears("anna", "b")
    assert rig.messenger.texts("anna")[-1] == "1:b"
    assert (await rig.conversation("anna")).step == "other"


async def test_those_who_were_not_told_before_a_crash_are_told_after_it(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    await rig.hears("boris", "/start")
    await elsewhere(rig, RENAMED, retire=True)
    rig.files = {"counter": bot_files(RENAMED)}
    rig.life.doom = "after commit"
    looking = asyncio.create_task(beside(rig).look())
    async with asyncio.timeout(60):
        while not rig.life.dead:  # noqa: ASYNC110 - a death tells nobody
            await asyncio.sleep(0.001)
    await rig.restart()
    assert looking.cancelled()
    assert (await rig.published.live())[0].retire
    await beside(rig).look()
    await rig.quiet()
    for chat in ("anna", "boris"):
        assert rig.messenger.texts(chat).count("0:start") == 2, chat
    assert not (await rig.published.live())[0].retire


async def test_a_chat_that_cannot_be_told_does_not_keep_the_others_back(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    await rig.hears("boris", "/start")

    def spoil(db: Db, items: Sequence[str]) -> list[None]:
        spoilt = '{"stack":[{"version":"of nobody"}]}'
        for chat in items:
            db.execute("UPDATE conversations SET position = ? WHERE chat_id = ?", (spoilt, chat))
        return [None] * len(items)

    await rig.stores.base.writer.do(spoil, "anna")
    await elsewhere(rig, RENAMED, retire=True)
    rig.files = {"counter": bot_files(RENAMED)}
    await rig.restart()
    await beside(rig).look()
    await rig.quiet()
    assert rig.messenger.texts("boris").count("0:start") == 2
    assert not (await rig.published.live())[0].retire


async def test_only_chats_of_the_platforms_named_are_told(rig: Rig, publishing: Publishing) -> None:
    await rig.hears("anna", "/start")
    files = bot_files(RENAMED)
    await rig.published.publish(compiled("counter", files), files)
    assert await publishing.retire("counter", only={"web"}) == 0
    assert await publishing.retire("counter", only={"telegram"}) == 1


async def test_a_version_left_long_ago_goes_and_who_is_in_it_begins_anew(
    rig: Rig, publishing: Publishing
) -> None:
    await rig.hears("anna", "/start")
    await elsewhere(rig, RENAMED)
    await publishing.look()
    rig.hands.time += KEPT - timedelta(minutes=1)
    await publishing.prune()
    assert len(await rig.stores.versions.all(WORKSPACE, "counter")) == 2
    rig.hands.time += timedelta(minutes=2)
    await publishing.prune()
    (kept,) = await rig.stores.versions.all(WORKSPACE, "counter")
    assert kept.number == 2
    rig.files = {"counter": bot_files(RENAMED)}
    await rig.restart()
    await rig.hears("anna", "a")
    assert rig.messenger.texts("anna")[-1] == "0:start"
    assert (await rig.conversation("anna")).step == "other"
