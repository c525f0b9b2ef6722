"""The hand on the fake MAX: what tests tell it over HTTP, and what it tells them."""

import base64
import copy
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from tests.servers import max_events
from tests.servers.bodies import Upload
from tests.servers.max_api import MaxApi
from tests.servers.max_delivery import Delivery
from tests.servers.max_state import Bot, Json
from tests.servers.tiny_http import Request, Response, json_response

_CLOSES = {"bot_stopped": "suspended", "dialog_removed": "removed"}


class Steering:
    """Shares the lists of calls, scripted answers and violations with the server."""

    def __init__(
        self,
        api: MaxApi,
        delivery: Delivery,
        calls: list[Json],
        script: list[Json],
        violations: list[Json],
        *,
        remembers: bool,
    ) -> None:
        self._api = api
        self._delivery = delivery
        self._calls = calls
        self._script = script
        self._violations = violations
        self._remembers = remembers
        self._routes: Mapping[str, Callable[[Json, Mapping[str, str]], Any]] = {
            "GET /__calls": lambda _, query: calls[int(query.get("since", 0)) :],
            "GET /__state": lambda _, query: self._state(),
            "GET /__screen": lambda _, query: self._screen(query),
            "POST /__script": lambda body, _: script.append(body),
            "POST /__update": self._update,
            "POST /__press": self._press,
            "POST /__person": self._person,
            "POST /__bot": self._change_bot,
            "POST /__file": self._file,
            "POST /__forget_files": lambda *_: api.files.forget(),
            "POST /__reset": self._reset,
        }

    def handle(self, request: Request) -> Response:
        """Raises KeyError and the like for a body that does not fit its route."""
        route = self._routes.get(f"{request.method} {request.path}")
        if route is None:
            return json_response({"error": f"no {request.method} {request.path}"}, 404)
        answer = route(orjson.loads(request.body) if request.body else {}, request.query)
        return json_response({} if answer is None else answer)

    def _bot(self, body: Mapping[str, Any]) -> Bot:
        token = body.get("token")
        return self._api.bots[token] if token else next(iter(self._api.bots.values()))

    # ------------------------------------------------------------ updates

    def _update(self, body: Json, query: Mapping[str, str]) -> list[Json]:
        bot = self._bot(body)
        told = []
        for update in body["updates"]:
            told.append(update if body.get("raw") else self._complete(bot, update))
            self._delivery.add(bot, told[-1], int(body.get("copies") or 1))
        return told

    def _complete(self, bot: Bot, update: Json) -> Json:
        """With numbers and moments of MAX's own; kept and shown as what it is."""
        kind = update["update_type"]
        update["timestamp"] = self._api.numbers.now()
        if kind == "message_created":
            message = update["message"]
            message["timestamp"] = update["timestamp"]
            message["body"]["mid"] = self._api.numbers.mid()
            self._link(bot, message)
            if self._remembers:
                self._show(bot, message, "says")
        elif kind == "message_edited" and self._remembers:
            self._show(bot, update["message"], "edits")
        elif kind == "message_removed":
            dialog = bot.dialog(update["user_id"])
            dialog.show("client", "deletes", bot.messages.get(update["message_id"]))
        elif kind in _CLOSES or kind == "bot_started":
            dialog = bot.dialog(update["user"]["user_id"])
            dialog.state = _CLOSES.get(kind, "open")
            dialog.show("client", kind, payload=update.get("payload"))
        return update

    def _link(self, bot: Bot, message: Json) -> None:
        """A link names the message that it is to; MAX tells all of it."""
        link = message.get("link")
        if link and "message" not in link:
            to = bot.messages[link.pop("mid")]
            link |= {"sender": to["sender"], "message": copy.deepcopy(to["body"])}

    def _show(self, bot: Bot, message: Json, act: str) -> None:
        if message["recipient"]["chat_type"] != "dialog":
            return
        dialog = bot.dialog(message["sender"]["user_id"])
        dialog.state = "open"
        bot.messages[message["body"]["mid"]] = message
        names = [one.get("filename", "") for one in message["body"].get("attachments") or () if one]
        dialog.show("client", act, message, names=names)

    def _press(self, body: Json, query: Mapping[str, str]) -> Json:
        """The newest button with this label that can be pressed. Raises LookupError."""
        bot, user_id, label = self._bot(body), int(body["user_id"]), body["label"]
        dialog = bot.dialog(user_id)
        shown = {
            seen["message"]["body"]["mid"]
            for seen in dialog.seen
            if seen["who"] == "bot" and seen["act"] in ("says", "edits")
        }
        for mid in sorted(shown, reverse=True):
            message = bot.messages[mid]
            for one in _buttons(message):
                if one["text"] == label:
                    return self._pressed(bot, user_id, message, one, body)
        raise LookupError(f"no button {label!r}")

    def _pressed(
        self, bot: Bot, user_id: int, message: Json, one: Json, body: Mapping[str, Any]
    ) -> Json:
        if one["type"] == "link":
            return {"opened": one["url"]}
        dialog = bot.dialog(user_id)
        if one["type"] == "request_contact":
            phone = body.get("phone") or "79990000000"
            shared = max_events.contact(phone, user_id, token=bot.token)
            update = max_events.message(user_id, None, attachments=[shared])
            update = self._complete(bot, update)
        elif one["type"] == "request_geo_location":
            place = max_events.place(*body.get("place", (55.75, 37.61)))
            update = self._complete(bot, max_events.message(user_id, None, attachments=[place]))
        elif one["type"] == "message":
            update = self._complete(bot, max_events.message(user_id, one["text"]))
        else:
            mid = message["body"]["mid"]
            token = f"cb.{mid}"
            bot.pressed[token] = user_id
            dialog.show("client", "presses", label=one["text"])
            at = self._api.numbers.now()
            told = copy.deepcopy(message)
            # https://github.com/chenhg5/cc-connect/pull/1848: dialogs leave it out.
            told["recipient"].pop("chat_id", None)
            update = max_events.press(user_id, one["payload"], callback_id=token, of=told, at=at)
        self._delivery.add(bot, update, int(body.get("copies") or 1))
        return update

    # ------------------------------------------------------------ the state of things

    def _person(self, body: Json, query: Mapping[str, str]) -> None:
        self._bot(body).dialog(int(body["user_id"])).state = body["state"]

    def _change_bot(self, body: Json, query: Mapping[str, str]) -> None:
        bot = self._bot(body)
        for name in ("revoked", "processing"):
            if name in body:
                setattr(bot, name, body[name])

    def _file(self, body: Json, query: Mapping[str, str]) -> Json:
        upload = Upload(body["name"], base64.b64decode(body["content"]))
        return {"url": self._api.files.given(upload)}

    def _reset(self, body: Json, query: Mapping[str, str]) -> None:
        """Forget the record and the script; with `whole` dialogs and subscriptions too."""
        for kept in (self._calls, self._script, self._violations):
            kept.clear()
        for bot in self._api.bots.values() if body.get("whole") else ():
            for gone in (bot.dialogs, bot.messages, bot.pressed):
                gone.clear()
            bot.subscriptions, bot.waiting = [], []
            bot.revoked, bot.processing, bot.lost = False, 0, 0

    def _screen(self, query: Mapping[str, str]) -> list[Json]:
        return self._bot(query).dialog(int(query["user_id"])).seen

    def _state(self) -> Json:
        return {
            "calls": len(self._calls),
            "scripted": len(self._script),
            "violations": self._violations,
            "bots": {
                bot.token: {
                    "pending": bot.pending,
                    "waiting": len(bot.waiting),
                    "delivered": bot.delivered,
                    "attempts": bot.attempts,
                    "subscriptions": [one.url for one in bot.subscriptions],
                    "commands": bot.commands,
                }
                for bot in self._api.bots.values()
            },
        }


def _buttons(message: Json) -> list[Json]:
    keyboards = [
        one for one in message["body"].get("attachments") or () if one["type"] == "inline_keyboard"
    ]
    return [one for each in keyboards for row in each["payload"]["buttons"] for one in row]
