"""MAX as seen from a bot, small and fast: the same customers in dialogs with a bot.

Two messages a second go into one dialog, and so the bot sends: many dialogs with a few turns each
measure the bot, few with many would measure waiting.
"""

import time
from collections.abc import Mapping
from typing import Any

import orjson

from benchmarks.platform import Person, Platform, Webhooks

SECRET = "benchmark-secret"
NICK = "bench_bot"
BOT = 900
MOST_TURNS = 10
"""For one chat, those of warming up among them."""


class BotApi(Platform):
    """One connection from the bot's server: reads requests, answers each at once."""

    def result(self, path: bytes, body: bytes) -> Any:
        """What a call is answered with."""
        where, _, query = path.decode().partition("?")
        if where == "/me":
            return {"user_id": BOT, "username": NICK, "first_name": "Bench", "is_bot": True}
        if where == "/subscriptions" and not body:
            return {"subscriptions": []}
        if where == "/messages" and query.startswith("user_id="):
            chat = int(query.removeprefix("user_id="))
            self.answered(chat, orjson.loads(body))
            return {"message": {"body": {"mid": f"mid.{chat}.{time.monotonic_ns()}"}}}
        return {"success": True}


class SecretWebhooks(Webhooks):
    """Posts updates as MAX does, with the secret in a header."""

    def request(self, number: int, update: dict[str, Any]) -> bytes:
        now = int(time.time() * 1000)
        if "callback" in update:
            update["callback"] |= {"timestamp": now, "callback_id": f"cb.{number}"}
        else:
            update["message"]["body"]["mid"] = f"mid.in.{number}"
        body = orjson.dumps({**update, "timestamp": now})
        return self.post_of("max", {"x-max-bot-api-secret": SECRET}, body)


class Writer(Person):
    """A customer who walks through the five steps again and again."""

    def wrote(self, text: str) -> dict[str, Any]:
        return {"update_type": "message_created", "message": self._message(text)}

    def pressed(self) -> dict[str, Any]:
        message = self._message("?")
        message["body"] |= {"mid": f"mid.{self.chat}", **self.asked}
        callback = {"payload": self.button or "?", "user": self._sender()}
        return {"update_type": "message_callback", "callback": callback, "message": message}

    def hears(self, call: dict[str, Any]) -> None:
        """Remember the button to press, and the message it hangs on: a press brings it along."""
        for attached in call.get("attachments") or ():
            if attached["type"] == "inline_keyboard":
                self.button = attached["payload"]["buttons"][0][0]["payload"]
                self.asked = {"text": call.get("text"), "attachments": call["attachments"]}

    def _sender(self) -> dict[str, Any]:
        return {"user_id": self.chat, "first_name": "Anna", "last_name": "", "is_bot": False}

    def _message(self, text: str) -> dict[str, Any]:
        recipient = {"chat_id": self.chat + 1, "chat_type": "dialog", "user_id": BOT}
        body = {"mid": "", "seq": 1, "text": text}
        now = int(time.time() * 1000)
        return {
            "sender": self._sender(),
            "recipient": recipient,
            "timestamp": now,
            "body": body,
        }


def settings(api: str) -> Mapping[str, str]:
    """What tells the server where MAX is."""
    return {
        "EASYFLOW_MAX__TOKEN": "benchmark-token",
        "EASYFLOW_MAX__NICK": NICK,
        "EASYFLOW_MAX__WEBHOOK_SECRET": SECRET,
        "EASYFLOW_MAX__API_BASE": api,
    }
