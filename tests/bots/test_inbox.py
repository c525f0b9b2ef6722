"""What comes in: once each, in order, through crashes, outages, poison and slow actions."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from adapters.ids import Ids
from bots.errors import (
    ActionFailed,
    ChannelBusy,
    ChannelUnauthorised,
    NotFound,
    TakenBefore,
    Unavailable,
)
from bots.model.conversation import Opening
from bots.model.episode import Asked
from bots.model.ids import made_at
from bots.model.message import Reply
from bots.model.turn import ALWAYS
from flows.turn import GivenBack
from storage.db import Db
from tests.bots.rig import WORKSPACE, Rig, address_of, bot_files, compiled

ANNA = address_of("anna")


# ---------------------------------------------------------------- taking in


async def test_messages_of_a_chat_are_answered_in_order(rig: Rig) -> None:
    await rig.inbox.accept([rig.message("anna", text) for text in ("/start", "a", "b")])
    await rig.quiet()
    assert rig.messenger.texts("anna") == ["0:start", "1:a", "2:b"]


async def test_a_repeated_message_is_taken_once(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    twice = rig.message("anna", "a", external_id="same")
    await asyncio.gather(*(rig.inbox.accept([twice]) for _ in range(3)))
    await rig.quiet()
    await rig.inbox.accept([twice])
    await rig.quiet()
    assert rig.messenger.texts("anna") == ["0:start", "1:a"]


async def test_a_message_whose_bringer_was_cancelled_is_answered_all_the_same(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    bringing = rig.beside(rig.inbox.accept([rig.message("anna", "a")]))
    await asyncio.sleep(0)
    bringing.cancel()
    await asyncio.gather(bringing, return_exceptions=True)
    await rig.quiet()
    assert rig.messenger.texts("anna") == ["0:start", "1:a"]


# ---------------------------------------------------------------- crashes


@pytest.mark.parametrize(
    "point",
    ["before claim", "before commit", "after commit", "before send", "after send", "before sent"],
)
async def test_a_crash_at_any_point_of_a_turn_loses_and_doubles_nothing(
    rig: Rig, point: str
) -> None:
    if point != "before claim":
        await rig.hears("anna", "/start")
    rig.life.doom = point
    await rig.inbox.accept([rig.message("anna", "a" if point != "before claim" else "/start")])
    await rig.quiet()
    await rig.restart()
    await rig.quiet()
    await rig.hears("anna", "b")
    texts = ["0:start", "1:a", "2:b"] if point != "before claim" else ["0:start", "1:b"]
    assert rig.messenger.texts("anna") == texts
    history = await rig.history("anna")
    assert [one.seq for one in history] == list(range(1, len(history) + 1))
    assert [one.text for one in history if one.direction == "outbound"] == texts


async def test_what_is_accepted_before_a_crash_goes_before_what_comes_after(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    rig.life.doom = "before commit"
    await rig.inbox.accept([rig.message("anna", "a"), rig.message("anna", "b")])
    await rig.quiet()
    await rig.restart()
    await rig.inbox.accept([rig.message("anna", "c")])
    await rig.quiet()
    assert rig.messenger.texts("anna") == ["0:start", "1:a", "2:b", "3:c"]


async def test_a_turn_whose_claim_is_lost_is_made_anew(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    await _steal(rig)
    await rig.hears("anna", "quick", "b")
    assert rig.messenger.texts("anna") == ["0:start", "1:quick", "2:b"]
    # The action ran in both tries, by one key.
    assert len(rig.world.calls) == 2
    assert len(rig.world.effects) == 1


async def _steal(rig: Rig) -> None:
    """Another process claims every conversation."""

    def work(db: Db, items: Sequence[None]) -> list[None]:
        db.execute("UPDATE conversations SET claim = claim + 1")
        return [None]

    await rig.stores.base.writer.do(work, None)


# ---------------------------------------------------------------- a disk that takes nothing


async def test_while_the_disk_is_full_nothing_is_accepted(rig: Rig) -> None:
    rig.life.outage = True
    with pytest.raises(Unavailable):
        await rig.inbox.accept([rig.message("anna", "/start")])
    rig.life.outage = False
    await rig.hears("anna", "/start")
    assert rig.messenger.texts("anna") == ["0:start"]


async def test_a_full_disk_stops_turns_in_their_order_and_they_go_on_by_themselves(
    rig: Rig,
) -> None:
    await rig.hears("anna", "/start")
    accepted = [rig.message("anna", text) for text in ("a", "b", "c")]
    await rig.inbox.accept(accepted)
    rig.life.outage = True
    await rig.passes(40)
    assert rig.inbox.oldest is not None
    assert (rig.hands.now() - rig.inbox.oldest).total_seconds() >= 30
    rig.life.outage = False
    await rig.passes(2)
    assert rig.messenger.texts("anna") == ["0:start", "1:a", "2:b", "3:c"]
    assert rig.inbox.oldest is None
    assert rig.meter.failures == []


async def test_a_message_that_was_sent_is_not_sent_again_while_the_disk_is_full(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    rig.messenger.when_taken = lambda: setattr(rig.life, "outage", True)
    await rig.inbox.accept([rig.message("anna", "a")])
    await rig.passes(20)
    assert rig.life.outage
    rig.life.outage = False
    await rig.passes(2)
    assert [row.payload["text"] for row in rig.messenger.taken] == ["0:start", "1:a"]
    assert await rig.stores.outbox.unsent() == []


async def test_a_timer_and_a_result_wait_for_the_disk(rig: Rig) -> None:
    rig.world.held = asyncio.Event()
    await rig.hears("boris", "/start")
    await rig.hears("anna", "/start", "slow")
    rig.life.outage = True
    rig.world.held.set()
    await rig.passes(700)
    rig.life.outage = False
    await rig.passes(5)
    assert rig.messenger.texts("anna") == ["0:start", "done 1", "1:slow"]
    assert rig.messenger.texts("boris") == ["0:start", "still 0"]


# ---------------------------------------------------------------- poison


async def test_a_poisonous_message_is_tried_six_times_and_stops_nobody(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    poison = rig.message("anna", "a", external_id="poison")
    await rig.inbox.accept([replace(poison, text=123)])  # type: ignore[arg-type]
    await rig.quiet()
    await rig.hears("anna", "b")
    assert rig.messenger.texts("anna") == ["0:start", "1:b"]
    await rig.passes(1000)
    assert rig.meter.failures == ["turn"] * 6 + ["parked"]
    assert await rig.stores.journal.backlog() == []
    assert rig.inbox.oldest is None


async def test_turns_and_their_waits_are_counted(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    assert len(rig.meter.waits) == 1
    assert rig.meter.turns == [("counter", "exact")]


async def test_a_listener_that_raises_loses_nothing_of_a_turn(rig: Rig) -> None:
    rig.ears.raises = True
    await rig.hears("anna", "/start", "slow")
    assert rig.messenger.texts("anna") == ["0:start", "done 1", "1:slow"]


# ---------------------------------------------------------------- a bot that is gone


async def test_without_their_bot_messages_are_parked_and_timers_and_actions_wait_for_it(
    rig: Rig,
) -> None:
    rig.world.held = asyncio.Event()
    await rig.hears("anna", "/start", "slow")
    await rig.hears("boris", "/start")
    rig.world.held.set()
    rig.files = {}
    await rig.restart()
    await rig.hears("anna", "hello?")
    await rig.passes(3000)
    assert len(rig.messenger.taken) == 2
    rig.files = {"counter": bot_files()}
    await rig.restart()
    await rig.passes(1)
    assert rig.messenger.texts("anna") == ["0:start", "done 1", "1:slow"]
    assert rig.messenger.texts("boris") == ["0:start", "still 0"]


# ---------------------------------------------------------------- slow actions


async def test_while_a_slow_action_runs_messages_wait_their_turn(rig: Rig) -> None:
    rig.world.held = asyncio.Event()
    await rig.hears("anna", "/start", "slow", "b")
    assert rig.messenger.texts("anna") == ["0:start"]
    rig.world.held.set()
    await rig.quiet()
    assert rig.messenger.texts("anna") == ["0:start", "done 1", "1:slow", "2:b"]


@pytest.mark.parametrize("point", ["before act", "after act", "before commit"])
async def test_an_action_that_a_crash_cut_off_is_carried_out_again_by_the_same_key(
    rig: Rig, point: str
) -> None:
    await rig.hears("anna", "/start")
    rig.world.held = asyncio.Event()
    await rig.hears("anna", "slow")
    rig.life.doom = point
    rig.world.held.set()
    await rig.quiet()
    rig.world.held = None
    await rig.restart()
    await rig.quiet()
    assert rig.messenger.texts("anna") == ["0:start", "done 1", "1:slow"]
    assert len(rig.world.effects) == 1
    assert len(set(rig.world.calls)) == 1
    assert await rig.stores.timers.intents(rig.hands.now()) == []


async def test_an_action_fails_into_the_flow(rig: Rig) -> None:
    rig.world.script.append(ActionFailed("no such thing"))
    await rig.hears("anna", "/start", "slow")
    assert rig.messenger.texts("anna")[:2] == ["0:start", "failed 1"]


RETRIES = """
flow: pay
when: [/pay]
steps:
  pay:
    - do: slow.work
      with: {x: 1}
      retries: 3
      save: result
      failed:
        - say: failed
    - say: "{{ result }}"
