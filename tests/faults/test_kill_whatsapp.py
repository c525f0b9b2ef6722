"""WhatsApp while the server is killed: batches, repeats, a storm of statuses; each message answered once."""

import asyncio
import random
import sqlite3
from collections import Counter, defaultdict
from contextlib import closing
from pathlib import Path

from tests.servers import whatsapp_webhooks as webhooks
from tests.servers.easyflow import EasyFlow
from tests.servers.whatsapp import PHONE_ID, SECRET, TOKEN, VERIFY_TOKEN, Person, WhatsApp
from tests.servers.whatsapp_webhooks import Json

BOTS = Path(__file__).parent / "bots"
CHATS = 40
MESSAGES = 10
KILLS = 2
TOGETHER = 10
"""Chats whose messages come in one POST."""
DUPLICATED = 0.2
STATUSES = ("sent", "delivered", "read")
READ = 3


class World:
    """Customers who write all at once, and Meta that tells of everything in any order."""

    def __init__(self, whatsapp: WhatsApp) -> None:
        self.whatsapp = whatsapp
        self.people = [Person(wa_id=f"7900{number:07d}") for number in range(CHATS)]
        self.told = 0
        self._chance = random.Random(20261125)
        self._written = 0

    def write(self, text: str) -> None:
        """Everybody, many in one POST; some POSTs come twice."""
        self._chance.shuffle(self.people)
        for first in range(0, CHATS, TOGETHER):
            people = self.people[first : first + TOGETHER]
            messages = [
                webhooks.message(
                    one, webhooks.text(text), id_=f"wamid.{text}.{one.chat}", at=self._now()
                )
                for one in people
            ]
            value = self._value(messages=messages, people=people)
            copies = 2 if self._chance.random() < DUPLICATED else 1
            self.whatsapp.update(self.whatsapp.body(value), copies=copies)

    def tell(self) -> None:
        """Of everything we sent: each status twice, in any order, in batches."""
        statuses = [
            webhooks.status(call.message_id, what, at=self._now())
            for call in self.whatsapp.calls()
            if call.message_id
            for what in (*STATUSES, *STATUSES)
        ]
        self.told += len(statuses)
        self._chance.shuffle(statuses)
        for first in range(0, len(statuses), 100):
            value = self._value(statuses=statuses[first : first + 100])
            self.whatsapp.update(self.whatsapp.body(value))

    async def answered(self, count: int) -> dict[str, list[str]]:
        """What each customer was told, once that is so much."""
        async with asyncio.timeout(90):
            while True:
                told: dict[str, list[str]] = defaultdict(list)
                for call in self.whatsapp.calls():
                    told[call.chat_id].append(call.text)
                if sum(len(set(texts)) >= count for texts in told.values()) == CHATS:
                    return told
                await asyncio.sleep(0.2)

    def _value(self, **parts: object) -> Json:
        number = self.whatsapp.numbers[0]
        return webhooks.value(number.id, number.display, **parts)  # type: ignore[arg-type]

    def _now(self) -> float:
        return self._started + self._chance.random()

    @property
    def _started(self) -> float:
        return float(self.whatsapp.forward(0))


async def test_nothing_is_lost_or_heard_twice_in_whatsapp(tmp_path: Path) -> None:
    chance = random.Random(20261126)
    with WhatsApp.start() as whatsapp:
        server = EasyFlow(
            tmp_path / "data",
            bots=BOTS,
            whatsapp__bot="counter",
            whatsapp__token=TOKEN,
            whatsapp__phone_id=PHONE_ID,
            whatsapp__app_secret=SECRET,
            whatsapp__verify_token=VERIFY_TOKEN,
            whatsapp__api_base=f"{whatsapp.base}/v23.0",
            log__level="warning",
        )
        server.set(public_url=server.base)
        with server:
            whatsapp.set_webhook(f"{server.base}/api/v1/messaging/webhook/whatsapp")
            world = World(whatsapp)
            world.write("/start")
            await world.answered(1)
            for number in range(1, MESSAGES):
                world.write(f"m{number}")
                if number % (MESSAGES // KILLS) == 2:
                    world.tell()
                    await asyncio.sleep(chance.uniform(0.01, 0.15))
                    server.kill()
                    server.start()
            told = await world.answered(MESSAGES)
            world.tell()
            await whatsapp.settled(within=60)
            # Whatever a status might have led to is done by now.
            assert await world.answered(MESSAGES) == told
    for chat, texts in told.items():
        # Meta brings what failed beside what came after it: the words may come in another order.
        once = list(dict.fromkeys(texts))
        assert [text.split(":")[0] for text in once] == [str(n) for n in range(MESSAGES)], chat
        words = Counter(text.split(":")[1] for text in once)
        assert words == Counter(["start", *(f"m{number}" for number in range(1, MESSAGES))]), chat
        # In order: only what was under way when the server died may be seen twice, one by one.
        assert _without_repeats(texts) == once
    repeated = sum(map(len, told.values())) - CHATS * MESSAGES
    assert repeated <= CHATS * KILLS
    _receipts_hold(tmp_path / "data" / "easyflow.db", told)


def _without_repeats(texts: list[str]) -> list[str]:
    return [text for number, text in enumerate(texts) if number == 0 or texts[number - 1] != text]


def _receipts_hold(database: Path, told: dict[str, list[str]]) -> None:
    """Each message of ours was read, is so once, and nothing else came of all that."""
    with closing(sqlite3.connect(database)) as db:
        ranks = Counter(rank for (rank,) in db.execute("SELECT rank FROM receipts"))
        heard = db.execute("SELECT count(*) FROM messages WHERE direction = 'inbound'").fetchone()
        failed = db.execute("SELECT count(*) FROM events WHERE name = 'message.failed'").fetchone()
        unread = db.execute(
            "SELECT count(*) FROM messages m WHERE direction = 'outbound' AND NOT EXISTS"
            " (SELECT 1 FROM receipts r WHERE r.platform_message_id = m.platform_message_id)"
        ).fetchone()
    assert ranks == {READ: sum(map(len, told.values()))}
    assert (heard, failed, unread) == ((CHATS * MESSAGES,), (0,), (0,))
