"""The fake MAX's API: who calls, by what rules, and what does it."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

from tests.servers.max_calls import UPDATES, method_of, wrong_in
from tests.servers.max_files import Files
from tests.servers.max_state import (
    Bot,
    Dialog,
    Json,
    Numbers,
    Refused,
    Subscription,
    Violation,
)
from tests.servers.max_texts import read_html

OK: Json = {"success": True}


class MaxApi:
    """The methods. `checks` off leaves out rules and memory, and counts messages only."""

    def __init__(self, bots: list[Bot], *, checks: bool = True) -> None:
        self.bots = {bot.token: bot for bot in bots}
        self.numbers = Numbers()
        self.files = Files()
        self.subscribed: Callable[[Bot], None] = lambda bot: None
        self._checks = checks
        self._methods: Mapping[str, Callable[[Bot, str, Mapping[str, str], Any], Json]] = {
            "GET /me": lambda bot, *_: bot.me,
            "PATCH /me": self._change_me,
            "GET /subscriptions": self._subscriptions,
            "POST /subscriptions": self._subscribe,
            "DELETE /subscriptions": self._unsubscribe,
            "POST /messages": self._send,
            "PUT /messages": self._edit,
            "DELETE /messages": self._delete,
            "GET /messages/{messageId}": self._message,
            "POST /answers": self._answer,
            "POST /chats/{chatId}/actions": self._act,
            "POST /uploads": lambda bot, _, query, __: self.files.place(query["type"]),
            "GET /videos/{videoToken}": lambda bot, token, *_: self.files.video(token),
        }

    def bot(self, token: str, query: Mapping[str, str]) -> Bot:
        """Raises Refused for a token that is wrong, and Violation for one in the query."""
        if "access_token" in query:
            raise Violation("the token goes into the header Authorization, never into the query")
        bot = self.bots.get(token)
        if bot is None or bot.revoked:
            raise Refused(401, "verify.token", "Invalid access_token")
        return bot

    def do(self, bot: Bot, verb: str, path: str, query: Mapping[str, str], body: Any) -> Json:
        """The answer of a method. Raises Refused, or Violation where the call itself is wrong."""
        method, place = method_of(verb, path)
        if method not in self._methods:
            raise Refused(404, "not.found", f"{verb} {path}")
        if self._checks and (wrong := wrong_in(method, query, body)):
            raise Violation("; ".join(wrong))
        return self._methods[method](bot, place, query, body)

    def user_of(self, bot: Bot, path: str, query: Mapping[str, str]) -> str:
        """Whom a call is about, for the record."""
        if "user_id" in query:
            return query["user_id"]
        if message := bot.messages.get(query.get("message_id", "") or path.rpartition("/")[2]):
            return str(message["recipient"]["user_id"])
        if found := bot.pressed.get(query.get("callback_id", "")):
            return str(found)
        chat = next((part for part in path.split("/") if part.lstrip("-").isdecimal()), "")
        return str(int(chat) - Dialog(0).chat_id) if chat else ""

    # ------------------------------------------------------------ the bot

    def _change_me(self, bot: Bot, _: str, query: Mapping[str, str], body: Any) -> Json:
        bot.commands = body.get("commands") or []
        return bot.me

    def _subscriptions(self, bot: Bot, _: str, query: Mapping[str, str], body: Any) -> Json:
        told = [
            {
                "url": one.url,
                "time": self.numbers.now(),
                "update_types": list(one.types),
                "version": "0.0.30",
            }
            for one in bot.subscriptions
        ]
        return {"subscriptions": told}

    def _subscribe(self, bot: Bot, _: str, query: Mapping[str, str], body: Any) -> Json:
        bot.subscriptions = [one for one in bot.subscriptions if one.url != body["url"]]
        types = tuple(body.get("update_types") or UPDATES)
        bot.subscriptions.append(Subscription(body["url"], body.get("secret", ""), types))
        self.subscribed(bot)
        return OK

    def _unsubscribe(self, bot: Bot, _: str, query: Mapping[str, str], body: Any) -> Json:
        before = len(bot.subscriptions)
        bot.subscriptions = [one for one in bot.subscriptions if one.url != query["url"]]
        if len(bot.subscriptions) == before:
            return {"success": False, "message": "No such subscription"}
        return OK

    # ------------------------------------------------------------ messages

    def _send(self, bot: Bot, _: str, query: Mapping[str, str], body: Any) -> Json:
        if not self._checks:
            return {"message": {"body": {"mid": self.numbers.mid()}}}
        dialog = self._reached(bot, query)
        message = self._written(bot, dialog, body)
        bot.messages[message["body"]["mid"]] = message
        dialog.show("bot", "says", message, names=self._names(message))
        return {"message": message}

    def _edit(self, bot: Bot, _: str, query: Mapping[str, str], body: Any) -> Json:
        mid = query["message_id"]
        if mid not in bot.messages:
            raise Refused(404, "not.found", f"Message {mid} not found")
        self._change(bot, mid, body)
        return OK

    def _delete(self, bot: Bot, _: str, query: Mapping[str, str], body: Any) -> Json:
        mid = query["message_id"]
        if mid not in bot.messages:
            raise Refused(404, "not.found", f"Message {mid} not found")
        dialog = bot.dialog(int(bot.messages[mid]["recipient"]["user_id"]))
        dialog.show("bot", "deletes", bot.messages.pop(mid))
        return OK

    def _message(self, bot: Bot, mid: str, query: Mapping[str, str], body: Any) -> Json:
        if mid not in bot.messages:
            raise Refused(404, "not.found", f"Message {mid} not found")
        return bot.messages[mid]

    def _answer(self, bot: Bot, _: str, query: Mapping[str, str], body: Any) -> Json:
        token = query["callback_id"]
        if token not in bot.pressed and self._checks:
            raise Refused(400, "proto.payload", "Invalid callback_id")
        if body.get("notification"):
            dialog = bot.dialog(bot.pressed[token])
            dialog.show("bot", "notifies", extra={"text": body["notification"]})
        if body.get("message"):
            self._change(bot, token.removeprefix("cb."), body["message"])
        return OK

    def _act(self, bot: Bot, chat: str, query: Mapping[str, str], body: Any) -> Json:
        if self._checks and bot.dialog(int(chat) - Dialog(0).chat_id).state != "open":
            raise Refused(404, "chat.not.found", f"Chat {chat} not found")
        return OK

    def _reached(self, bot: Bot, query: Mapping[str, str]) -> Dialog:
        """https://dev.max.ru/docs-api: a bot writes only where a dialog was begun."""
        if "chat_id" in query:
            user_id = int(query["chat_id"]) - Dialog(0).chat_id
        else:
            user_id = int(query["user_id"])
        dialog = bot.dialog(user_id)
        if dialog.state == "suspended":
            raise Refused(403, "chat.denied", "Key: error.dialog.suspended")
        if dialog.state != "open":
            raise Refused(404, "chat.not.found", "dialog.not.found")
        return dialog

    def _written(self, bot: Bot, dialog: Dialog, body: Mapping[str, Any]) -> Json:
        mid = self.numbers.mid()
        recipient = {"chat_id": dialog.chat_id, "chat_type": "dialog", "user_id": dialog.user_id}
        message: Json = {
            "sender": bot.me,
            "recipient": recipient,
            "timestamp": self.numbers.now(),
            "body": {"mid": mid, "seq": 1, **self._content(bot, mid, body)},
        }
        if link := body["link"]:
            linked = bot.messages.get(link["mid"])
            if linked is None:
                raise Refused(400, "proto.payload", f"Message {link['mid']} not found")
            told = {"sender": linked["sender"], "message": linked["body"]}
            message["link"] = {"type": link["type"], **copy.deepcopy(told)}
        return message

    def _change(self, bot: Bot, mid: str, body: Mapping[str, Any]) -> None:
        """`attachments` as null keeps those that are there; an empty list takes them away."""
        message = bot.messages[mid]
        content = self._content(bot, mid, body)
        if body["attachments"] is None:
            content["attachments"] = message["body"].get("attachments")
        if body["text"] is None:
            content |= {key: message["body"].get(key) for key in ("text", "markup")}
        message["body"] |= content
        dialog = bot.dialog(message["recipient"]["user_id"])
        dialog.show("bot", "edits", message, names=self._names(message))

    def _content(self, bot: Bot, mid: str, body: Mapping[str, Any]) -> Json:
        text: str | None = body["text"]
        marks: list[Json] = []
        if text and body.get("format") == "html":
            text, marks, wrong = read_html(text)
            if wrong:
                raise Violation("; ".join(wrong))
        given = body["attachments"] or []
        attachments = [self.files.told(one, mid, waits=bot.processing) for one in given]
        content: Json = {"text": text, "attachments": attachments or None}
        return content | ({"markup": marks} if marks else {})

    def _names(self, message: Json) -> list[str]:
        return [self.files.name(one) for one in message["body"].get("attachments") or ()]
