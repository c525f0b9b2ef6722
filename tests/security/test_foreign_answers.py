"""A server that actions call answers what it likes: the chat goes on, and its secret stays one."""

import fnmatch
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.servers.easyflow import EasyFlow
from tests.servers.tiny_http import Request, Response, serve

SECRET = "canary p@ss/word+13"
CHAT = "/api/v1/conversation/chat"
BOT = "bot: Б\nlanguage: ru\ntimezone: Europe/Moscow\nsecrets: [token]\n"
FLOWS = """\
flow: вопрос
when: [вопрос]
steps:
  слово:
    - ask: Какое?
      save: слово
    - do: http.get
      with: {{url: "http://127.0.0.1:{port}/of/{{{{ слово }}}}/x", headers: {{X: "{{{{ secrets.token }}}}"}}}}
      save: ответ
      failed: {{say: Не вышло.}}
    - ask: "Ответ {{{{ ответ.text }}}}. Ещё?"
      save: ещё
    - say: "Ещё {{{{ ещё }}}}"
"""


@dataclass
class Remote:
    """A server of an attacker, with what it was asked and what it is going to answer."""

    answer: Response = field(default_factory=Response)
    heard: list[Request] = field(default_factory=list)

    def __call__(self, request: Request) -> Response:
        self.heard.append(request)
        return self.answer


@dataclass
class Town:
    server: EasyFlow
    remote: Remote

    async def says(self, *texts: str) -> str:
        """What the bot answers to the last of them, in a chat of its own."""
        body = {"user_id": "u"}
        answer: dict[str, Any] = {}
        for text in texts:
            body["message"] = text
            status, answer = await self.server.asked("POST", CHAT, body)
            assert status == 200, answer
            body["session_id"] = answer["session_id"]
        return str(answer["message"])


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    remote = Remote()
    running = await serve(remote)
    port = int(running.url.rstrip("/").rpartition(":")[2])
    folder = tmp_path
    (folder / "bots" / "b" / "flows").mkdir(parents=True)
    (folder / "bots" / "b" / "bot.yaml").write_text(BOT, encoding="utf-8")
    flows = folder / "bots" / "b" / "flows" / "f.yaml"
    flows.write_text(FLOWS.format(port=port), encoding="utf-8")
    settings: dict[str, Any] = {"allow_hosts": f"127.0.0.1:{port}", "secrets__token": SECRET}
    with EasyFlow(folder / "data", bots=folder / "bots", **settings) as server:
        yield Town(server, remote)
    await running.close()


ODD: dict[str, tuple[Response, str]] = {
    "half a pair in a header": (Response(b"ok", headers={"X-A": "a\xff"}), "Ответ ok. Ещё?"),
    "half a pair of a charset": (
        Response(b"a+2AA-b", content_type="text/plain; charset=utf-7"),
        "Ответ a+2AA-b. Ещё?",
    ),
    "a slow charset": (
        Response(b"a-" + b"z" * 200_000, content_type="text/plain; charset=punycode"),
        "*",
    ),
    "a charset of names": (
        Response(b"\xff" * 9, content_type="text/plain; charset=idna"),
        "Ответ �*",
    ),
    "levels without end": (Response(b"[" * 900 + b"]" * 900), "Не вышло.*"),
    "elements without end": (Response(b"[" + b"0," * 300_000 + b"0]"), "Что-то пошло не так*"),
}


async def test_whatever_a_server_answers_the_chat_goes_on(town: Town) -> None:
    for kind, (answer, expected) in ODD.items():
        town.remote.answer = answer
        began = time.monotonic()
        said = await town.says("вопрос", "да")
        assert fnmatch.fnmatchcase(said, expected), (kind, said[:200], town.server.log[-2000:])
        # A result that cannot be stored is waited for until the caller's patience ends: 25 seconds.
        assert time.monotonic() - began < 24, kind
        assert await town.says("вопрос") == "Какое?"
    assert len(town.remote.heard) == len(ODD)


async def test_words_of_a_customer_choose_nothing_but_their_piece_of_an_address(town: Town) -> None:
    town.remote.answer = Response(b"ok")
    for words in ("../../admin?role=1#", "a&b=c", "..%2f..%2fadmin", "//evil.example/", "a\\..\\b"):
        await town.says("вопрос", words)
        request = town.remote.heard.pop()
        assert (request.path, request.query) == (f"/of/{words}/x", {})
    assert "Не вышло" in await town.says("вопрос", "..")
    assert town.remote.heard == []


async def test_a_secret_that_is_sent_back_written_otherwise_is_seen_nowhere(town: Town) -> None:
    ways = ["canary%20p%40ss%2Fword%2B13", "canary+p%40ss%2Fword%2B13", "canary%20p%40ss/word%2B13"]
    town.remote.answer = Response(" ".join([SECRET, *ways]).encode(), content_type="text/plain")
    assert await town.says("вопрос", "да") == "Ответ ••• ••• ••• •••. Ещё?"
    assert town.remote.heard[0].headers["x"] == SECRET
    town.server.stop()
    kept = b"".join(path.read_bytes() for path in town.server.data.rglob("*") if path.is_file())
    for way in [SECRET, *ways]:
        assert way.encode() not in kept
        assert way not in town.server.log
