"""An operator speaks in the group and over HTTP at once while the server is killed: all is said once.

`EASYFLOW_KILLS` says how often it is killed, once otherwise.
"""

import asyncio
import contextlib
import http.client
import os
import random
from pathlib import Path

from tests.faults import test_kill_desk as groups
from tests.faults.people_at_work import until
from tests.servers.easyflow import SECRET, EasyFlow
from tests.servers.telegram import TOKEN, FakeTelegram
from tests.servers.telegram_group import ForumGroup

KILLS = int(os.environ.get("EASYFLOW_KILLS", "1"))
WORDS = 2
CUSTOMER = groups.CUSTOMERS[0]


async def test_each_word_of_both_is_heard_once_and_shown_to_the_other(tmp_path: Path) -> None:
    chance = random.Random(20261126)
    with FakeTelegram.start() as telegram:
        server = EasyFlow(
            tmp_path / "data",
            bots=groups.BOTS,
            telegram__token=TOKEN,
            telegram__webhook_secret=SECRET,
            telegram__api_base=telegram.base,
            log__level="warning",
        )
        server.set(public_url=server.base)
        group = ForumGroup(telegram, groups.GROUP)
        with server:
            olya = await groups._has_a_desk(server, telegram, group)
            thread = (await groups._handed_over(telegram, group, olya))[CUSTOMER]
            dialog = await _dialog(server)
            told: list[str] = []
            for kill in range(KILLS):
                words = [f"{kill:02}-{number}" for number in range(WORDS)]
                for word in words:
                    olya.writes(thread, f"g{word}")
                saying = asyncio.gather(*(_says(server, dialog, f"h{word}") for word in words))
                await asyncio.sleep(chance.uniform(0.01, 0.4))
                server.kill()
                await asyncio.to_thread(server.start)
                await saying
                told += [f"{who}{word}" for word in words for who in "gh"]
            await until(lambda: set(told) <= set(_heard(telegram)))
            await until(lambda: all(_is_shown(telegram, one) for one in told if one[0] == "h"))
            await telegram.settled(within=60)
        heard = [one for one in _heard(telegram) if one[0] in "gh"]
        # A send under way when the server died may go out again.
        assert len(heard) - len(told) <= KILLS
        of_group = list(dict.fromkeys(one for one in heard if one[0] == "g"))
        assert of_group == [one for one in told if one[0] == "g"]


async def _dialog(server: EasyFlow) -> int:
    _, found = await server.asked("GET", "/api/dialogs?platform=telegram")
    (number,) = [one["id"] for one in found["dialogs"] if one["telegram_chat_id"] == str(CUSTOMER)]
    return int(number)


async def _says(server: EasyFlow, dialog: int, text: str) -> None:
    """Over HTTP, until there is an answer."""
    path, headers = f"/api/dialogs/{dialog}/messages", {"Idempotency-Key": text}
    async with asyncio.timeout(120):
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):
                status, answer = await server.asked(
                    "POST", path, {"text": text, "operator_name": "Olya"}, headers=headers
                )
                if status == 200:
                    return
                assert status in (409, 429, 503), (status, answer)
                assert status != 409 or "under way" in str(answer), answer
            await asyncio.sleep(0.05)


def _heard(telegram: FakeTelegram) -> list[str]:
    seen = [one["message"] for one in telegram.seen(CUSTOMER) if one["who"] == "bot"]
    return [str(one.get("text", "")) for one in seen if one.get("text")]


def _is_shown(telegram: FakeTelegram, text: str) -> bool:
    """Whether the group reads what was said over HTTP."""
    log = telegram.seen(groups.GROUP)
    return any(text in str(one["message"].get("text", "")) for one in log if one["who"] == "bot")
