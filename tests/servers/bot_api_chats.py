"""The chats of a fake Bot API: their messages as they stand now, and what was seen in them in order."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.servers.bot_api_refused import Refused

EDITABLE_FOR = 48 * 3600
"""Seconds for which a bot may delete a message: https://core.telegram.org/bots/api#deletemessage"""

Message = dict[str, Any]


@dataclass(slots=True)
class Kept:
    """A message with the markup it was sent with, of which Telegram shows the inline ones alone."""

    message: Message
    markup: Any
    own: bool
    at: float


@dataclass(slots=True)
class Chat:
    """`log` is what was seen: who did it, what, and the message or the words it was done with."""

    id: Any
    last: int = 0
    messages: dict[int, Kept] = field(default_factory=dict)
    log: list[dict[str, Any]] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    person: dict[str, Any] = field(default_factory=dict)
    blocked: bool = False
    migrated_to: int | None = None

    def next_id(self, wanted: Any = None) -> int:
        """`wanted` if it is still free, as ids only rise."""
        self.last = wanted if isinstance(wanted, int) and wanted > self.last else self.last + 1
        return self.last

    def keep(self, message: Message, *, own: bool, at: float, markup: Any = None) -> None:
        self.messages[message["message_id"]] = Kept(message, markup, own, at)
        self.see("bot" if own else "client", "says", message=message, markup=markup)

    def see(self, who: str, act: str, **more: Any) -> None:
        self.log.append({"who": who, "act": act, **more})

    def needs(self, message_id: Any, what: str) -> Kept:
        kept = self.messages.get(int(message_id or 0))
        if kept is None:
            raise Refused(400, f"Bad Request: {what}")
        return kept


