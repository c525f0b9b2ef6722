"""Random customers at both example bots: nothing is raised, nothing lost, all stays JSON."""

import copy
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from flows.frames import position_of
from flows.load import load_bot
from flows.model import ActionSpec, Bot, Input
from flows.rehearsal import ActionFails, Rehearsal
from flows.turn import Outcome, Sent

MONDAY_MORNING = datetime(2026, 3, 2, 10, 0, tzinfo=ZoneInfo("Europe/Moscow"))
BOTS = Path(__file__).parents[2] / "config" / "bots"
QUICK = {"marketplace.order", "knowledge.answer", "calendar.services", "calendar.free"}
NAMES = QUICK | {
    "marketplace.create_return",
    "calendar.book",
    "calendar.confirm",
    "calendar.cancel",
    "calendar.mine",
    "stats.csat",
}
TASK_ENDS = ("task_done", "task_cancelled", "task_expired", "task_failed", "task_dropped")
SAID = [
    "привет",
    "/start",
    "/menu",
    "/cancel",
    "отмена",
    "назад",
    "оператор",
    "да",
    "нет",
    "хочу вернуть товар",
    "Где мой заказ №12345?",
    "12345",
    "12345678",
    "1",
    "5",
    "Аня",
    "8 999 123-45-67",
    "завтра",
    "записаться",
    "/my",
    "/order",
    "абракадабра",
    "",
]


def edited(text: str) -> str:
    """Other names for half of the steps."""
    names = re.findall(r"^  (\w+):$", text, re.MULTILINE)
    for name in names[::2]:
        text = re.sub(rf"^  {name}:$", f"  {name}_2:", text, flags=re.MULTILINE)
        text = re.sub(rf"go: {name}\b", f"go: {name}_2", text)
    return text


def example(name: str, edit: Callable[[str], str] = str) -> Bot:
    root = BOTS / name
    files = {
        str(path.relative_to(root)): (edit if path.parent != root else str)(path.read_text("utf-8"))
        for path in root.rglob("*.yaml")
        if ".test." not in path.name
    }
    specs = {
        action: ActionSpec(
            name=action,
            inputs=dict.fromkeys(
                ("number", "order", "reason", "phone", "photos", "question", "sources", "tone")
                + ("service", "day", "slot", "name", "id", "score", "about"),
                Input(required=False),
            ),
            quick=action in QUICK,
            effect="none" if action in QUICK else "yes",
        )
        for action in NAMES
    }
    return load_bot(name, files, specs).bot


LOADED = {name: example(name) for name in ("shop", "salon")}
EDITED = {name: example(name, edited) for name in LOADED}


