"""Customers and an operator talk through a group while the server is killed: nothing lost, nothing twice.

What an operator reads may stand in the group twice after a kill; a customer is told nothing twice but
the one message that was on its way. `EASYFLOW_KILLS` says how often it is killed, once otherwise.
"""

import asyncio
import os
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.servers import telegram_happenings as happenings
from tests.servers.easyflow import SECRET, EasyFlow
from tests.servers.telegram import TOKEN, FakeTelegram
from tests.servers.telegram_group import ForumGroup, Person

BOTS = Path(__file__).parent / "people"
GROUP = -1_001_000_000_001
CUSTOMERS = (1001, 1002)
KILLS = int(os.environ.get("EASYFLOW_KILLS", "1"))
MESSAGES = 4
"""Between two kills, of everybody."""


async def test_nothing_is_lost_or_said_twice_while_people_talk(tmp_path: Path) -> None:
    chance = random.Random(20261126)
    with FakeTelegram.start() as telegram:
        server = EasyFlow(
            tmp_path / "data",
            bots=BOTS,
            telegram__token=TOKEN,
            telegram__webhook_secret=SECRET,
            telegram__api_base=telegram.base,
            log__level="warning",
        )
        server.set(public_url=server.base)
        group = ForumGroup(telegram, GROUP)
        with server:
            olya = await _has_a_desk(server, telegram, group)
            threads = await _handed_over(telegram, group, olya)
            words = 0
            for _ in range(KILLS):
                for _ in range(MESSAGES):
                    words += 1
                    for customer, thread in threads.items():
                        telegram.update(happenings.message(customer, f"c{customer}-{words:03}"))
                        olya.writes(thread, f"o{customer}-{words:03}")
                await asyncio.sleep(chance.uniform(0.01, 0.4))
                server.kill()
                server.start()
            await telegram.settled(within=60)
            heard = await _heard(telegram, words)
            await _shown(telegram, words)
    for customer, told in heard.items():
        once = list(dict.fromkeys(told))
        assert once == [f"o{customer}-{number:03}" for number in range(1, words + 1)]
        assert len(told) - len(once) <= KILLS


async def _has_a_desk(server: EasyFlow, telegram: FakeTelegram, group: ForumGroup) -> Person:
    """Set up and linked by the codes that the owner's commands print."""
    owner = group.person("Owner", status="creator")
    olya = group.person("Olya")
    await _until(lambda: telegram.state()["webhook"])
    code = _code(server.command("desk", "code"), "/setup")
    owner.writes(None, f"/setup {code}")
    await _until(lambda: any("/link" in one.text for one in group.shown()))
    code = _code(server.command("operators", "add", "Olya"), "/link")
    olya.writes(None, f"/link {code}")
    await _until(lambda: any(one.reply_to or "Olya" in one.text for one in group.shown()[1:]))
    return olya


def _code(printed: str, command: str) -> str:
    found = re.search(rf"{command} (\S+)", printed)
    assert found is not None, printed
    return found[1]


async def _handed_over(telegram: FakeTelegram, group: ForumGroup, olya: Person) -> dict[int, int]:
    """Each customer wants a person and gets one; gives their topics."""
    for customer in CUSTOMERS:
        telegram.update(happenings.message(customer, "/start"))
        telegram.update(happenings.message(customer, "my order"))
    threads: dict[int, int] = {}

    def found() -> bool:
        for one in group.all_shown():
            for customer in CUSTOMERS:
                if f"@user{customer}" in one.text and one.thread is not None:
                    threads[customer] = one.thread
        return len(threads) == len(CUSTOMERS)

    await _until(found)
    for thread in threads.values():
        olya.writes(thread, "/take")
    await _until(lambda: not telegram.state()["pending"])
    return threads


async def _heard(telegram: FakeTelegram, words: int) -> dict[int, list[str]]:
    """What the operator's words came to with each customer, once all of them are there."""

    def told(customer: int) -> list[str]:
        seen = [one["message"] for one in telegram.seen(customer) if one["who"] == "bot"]
        texts = [str(one.get("text", "")) for one in seen]
        return [one for one in texts if one.startswith("o")]

    await _until(lambda: all(len(set(told(one))) == words for one in CUSTOMERS))
    return {customer: told(customer) for customer in CUSTOMERS}


async def _shown(telegram: FakeTelegram, words: int) -> None:
    """Every word of a customer is shown in the group, each customer's in order."""

    def seen(customer: int) -> list[str]:
        log = telegram.seen(GROUP)
        shown = [one["message"] for one in log if one["who"] == "bot" and one["act"] == "says"]
        text = "\n".join(str(one.get("text", "")) for one in shown)
        return list(dict.fromkeys(re.findall(rf"c{customer}-\d+", text)))

    await _until(lambda: all(len(seen(one)) == words for one in CUSTOMERS), within=120)
    for customer in CUSTOMERS:
        assert seen(customer) == [f"c{customer}-{number:03}" for number in range(1, words + 1)]


async def _until(done: Callable[[], Any], *, within: float = 60) -> None:
    async with asyncio.timeout(within):
        while True:
            if done():
                return
            await asyncio.sleep(0.05)
