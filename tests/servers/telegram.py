"""The fake Bot API server for tests: started, asked and steered from Python."""

import asyncio
import base64
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self
from urllib.parse import urlencode

import pytest

from tests.servers.fake import Fake, acknowledged, enough
from tests.servers.screen import rendered
from tests.servers.specs_telegram import against_specification, specification
from tests.servers.telegram_happenings import message, person, press
from tests.servers.telegram_screen import bubbles

TOKEN = "111111:TEST-TOKEN"
USERNAME = "shop_bot"

__all__ = ["TOKEN", "USERNAME", "Call", "FakeTelegram", "message", "person", "press"]


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


class FakeTelegram(Fake):
    """A running server. `with FakeTelegram.start() as telegram:` ends its process afterwards."""

    def __init__(self, bots: Mapping[str, str], *, quiet: bool, port: int) -> None:
        given = [f"--token={token}={username}" for token, username in bots.items()]
        super().__init__("tests.servers.fake_telegram", *given, quiet=quiet, port=port)
        self.tokens = list(bots)

    @classmethod
    def start(
        cls, bots: Mapping[str, str] | None = None, *, quiet: bool = False, port: int = 0
    ) -> Self:
        """`bots` are tokens with their user names; without any there is one, TOKEN."""
        return cls(bots or {TOKEN: USERNAME}, quiet=quiet, port=port)

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

    def calls_since(self, count: int) -> list[Call]:
        """All calls but the first `count`, of any method: to read on where one had come to."""
        return [Call(**call) for call in self._ask("GET", f"/__calls?since={count}")]

    def met(self) -> dict[str, int]:
        """How many calls met each action that a script gives a share of them."""
        found: dict[str, int] = self._ask("GET", "/__state")["met"]
        return found

    async def expect(
        self,
        count: int,
        method: str = "sendMessage",
        *,
        chat_id: int | str | None = None,
        within: float = 60.0,
    ) -> list[Call]:
        """Wait until at least so many calls came; fails with what did come."""
        found = await enough(
            lambda: self.calls(method, chat_id=chat_id),
            count,
            within=within,
            otherwise=lambda: f"{method}; all calls: {self.calls()}",
        )
        return list(found)

    def state(self, token: str | None = None) -> dict[str, Any]:
        """A bot's `pending` update ids, counts of `delivered` and `attempts`, and its `webhook`."""
        bots = self._ask("GET", "/__state")["bots"]
        state: dict[str, Any] = bots[token or self.tokens[0]]
        return state

    def violations(self) -> list[str]:
        """What bots did against the Bot API's rules so far; a suite that is in order has none."""
        return [
            f"{found['method']}: {found['what']}"
            + (f" ({found['answer']})" * bool(found["answer"]))
            for found in self._ask("GET", "/__state")["violations"]
        ]

    def unspecified(self) -> list[str]:
        """What the machine-readable specification holds against the calls that were done.

        Skips the test where this machine has no specification.
        """
        if specification() is None:
            pytest.skip("no telegram/api.json: EASYFLOW_SPECS names no folder that has it")
        done = [call for call in [*self.calls(), *self.calls("getUpdates")] if call.status == 200]
        return [
            found
            for call in done
            for found in against_specification(call.method, call.parameters, call.files)
        ]

    def seen(self, chat_id: int | str, *, token: str | None = None) -> list[dict[str, Any]]:
        """What was seen in a chat, in order: {"who", "act", "message", …}."""
        query = urlencode({"chat_id": chat_id, "token": token or self.tokens[0]})
        log: list[dict[str, Any]] = self._ask("GET", f"/__seen?{query}")
        return log

    def said(self, chat_id: int | str, *, token: str | None = None) -> list[str]:
        """What a customer sees as lines, everything in the order it happened.

        The list only grows: an edit, a button pressed or a message deleted is a line of its own.
        """
        return rendered(bubbles(self.seen(chat_id, token=token)))

    async def settled(self, *, token: str | None = None, within: float = 60.0) -> None:
        """Wait until the bot acknowledged every update."""
        await acknowledged(lambda: self.state(token)["pending"], within=within)

    def reset(self) -> None:
        """Forget everything but the webhooks, and updates that are on their way to one."""
        self._ask("POST", "/__reset")

    # ------------------------------------------------------------ what it does

    def script(
        self,
        *,
        method: str | None = None,
        chat_id: int | str | None = None,
        token: str | None = None,
        times: int | None = 1,
        share: float | None = None,
        status: int | None = None,
        description: str = "",
        parameters: Mapping[str, Any] | None = None,
        retry_after: int | None = None,
        body: str | None = None,
        headers: Mapping[str, str] | None = None,
        delay: float = 0.0,
        action: Literal["answer", "hang", "drop", "swallow", "late"] = "answer",
    ) -> None:
        """Answer the next `times` matching calls (None: all of them) in this way, or a
        `share` of them by chance.

        `retry_after` alone makes a 429; `body` is sent as HTML; `delay` comes before whatever the
        answer is. `drop` closes the connection and does nothing, `swallow` does the call and closes
        without an answer, `late` does it and answers after the delay, `hang` never answers.
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
            "share": share,
            "status": status,
            "description": description,
            "parameters": parameters,
            "body": body,
            "headers": headers,
            "delay": delay,
            "action": action,
        }
        self._ask("POST", "/__script", scripted)

    def update(
        self,
        *updates: Mapping[str, Any],
        token: str | None = None,
        copies: int = 1,
        only_allowed: bool = False,
    ) -> Any:
        """Something happened in Telegram: delivered by webhook if one is set, else for getUpdates.

        Gives the updates' ids. Numbers them where `update_id` is missing. `copies` delivers each
        that often to a webhook. With `only_allowed` a bot is not given what it did not ask for.
        """
        body = {"token": token, "updates": updates, "copies": copies, "only_allowed": only_allowed}
        return self._ask("POST", "/__update", body)

    async def pay(
        self,
        chat_id: int,
        *,
        message_id: int | None = None,
        link: str | None = None,
        token: str | None = None,
        within: float = 60.0,
        order: Mapping[str, Any] | None = None,
        tip: int = 0,
    ) -> dict[str, Any]:
        """A customer pays the newest invoice of the chat, that of a message or that behind a link.

        The bot has `within` seconds for each question. Gives {"paid": true, "charge", "payment"}, or
        {"paid": false, "why"}. `order` are name, phone_number, email, shipping_address; with the
        last one the first way to ship is chosen where the price depends on it.
        """
        body = {
            "token": token,
            "customer": person(chat_id),
            "message_id": message_id,
            "link": link,
            "within": within,
            "order": order,
            "tip": tip,
        }
        paid: dict[str, Any] = await asyncio.to_thread(self._ask_apart, "POST", "/__pay", body)
        return paid

    def forward(self, seconds: float) -> None:
        """Let time pass, for what grows old: pressed buttons, messages that may be deleted."""
        self._ask("POST", "/__clock", {"forward": seconds})

    def inline_mode(self, *, on: bool) -> None:
        """As @BotFather turns it on and off, for all bots."""
        self._ask("POST", "/__inline", {"on": on})

    def clock_stands_at(self, seconds: float) -> None:
        """From now on its clock shows this, in seconds since 1970, until it is set again."""
        self._ask("POST", "/__clock", {"at": seconds})

    def set_webhook(self, url: str, secret: str, *, token: str | None = None) -> None:
        """What a bot does itself at start, done for it."""
        parameters = {"url": url, "secret_token": secret}
        self._ask("POST", f"/bot{token or self.tokens[0]}/setWebhook", parameters)

    def group(self, body: Mapping[str, Any], *, token: str | None = None) -> Any:
        """Somebody does something in a group (`bot_api_people.py`)."""
        return self._ask("POST", "/__group", {"token": token or self.tokens[0], **body})

    def group_state(self, chat_id: int, *, token: str | None = None) -> dict[str, Any]:
        query = urlencode({"chat_id": chat_id, "token": token or self.tokens[0]})
        state: dict[str, Any] = self._ask("GET", f"/__group?{query}")
        return state

    def answer_to(self, query: str) -> dict[str, Any] | None:
        """What a bot answered to a pressed button, by the query's id."""
        said: dict[str, Any] | None = self._ask("GET", f"/__answer?query={query}")
        return said

    def file(self, name: str, content: bytes) -> str:
        """A file that a customer sent; its file id."""
        encoded = base64.b64encode(content).decode()
        return str(self._ask("POST", "/__file", {"name": name, "content": encoded})["file_id"])
