"""VK as seen from a bot, small and fast: the same customers over the Callback API."""

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson

from benchmarks.platform import Answered, Person, Platform, Webhooks

GROUP = 222111
SECRET = "benchmark-secret"
CLIENT = {
    "button_actions": ["text", "open_link", "callback", "location"],
    "keyboard": True,
    "inline_keyboard": True,
    "carousel": True,
    "lang_id": 3,
}


class VkApi(Platform):
    """One connection from the bot's server: reads requests, answers each at once."""

    def __init__(self, answered: Answered) -> None:
        super().__init__(answered)
        self._servers: list[dict[str, Any]] = []

    def result(self, path: bytes, body: bytes) -> Any:
        method = path.rpartition(b"/")[2].decode()
        return {"response": self._response(method, dict(parse_qsl(body.decode())))}

    def _response(self, method: str, call: dict[str, Any]) -> Any:
        match method:
            case "messages.send":
                self.answered(int(call["peer_id"]), call)
                return time.monotonic_ns() >> 10 & 0x7FFFFFFF
            case "messages.getByConversationMessageId":
                message = {"id": 1, "peer_id": int(call["peer_id"]), "text": "Is that right?"}
                return {"count": 1, "items": [message]}
            case "users.get":
                ids = call["user_ids"].split(",")
                return [{"id": int(one), "first_name": "Anna", "last_name": ""} for one in ids]
            case "groups.getById":
                group = {"id": GROUP, "name": "Bench", "screen_name": "bench"}
                return {"groups": [group], "profiles": []}
            case "groups.getCallbackServers":
                return {"count": len(self._servers), "items": self._servers}
            case "groups.addCallbackServer":
                told = {name: call[name] for name in ("url", "title", "secret_key")}
                self._servers = [{"id": 1, "status": "ok", **told}]
                return {"server_id": 1}
        return 1


class Events(Webhooks):
    """Posts events as VK does, with the secret in them."""

    def request(self, number: int, update: dict[str, Any]) -> bytes:
        beside = {"group_id": GROUP, "event_id": f"{number:040x}", "v": "5.199", "secret": SECRET}
        return self.post_of("vk", {}, orjson.dumps({**update, **beside}))


class Peer(Person):
    """A customer who walks through the five steps again and again."""

    def wrote(self, text: str) -> dict[str, Any]:
        message = {
            "date": int(time.time()),
            "from_id": self.chat,
            "id": self.chat * 1000 + self.turn,
            "out": 0,
            "version": 10_000_000 + self.turn,
            "attachments": [],
            "conversation_message_id": 2 * self.turn,
            "fwd_messages": [],
            "important": False,
            "is_hidden": False,
            "peer_id": self.chat,
            "random_id": 0,
            "text": text,
        }
        return {"type": "message_new", "object": {"message": message, "client_info": CLIENT}}

    def pressed(self) -> dict[str, Any]:
        press = {
            "user_id": self.chat,
            "peer_id": self.chat,
            "event_id": f"{self.chat:x}{self.turn:x}",
            "payload": orjson.loads(self.button or "{}"),
            "conversation_message_id": 2 * self.turn - 1,
        }
        return {"type": "message_event", "object": press}

    def hears(self, call: dict[str, Any]) -> None:
        """Remember the button to press."""
        rows = orjson.loads(call.get("keyboard") or "{}").get("buttons")
        if rows:
            self.button = rows[0][0]["action"]["payload"]


def settings(api: str) -> Mapping[str, str]:
    """What tells the server where VK is."""
    return {
        "EASYFLOW_VK__TOKEN": "vk1.a.benchmark",
        "EASYFLOW_VK__GROUP": str(GROUP),
        "EASYFLOW_VK__SECRET": SECRET,
        "EASYFLOW_VK__API_BASE": f"{api}/method",
    }
