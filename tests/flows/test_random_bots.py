"""Bots put together by chance, with customers and owners who do anything: nobody ever gets stuck."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from flows.frames import position_of
from flows.model import Bot
from flows.rehearsal import ActionFails, Rehearsal
from flows.turn import Sent
from tests.flows.random_bots import bot_files, compiled

TASK_ENDS = ("task_done", "task_cancelled", "task_expired", "task_failed", "task_dropped")
MONDAY_MORNING = datetime(2026, 3, 2, 10, 0, tzinfo=ZoneInfo("Europe/Moscow"))
CALMLY = settings(
    max_examples=20,
    deadline=None,
    # What is found is told as it is: shrinking a whole bot takes minutes.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
SAID = ["/ф0", "ф1", "/ф2", "/старт", "меню", "зачем", "Раз", "2", "да", "нет", "где заказ"]
SAID += ["/cancel", "назад", "эээ", "+7 999 123-45-67", "завтра", "вернуть деньги", ""]

OUTCOMES = ("released", "closed", "cancel", "unanswered")

events = st.one_of(
    st.tuples(st.just("hears"), st.sampled_from(SAID)),
    st.tuples(st.just("hears"), st.sampled_from(SAID)),
    st.tuples(st.just("presses"), st.integers(0, 5)),
    st.tuples(st.just("presses old"), st.integers(0, 30)),
    st.tuples(st.just("waits"), st.sampled_from([0.1, 6, 20, 90, 1600])),
    st.tuples(st.just("sends"), st.integers(1, 3)),
    st.tuples(st.just("slow"), st.booleans()),
    st.tuples(st.just("pays"), st.just(0)),
    st.tuples(st.just("person"), st.sampled_from(["take", "released", "closed", "cancel"])),
    st.tuples(st.just("person"), st.sampled_from(["unanswered", "а", "в", "ф2", "ф9"])),
)


class World:
    """Actions and meanings that go well, go wrong and give nothing by turns."""

    def __init__(self) -> None:
        self.turn = 0

    def act(self, name: str, arguments: Mapping[str, Any]) -> Any:
        self.turn += 1
        if self.turn % 4 == 0:
            raise ActionFails("down")
        return None if self.turn % 3 == 0 else {"id": self.turn}

    def mean(
        self, text: str, candidates: Mapping[str, str]
    ) -> str | list[tuple[str, float]] | None:
        self.turn += 1
        if self.turn % 3 == 0:
            return [(key, 0.8) for key in candidates]
        keys = [None, *candidates]
        return keys[self.turn % len(keys)]


def chat_with(bot: Bot) -> Rehearsal:
    world = World()
    return Rehearsal(bot=bot, actions=world.act, means=world.mean, now=MONDAY_MORNING)


def let(play: Rehearsal, what: str, how: Any) -> None:
    """Let something happen to a chat."""
    if what == "hears":
        play.hear(how)
    elif what == "presses" and play.offered:
        play.press_payload(play.offered[how % len(play.offered)].payload)
    elif what == "presses old" and play.said:
        presses = play.said[-1 - how % len(play.said)].presses
        if presses:
            play.press_payload(presses[how % len(presses)].payload)
    elif what == "waits":
        play.wait(timedelta(minutes=how))
    elif what == "sends":
        play.hear(attached=[Sent(kind="photo", ref=str(n)) for n in range(how)])
    elif what == "slow" and how:
        play.held = True
    elif what == "slow":
        play.answer_actions()
    elif what == "pays":
        play.occur("pay.paid", sum=100)
    elif what == "person":
        _person(play, how)


def _person(play: Rehearsal, how: Any) -> None:
    if how != "take":
        if play.owner != "bot" and how in OUTCOMES:
            play.give_back(how)
        elif play.owner != "bot":
            play.give_back(step=how, operator="Оля", form={"x": 1})
    elif play.owner == "queue":
        play.person_comes()
    else:
        play.take_over(reason="api")


def nobody_is_stuck(play: Rehearsal) -> None:
    """Every flow waits for something, its position is JSON, and every failure has a name."""
    position = json.loads(json.dumps(play.position))
    assert position == play.position
    made = position_of(position)
    assert made.to_json() == position
    stack = made.stack
    if stack:
        assert stack[-1].wait is not None
        assert stack[0].why != "call"
    assert len({frame.id for frame in stack}) == len(stack)
    assert len([frame for frame in stack if frame.why != "call"]) <= 12
    assert all(error["reason"] for error in play.happenings("error"))
    play.position = position


def figures_add_up(play: Rehearsal) -> None:
    """Every question and task that was begun has ended in one way, or is under way."""

    def count(*names: str) -> int:
        return sum(len(play.happenings(name)) for name in names)

    stack = position_of(play.position).stack
    asked = sum(frame.wait is not None and frame.wait.kind == "ask" for frame in stack)
    assert count("asked") == count("answered", "silent", "left") + asked
    tasks = sum(frame.task and frame.why != "person" for frame in stack)
    assert count("task_started") == count(*TASK_ENDS) + tasks


@CALMLY
@given(made=bot_files, happens=st.lists(events, min_size=5, max_size=25))
def test_a_bot_of_any_make_ends_every_turn_in_a_wait_or_at_its_end(
    made: Any, happens: list[tuple[str, Any]]
) -> None:
    bot = compiled(*made)
    assume(bot is not None)
    assert bot is not None
    play = chat_with(bot)
    play.hear("/ф0")
    for what, how in happens:
        let(play, what, how)
        nobody_is_stuck(play)
        figures_add_up(play)
    # The table of moves knows every way that a flow can go.
    assert not [one for one in play.happenings("error") if "нет дороги" in one["reason"]]


@CALMLY
@given(
    made=bot_files,
    others=st.lists(bot_files, min_size=1, max_size=2),
    happens=st.lists(st.tuples(events, st.integers(0, 9)), min_size=5, max_size=25),
)
def test_an_edit_of_any_kind_breaks_no_chat(
    made: Any, others: list[Any], happens: list[tuple[tuple[str, Any], int]]
) -> None:
    bots = [bot for bot in (compiled(*one) for one in (made, *others)) if bot is not None]
    assume(len(bots) > 1)
    play = chat_with(bots[0])
    play.hear("/ф0")
    for number, ((what, how), edit) in enumerate(happens):
        if edit < 4:
            bot = bots[number % len(bots)]
            play.edit(replace(bot, version=f"{bot.version}{number}"), keep=edit < 3)
        if edit == 3:
            play.publish_for_all()
        let(play, what, how)
        nobody_is_stuck(play)
        figures_add_up(play)


@CALMLY
@given(made=bot_files, happens=st.lists(events, min_size=3, max_size=15))
def test_cancel_and_back_are_heard_wherever_a_chat_stands(
    made: Any, happens: list[tuple[str, Any]]
) -> None:
    bot = compiled(*made)
    assume(bot is not None)
    assert bot is not None
    play = chat_with(bot)
    play.hear("/ф0")
    for what, how in happens:
        let(play, what, how)
        for word in ("/cancel", "/back"):
            other = chat_with(bot)
            other.now, other.position, other.owner = play.now, play.position, play.owner
            other.hear(word)
            nobody_is_stuck(other)
            if word == "/cancel" and may_be_cancelled(play):
                assert what_goes(play) not in those_that_go_on(other)


def may_be_cancelled(play: Rehearsal) -> bool:
    """Whether a flow waits for the customer, and for nobody and nothing else."""
    stack = position_of(play.position).stack
    wait = stack[-1].wait if stack else None
    return play.owner == "bot" and wait is not None and wait.kind in ("ask", "do", "wait")


def what_goes(play: Rehearsal) -> int:
    """The frame that a cancel ends: the handler on top, or the task's own."""
    stack = position_of(play.position).stack
    if stack[-1].why == "handler":
        return stack[-1].id
    return next(frame.id for frame in reversed(stack) if frame.task)


def those_that_go_on(play: Rehearsal) -> set[int]:
    """The frames that are there and are not saying good-bye."""
    return {frame.id for frame in position_of(play.position).stack if not frame.ending}
