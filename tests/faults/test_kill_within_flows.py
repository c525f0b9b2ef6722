"""Pauses, slow actions, albums, events and counters while the server is killed: each thing once."""

import asyncio
import random
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson

from tests.servers.easyflow import SECRET, EasyFlow
from tests.servers.telegram import TOKEN, Call, FakeTelegram, message
from tests.servers.tiny_http import Request, Response, json_response, serve

CHATS = 40
FIRST = 1000
GROUPS = ("one", "two")

BOT = "bot: Way\nlanguage: en\ntimezone: UTC\n"
FLOW = """\
flow: way
when: [go]
steps:
  begin:
    - say: paused
    - wait: 1s
    - do: http.post
      with:
        url: http://127.0.0.1:{port}/orders
        json: {{chat: "{{{{ chat.id }}}}"}}
      save: order
      retries: 3
    - say:
        text: order {{{{ order.json.number }}}}
        album: [media/a.jpg, media/b.jpg]
    - wait: {{event: parcel.here, save: parcel}}
    - split: group
      cases:
        one: [{{goal: one}}]
        two: [{{goal: two}}]
    - ask: parcel {{{{ parcel.number }}}}
      save: fits
      buttons: [fine, wrong]
    - later: {{after: 1s, call: afterwards}}
    - say: "{{{{ fits }}}}"
---
flow: afterwards
steps:
  say: [{{say: afterwards}}]
"""


class Orders:
    """Another system: the same key again is the same order."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    async def __call__(self, request: Request) -> Response:
        key = request.headers["idempotency-key"]
        if key not in self.keys:
            self.keys.append(key)
        await asyncio.sleep(0.05)
        return json_response({"number": key})


class World:
    """The server, the messenger, and what is killed when."""

    def __init__(self, server: EasyFlow, telegram: FakeTelegram) -> None:
        self.server = server
        self.telegram = telegram
        self._chance = random.Random(20261125)

    async def kill(self) -> None:
        self.server.kill()
        await asyncio.to_thread(self.server.start, within=120)

    async def said(self, what: Callable[[str], bool], *, killed_at: int | None = None) -> None:
        """Wait until all chats have read it; the server dies when so many have."""
        killed = killed_at is None
        async with asyncio.timeout(120):
            while (count := sum(any(map(what, texts)) for texts in self.texts().values())) < CHATS:
                if not killed and count >= (killed_at or 0):
                    killed = True
                    await self.kill()
                await asyncio.sleep(0.02)

    def writes(self, text: str) -> None:
        """Every customer, some of them heard twice."""
        for chat in range(FIRST, FIRST + CHATS):
            self.telegram.update(message(chat, text), copies=self._chance.choice((1, 1, 2)))

    async def tells(self) -> None:
        """Each chat's parcel is there, told again until it is taken and once more; we die midway."""
        for number, chat in enumerate(range(FIRST, FIRST + CHATS)):
            told = {
                "event": "parcel.here",
                "platform": "telegram",
                "chat_id": str(chat),
                "data": {"number": number},
                "id": "parcel",
            }
            for _ in range(2):
                status, answer = await self.server.asked("POST", "/hooks/events", told)
                assert status == 200, answer
            if number == CHATS // 2:
                await self.kill()

    def texts(self) -> dict[str, list[str]]:
        """What each chat read, without what was sent once more after a crash."""
        told: dict[str, list[str]] = defaultdict(list)
        for call in self.telegram.calls():
            if call.method in ("sendMessage", "sendMediaGroup") and call.status == 200:
                text = _words(call)
                if told[call.chat_id][-1:] != [text]:
                    told[call.chat_id].append(text)
        return told


def _words(call: Call) -> str:
    if call.text:
        return call.text
    media = call.parameters["media"]
    parts = orjson.loads(media) if isinstance(media, str) else media
    assert len(parts) == 2
    return str(parts[0]["caption"])


async def test_whatever_flows_wait_for_comes_once_while_the_server_is_killed(
    tmp_path: Path,
) -> None:
    orders = Orders()
    shop = await serve(orders)
    bots = _bots(tmp_path, shop.url)
    with FakeTelegram.start() as telegram:
        server = EasyFlow(
            tmp_path / "data",
            bots=bots,
            allow_hosts="127.0.0.1",
            telegram__token=TOKEN,
            telegram__webhook_secret=SECRET,
            telegram__api_base=telegram.base,
            log__level="warning",
        )
        telegram.set_webhook(f"{server.base}/api/v1/messaging/webhook/telegram", SECRET)
        server.set(public_url=server.base)
        with server:
            world = World(server, telegram)
            world.writes("go")
            await world.said(lambda text: text.startswith("order "), killed_at=CHATS // 3)
            await world.tells()
            await world.said(lambda text: text.startswith("parcel "))
            world.writes("fine")
            await world.said(lambda text: text == "fine", killed_at=CHATS // 2)
            await world.said(lambda text: text == "afterwards", killed_at=CHATS // 4)
        read = world.texts()
    await shop.close()
    for number, chat in enumerate(range(FIRST, FIRST + CHATS)):
        paused, order, parcel, *rest = read[str(chat)]
        assert paused == "paused"
        assert order.removeprefix("order ") in orders.keys
        assert [parcel, *rest] == [f"parcel {number}", "fine", "afterwards"], chat
    assert len(orders.keys) == CHATS
    _figures_add_up(tmp_path / "data" / "easyflow.db")


def _bots(folder: Path, url: str) -> Path:
    bot = folder / "bots" / "way"
    (bot / "flows").mkdir(parents=True)
    (bot / "media").mkdir()
    for name in ("a.jpg", "b.jpg"):
        (bot / "media" / name).write_bytes(name.encode())
    (bot / "bot.yaml").write_text(BOT, encoding="utf-8")
    port = url.rstrip("/").rpartition(":")[2]
    (bot / "flows" / "way.yaml").write_text(FLOW.format(port=port), encoding="utf-8")
    return bot.parent


def _figures_add_up(database: Path) -> None:
    with closing(sqlite3.connect(database)) as db:
        counted: Counter[Any] = Counter()
        for what, about, count in db.execute("SELECT what, about, count FROM tallies"):
            counted[what if what != "goal" else about] += count
        left = [db.execute(f"SELECT count(*) FROM {rows}").fetchone()[0] for rows in ROWS]
        timers = {name for (name,) in db.execute("SELECT name FROM timers")}
    assert counted["asked"] == counted["answered"] == counted["split"] == CHATS
    assert sum(counted[group] for group in GROUPS) == CHATS
    assert counted["task_started"] == counted["task_done"] == 2 * CHATS
    assert left == [0, 0, 0]
    assert timers <= {"expires"}


ROWS = ("outbox", "intents", "inbox WHERE done_at IS NULL")