class Customer(RuleBasedStateMachine):
    """Does anything at any time; `name` is the bot's."""

    name = ""

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[Any] = []
        self.play = Rehearsal(
            bot=LOADED[self.name],
            actions=self.act,
            means=self.mean,
            now=MONDAY_MORNING,
        )
        self.pick = 0

    def act(self, name: str, arguments: Mapping[str, Any]) -> Any:
        self.pick += 1
        if self.pick % 7 == 0:
            raise ActionFails("down")
        if self.pick % 5 == 0:
            return None
        return ANSWERS[name]

    def mean(self, text: str, candidates: Mapping[str, str]) -> str | None:
        self.pick += 1
        keys = [None, *candidates]
        return keys[self.pick % len(keys)]

    @rule(text=st.sampled_from(SAID) | st.text(max_size=12), edited=st.booleans())
    def hears(self, text: str, edited: bool) -> None:
        self.play.hear(text, edited=edited and self.pick % 3 == 0)

    @precondition(lambda self: self.play.offered)
    @rule(place=st.integers(0, 9))
    def presses(self, place: int) -> None:
        offered = self.play.offered
        self.play.press_payload(offered[place % len(offered)].payload)

    @precondition(lambda self: self.play.said)
    @rule(ago=st.integers(0, 20), place=st.integers(0, 5))
    def presses_something_old(self, ago: int, place: int) -> None:
        buttons = self.play.said[-1 - ago % len(self.play.said)].buttons
        if buttons:
            self.play.press_payload(buttons[place % len(buttons)].payload)

    @rule(payload=st.sampled_from(["q:w1:0", "q:x:y:z", "q:", "s:1", "s:99999", "s:x", "/start"]))
    def presses_nonsense(self, payload: str) -> None:
        self.play.press_payload(payload)

    @rule(count=st.integers(1, 7))
    def sends_photos(self, count: int) -> None:
        self.play.hear(attached=[Sent(kind="photo", ref=str(n)) for n in range(count)])

    @rule(minutes=st.sampled_from([1 / 20, 1, 15, 60, 600, 3000]))
    def lets_time_pass(self, minutes: float) -> None:
        self.play.wait(timedelta(minutes=minutes))

    @rule()
    def actions_become_slow(self) -> None:
        self.play.held = True

    @rule()
    def actions_come_back(self) -> None:
        self.play.answer_actions()

    @rule()
    def a_person_is_asked_for(self) -> None:
        self.play.take_over(reason="api")

    @precondition(lambda self: self.play.owner == "queue")
    @rule()
    def a_person_comes(self) -> None:
        self.play.person_comes()

    @precondition(lambda self: self.play.owner != "bot")
    @rule(outcome=st.sampled_from(["released", "closed", "offline", "unanswered", "cancel"]))
    def the_chat_is_given_back(self, outcome: Outcome) -> None:
        self.play.give_back(outcome)

    @rule(keep=st.booleans())
    def the_owner_edits_words(self, keep: bool) -> None:
        self.play.edit(replace(self.play.bot, version=f"v{self.pick}"), keep=keep)

    @rule(keep=st.booleans(), back=st.booleans())
    def the_owner_edits_steps(self, keep: bool, back: bool) -> None:
        bot = (LOADED if back else EDITED)[self.name]
        self.play.edit(replace(bot, version=f"e{self.pick}"), keep=keep)

    @invariant()
    def the_position_is_json_and_comes_back_as_it_was(self) -> None:
        position = self.play.position
        assert json.loads(json.dumps(position)) == position
        if position:
            assert position_of(position).to_json() == position

    @invariant()
    def everything_on_the_stack_waits_or_is_waited_for(self) -> None:
        stack = position_of(copy.deepcopy(self.play.position)).stack
        if stack:
            assert stack[-1].wait is not None
            assert stack[0].why != "call"
        ids = [frame.id for frame in stack]
        assert len(set(ids)) == len(ids)
        interrupting = [frame for frame in stack if frame.why != "call"]
        assert len(interrupting) <= 12
        assert len(json.dumps(self.play.position, ensure_ascii=False)) < 40_000

    @invariant()
    def every_question_put_is_answered_fallen_silent_left_or_still_waiting(self) -> None:
        stack = position_of(self.play.position).stack
        waits = [frame.wait for frame in stack if frame.wait is not None]
        waiting = Counter(tuple(wait.signature or ()) for wait in waits if wait.kind == "ask")
        told = {name: self.questions(name) for name in ("asked", "answered", "silent", "left")}
        assert told["asked"] == told["answered"] + told["silent"] + told["left"] + waiting

    @invariant()
    def every_task_begun_ends_once_or_is_under_way(self) -> None:
        stack = position_of(self.play.position).stack
        under_way = Counter(frame.flow for frame in stack if frame.task and frame.why != "person")
        ended = sum((self.tasks(name) for name in TASK_ENDS), Counter())
        assert self.tasks("task_started") == ended + under_way

    def questions(self, name: str) -> Counter[Any]:
        told = self.play.happenings(name)
        return Counter((one["step"], one["save"], one["kind"]) for one in told)

    def tasks(self, name: str) -> Counter[Any]:
        return Counter(one["flow"] for one in self.play.happenings(name))


ANSWERS: Mapping[str, Any] = {
    "marketplace.order": {"status": "delivered", "delivered_at": "2026-02-27"},
    "marketplace.create_return": {"id": "В-1", "days": 3},
    "knowledge.answer": {"found": True, "text": "Да."},
    "calendar.services": [{"id": "a", "name": "Стрижка", "price": 1500}],
    "calendar.free": [
        {"id": "s1", "start": "2026-03-05T10:00:00+05:00"},
        {"id": "s2", "start": "2026-03-05T12:00:00+05:00"},
    ],
    "calendar.book": {"id": "b", "start": "2026-03-05T10:00:00+05:00", "service": "Стрижка"},
    "calendar.confirm": True,
    "calendar.cancel": True,
    "calendar.mine": [{"id": "b", "start": "2026-03-05T10:00:00+05:00", "service": "Стрижка"}],
    "stats.csat": None,
}


class AtTheShop(Customer):
    name = "shop"


class AtTheSalon(Customer):
    name = "salon"


CALMLY = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestAtTheShop = pytest.mark.filterwarnings("default")(AtTheShop.TestCase)
TestAtTheShop.settings = CALMLY
TestAtTheSalon = pytest.mark.filterwarnings("default")(AtTheSalon.TestCase)
TestAtTheSalon.settings = CALMLY
