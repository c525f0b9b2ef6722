"""VK while the server is killed: nothing lost, all in order, and nothing shown twice even then."""

import asyncio
import random
from collections import defaultdict
from pathlib import Path

import pytest

from tests.servers import vk_events as make
from tests.servers.easyflow import EasyFlow
from tests.servers.vk import GROUP, TOKEN, Vk

BOTS = Path(__file__).parent / "bots"
CHATS = 40
FIRST = 1000
MESSAGES = 10
KILLS = 2
DUPLICATED = 0.2
SWALLOWED = 10


@pytest.mark.parametrize("brought_by", ["callback", "long poll"])
async def test_nothing_is_lost_doubled_or_reordered_in_vk(tmp_path: Path, brought_by: str) -> None:
    chance = random.Random(20261125)
    with Vk.start() as vk:
        server = EasyFlow(
            tmp_path / "data",
            bots=BOTS,
            vk__token=TOKEN,
            vk__group=str(GROUP),
            vk__bot="counter",
            vk__api_base=vk.api.rstrip("/"),
            log__level="warning",
        )
        if brought_by == "callback":
            server.set(public_url=server.base)
        with server:
            await _listens(vk, brought_by)
            for number in range(MESSAGES):
                for chat in range(FIRST, FIRST + CHATS):
                    event = make.message(chat, "/start" if number == 0 else f"m{number}")
                    vk.update(event, copies=2 if chance.random() < DUPLICATED else 1)
                if number == 0:
                    await _seen(vk, 1)
                elif number % (MESSAGES // KILLS) == 1:
                    # Answers that never come back, and the end in the middle of all that.
                    vk.script(method="messages.send", action="swallow", times=SWALLOWED)
                    await asyncio.sleep(chance.uniform(0.01, 0.15))
                    server.kill()
                    server.start()
            told = await _seen(vk, MESSAGES)
            await vk.settled(within=60)
    for chat, texts in told.items():
        if brought_by == "callback":
            # VK itself brings what failed beside what came after it.
            texts = [texts[0], *_by_word(texts[1:])]
        assert texts == _expected(), f"chat {chat}: {texts}"


def _expected() -> list[str]:
    return ["0:start", *(f"{number}:m{number}" for number in range(1, MESSAGES))]


def _by_word(texts: list[str]) -> list[str]:
    """The words in the order of writing, and the numbers in the order of answering."""
    answers = [text.split(":") for text in texts]
    words = sorted((word for _, word in answers), key=lambda word: int(word.removeprefix("m")))
    return [f"{number}:{word}" for (number, _), word in zip(answers, words, strict=True)]


async def _listens(vk: Vk, brought_by: str) -> None:
    """Events that nobody is there for yet are lost in VK too."""
    async with asyncio.timeout(60):
        while True:
            if brought_by == "long poll" and vk.calls("longpoll"):
                return
            if any(one["status"] == "ok" and one["kinds"] for one in vk.state()["servers"]):
                return
            await asyncio.sleep(0.05)


async def _seen(vk: Vk, count: int) -> dict[int, list[str]]:
    """What each customer sees of the bot's, once that is so much."""
    async with asyncio.timeout(90):
        while True:
            told: dict[int, list[str]] = defaultdict(list)
            for chat in range(FIRST, FIRST + CHATS):
                for line in vk.seen(chat):
                    if line["author"] == "bot":
                        told[chat].append(str(line["message"]["text"]))
            if sum(len(texts) >= count for texts in told.values()) == CHATS:
                return told
            await asyncio.sleep(0.3)
