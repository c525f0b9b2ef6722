"""G1 to G4: nothing acknowledged is lost, each thing counts once, in order, and all answers go out.

One storm for each installation shows all four: kills with -9 and SIGTERMs while customers write, a
quarter of the updates delivered twice, answers swallowed, refused and failed.
"""

import asyncio
from random import Random

import pytest

from tests.faults.rig.installation import BOTH, Installation, Layout
from tests.faults.rig.sizes import sized
from tests.faults.rig.storm import Outcome, Plan, storm
from tests.faults.rig.telegram import Telegram, Weather
from tests.servers.telegram import FakeTelegram

PLAN = sized(
    ci=Plan(chats=40, waves=2, messages=6, kills=3, stops=1),
    long=Plan(chats=200, waves=6, messages=8, kills=36, stops=6),
    soak=Plan(chats=1000, waves=20, messages=5, kills=250, stops=20),
)


@pytest.fixture(scope="module", params=BOTH, ids=lambda one: one.name)
def layout(request: pytest.FixtureRequest) -> Layout:
    made: Layout = request.param
    return made


@pytest.fixture(scope="module")
def outcome(layout: Layout, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    chance = Random(20261126)
    with FakeTelegram.start() as fake:
        telegram = Telegram(fake, chance, Weather())
        house = Installation(tmp_path_factory.mktemp("storm"), telegram.settings, layout=layout)
        telegram.listen(house.base)
        with house:
            came_to = asyncio.run(storm(house, telegram, PLAN, chance))
    came_to.figures("G1–G4", layout.name).tell()
    return came_to


class TestG1:
    def test_no_acknowledged_update_is_lost(self, outcome: Outcome) -> None:
        assert outcome.verdict.lost == 0, outcome.verdict.worst
        assert outcome.kept["heard"] == outcome.messages
        assert outcome.kept["open"] == 0


class TestG2:
    def test_each_update_changes_the_conversation_once(self, outcome: Outcome) -> None:
        assert outcome.verdict.doubled == 0, outcome.verdict.worst
        assert outcome.kept["inbox"] == outcome.kept["said"] == outcome.messages
        assert outcome.kept["chats"] == PLAN.chats


class TestG3:
    def test_a_chat_is_answered_in_order(self, outcome: Outcome) -> None:
        assert outcome.verdict.disordered == 0, outcome.verdict.worst


class TestG4:
    def test_all_answers_go_out_and_only_doubtful_ones_twice(self, outcome: Outcome) -> None:
        assert outcome.kept["unsent"] == 0
        assert outcome.verdict.repeated <= outcome.allowed
