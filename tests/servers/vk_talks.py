"""What VK's API does with calls about messages, as far as a community's bot can tell."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from tests.servers.vk_calls import CHATS, numbers
from tests.servers.vk_errors import Refused
from tests.servers.vk_files import Files
from tests.servers.vk_group import STATES, FakeClock, Group, Peer
from tests.servers.vk_settings import Settings

SAME_MESSAGE_FOR = 3600.0
"""So long a `random_id` stands for the message it was first sent with."""
PRESS_LASTS = 60.0
EDITABLE_FOR = DELETABLE_FOR = 86_400.0


class Talks:
    """Without `remembers` messages are counted only.

    `happened` is told of every event of a community by its kind and object.
    """

    def __init__(
        self, clock: FakeClock, files: Files, settings: Settings, *, remembers: bool = True
    ) -> None:
        self._clock = clock
        self._files = files
        self._settings = settings
        self.happened: Callable[[Group, str, dict[str, Any]], Any] = lambda group, kind, body: None
        self._remembers = remembers
        self.methods: Mapping[str, Callable[[Group, Mapping[str, str]], Any]] = {
            "messages.send": self._send,
            "messages.edit": self._edit,
            "messages.delete": self._delete,
            "messages.setActivity": self._set_activity,
            "messages.markAsRead": self._mark_as_read,
            "messages.sendMessageEventAnswer": self._answer_press,
            "messages.getByConversationMessageId": self._messages_by_number,
            "messages.getConversationsById": self._conversations,
            "messages.isMessagesFromGroupAllowed": self._is_allowed,
        }

    # ------------------------------------------------------------ sending

    def _send(self, group: Group, values: Mapping[str, str]) -> Any:
        if "peer_ids" in values:
            return [self._send_one(group, peer_id, values) for peer_id in _many(values)]
        message_id, _ = self._send_to(group, self._receiver(values), values)
        return message_id

    def _send_one(self, group: Group, peer_id: int, values: Mapping[str, str]) -> dict[str, Any]:
        """With `peer_ids` the errors of single peers stand inside of a good answer."""
        try:
            message_id, number = self._send_to(group, peer_id, values)
        except Refused as refused:
            error = {"code": refused.code, "description": str(refused)}
            numbered = {"message_id": 0, "conversation_message_id": 0}
            return {"peer_id": peer_id, **numbered, "error": error}
        return {
            "peer_id": peer_id,
            "message_id": message_id,
            "conversation_message_id": number,
        }

    def _receiver(self, values: Mapping[str, str]) -> int:
        if "chat_id" in values:
            return CHATS + int(values["chat_id"])
        if "domain" in values:
            found = self._settings.resolve(values["domain"])
            if not found or found["type"] != "user":
                raise Refused(100, "domain is invalid")
            return int(found["object_id"])
        return int(values.get("peer_id") or values["user_id"])

    def _send_to(self, group: Group, peer_id: int, values: Mapping[str, str]) -> tuple[int, int]:
        peer = group.peer(peer_id)
        if not self._remembers:
            return group.next_message(peer)
        random_id = int(values["random_id"])
        if random_id in peer.sent:
            at, *numbered = peer.sent[random_id]
            if self._clock.now() - at < SAME_MESSAGE_FOR:
                return numbered[0], numbered[1]
        if peer.state != "allowed":
            raise Refused(STATES[peer.state])
        if not group.bot_features and (values.get("keyboard") or values.get("template")):
            raise Refused(912)
        message_id, number = group.next_message(peer)
        peer.sent[random_id] = (self._clock.now(), message_id, number)
        message = {
            "id": message_id,
            "date": int(self._clock.now()),
            "peer_id": peer_id,
            "from_id": -group.id,
            "conversation_message_id": number,
            "version": 10_000_000 + number,
            "out": 1,
            "random_id": random_id,
            "important": False,
            "is_hidden": False,
            "fwd_messages": [],
            **({"payload": values["payload"]} if "payload" in values else {}),
            **self._replied(peer, values),
            **self._content(values),
        }
        seen = peer.add("bot", message, self._extra(values))
        _show_keyboard(peer, seen.message)
        self.happened(group, "message_reply", message)
        return message_id, number

    def _content(self, values: Mapping[str, str]) -> dict[str, Any]:
        """What may be edited later too."""
        content: dict[str, Any] = {"text": values.get("message", ""), "attachments": []}
        for part in filter(None, values.get("attachment", "").split(",")):
            content["attachments"].append(self._attached(part))
        if "sticker_id" in values:
            sticker = {
                "inner_type": "base_sticker_new",
                "sticker_id": int(values["sticker_id"]),
                "product_id": 1,
            }
            content["attachments"].append({"type": "sticker", "sticker": sticker})
        if "lat" in values:
            place = {"latitude": float(values["lat"]), "longitude": float(values["long"])}
            content["geo"] = {"type": "point", "coordinates": place}
        if values.get("keyboard"):
            content["keyboard"] = orjson.loads(values["keyboard"])
        if values.get("format_data"):
            content["format_data"] = orjson.loads(values["format_data"])
        if values.get("template"):
            content["template"] = orjson.loads(values["template"])
        return content

    def _attached(self, part: str) -> dict[str, Any]:
        kind, owner, number = _attachment(part)
        _, body = self._files.saved.get(f"{kind}{owner}_{number}", ("", {}))
        if "waveform" in body:
            kind = "audio_message"
        return {"type": kind, kind: body or {"owner_id": owner, "id": number}}

    def _extra(self, values: Mapping[str, str]) -> dict[str, Any]:
        """Names of the files, which the API itself does not tell."""
        names = []
        for part in filter(None, values.get("attachment", "").split(",")):
            kind, owner, number = _attachment(part)
            key = f"{kind}{owner}_{number}"
            names.append(self._files.saved.get(key, (key, {}))[0])
        template = orjson.loads(values.get("template") or "{}")
        cards = [self._name_of_photo(card) for card in template.get("elements", ())]
        return {"names": names, "cards": cards}

    def _name_of_photo(self, card: Mapping[str, Any]) -> str:
        number = str(card.get("photo_id", ""))
        return self._files.saved.get(f"photo{number}", (number, {}))[0]

    def _replied(self, peer: Peer, values: Mapping[str, str]) -> dict[str, Any]:
        forward = orjson.loads(values["forward"]) if "forward" in values else {}
        if forward.get("is_reply"):
            number = [*forward.get("conversation_message_ids", []), *forward.get("cmids", [])][:1]
            found = peer.messages.get(number[0]) if number else None
        else:
            ids = {int(values.get("reply_to") or -1)}
            found = next((m for m in peer.messages.values() if m.message.get("id") in ids), None)
        return {"reply_message": found.message} if found is not None else {}

    # ------------------------------------------------------------ messages that are there

    def _edit(self, group: Group, values: Mapping[str, str]) -> int:
        peer = group.peer(int(values["peer_id"]))
        if not self._remembers:
            return 1
        named = values.get("cmid") or values.get("conversation_message_id")
        if named:
            seen = peer.messages.get(int(named))
        else:
            sought = int(values["message_id"])
            seen = next((m for m in peer.messages.values() if m.message["id"] == sought), None)
        if seen is None:
            raise Refused(15, "message can not be found")
        if seen.author != "bot":
            raise Refused(920)
        if self._clock.now() - seen.message["date"] > EDITABLE_FOR:
            raise Refused(909)
        for name in ("keyboard", "template", "geo", "format_data"):
            seen.message.pop(name, None)
        seen.message |= self._content(values) | {"update_time": int(self._clock.now())}
        seen.extra = self._extra(values)
        peer.note("bot", "edit", seen.message, seen.extra)
        _show_keyboard(peer, seen.message)
        self.happened(group, "message_edit", seen.message)
        return 1

    def _delete(self, group: Group, values: Mapping[str, str]) -> list[dict[str, Any]]:
        named = values.get("cmids") or values.get("conversation_message_ids") or ""
        if named:
            peer = group.peer(int(values["peer_id"]))
            return [
                self._delete_one(peer, number, values.get("delete_for_all") == "1")
                for number in numbers(named)
            ]
        answers = []
        for sought in numbers(values["message_ids"]):
            for peer in group.peers.values():
                for number, seen in list(peer.messages.items()):
                    if seen.message["id"] == sought:
                        everywhere = values.get("delete_for_all") == "1"
                        answers.append(self._delete_one(peer, number, everywhere))
        return answers

    def _delete_one(self, peer: Peer, number: int, for_all: bool) -> dict[str, Any]:
        seen = peer.messages.get(number)
        answer: dict[str, Any] = {"peer_id": peer.id, "conversation_message_id": number}
        if seen is None:
            return answer | {"error": {"code": 15, "description": "Access denied"}}
        answer["message_id"] = seen.message["id"]
        if for_all:
            if seen.author != "bot" or self._clock.now() - seen.message["date"] > DELETABLE_FOR:
                raise Refused(924)
            peer.note("bot", "delete", seen.message)
        del peer.messages[number]
        return answer | {"response": 1}

    def _set_activity(self, group: Group, values: Mapping[str, str]) -> int:
        peer = group.peer(int(values.get("peer_id") or values["user_id"]))
        if self._remembers and peer.state != "allowed":
            raise Refused(917 if peer.id >= CHATS else 932)
        return 1

    def _mark_as_read(self, group: Group, values: Mapping[str, str]) -> int:
        peer = group.peer(int(values["peer_id"]))
        peer.read_by_us = peer.last
        return 1

    def _answer_press(self, group: Group, values: Mapping[str, str]) -> int:
        if not self._remembers:
            return 1
        press = group.presses.get(values["event_id"])
        asked = (int(values["user_id"]), int(values["peer_id"]))
        if press is None or press.answered or asked != (press.user_id, press.peer_id):
            raise Refused(100, "invalid event_id")
        if self._clock.now() - press.at > PRESS_LASTS:
            raise Refused(100, "invalid event_id")
        press.answered = True
        if "event_data" in values:
            told = orjson.loads(values["event_data"])
            group.peer(press.peer_id).note("bot", "answer", extra=told)
        return 1

    def _messages_by_number(self, group: Group, values: Mapping[str, str]) -> dict[str, Any]:
        peer = group.peer(int(values["peer_id"]))
        wanted = numbers(values["conversation_message_ids"])
        items = [peer.messages[number].message for number in wanted if number in peer.messages]
        return {"count": len(items), "items": items}

    def _conversations(self, group: Group, values: Mapping[str, str]) -> dict[str, Any]:
        items = [self._conversation(group.peer(peer_id)) for peer_id in _many(values)]
        return {"count": len(items), "items": items}

    def _conversation(self, peer: Peer) -> dict[str, Any]:
        kind = "chat" if peer.id >= CHATS else "user" if peer.id > 0 else "group"
        local = peer.id - CHATS if kind == "chat" else abs(peer.id)
        can_write: dict[str, Any] = {"allowed": peer.state == "allowed"}
        if peer.state != "allowed":
            can_write["reason"] = STATES[peer.state]
        return {
            "peer": {"id": peer.id, "type": kind, "local_id": local},
            "version": 10_000_000 + peer.last,
            "last_message_id": max((m.message["id"] for m in peer.messages.values()), default=0),
            "last_conversation_message_id": peer.last,
            "in_read": peer.read_by_us,
            "out_read": peer.read_by_them,
            "sort_id": {"major_id": 0, "minor_id": peer.last},
            "can_write": can_write,
            **({"current_keyboard": peer.keyboard} if peer.keyboard else {}),
        }

    def _is_allowed(self, group: Group, values: Mapping[str, str]) -> dict[str, int]:
        return {"is_allowed": int(group.peer(int(values["user_id"])).state == "allowed")}


def _many(values: Mapping[str, str]) -> list[int]:
    return numbers(values["peer_ids"])


def _attachment(part: str) -> tuple[str, int, int]:
    """`photo-1_2_key` as its kind, owner and number."""
    kind = part[: next(place for place, sign in enumerate(part) if sign in "-0123456789")]
    owner, number = part[len(kind) :].split("_")[:2]
    return kind, int(owner), int(number)


def _show_keyboard(peer: Peer, message: Mapping[str, Any]) -> None:
    keyboard = message.get("keyboard")
    if keyboard is None or keyboard.get("inline"):
        return
    peer.keyboard = keyboard if keyboard["buttons"] else None
    peer.keyboard_of = int(message["conversation_message_id"])
