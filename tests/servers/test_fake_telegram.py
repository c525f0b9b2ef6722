"""The fake Bot API server treats a bot the way Telegram does."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import nullcontext

import orjson
import pytest

from tests.servers.telegram import TOKEN, FakeTelegram, message, press
from tests.servers.tiny_http import Request, Response, serve


class Hook:
    """A bot's webhook: keeps what came and answers as told."""

    def __init__(self) -> None:
        self.got: list[tuple[int, str]] = []
        self.refuse: dict[int, int] = {}
        self.calls: dict[int, dict[str, str]] = {}
        self._news = asyncio.Event()

    def handle(self, request: Request) -> Response:
        update = orjson.loads(request.body)
        number = update["update_id"]
        self.got.append((number, request.headers["x-telegram-bot-api-secret-token"]))
        self._news.set()
        if self.refuse.get(number, 0) > 0:
            self.refuse[number] -= 1
            return Response(status=500)
        if number in self.calls:
            return Response(orjson.dumps(self.calls[number]), content_type="application/json")
        return Response()

    async def until(self, count: int) -> list[int]:
        async with asyncio.timeout(60):
            while len(self.got) < count:
                self._news.clear()
                await self._news.wait()
        return [number for number, _ in self.got]


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram.start() as server:
        yield server


@pytest.fixture
async def hook(telegram: FakeTelegram) -> AsyncIterator[Hook]:
    hook = Hook()
    server = await serve(hook.handle)
    telegram.set_webhook(server.url, "s3cret")
    yield hook
    await server.close()


async def test_an_update_is_delivered_until_it_is_acknowledged(
    telegram: FakeTelegram, hook: Hook
) -> None:
    hook.refuse = {1000: 3}
    telegram.update(message(5, "раз"), message(5, "два"))
    assert await hook.until(5) == [1000] * 4 + [1001]
    assert {secret for _, secret in hook.got} == {"s3cret"}
    await telegram.settled()
    assert telegram.state()["delivered"] == 2


async def test_a_call_in_an_answer_is_done(telegram: FakeTelegram, hook: Hook) -> None:
    answered = {"method": "answerCallbackQuery", "callback_query_id": "q1"}
    hook.calls = {1000: answered, 1001: answered | {"text": "a" * 201}}
    telegram.update(press(5, "a:1", query_id="q1"), press(6, "a:1", query_id="q2"))
    await telegram.settled()
    calls = telegram.calls("answerCallbackQuery")
    assert sorted(call.status for call in calls) == [200, 400]


async def test_a_chat_that_fails_keeps_back_itself_alone(
    telegram: FakeTelegram, hook: Hook
) -> None:
    hook.refuse = {1000: 10**6}
    telegram.update(message(5, "раз"), message(5, "два"), message(6, "три"), press(5, "a:1"))
    got = set(await hook.until(6))
    assert got == {1000, 1002, 1003}


async def test_copies_are_delivered_although_they_were_acknowledged(
    telegram: FakeTelegram, hook: Hook
) -> None:
    telegram.update(message(5, "раз"), copies=3)
    assert await hook.until(3) == [1000] * 3


async def test_what_waited_for_getupdates_goes_to_a_webhook_set_later(
    telegram: FakeTelegram,
) -> None:
    telegram.update(message(5, "раз"))
    hook = Hook()
    server = await serve(hook.handle)
    telegram.set_webhook(server.url, "s")
    assert await hook.until(1) == [1000]
    await server.close()


async def test_message_ids_rise_within_each_chat(telegram: FakeTelegram) -> None:
    for chat_id in (5, 6, 5):
        telegram._ask("POST", f"/bot{TOKEN}/sendMessage", {"chat_id": chat_id, "text": "a"})
    assert [(call.chat_id, call.message_id) for call in telegram.calls()] == [
        ("5", 1),
        ("6", 1),
        ("5", 2),
    ]


def test_quiet_counts_and_keeps_no_texts() -> None:
    with FakeTelegram.start(quiet=True) as telegram:
        telegram._ask("POST", f"/bot{TOKEN}/sendMessage", {"chat_id": 5, "text": ""})
        (call,) = telegram.calls("sendMessage", chat_id=5)
        assert call.parameters == {}


@pytest.mark.parametrize(
    ("kinds", "fits"),
    [
        (["photo"], False),
        (["photo"] * 11, False),
        (["photo", "document"], False),
        (["audio", "video"], False),
        (["photo", "voice"], False),
        (["photo", "video"], True),
        (["document"] * 10, True),
    ],
)
def test_an_album_is_of_two_to_ten_things_that_mix(
    telegram: FakeTelegram, kinds: list[str], fits: bool
) -> None:
    media = [{"type": kind, "media": "https://example.com/a"} for kind in kinds]
    with nullcontext() if fits else pytest.raises(RuntimeError, match="Bad Request"):
        telegram._ask("POST", f"/bot{TOKEN}/sendMediaGroup", {"chat_id": 5, "media": media})
    (call,) = telegram.calls("sendMediaGroup")
    assert (call.status, call.message_id) == ((200, 1) if fits else (400, None))