class Chats:
    """The chats of one bot. `clock` is in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._chats: dict[str, Chat] = {}
        self._clock = clock

    def __iter__(self) -> Iterator[Chat]:
        return iter(self._chats.values())

    def chat(self, chat_id: Any) -> Chat:
        key = str(chat_id)
        if key not in self._chats:
            self._chats[key] = Chat(chat_id)
        return self._chats[key]

    def reachable(self, chat_id: Any) -> Chat:
        """A chat a bot may write to. Raises Refused as Telegram does."""
        chat = self.chat(chat_id)
        if chat.migrated_to is not None:
            raise Refused(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=chat.migrated_to,
            )
        if chat.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        return chat

    # ------------------------------------------------------------ what bots do

    def edit(self, method: str, values: Mapping[str, Any], content: Message) -> Message:
        """`content` takes the place of what the message had of it. Gives the message as it is now."""
        chat = self.reachable(values["chat_id"])
        kept = chat.needs(values.get("message_id"), "message to edit not found")
        _may_be_edited(method, kept)
        markup = _no_empty(values.get("reply_markup"))
        changed = {**kept.message, **content}
        if method == "editMessageText" and "entities" not in content:
            changed.pop("entities", None)
        if method in ("editMessageCaption", "editMessageMedia"):
            for name in ("caption", "caption_entities"):
                if not content.get(name):
                    changed.pop(name, None)
        if method == "editMessageMedia":
            for name in ("text", "entities", *MEDIA_FIELDS):
                if name not in content:
                    changed.pop(name, None)
        for name in ("reply_markup", "edit_date"):
            changed.pop(name, None)
        if markup is not None:
            changed["reply_markup"] = markup
        if changed == {key: kept.message[key] for key in kept.message if key != "edit_date"}:
            raise Refused(
                400,
                "Bad Request: message is not modified: specified new message content and reply"
                " markup are exactly the same as a current content and reply markup of the"
                " message",
            )
        before = kept.message
        kept.message = {**changed, "edit_date": int(self._clock())}
        kept.markup = markup
        what = "marks" if method == "editMessageReplyMarkup" else "edits"
        chat.see("bot", what, message=kept.message, markup=markup, before=before)
        return kept.message

    def delete(self, chat_id: Any, message_id: Any) -> bool:
        chat = self.reachable(chat_id)
        kept = chat.needs(message_id, "message to delete not found")
        if self._clock() - kept.at > EDITABLE_FOR:
            raise Refused(400, "Bad Request: message can't be deleted for everyone")
        del chat.messages[int(message_id)]
        chat.see("bot", "deletes", message=kept.message)
        return True

    def react(self, values: Mapping[str, Any]) -> bool:
        chat = self.reachable(values["chat_id"])
        kept = chat.needs(values.get("message_id"), "message to react not found")
        chat.see("bot", "reacts", message=kept.message, reaction=values.get("reaction") or [])
        return True

    def act(self, values: Mapping[str, Any]) -> bool:
        self.reachable(values["chat_id"]).actions.append(values["action"])
        return True

    # ------------------------------------------------------------ what customers do

    def take(self, update: dict[str, Any]) -> dict[str, Any]:
        """Remember what an update tells. Gives it with numbers for new messages, and real messages
        under pressed buttons."""
        for kind, does in (
            ("message", self._written),
            ("edited_message", self._edited),
            ("callback_query", self._pressed),
            ("message_reaction", self._reacted),
            ("my_chat_member", self._joined),
        ):
            body = update.get(kind)
            if isinstance(body, dict) and _chat_of(body) is not None:
                return {**update, kind: does(self.chat(_chat_of(body)), body)}
        return update

    def _written(self, chat: Chat, message: Message) -> Message:
        message = {**message, "message_id": chat.next_id(message.get("message_id"))}
        chat.blocked = False
        if isinstance(message.get("from"), dict):
            chat.person = message["from"]
        chat.keep(message, own=False, at=self._clock())
        if isinstance(message.get("migrate_to_chat_id"), int):
            chat.migrated_to = message["migrate_to_chat_id"]
        return message

    def _edited(self, chat: Chat, message: Message) -> Message:
        kept = chat.messages.get(message.get("message_id", 0))
        before = kept.message if kept is not None else {}
        if kept is not None:
            kept.message = message
        chat.see("client", "edits", message=message, before=before)
        return message

    def _pressed(self, chat: Chat, press: dict[str, Any]) -> dict[str, Any]:
        number = press["message"].get("message_id")
        kept = chat.messages.get(number) if isinstance(number, int) else None
        label = _label(kept, press.get("data")) if kept is not None else None
        for other in reversed(chat.messages.values()):
            label = label or _label(other, press.get("data"))
        chat.see("client", "presses", label=label or str(press.get("data")))
        if kept is not None and press["message"].get("text") == "…":
            return {**press, "message": kept.message}
        return press

    def _reacted(self, chat: Chat, change: dict[str, Any]) -> dict[str, Any]:
        kept = chat.messages.get(change.get("message_id", 0))
        message = kept.message if kept is not None else {}
        chat.see("client", "reacts", message=message, reaction=change.get("new_reaction") or [])
        return change

    def _joined(self, chat: Chat, change: dict[str, Any]) -> dict[str, Any]:
        status = (change.get("new_chat_member") or {}).get("status")
        chat.blocked = status in ("kicked", "left")
        chat.see("client", "blocks" if chat.blocked else "unblocks")
        return change


MEDIA_FIELDS = (
    "photo",
    "video",
    "animation",
    "audio",
    "document",
    "voice",
    "video_note",
    "sticker",
)


def _may_be_edited(method: str, kept: Kept) -> None:
    inline = kept.markup is None or "inline_keyboard" in kept.markup
    if not kept.own or not inline:
        raise Refused(400, "Bad Request: message can't be edited")
    has = kept.message
    if method == "editMessageText" and "text" not in has:
        raise Refused(400, "Bad Request: there is no text in the message to edit")
    captioned = any(name in has for name in MEDIA_FIELDS if name not in ("sticker", "video_note"))
    if method == "editMessageCaption" and not captioned:
        raise Refused(400, "Bad Request: there is no caption in the message to edit")
    if "LiveLocation" in method and "live_period" not in has.get("location", {}):
        raise Refused(400, "Bad Request: message can't be edited")


def _no_empty(markup: Any) -> Any:
    return markup if markup and any(markup.get("inline_keyboard", ())) else None


def _label(kept: Kept, data: Any) -> str | None:
    rows = kept.markup.get("inline_keyboard", ()) if isinstance(kept.markup, dict) else ()
    for button in itertools.chain.from_iterable(rows):
        if button.get("callback_data") == data:
            return str(button["text"])
    return None


def _chat_of(body: Mapping[str, Any]) -> Any:
    """The id of the chat an update is about, if it can be read."""
    holder = body if "chat" in body else body.get("message")
    chat = holder.get("chat") if isinstance(holder, dict) else None
    found = chat.get("id") if isinstance(chat, dict) else None
    return found if isinstance(found, int | str) else None
