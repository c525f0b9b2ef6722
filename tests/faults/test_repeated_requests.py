"""Requests with an `Idempotency-Key`: one turn and one answer, however often and whatever happens."""

import asyncio
from collections import Counter
from pathlib import Path

from tests.servers.easyflow import EasyFlow

CHAT = "/api/v1/conversation/chat"
HISTORY = "/api/v1/conversation/history"
KEYS = 20
TIMES = 10


async def test_many_at_once_make_one_turn_for_each_key(tmp_path: Path) -> None:
    async def post(server: EasyFlow, number: int) -> tuple[int, int, object]:
        body = {
            "message": "Где мой заказ №12345?",
            "user_id": f"user_{number}",
            "session_id": f"session_{number}",
        }
        headers = {"Idempotency-Key": f"key_{number}"}
        status, answer = await server.asked("POST", CHAT, body, headers=headers)
        return number, status, answer

    with EasyFlow(tmp_path / "data", default_bot="shop", log__level="warning") as server:
        numbers = [number for number in range(KEYS) for _ in range(TIMES)]
        answers = await asyncio.gather(*(post(server, number) for number in numbers))
        assert {status for _, status, _ in answers} <= {200, 409}
        said = {number: answer for number, status, answer in answers if status == 200}
        assert all(answer == said[number] for number, status, answer in answers if status == 200)
        assert len(said) == KEYS
        for number in range(KEYS):
            _, history = await server.asked("GET", f"{HISTORY}/session_{number}")
            assert Counter(one["role"] for one in history["messages"]) == {
                "user": 1,
                "assistant": 1,
            }


async def test_an_answer_outlives_the_process_that_gave_it(tmp_path: Path) -> None:
    body = {"message": "Где мой заказ №12345?", "user_id": "user", "session_id": "session"}
    headers = {"Idempotency-Key": "key"}
    with EasyFlow(tmp_path / "data", default_bot="shop", log__level="warning") as server:
        first = await server.asked("POST", CHAT, body, headers=headers)
        server.kill()
        server.start()
        assert await server.asked("POST", CHAT, body, headers=headers) == first
        _, history = await server.asked("GET", f"{HISTORY}/session")
        assert history["total"] == 2
