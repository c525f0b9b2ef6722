"""Messages that bots send, edit, copy and delete in a fake Bot API."""

import itertools
import time
from collections.abc import Callable, Mapping
from typing import Any

from tests.servers.bodies import Parameters
from tests.servers.bot_api_bots import Bot
from tests.servers.bot_api_content import Content
from tests.servers.bot_api_files import KINDS, Files
from tests.servers.bot_api_refused import Refused


class Messages:
    """`keeps` off sends without remembering anything. `clock` is in seconds."""

    def __init__(self, files: Files, clock: Callable[[], float], *, keeps: bool) -> None:
        self._files = files
        self._clock = clock
        self._keeps = keeps
        self._content = Content(files)
        self._albums = itertools.count(1)

    def send_quickly(self, bot: Bot, method: str, parameters: Parameters) -> dict[str, Any]:
        """Without looking at anything, and without keeping it."""
        chat_id = parameters.values.get("chat_id")
        return {
            "message_id": bot.chats.chat(chat_id).next_id(),
            "from": bot.user,
            "chat": {"id": chat_id, "type": "private", "first_name": "Customer"},
            "date": int(time.time()),
            "text": parameters.values.get("text"),
        }

    def send(self, bot: Bot, method: str, parameters: Parameters, **more: Any) -> dict[str, Any]:
        content = self._content.of(method, parameters)
        message = self._put(bot, parameters.values, {**content, **more})
        if method == "sendInvoice":
            bot.payments.sent(message["chat"]["id"], message["message_id"], parameters.values)
        return message

    def _put(
        self, bot: Bot, values: Mapping[str, Any], content: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Into the chat, with what hangs on it: what it replies to, and its buttons."""
        chat = bot.chats.reachable(values["chat_id"])
        markup = values.get("reply_markup") or None
        if "invoice" in content and markup is None:
            label = f"Pay {content['invoice']['total_amount']} {content['invoice']['currency']}"
            markup = {"inline_keyboard": [[{"text": label, "pay": True}]]}
        reply: dict[str, Any] = {}
        if (wanted := values.get("reply_parameters")) is not None:
            reply = self._reply(bot, values, wanted)
        group = bot.groups.get(values["chat_id"])
        private = {"id": values["chat_id"], "type": "private", "first_name": "Customer"}
        message: dict[str, Any] = {
            "message_id": chat.next_id(),
            "from": bot.user,
            "chat": private if group is None else group.about(),
            "date": int(self._clock()),
            **({} if group is None else group.threaded(values)),
            **reply,
            **content,
        }
        if markup is not None and "inline_keyboard" in markup:
            message["reply_markup"] = markup
        if self._keeps:
            chat.keep(message, own=True, at=self._clock(), markup=markup)
        return message

    def _reply(
        self, bot: Bot, values: Mapping[str, Any], wanted: Mapping[str, Any]
    ) -> dict[str, Any]:
        there = bot.chats.chat(wanted.get("chat_id", values["chat_id"]))
        kept = there.messages.get(int(wanted["message_id"]))
        if kept is None:
            if wanted.get("allow_sending_without_reply"):
                return {}
            raise Refused(400, "Bad Request: message to be replied not found")
        group = bot.groups.get(values["chat_id"])
        if group is not None and not group.same_topic(values, kept.message):
            # There allow_sending_without_reply is always false.
            raise Refused(400, "Bad Request: message to be replied not found")
        text = kept.message.get("text") or kept.message.get("caption") or ""
        quote = wanted.get("quote")
        if quote and quote not in text:
            raise Refused(400, "Bad Request: QUOTE_TEXT_INVALID")
        short = {key: value for key, value in kept.message.items() if key != "reply_to_message"}
        return {"reply_to_message": short} | (
            {"quote": {"text": quote, "position": text.find(quote)}} if quote else {}
        )

    def send_album(
        self, bot: Bot, values: dict[str, Any], parameters: Parameters
    ) -> list[dict[str, Any]]:
        """A message for every part, all of one group, or nothing at all."""
        bot.chats.reachable(values["chat_id"])
        for part in values["media"]:
            # Refused as a whole: nothing of an album is sent before all of it can be.
            made = Parameters({part["type"]: part["media"]}, parameters.files)
            self._files.sent(part["type"], made, keep=False)
        group = {"media_group_id": str(next(self._albums))}
        methods = {kind: method for method, kind in KINDS.items()}
        messages = []
        for part in values["media"]:
            inner = {**part, part["type"]: part["media"], "chat_id": values["chat_id"]}
            for name in ("reply_parameters", "message_thread_id"):
                if name in values:
                    inner[name] = values[name]
            one = Parameters(inner, parameters.files)
            messages.append(self.send(bot, methods[part["type"]], one, **group))
        return messages

    def edit(self, bot: Bot, method: str, parameters: Parameters) -> Any:
        values = parameters.values
        if values.get("inline_message_id") is not None:
            return True
        if not self._keeps:
            return {"message_id": values.get("message_id"), "chat": {"id": values["chat_id"]}}
        return bot.chats.edit(method, values, self._content.of_edit(method, parameters))

    def copy(self, bot: Bot, values: dict[str, Any], _: Parameters) -> dict[str, Any]:
        kept = bot.chats.chat(values["from_chat_id"]).needs(
            values["message_id"], "message to copy not found"
        )
        content = self._content.again(kept.message)
        if "caption" in values and "text" not in content:
            content["caption"] = values["caption"]
        return {"message_id": self._put(bot, values, content)["message_id"]}

    def forward(self, bot: Bot, values: dict[str, Any], _: Parameters) -> dict[str, Any]:
        kept = bot.chats.chat(values["from_chat_id"]).needs(
            values["message_id"], "message to forward not found"
        )
        origin = {
            "type": "user",
            "date": kept.message["date"],
            "sender_user": kept.message.get("from") or bot.user,
        }
        content = self._content.again(kept.message)
        return self._put(bot, values, {**content, "forward_origin": origin})

    def delete_many(self, bot: Bot, values: dict[str, Any], _: Parameters) -> bool:
        """What is not there is passed over."""
        chat = bot.chats.reachable(values["chat_id"])
        for number in values["message_ids"]:
            if number in chat.messages:
                bot.chats.delete(values["chat_id"], number)
        return True
