"""G8: a message over which a turn stumbles, or which takes a minute, stops nobody else.

The stumbling is the database's own: a trigger that raises wherever a poisonous word is written, in
the midst of a commit that many turns share.
"""

import time
from pathlib import Path
from random import Random

from tests.faults.rig.checker import judge
from tests.faults.rig.figures import Figures
from tests.faults.rig.installation import POSTGRES, SQLITE, Installation, Layout, on_both
from tests.faults.rig.sizes import sized
from tests.faults.rig.storm import answered
from tests.faults.rig.telegram import CALM, Telegram
from tests.servers.telegram import FakeTelegram

BOTS = Path(__file__).parent / "poison"
CHATS = sized(ci=60, long=1000, soak=5000)
MESSAGES = sized(ci=6, long=8, soak=20)
POISONED = range(1000, 1000 + max(CHATS // 100, 2))
"""Chats in which one message raises."""
HANGING = range(POISONED.stop, POISONED.stop + max(CHATS // 500, 1))
"""Chats in which one message takes a minute."""
POISON = {
    SQLITE: [
        (
            "CREATE TRIGGER poison BEFORE INSERT ON messages WHEN NEW.text LIKE '%poison%'"
            " BEGIN SELECT RAISE(ABORT, 'poison'); END"
        )
    ],
    POSTGRES: [
        (
            "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'poison'; END $$"
        ),
        (
            "CREATE TRIGGER poison BEFORE INSERT ON messages FOR EACH ROW"
            " WHEN (NEW.text LIKE '%poison%') EXECUTE FUNCTION poison()"
        ),
    ],
}
CURE = {SQLITE: ["DROP TRIGGER poison"], POSTGRES: ["DROP TRIGGER poison ON messages"]}


@on_both
async def test_poison_stops_nobody_and_is_answered_once_it_is_cured(
    tmp_path: Path, layout: Layout
) -> None:
    chance = Random(20261126)
    with FakeTelegram.start() as fake:
        telegram = Telegram(fake, chance, CALM)
        house = Installation(
            tmp_path, telegram.settings | {"allow_actions": "yes"}, layout=layout, bots=BOTS
        )
        telegram.listen(house.base)
        with house:
            house.database.alter(*POISON[layout])
            everybody = range(1000, 1000 + CHATS)
            others = [str(chat) for chat in everybody if chat not in HANGING]
            for number in range(MESSAGES):
                telegram.write(everybody, f"m{number}" if number else "/start")
                if number == MESSAGES // 2:
                    telegram.write(POISONED, "poison")
                    telegram.write(HANGING, "hang")
            # Everybody has their answers though poison lies about, and those behind it theirs.
            began = time.monotonic()
            await answered(telegram, MESSAGES, of=others)
            took = time.monotonic() - began
            assert house.count("inbox WHERE done_at IS NULL AND attempts > 0") == len(POISONED)
            house.database.alter(*CURE[layout])
            cured = [str(chat) for chat in POISONED]
            await answered(telegram, MESSAGES + 1, of=cured)
            told = {chat: list(texts) for chat, texts in telegram.look().items()}
    wrote = {chat: texts for chat, texts in telegram.wrote.items() if chat in others}
    verdict = judge({chat: told[chat] for chat in others}, wrote, in_order=False)
    messages = CHATS * MESSAGES + len(POISONED) + len(HANGING)
    figures = Figures("G8", house.layout.name, messages, len(POISONED) + len(HANGING))
    figures.lost, figures.doubled, figures.recovery = verdict.lost, verdict.doubled, [took]
    figures.tell()
    assert verdict.holds(), verdict.worst
    assert verdict.repeated == 0
    for chat in map(str, HANGING):
        # What came before the long one was answered, and nothing was answered twice. What comes after
        # it, where it has taken too long, is no part of the flow any more.
        counted = [text for text in told[chat] if text[0].isdecimal()]
        assert len(counted) == len(set(counted)) >= MESSAGES // 2 + 1