"""
CANCEL = """
meanwhile:
  - when: [/cancel]
    then: {go: cancel}
"""


@pytest.fixture
async def paying(rig: Rig) -> Rig:
    files = bot_files(RETRIES, CANCEL)
    rig.files = {"counter": files}
    await rig.published.publish(compiled("counter", files), files)
    return rig


async def test_a_passing_failure_of_an_action_is_tried_again_by_the_same_key(paying: Rig) -> None:
    paying.world.script.extend(ActionFailed("busy", transient=True) for _ in range(2))
    await paying.hears("anna", "/pay")
    await paying.passes(4)
    assert len(paying.world.calls) == 2
    await paying.passes(4)
    assert len(paying.world.calls) == 3
    assert len(set(paying.world.calls)) == 1
    assert paying.messenger.texts("anna")[0] == "done 1"


async def test_the_wait_before_another_try_outlives_a_restart(paying: Rig) -> None:
    paying.world.script.extend(ActionFailed("busy", transient=True) for _ in range(2))
    await paying.hears("anna", "/pay")
    await paying.passes(1.5)
    assert len(paying.world.calls) == 2
    await paying.restart()
    await paying.passes(3)
    assert len(paying.world.calls) == 2
    await paying.passes(3)
    assert len(paying.world.calls) == 3


async def test_an_action_nobody_waits_for_any_more_is_not_tried_again(paying: Rig) -> None:
    paying.world.script.append(ActionFailed("busy", transient=True))
    await paying.hears("anna", "/pay", "/cancel")
    await paying.passes(100)
    assert len(paying.world.calls) == 1
    assert await paying.stores.timers.intents(paying.hands.now()) == []


async def test_the_result_of_an_action_nobody_waits_for_changes_nothing(paying: Rig) -> None:
    paying.world.held = asyncio.Event()
    await paying.hears("anna", "/pay", "/cancel")
    said = len(paying.messenger.taken)
    paying.world.held.set()
    await paying.quiet()
    assert len(paying.messenger.taken) == said
    assert await paying.stores.timers.intents(paying.hands.now()) == []


LEAVING = """
meanwhile:
  - when: [хватит]
    then:
      - if: msg.text == 'хватит'
        then: [{say: stopped}, {go: cancel}]
  - when: [сначала]
    then: {start: other}
