"""Two thousand messages while the server is killed five times: none lost, none taken twice, in order."""

import asyncio
import random
from collections import defaultdict
from pathlib import Path

from tests.servers.easyflow import SECRET, EasyFlow
from tests.servers.telegram import TOKEN, FakeTelegram, message

BOTS = Path(__file__).parent / "bots"
CHATS = 100
MESSAGES = 20
KILLS = 5
DUPLICATED = 0.2


async def test_nothing_is_lost_doubled_or_reordered_while_the_server_is_killed(
    tmp_path: Path,
) -> None:
    chance = random.Random(20261125)
    with FakeTelegram.start() as telegram:
        server = EasyFlow(
            tmp_path / "data",
            bots=BOTS,
            telegram__token=TOKEN,
            telegram__webhook_secret=SECRET,
            telegram__api_base=telegram.base,
            log__level="warning",
        )
        telegram.set_webhook(f"{server.base}/api/v1/messaging/webhook/telegram", SECRET)
        server.set(public_url=server.base)
        with server:
            for number in range(MESSAGES):
                for chat in range(CHATS):
                    text = "/start" if number == 0 else f"m{number}"
                    copies = 2 if chance.random() < DUPLICATED else 1
                    telegram.update(message(1000 + chat, text), copies=copies)
                if number % (MESSAGES // KILLS) == 2:
                    # In the middle of what has just been sent.
                    await asyncio.sleep(chance.uniform(0.01, 0.15))
                    server.kill()
                    server.start()
            await telegram.settled(within=60)
            answers = await _all_answered(telegram)
    for name, texts in answers.items():
        assert _without_repeats(texts) == _expected(), f"chat {name}: {texts}"
    repeated = sum(len(texts) for texts in answers.values()) - CHATS * MESSAGES
    # A send that was under way when the server died may go out again: one per chat and kill.
    assert repeated <= CHATS * KILLS


def _expected() -> list[str]:
    return ["0:start", *(f"{number}:m{number}" for number in range(1, MESSAGES))]


async def _all_answered(telegram: FakeTelegram) -> dict[str, list[str]]:
    """What each chat was told, once every last message has its answer."""
    last = _expected()[-1]
    for _ in range(600):
        told: dict[str, list[str]] = defaultdict(list)
        for call in telegram.calls("sendMessage"):
            told[call.chat_id].append(call.text)
        if sum(last in texts for texts in told.values()) == CHATS:
            return told
        await asyncio.sleep(0.1)
    missing = [chat for chat, texts in told.items() if last not in texts]
    raise AssertionError(f"{len(missing)} chats have no last answer: {missing[:5]}")


def _without_repeats(texts: list[str]) -> list[str]:
    """The same text twice in a row is a send repeated after a crash, and counts once."""
    return [text for number, text in enumerate(texts) if number == 0 or texts[number - 1] != text]
