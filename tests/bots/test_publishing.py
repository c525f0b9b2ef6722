"""A new version of a bot: its dialogs move to it or stay, over restarts too."""

import pytest

from bots.errors import NotFound
from bots.publishing import REMEMBERED
from tests.bots.rig import COUNTER, WORKSPACE, Rig, bot_files, compiled

OTHER = WORKSPACE + 1

RENAMED = COUNTER.replace("next:", "other:").replace("go: next", "go: other")


async def publish(rig: Rig, flows: str) -> None:
    files = bot_files(flows)
    rig.files = {"counter": files}
    await rig.published.publish(compiled("counter", files), files)


async def test_a_dialog_moves_to_the_new_version_of_its_question(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    await publish(rig, COUNTER.replace("{{ count }}:{{", "{{ count }} is {{"))
    await rig.hears("anna", "a")
    assert rig.messenger.texts("anna") == ["0:start", "1 is a"]


async def test_a_dialog_whose_question_is_gone_stays_on_its_version(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    await publish(rig, RENAMED)
    await rig.hears("anna", "a")
    await rig.hears("boris", "/start")
    assert rig.messenger.texts("anna") == ["0:start", "1:a"]
    assert (await rig.conversation("anna")).step != (await rig.conversation("boris")).step


async def test_an_older_version_is_made_again_after_a_restart(rig: Rig) -> None:
    await rig.hears("anna", "/start", "a")
    await publish(rig, RENAMED)
    await rig.restart()
    await rig.hears("anna", "b")
    assert rig.messenger.texts("anna") == ["0:start", "1:a", "2:b"]


async def test_publishing_the_same_again_changes_nothing(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    await publish(rig, COUNTER)
    assert rig.published._older == {}
    await rig.hears("anna", "a")
    assert rig.messenger.texts("anna") == ["0:start", "1:a"]


async def test_versions_do_not_pile_up_in_memory(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    await publish(rig, RENAMED)
    for number in range(REMEMBERED + 5):
        await publish(rig, RENAMED.replace("still", f"still {number}"))
    assert len(rig.published._older) <= REMEMBERED
    await rig.hears("anna", "a")
    assert rig.messenger.texts("anna") == ["0:start", "1:a"]


async def test_a_version_that_nobody_can_make_again_is_none(rig: Rig) -> None:
    assert await rig.published.older("counter", "never") is None
    await rig.stores.versions.publish(
        1, "counter", "broken", {"bot.yaml": "bot: ["}, by="", now=rig.hands.now()
    )
    assert await rig.published.older("counter", "broken") is None


async def test_a_bot_that_is_not_published_is_not_found(rig: Rig) -> None:
    assert rig.published.names() == ["counter"]
    with pytest.raises(NotFound):
        rig.published.current("nobody")


async def test_bots_of_several_workspaces_are_each_their_own(rig: Rig) -> None:
    files = bot_files()
    await rig.published.publish(compiled("assistant.7", files), files, workspace=OTHER)
    assert rig.published.names() == ["assistant.7", "counter"]
    assert rig.published.names(OTHER) == ["assistant.7"]
    assert rig.published.workspace_of("assistant.7") == OTHER
    assert not rig.published.answers("assistant.7", WORKSPACE)
    (mine,) = await rig.stores.versions.live(OTHER)
    assert (mine.bot, mine.workspace) == ("assistant.7", OTHER)
    assert not rig.published.is_news(mine)


async def test_a_closed_bot_answers_nobody_new_until_it_is_published_again(rig: Rig) -> None:
    rig.published.close("counter")
    assert rig.published.names() == []
    assert rig.published.current("counter").folder == "counter"
    await publish(rig, COUNTER)
    assert rig.published.names() == ["counter"]
    rig.published.forget("counter")
    with pytest.raises(NotFound):
        rig.published.current("counter")