"""
OTHER = (
    RETRIES
    + """
---
flow: other
when: [/other]
steps:
  a:
    - say: other begun
    - ask: Well?
      save: well
    - say: "well {{ well }}"
"""
)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("/cancel", "All right, we have stopped."),
        ("отмена", "All right, we have stopped."),
        ("хватит", "stopped"),
        ("сначала", "other begun"),
    ],
)
async def test_words_that_leave_are_heard_at_once_over_those_that_wait(
    rig: Rig, word: str, said: str
) -> None:
    files = bot_files(OTHER, LEAVING)
    rig.files = {"counter": files}
    await rig.published.publish(compiled("counter", files), files)
    rig.world.held = asyncio.Event()
    await rig.hears("anna", "/pay", "одно", "другое", "третье", word)
    assert rig.messenger.texts("anna")[0] == said
    assert await rig.stores.timers.intents(rig.hands.now()) == []
    before = len(rig.messenger.texts("anna"))
    rig.world.held.set()
    await rig.quiet()
    # Neither the result nor what was written before is taken for an answer to something else.
    assert len(rig.messenger.texts("anna")) == before


async def test_everything_written_while_a_slow_action_runs_is_answered(rig: Rig) -> None:
    rig.world.held = asyncio.Event()
    words = [f"w{number}" for number in range(150)]
    await rig.hears("anna", "/start", "slow", *words)
    rig.world.held.set()
    await rig.quiet()
    expected = [f"{number + 2}:{word}" for number, word in enumerate(words)]
    assert rig.messenger.texts("anna") == ["0:start", "done 1", "1:slow", *expected]


FAULTY = """
flow: loop
when: [/loop]
steps:
  one:
    - set: {x: 1}
  two:
    - if: x == 1
      then: {go: one}
    - ask: Never?
      save: never
