"""What customers and admins do in the fake VK: their messages and presses become events."""

from collections.abc import Iterator
from typing import Any

import orjson

from tests.servers.vk_group import FakeClock, Group, Peer, Press, Seen

CLIENT_INFO = {
    "button_actions": [
        "text", "vkpay", "open_app", "location", "open_link", "callback", "open_photo",
    ],
    "keyboard": True,
    "inline_keyboard": True,
    "carousel": True,
    "lang_id": 0,
}  # fmt: skip

_STATES = {
    "message_allow": "allowed",
    "message_deny": "denied",
    "user_block": "blacklisted",
    "user_unblock": "allowed",
}


class Inbound:
    """Completes objects of events with what VK itself knows, and keeps the talks up to date."""

    def __init__(self, clock: FakeClock, *, remembers: bool = True) -> None:
        self._clock = clock
        self._remembers = remembers

    def complete(self, group: Group, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        """The event's object as it is told; a kind that we know nothing of stays as it is."""
        if kind == "message_new":
            return self._message(group, body)
        if kind == "message_reply":
            return self._reply(group, body)
        if kind == "message_edit":
            return self._edit(group, body)
        if kind == "message_event":
            return self._press(group, body)
        if kind in _STATES and isinstance(body.get("user_id"), int):
            peer = group.peer(body["user_id"])
            peer.state = _STATES[kind]
            if kind != "message_allow":
                peer.note("client", kind)
        if kind == "message_read" and isinstance(body.get("from_id"), int):
            peer = group.peer(body["from_id"])
            peer.read_by_them = peer.last
        if kind == "message_reaction_event" and isinstance(body.get("peer_id"), int):
            group.peer(body["peer_id"]).note("client", "reaction", extra=body)
        return body

    def _message(self, group: Group, body: dict[str, Any]) -> dict[str, Any]:
        given = body["message"]
        peer_id = int(given.get("peer_id") or given["from_id"])
        peer = group.peer(peer_id)
        if peer.state != "blacklisted":
            peer.state = "allowed"
        message = self._numbered(group, peer, given, {"from_id": peer_id, "out": 0})
        if "payload" in message and peer.keyboard and peer.keyboard.get("one_time"):
            peer.keyboard = None
        if self._remembers:
            peer.add("client", message)
        return {"client_info": CLIENT_INFO, **body, "message": message}

    def _reply(self, group: Group, body: dict[str, Any]) -> dict[str, Any]:
        """What an admin writes from the community's page."""
        peer = group.peer(int(body["peer_id"]))
        message = self._numbered(group, peer, body, {"from_id": -group.id, "out": 1})
        if self._remembers:
            peer.add("admin" if "admin_author_id" in message else "app", message)
        return message

    def _numbered(
        self, group: Group, peer: Peer, given: dict[str, Any], extra: dict[str, Any]
    ) -> dict[str, Any]:
        numbered: dict[str, Any] = {}
        if "id" not in given or "conversation_message_id" not in given:
            message_id, number = group.next_message(peer)
            numbered = {"id": message_id, "conversation_message_id": number}
        date = int(self._clock.now())
        return {
            "date": date,
            **extra,
            **numbered,
            "version": 10_000_000 + peer.last,
            "attachments": [],
            "important": False,
            "is_hidden": False,
            "fwd_messages": [],
            "text": "",
            "peer_id": peer.id,
            "random_id": 0,
            **given,
        }

    def _edit(self, group: Group, body: dict[str, Any]) -> dict[str, Any]:
        """A message of a customer, known by its number in the talk, becomes another."""
        peer = group.peer(int(body["peer_id"]))
        seen = peer.messages.get(int(body["conversation_message_id"]))
        if seen is None:
            return body
        seen.message |= body | {"update_time": int(self._clock.now())}
        peer.note(seen.author, "edit", seen.message)
        return dict(seen.message)

    def _press(self, group: Group, body: dict[str, Any]) -> dict[str, Any]:
        complete = {"event_id": group.next_event()[:12], **body}
        press = Press(complete["user_id"], complete["peer_id"], self._clock.now())
        group.presses[complete["event_id"]] = press
        if self._remembers:
            label = self._label_of(group.peer(press.peer_id), complete)
            group.peer(press.peer_id).note("client", "press", extra={"label": label})
        return complete

    def _label_of(self, peer: Peer, body: dict[str, Any]) -> str:
        for seen in reversed(peer.messages.values()):
            for action in _actions(peer, seen):
                same = (_payload(action) or {}) == (body.get("payload") or {})
                if same and action["type"] == "callback":
                    return str(action["label"])
        return str(body.get("payload"))

    # ------------------------------------------------------------ buttons by their labels

    def pressed(
        self, group: Group, peer: Peer, user_id: int, label: str
    ) -> tuple[str, dict[str, Any]] | str:
        """The event that a press on the button with this label makes, or where it leads instead.

        The button of the newest message is meant; raises LookupError with all labels there are.
        """
        seen, action = self._button(peer, label)
        kind = action["type"]
        if kind in ("open_link", "open_app", "vkpay"):
            return str(action.get("link") or action.get("app_id") or action.get("hash"))
        given = {"from_id": user_id, "peer_id": peer.id}
        payload = {"payload": action["payload"]} if "payload" in action else {}
        if kind == "callback":
            number = seen.message["conversation_message_id"]
            told = {"payload": _payload(action) if payload else {}}
            body = {"user_id": user_id, "peer_id": peer.id, "conversation_message_id": number}
            return "message_event", body | told
        if kind == "location":
            place = {"latitude": 55.75222, "longitude": 37.61556}
            geo = {"type": "point", "coordinates": place}
            return "message_new", {"message": {**given, **payload, "geo": geo}}
        return "message_new", {"message": {**given, **payload, "text": action["label"]}}

    def _button(self, peer: Peer, label: str) -> tuple[Seen, dict[str, Any]]:
        labels: list[str] = []
        for seen in reversed(peer.messages.values()):
            for action in _actions(peer, seen):
                labels.append(action.get("label", action["type"]))
                if labels[-1] == label:
                    return seen, action
        raise LookupError(f"no button {label!r} among {labels}")


def _actions(peer: Peer, seen: Seen) -> Iterator[dict[str, Any]]:
    """Actions of the buttons that can still be pressed at a message, or stand under the talk."""
    keyboard = seen.message.get("keyboard") or {"buttons": []}
    at_message = keyboard.get("inline")
    stands = peer.keyboard and peer.keyboard_of == seen.message["conversation_message_id"]
    rows = keyboard["buttons"] if at_message or stands else []
    rows = [*rows, *(card["buttons"] for card in _cards(seen))]
    for row in rows:
        for button in row:
            yield button["action"]


def _cards(seen: Seen) -> list[dict[str, Any]]:
    cards: list[dict[str, Any]] = seen.message.get("template", {}).get("elements", [])
    return cards


def _payload(action: dict[str, Any]) -> Any:
    """A button's payload is a text of JSON; a `message_event` has the value itself."""
    return orjson.loads(action["payload"]) if "payload" in action else None
