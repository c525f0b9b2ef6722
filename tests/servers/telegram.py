"""The fake Bot API server for tests: started, asked and steered from Python."""

import asyncio
import base64
import http.client
import itertools
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import orjson

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "111111:TEST-TOKEN"
USERNAME = "shop_bot"

_STARTED = "Fake Bot API on "


@dataclass(frozen=True, slots=True)
class Call:
    """A call the server got. `at` is CLOCK_MONOTONIC, the same in every process of a machine.

    `status` is what it answered (0: nothing). With `quiet` only `at`, `method` and `chat_id` are kept.
    """

    at: float
    method: str
    chat_id: str
    token: str = ""
    status: int = 200
    message_id: int | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return str(self.parameters.get("text") or self.parameters.get("caption") or "")

    def button(self, label: str) -> str:
        """The callback data of the inline button with this label."""
        rows = self.parameters["reply_markup"]["inline_keyboard"]
        for button in itertools.chain.from_iterable(rows):
            if button["text"] == label:
                return str(button["callback_data"])
        raise LookupError(f"no button {label!r} among {rows}")


class FakeTelegram:
    """A running server. `with FakeTelegram.start() as telegram:` ends its process afterwards."""

    def __init__(self, process: "subprocess.Popen[str]", base: str, tokens: Sequence[str]) -> None:
        self.base = base
        self.tokens = tokens
        self._process = process
        self._connection = http.client.HTTPConnection(base.removeprefix("http://"), timeout=30)

    @classmethod
    def start(
        cls,
        bots: Mapping[str, str] | None = None,
        *,
        quiet: bool = False,
        port: int = 0,
    ) -> "FakeTelegram":
        """`bots` are tokens with their user names; without any there is one, TOKEN."""
        bots = bots or {TOKEN: USERNAME}
        command = [sys.executable, "-m", "tests.servers.fake_telegram", "--with-parent"]
        command += ["--port", str(port), *(["--quiet"] if quiet else [])]
        for token, username in bots.items():
            command += ["--token", f"{token}={username}"]
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line.startswith(_STARTED):
            process.kill()
            process.wait()
            raise RuntimeError("the fake Bot API server did not start")
        return cls(process, line.removeprefix(_STARTED).strip(), list(bots))

    def stop(self) -> None:
        self._connection.close()
        self._process.terminate()
        self._process.wait(timeout=10)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    # ------------------------------------------------------------ what it saw

    def calls(
        self, method: str | None = None, *, chat_id: int | str | None = None, since: int = 0
    ) -> list[Call]:
        """Calls in order of receipt; without `method` all but getUpdates."""
        made = [Call(**call) for call in self._ask("GET", f"/__calls?since={since}")]
        return [
            call
            for call in made
            if (call.method == method if method else call.method != "getUpdates")
            and (chat_id is None or call.chat_id == str(chat_id))
        ]

    async def expect(
        self,
        count: int,
        method: str = "sendMessage",
        *,
        chat_id: int | str | None = None,
        within: float = 10.0,
    ) -> list[Call]:
        """Wait until at least so many calls came; fails with what did come."""
        deadline = asyncio.get_running_loop().time() + within
        while len(found := self.calls(method, chat_id=chat_id)) < count:
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"{len(found)} of {count} {method}; all calls: {self.calls()}")
            await asyncio.sleep(0.02)
        return found

    def state(self, token: str | None = None) -> dict[str, Any]:
        """A bot's `pending` update ids, counts of `delivered` and `attempts`, and its `webhook`."""
        bots = self._ask("GET", "/__state")["bots"]
        state: dict[str, Any] = bots[token or self.tokens[0]]
        return state

    async def settled(self, *, token: str | None = None, within: float = 30.0) -> None:
        """Wait until the bot acknowledged every update."""
        deadline = asyncio.get_running_loop().time() + within
        while pending := self.state(token)["pending"]:
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"not acknowledged: {pending}")
            await asyncio.sleep(0.02)

    def reset(self) -> None:
        """Forget calls and script."""
        self._ask("POST", "/__reset")

    # ------------------------------------------------------------ what it does

    def script(
        self,
        *,
        method: str | None = None,
        chat_id: int | str | None = None,
        token: str | None = None,
        times: int | None = 1,
        status: int | None = None,
        description: str = "",
        parameters: Mapping[str, Any] | None = None,
        retry_after: int | None = None,
        body: str | None = None,
        headers: Mapping[str, str] | None = None,
        delay: float = 0.0,
        action: Literal["answer", "hang", "drop", "swallow"] = "answer",
    ) -> None:
        """Answer the next `times` matching calls (None: all of them) in this way.

        `retry_after` alone makes a 429; `body` is sent as HTML; `delay` comes before whatever the
        answer is. `drop` closes the connection and does nothing, `swallow` does the call and closes
        without an answer, `hang` never answers.
        """
        if retry_after is not None:
            status = status or 429
            description = description or f"Too Many Requests: retry after {retry_after}"
            parameters = {**(parameters or {}), "retry_after": retry_after}
        scripted = {
            "method": method,
            "chat_id": chat_id,
            "token": token,
            "times": times,
            "status": status,
            "description": description,
            "parameters": parameters,
            "body": body,
            "headers": headers,
            "delay": delay,
            "action": action,
        }
        self._ask("POST", "/__script", scripted)

    def update(self, *updates: Mapping[str, Any], token: str | None = None, copies: int = 1) -> Any:
        """Something happened in Telegram: delivered by webhook if one is set, else for getUpdates.

        Gives the updates' ids. Numbers them where `update_id` is missing. `copies` delivers each
        that often to a webhook.
        """
        return self._ask(
            "POST", "/__update", {"token": token, "updates": updates, "copies": copies}
        )

    def set_webhook(self, url: str, secret: str, *, token: str | None = None) -> None:
        """What a bot does itself at start, done for it."""
        parameters = {"url": url, "secret_token": secret}
        self._ask("POST", f"/bot{token or self.tokens[0]}/setWebhook", parameters)

    def file(self, name: str, content: bytes) -> str:
        """A file that a customer sent; its file id."""
        encoded = base64.b64encode(content).decode()
        return str(self._ask("POST", "/__file", {"name": name, "content": encoded})["file_id"])

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        content = orjson.dumps(body) if body is not None else b""
        self._connection.request(method, path, content, {"Content-Type": "application/json"})
        response = self._connection.getresponse()
        answer = orjson.loads(response.read())
        if response.status >= 400:
            raise RuntimeError(f"{path}: {answer}")
        return answer


# ---------------------------------------------------------------- updates, as Telegram sends them


def person(chat_id: int, *, name: str = "Иван", language: str = "ru") -> dict[str, Any]:
    return {
        "id": chat_id,
        "is_bot": False,
        "first_name": name,
        "username": f"user{chat_id}",
        "language_code": language,
    }


def message(chat_id: int, text: str | None = None, **fields: Any) -> dict[str, Any]:
    """An update with a message; `fields` go into the message (`photo=…`, `contact=…`)."""
    body: dict[str, Any] = {
        "message_id": 1,
        "from": person(chat_id),
        "chat": {"id": chat_id, "type": "private", "first_name": "Иван"},
        "date": 1_790_000_000,
    }
    if text is not None:
        body["text"] = text
    return {"message": body | fields}


def press(
    chat_id: int, payload: str, *, query_id: str = "1", message_id: int = 1
) -> dict[str, Any]:
    """An update with a pressed inline button."""
    return {
        "callback_query": {
            "id": query_id,
            "from": person(chat_id),
            "message": {
                "message_id": message_id,
                "chat": {"id": chat_id, "type": "private"},
                "date": 1_790_000_000,
                "text": "…",
            },
            "chat_instance": "1",
            "data": payload,
        }
    }