"""


async def test_a_flow_that_goes_wrong_is_logged_with_its_path(rig: Rig) -> None:
    files = bot_files(FAULTY)
    rig.files = {"counter": files}
    await rig.published.publish(compiled("counter", files), files)
    with capture_logs() as logs:
        await rig.hears("anna", "/loop")
    (told,) = [one for one in logs if one["event"] == "A flow failed"]
    assert (told["bot"], told["flow"]) == ("counter", "loop")
    assert "one → two → one" in told["reason"] or "two → one → two" in told["reason"]
    assert rig.messenger.texts("anna") == ["Something went wrong. We are looking into it."]


async def test_an_action_is_not_given_up_because_a_failure_could_not_be_counted(
    paying: Rig,
) -> None:
    paying.world.held = asyncio.Event()
    paying.world.script.append(ActionFailed("busy", transient=True))
    await paying.hears("anna", "/pay")
    paying.life.outage = True
    paying.world.held.set()
    await paying.passes(10)
    paying.life.outage = False
    await paying.passes(2)
    assert paying.messenger.texts("anna")[0] == "done 1"


# ---------------------------------------------------------------- asking and waiting


async def test_who_asks_hears_what_was_said_and_what_is_understood(rig: Rig) -> None:
    first = await rig.inbox.ask(rig.message("anna", "/start"), context={"plan": "gold"})
    assert [one.text for one in first.said] == ["0:start"]
    assert first.understood.intent == "count"
    assert first.settled
    assert first.conversation.context["plan"] == "gold"


async def test_who_asks_hears_the_end_of_a_slow_action_too(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    answer = await rig.inbox.ask(rig.message("anna", "slow"))
    assert [one.text for one in answer.said] == ["done 1", "1:slow"]
    assert answer.settled


async def test_who_asks_waits_only_so_long(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    rig.world.held = asyncio.Event()
    answer = await rig.inbox.ask(rig.message("anna", "slow"), patience=0.05)
    assert (list(answer.said), answer.settled) == ([], False)
    rig.world.held.set()
    await rig.quiet()
    assert rig.messenger.texts("anna") == ["0:start", "done 1", "1:slow"]


async def test_who_asks_and_goes_away_leaves_nothing_behind(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    rig.world.held = asyncio.Event()
    asking = rig.beside(rig.inbox.ask(rig.message("anna", "slow")))
    await rig.quiet()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    assert rig.inbox._watches == {}
    rig.world.held.set()
    await rig.quiet()
    assert rig.messenger.texts("anna") == ["0:start", "done 1", "1:slow"]


async def test_asking_with_a_message_that_came_before_is_a_conflict(rig: Rig) -> None:
    message = rig.message("anna", "/start")
    await rig.inbox.ask(message)
    with pytest.raises(TakenBefore):
        await rig.inbox.ask(message)


async def test_the_context_of_a_question_outlives_a_crash_and_stands_in_no_history(
    rig: Rig,
) -> None:
    rig.life.doom = "before commit"
    asking = rig.beside(rig.inbox.ask(rig.message("anna", "/start"), context={"plan": "gold"}))
    await rig.quiet()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await rig.restart()
    await rig.quiet()
    ((chat, _),) = await rig.stores.conversations.of_user(WORKSPACE, "anna")
    assert chat.context["plan"] == "gold"
    assert [one.metadata for one in await rig.history("anna")] == [{}, {}]


async def test_two_who_ask_in_one_chat_hear_each_their_own(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    first, second = await asyncio.gather(
        rig.inbox.ask(rig.message("anna", "a")), rig.inbox.ask(rig.message("anna", "b"))
    )
    assert [[one.text for one in each.said] for each in (first, second)] == [["1:a"], ["2:b"]]


async def test_who_asks_a_bot_that_is_gone_is_told_so(rig: Rig) -> None:
    with pytest.raises(NotFound):
        await rig.inbox.ask(rig.message("anna", "/start", bot="nobody"))


# ---------------------------------------------------------------- a person takes over


async def test_what_the_bot_had_not_sent_before_a_person_came_never_leaves(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    rig.messenger.script["anna"].append(ChannelBusy(30))
    await rig.hears("anna", "a", "b")
    await rig.inbox.take_over(ANNA, Asked(reason="asked"))
    await rig.passes(60)
    assert rig.messenger.texts("anna") == ["0:start"]


async def test_what_a_person_said_leaves_though_the_bot_has_the_chat_again(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    await rig.inbox.take_over(ANNA, Asked(reason="asked"))
    rig.messenger.script["anna"].append(ChannelBusy(30))
    said = Reply(message_id=rig.new_id(), text="I am here", author="operator")
    await rig.inbox.say(ANNA, said)
    await rig.inbox.give_back(ANNA, GivenBack())
    await rig.passes(60)
    assert rig.messenger.texts("anna")[:2] == ["0:start", "I am here"]
    assert rig.messenger.taken[1].epoch == ALWAYS


async def test_a_channel_that_pauses_does_not_let_an_old_message_slip_out(rig: Rig) -> None:
    await rig.hears("boris", "/start")
    await rig.hears("anna", "/start")
    rig.messenger.script["boris"].append(ChannelUnauthorised("401"))
    await rig.hears("boris", "x")
    await rig.hears("anna", "a")
    await rig.inbox.take_over(ANNA, Asked(reason="asked"))
    await rig.passes(120)
    assert rig.messenger.texts("anna") == ["0:start"]
    assert rig.messenger.texts("boris") == ["0:start", "1:x"]


async def test_a_reminder_does_not_come_while_a_person_has_the_chat(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    await rig.inbox.take_over(ANNA, Asked(reason="asked"))
    await rig.passes(3600)
    assert rig.messenger.texts("anna") == ["0:start"]
    conversation = await rig.inbox.give_back(ANNA, GivenBack())
    assert (conversation.owner, conversation.epoch) == ("bot", 2)
    await rig.quiet()
    assert rig.messenger.texts("anna") == ["0:start", "0:start"]


async def test_the_result_of_an_action_waits_while_a_person_has_the_chat(rig: Rig) -> None:
    rig.world.held = asyncio.Event()
    await rig.hears("anna", "/start", "slow")
    await rig.inbox.take_over(ANNA, Asked(reason="asked"))
    rig.world.held.set()
    await rig.quiet()
    assert rig.messenger.texts("anna") == ["0:start"]
    await rig.inbox.give_back(ANNA, GivenBack())
    await rig.quiet()
    assert rig.messenger.texts("anna") == ["0:start", "done 1", "1:slow"]


# ---------------------------------------------------------------- from outside


async def test_a_context_is_merged_and_opens_a_chat_only_where_it_may(rig: Rig) -> None:
    with pytest.raises(NotFound):
        await rig.inbox.write_context(ANNA, {"a": 1})
    opening = Opening(platform="telegram", user_id="anna")
    await rig.inbox.write_context(ANNA, {"a": 1}, opening=opening)
    conversation = await rig.inbox.write_context(ANNA, {"b": 2})
    assert conversation.context == {"a": 1, "b": 2}


async def test_what_is_asked_while_we_stop_is_refused_and_does_not_hang(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    await rig.inbox.close(1)
    with pytest.raises(Unavailable):
        await rig.inbox.write_context(ANNA, {"a": 1})


async def test_stopping_finishes_the_turn_under_way_and_leaves_the_rest_for_the_next_start(
    rig: Rig,
) -> None:
    await rig.inbox.accept([rig.message("anna", text) for text in ("/start", "a", "b")])
    await rig.close()
    await rig.open()
    await rig.quiet()
    assert rig.messenger.texts("anna") == ["0:start", "1:a", "2:b"]
    keys = [row.key for row in rig.messenger.taken]
    assert len(keys) == len(set(keys))


def test_an_id_of_ours_tells_when_it_was_made() -> None:
    id = Ids(lambda: 1_700_000_000_123_456_789, lambda size: bytes(size))()
    assert made_at(id) == 1_700_000_000.123
    for other in ("", "anna", "0" * 32, "z" * 12 + "7" + "0" * 19):
        assert made_at(other) is None
