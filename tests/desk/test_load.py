"""How much one group takes, in moved time: soon at six chats, late and said so beyond, lost never.

The longer sizes are `python -m benchmarks.desk`; what it found stands in docs/performance.md.
"""

from benchmarks.figures import percentile
from tests.desk.load import Outcome, under_load
from tests.desk.rig import DeskRig

TELEGRAM_TAKES = 20


def whole(outcome: Outcome) -> None:
    """Nothing is lost, doubled or in another order, and Telegram never had to say that it is too much."""
    assert (outcome.lost, outcome.doubled, outcome.disordered) == ([], [], [])
    assert outcome.busiest <= TELEGRAM_TAKES
    assert outcome.refused == 0


async def test_six_chats_in_one_group_are_seen_within_a_quarter_of_a_minute(desk: DeskRig) -> None:
    outcome = await under_load(desk, chats=6, a_minute=3, minutes=2)
    whole(outcome)
    assert percentile(outcome.waits, 0.95) < 15


async def test_too_many_chats_are_late_and_the_group_is_told_what_helps(desk: DeskRig) -> None:
    outcome = await under_load(desk, chats=10, a_minute=9, minutes=1)
    whole(outcome)
    notices = [one.text for one in desk.forum.shown() if "с опозданием" in one.text]
    assert len(notices) == 1
    assert "/setup" in notices[0]
