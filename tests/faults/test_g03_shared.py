"""G3: of two that serve and work, one takes in what the other answers: order holds between them."""

from pathlib import Path
from random import Random

from tests.faults.rig.checker import judge
from tests.faults.rig.figures import Figures
from tests.faults.rig.installation import Installation, Layout, over
from tests.faults.rig.sizes import sized
from tests.faults.rig.storm import answered, kept, noted
from tests.faults.rig.telegram import CALM, Telegram
from tests.servers.telegram import FakeTelegram

CHATS = sized(ci=30, long=300)
MESSAGES = sized(ci=6, long=12)
SERVING = Layout("PostgreSQL, two that serve", web=2, postgres=True)


@over(SERVING)
async def test_messages_of_a_chat_taken_in_by_turns_are_answered_in_order(
    tmp_path: Path, layout: Layout
) -> None:
    with FakeTelegram.start() as fake:
        telegram = Telegram(fake, Random(20261126), CALM)
        house = Installation(tmp_path, telegram.settings, layout=layout)
        telegram.listen(house.base)
        with house:
            for number in range(MESSAGES):
                telegram.write(range(1000, 1000 + CHATS), f"m{number}" if number else "/start")
            await answered(telegram, MESSAGES)
            await telegram.settled()
            await noted(house)
            rows = kept(house)
    verdict = judge(telegram.told, telegram.wrote)
    messages = CHATS * MESSAGES
    figures = Figures("G3", house.layout.name, messages, 0)
    figures.lost, figures.doubled = verdict.lost, verdict.doubled
    figures.disordered, figures.repeated = verdict.disordered, verdict.repeated
    figures.what = "taken in by turns"
    figures.tell()
    assert verdict.holds(), verdict.worst
    assert verdict.repeated == 0
    assert rows["heard"] == rows["said"] == messages
