"""Telegram for the rig: it redelivers until 2xx, doubles, is busy, fails and swallows answers."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.servers.easyflow import SECRET
from tests.servers.telegram import TOKEN, FakeTelegram, message

PATH = "/api/v1/messaging/webhook/telegram"


@dataclass(frozen=True)
class Weather:
    """Shares of what goes wrong at the messenger's side."""

    doubled: float = 0.25
    busy: float = 0.005
    failing: float = 0.005
    swallowed: float = 0.005


CALM = Weather(doubled=0, busy=0, failing=0, swallowed=0)


class Telegram:
    """Customers of one bot, and what they see."""

    name = "Telegram"
    in_order = True

    def __init__(self, fake: FakeTelegram, chance: Random, weather: Weather) -> None:
        self.fake = fake
        self.wrote: dict[str, list[str]] = defaultdict(list)
        self.told: dict[str, list[str]] = defaultdict(list)
        self.sent: list[tuple[int, dict[str, Any]]] = []
        """Every update with its number, to be delivered again."""
        self._chance = chance
        self._weather = weather
        self._read = 0
        for share, how in (
            (weather.busy, {"retry_after": 1}),
            (weather.failing, {"status": 500, "description": "Internal Server Error"}),
            (weather.swallowed, {"action": "swallow"}),
        ):
            if share:
                fake.script(method="sendMessage", times=None, share=share, **how)

    @property
    def settings(self) -> dict[str, str]:
        return {
            "telegram__token": TOKEN,
            "telegram__webhook_secret": SECRET,
            "telegram__api_base": self.fake.base,
        }

    def listen(self, base: str) -> None:
        """Deliver to a server from now on."""
        self.fake.set_webhook(base + PATH, SECRET)

    def write(self, chats: Iterable[int], text: str) -> None:
        """Each of these chats writes once; some of it comes twice, chats in any order."""
        chats = list(chats)
        self._chance.shuffle(chats)
        by_copies: dict[int, list[dict[str, Any]]] = {1: [], 2: []}
        for chat in chats:
            self.wrote[str(chat)].append(text.removeprefix("/"))
            copies = 2 if self._chance.random() < self._weather.doubled else 1
            by_copies[copies].append(message(chat, text))
        for copies, updates in by_copies.items():
            if updates:
                numbers = self.fake.update(*updates, copies=copies)
                self.sent += zip(numbers, updates, strict=True)

    def replay(self) -> None:
        """Everything once more, as if nothing of it had been acknowledged."""
        for number, update in self.sent:
            self.fake.update({"update_id": number, **update})

    def look(self) -> Mapping[str, list[str]]:
        """What each chat has seen so far."""
        calls = self.fake.calls_since(self._read)
        self._read += len(calls)
        for call in calls:
            if call.method == "sendMessage" and call.status == 200:
                self.told[call.chat_id].append(call.text)
        return self.told

    @property
    def swallowed(self) -> int:
        """Answers that were accepted and never confirmed: those are rightly sent again."""
        return self.fake.met().get("swallow", 0)

    async def settled(self) -> None:
        """Until every update was acknowledged."""
        await self.fake.settled(within=120)
