"""G7: a request under an Idempotency-Key is carried out once, however often it comes and whatever dies."""

import asyncio
import http.client
import itertools
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from tests.faults.rig.figures import Figures
from tests.faults.rig.installation import Installation, Layout, on_both
from tests.faults.rig.sizes import sized

CHAT = "/api/v1/conversation/chat"
HISTORY = "/api/v1/conversation/history"
KEYS = sized(ci=12, long=100, soak=500)
TIMES = sized(ci=10, long=30, soak=80)
"""Somebody may ask a hundred times in a minute."""
KILLS = sized(ci=1, long=5)
AT_ONCE = 40

Answer = tuple[int, Any]


@on_both
async def test_one_execution_and_one_answer_for_each_key(tmp_path: Path, layout: Layout) -> None:
    house = Installation(tmp_path, {"default_bot": "counter"}, layout=layout)
    turn = itertools.cycle(house.webs)
    slots = asyncio.Semaphore(AT_ONCE)
    gone = put_off = 0

    async def asks(number: int, text: str = "/start") -> Answer:
        """As a careful client does it: again, until there is an answer that is no «not just now»."""
        nonlocal gone, put_off
        body = {"message": text, "user_id": f"u{number}", "session_id": f"s{number}"}
        headers = {"Idempotency-Key": f"k{number}"}
        async with slots:
            while True:
                try:
                    answer = await next(turn).asked("POST", CHAT, body, headers=headers)
                except (OSError, http.client.HTTPException):
                    gone += 1
                else:
                    if answer[0] != 503:
                        return answer
                    put_off += 1
                await asyncio.sleep(0.1)

    with house:
        requests = [
            asyncio.create_task(asks(number)) for _ in range(TIMES) for number in range(KEYS)
        ]
        for _ in range(KILLS):
            await asyncio.sleep(0.5)
            killed = next(turn)
            killed.kill()
            await asyncio.to_thread(killed.start)
        await asyncio.gather(*requests)
        for number in range(KEYS):
            got = [request.result() for request in requests[number::KEYS]]
            # While the first is under way it is refused; afterwards it has the first one's answer.
            assert {status for status, _ in got} <= {200, 409}
            said = await _insisted(number, asks)
            assert all(answer == said for status, answer in got if status == 200)
            assert said["message"] == "0:start"
            assert await _turns(house, number) == {"user": 1, "assistant": 1}
        other = [await asks(number, "another body") for number in range(KEYS)]
    Figures(
        "G7",
        house.layout.name,
        KEYS * TIMES,
        KILLS,
        what=f"{KEYS} keys, {gone} cut off, {put_off} put off",
    ).tell()
    assert {status for status, _ in other} == {422}


async def _insisted(number: int, asks: Callable[[int], Awaitable[Answer]]) -> Any:
    """The answer, once nobody else is under way with it: also where a kill took the first one."""
    async with asyncio.timeout(120):
        while True:
            status, answer = await asks(number)
            if status != 409:
                assert status == 200, answer
                return answer
            await asyncio.sleep(1)


async def _turns(house: Installation, number: int) -> dict[str, int]:
    _, history = await house.web.asked("GET", f"{HISTORY}/s{number}")
    return dict(Counter(one["role"] for one in history["messages"]))
