"""Somebody with a workspace who does everything at random, and knows what they were promised.

What was answered with success is a promise. What got no answer may have happened or not; under an
Idempotency-Key it is asked again until there is an answer, and then it happened once.
"""

import asyncio
import http.client
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests.security.tenants import form
from tests.servers.easyflow import EasyFlow
from tests.servers.yookassa import FakeYooKassa

PASSWORD = "password123"
BONUS = 500_00
TOP_UP = 100_00
FIRST = "Ассистент"
"""What the assistant is called that a workspace begins with."""
UNSURE = "?"
"""In place of a token: whether it was given to the assistant, nobody said."""

Answer = tuple[int, Any]


class Gone(Exception):
    """The server died before it answered."""


@dataclass
class Somebody:
    """One person, doing one thing after another."""

    server: EasyFlow
    shop: FakeYooKassa
    chance: Random
    name: str
    token: str
    credential: str = ""
    ended: list[str] = field(default_factory=list)
    assistants: dict[int, str] = field(default_factory=dict)
    maybe_assistants: set[str] = field(default_factory=set)
    documents: dict[int, str] = field(default_factory=dict)
    maybe_gone: set[int] = field(default_factory=set)
    questions: set[str] = field(default_factory=set)
    begun: dict[str, tuple[str, str, Any]] = field(default_factory=dict)
    """Requests under a key that have no answer yet: their method, path and body."""
    paid: set[str] = field(default_factory=set)
    said: set[str] = field(default_factory=set)
    numbers: int = 0
    done: int = 0

    def next(self) -> str:
        self.numbers += 1
        return f"{self.name}-{self.numbers}"

    # ------------------------------------------------------------ asking

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        key = more.pop("key", self.credential)
        try:
            return self.server.call(method, path, body, key=key or None, timeout=30, **more)
        except (OSError, http.client.HTTPException) as error:
            raise Gone from error

    def once(self, key: str, method: str, path: str, body: Any) -> Answer:
        """Under a key: kept until there is an answer."""
        self.begun[key] = (method, path, body)
        answer = self.ask(method, path, body, headers={"Idempotency-Key": key})
        del self.begun[key]
        return answer

    def again(self) -> None:
        """After a start: what had no answer is asked again."""
        for key, (method, path, body) in list(self.begun.items()):
            status, answer = self.once(key, method, path, body)
            assert status in (200, 201, 402, 409, 429, 502), (key, status, answer)
            if status == 429:
                self.maybe_assistants.add(key)
            self.answered(key, path, status, answer)

    def answered(self, key: str, path: str, status: int, answer: Any) -> None:
        if path.endswith("/top-up") and status == 200:
            self.pay(answer["payment_url"])
        elif path.endswith("/assistants") and status == 201:
            self.assistants[answer["id"]] = answer["telegram_bot_token"] or ""
        elif path.endswith("/chat") and status == 200:
            self.said.add(key)

    def get(self, path: str) -> Any:
        status, answer = self.ask("GET", path)
        assert status == 200, (path, status, answer)
        return answer

    # ------------------------------------------------------------ coming in

    def come(self) -> None:
        """Register, or sign in where the registration was done without an answer."""
        who = {"email": f"{self.name}@example.com", "password": PASSWORD}
        status, answer = self.ask("POST", "/api/auth/register", who, key="")
        if status == 409:
            status, answer = self.ask("POST", "/api/auth/login", who, key="")
        if status in (200, 201):
            self.credential = answer["access_token"]

    def out(self) -> None:
        """Sign out; without an answer the session may be over or not, so it is not used again."""
        before, self.credential = self.credential, ""
        status, answer = self.ask("POST", "/api/auth/logout", key=before)
        assert status == 200, answer
        self.ended.append(before)

    # ------------------------------------------------------------ work

    def makes(self) -> None:
        name = self.next()
        body: dict[str, Any] = {"name": name, "system_prompt": "You help."}
        if self.token and not any(self.assistants.values()) and self.chance.random() < 0.7:
            body["telegram_bot_token"] = self.token
        status, answer = self.once(name, "POST", "/api/assistants", body)
        assert status in (201, 409, 429, 502), (status, answer)
        self.answered(name, "/api/assistants", status, answer)

    def moves(self) -> None:
        """Put the account on another assistant, or away."""
        if not self.assistants or not self.token:
            return
        id = self.chance.choice(list(self.assistants))
        wanted = "" if self.assistants[id] else self.token
        self.assistants[id] = UNSURE
        status, answer = self.ask("PUT", f"/api/assistants/{id}", {"telegram_bot_token": wanted})
        assert status in (200, 404, 409, 429, 502), (status, answer)
        if status == 200:
            self.assistants[id] = wanted

    def unmakes(self) -> None:
        if not self.assistants:
            return
        id = self.chance.choice(list(self.assistants))
        token = self.assistants.pop(id)
        documents = {key: of for key, of in self.documents.items() if of == str(id)}
        self.documents = {key: of for key, of in self.documents.items() if of != str(id)}
        self.maybe_gone.add(id)
        status, answer = self.ask("DELETE", f"/api/assistants/{id}")
        assert status in (200, 404, 429), (status, answer)
        if status == 429:
            self.assistants[id] = token
            self.documents |= documents

    def uploads(self) -> None:
        if not self.assistants:
            return
        id = self.chance.choice(list(self.assistants))
        text = f"{self.next()} costs {self.chance.random()} roubles. " * self.chance.choice(
            (1, 500)
        )
        body, kind = form({"assistant_id": str(id), "file": ("price.txt", text.encode())})
        status, answer = self.ask(
            "POST", "/api/documents/upload", body, headers={"Content-Type": kind}
        )
        assert status in (201, 404, 429), (status, answer)
        if status == 201:
            self.documents[answer["id"]] = str(id)

    def drops(self) -> None:
        if not self.documents:
            return
        id = self.chance.choice(list(self.documents))
        del self.documents[id]
        status, answer = self.ask("DELETE", f"/api/documents/{id}")
        assert status in (200, 404, 429), (status, answer)

    def tops_up(self) -> None:
        key = self.next()
        path, body = (
            "/api/balance/top-up",
            {
                "amount": TOP_UP / 100,
                "payment_method": "card",
                "return_url": "https://example.com/",
            },
        )
        status, answer = self.once(key, "POST", path, body)
        assert status in (200, 429), (status, answer)
        self.answered(key, path, status, answer)

    def pay(self, url: str) -> None:
        reference = url.rpartition("=")[2]
        self.shop.pay(reference)
        self.paid.add(reference)

    def talks(self) -> None:
        if not self.assistants:
            return
        key = self.next()
        path = "/api/v1/conversation/chat"
        body = {"message": f"hello {key}", "user_id": self.name, "session_id": f"s-{key}"}
        status, answer = self.once(key, "POST", path, body)
        assert status in (200, 402, 404, 422, 429), (status, answer)
        self.answered(key, path, status, answer)

    # ------------------------------------------------------------ all of it

    def work(self, stopped: Callable[[], bool]) -> None:
        """Until the server dies, or enough was done."""
        ways = [self.makes, self.makes, self.moves, self.unmakes, self.uploads, self.uploads]
        ways += [self.drops, self.tops_up, self.talks, self.out]
        try:
            while not stopped():
                if not self.credential:
                    self.come()
                else:
                    self.chance.choice(ways)()
                self.done += 1
        except Gone:
            return


def rows(data: Path, query: str, *values: object) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(data / "easyflow.db", isolation_level=None, timeout=30)) as db:
        return db.execute(query, values).fetchall()


async def until(done: Callable[[], Any], *, within: float = 120) -> None:
    """Raises TimeoutError."""
    async with asyncio.timeout(within):
        while True:
            if done():
                return
            await asyncio.sleep(0.02)
