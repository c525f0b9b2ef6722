"""G3: strangers who all send ten pictures at once: a conversation each, every picture once, one answer."""

import asyncio
import time
from collections import Counter, defaultdict
from pathlib import Path
from random import Random

import orjson

from tests.faults.rig.figures import Figures
from tests.faults.rig.installation import Installation, Layout, on_both
from tests.faults.rig.sizes import sized
from tests.faults.rig.storm import PATIENCE, noted
from tests.faults.rig.telegram import CALM, Telegram
from tests.servers.telegram import FakeTelegram
from tests.servers.telegram_happenings import attached

BOTS = Path(__file__).parent / "albums"
PEOPLE = sized(ci=40, long=500)
PARTS = 10
FIRST = 1000


@on_both
async def test_an_album_of_ten_from_each_of_many_new_contacts(
    tmp_path: Path, layout: Layout
) -> None:
    chance = Random(20261126)
    with FakeTelegram.start() as fake:
        telegram = Telegram(fake, chance, CALM)
        house = Installation(tmp_path, telegram.settings, layout=layout, bots=BOTS)
        telegram.listen(house.base)
        with house:
            pictures = [(chat, part) for part in range(PARTS) for chat in _people()]
            chance.shuffle(pictures)
            updates = [
                attached(chat, "photo", f"{chat}-{part}", media_group_id=f"g{chat}")
                for chat, part in pictures
            ]
            fake.update(*updates)
            await telegram.settled()
            await noted(house)
            await _thanked(telegram)
            kept = _kept(house)
            conversations = house.count("conversations")
            answers = Counter({chat: len(said) for chat, said in telegram.look().items()})
    figures = Figures("G3", house.layout.name, PEOPLE * PARTS)
    figures.what = f"albums of {PARTS} from {PEOPLE} new contacts: {conversations} conversations"
    figures.tell()
    assert conversations == PEOPLE
    assert set(answers.values()) == {1}
    for chat in _people():
        assert sorted(kept[str(chat)]) == sorted(f"{chat}-{part}" for part in range(PARTS))


def _people() -> range:
    return range(FIRST, FIRST + PEOPLE)


async def _thanked(telegram: Telegram) -> None:
    deadline = time.monotonic() + PATIENCE
    while len(telegram.look()) < PEOPLE:
        assert time.monotonic() < deadline, f"{len(telegram.told)} of {PEOPLE} were answered"
        await asyncio.sleep(0.1)


def _kept(house: Installation) -> dict[str, list[str]]:
    """The pictures of each chat, of all its messages."""
    found: dict[str, list[str]] = defaultdict(list)
    for chat, parts in house.rows(
        "SELECT c.chat_id, m.parts FROM messages m JOIN conversations c"
        " ON c.id = m.conversation_id WHERE m.direction = 'inbound'"
    ):
        found[chat] += [one["ref"] for one in orjson.loads(parts)["attachments"]]
    return found
