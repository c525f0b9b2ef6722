"""What a Bot API server does with calls, as far as a bot in private chats can tell."""

import asyncio
import hashlib
import itertools
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.servers.bodies import Parameters, Upload

_MEDIA = {
    "sendPhoto": "photo",
    "sendVideo": "video",
    "sendAudio": "audio",
    "sendVoice": "voice",
    "sendDocument": "document",
    "sendSticker": "sticker",
}


class Refused(Exception):
    """The call is not done. `code` is the HTTP status too."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code = code
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        answer = {"ok": False, "error_code": self.code, "description": str(self)}
        return answer | ({"parameters": self.parameters} if self.parameters else {})


@dataclass(slots=True)
class Bot:
    """A bot by its token: its updates, its webhook and what it sent."""

    token: str
    username: str
    webhook: dict[str, Any] | None = None
    pending: dict[int, dict[str, Any]] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    next_update: int = 1000
    attempts: int = 0
    delivered: int = 0
    last_error: str = ""
    next_message: Counter[str] = field(default_factory=Counter)
    said: dict[tuple[str, int], tuple[Any, Any]] = field(default_factory=dict)
    poller: object = None

    @property
    def id(self) -> int:
        return int(self.token.partition(":")[0])


class BotApi:
    """The methods. `checks` off leaves out what costs time and only a test of limits needs."""

    def __init__(self, bots: dict[str, str], *, checks: bool = True) -> None:
        self.bots = {token: Bot(token, username) for token, username in bots.items()}
        self.files: dict[str, bytes] = {}
        self.rescheduled: Callable[[Bot], None] = lambda bot: None
        self._checks = checks
        self._names = itertools.count(1)

    def bot(self, token: str) -> Bot:
        if token not in self.bots:
            raise Refused(401, "Unauthorized")
        return self.bots[token]

    def do(self, bot: Bot, method: str, parameters: Parameters) -> Any:
        """The result of any method but getUpdates; one we do not know answers True."""
        values = parameters.values
        if method == "sendMediaGroup":
            return self._send_album(bot, parameters)
        if method.startswith("send") and method != "sendChatAction":
            return self._send(bot, method, parameters)
        if method == "getMe":
            return {"id": bot.id, "is_bot": True, "first_name": "Bot", "username": bot.username}
        if method == "setWebhook":
            bot.webhook = {"url": values["url"], "secret": values.get("secret_token", "")}
            self.rescheduled(bot)
        elif method == "deleteWebhook":
            bot.webhook = None
            bot.news.set()
        elif method == "getWebhookInfo":
            return self._webhook_info(bot)
        elif method == "getFile":
            return self._file_info(values)
        elif method in ("editMessageText", "editMessageReplyMarkup"):
            return self._edit(bot, method, values)
        return True

    async def updates(self, bot: Bot, values: dict[str, Any]) -> list[dict[str, Any]]:
        """getUpdates: the newest poller wins, the older one is told of the conflict."""
        if bot.webhook is not None:
            raise Refused(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook",
            )
        offset = int(values.get("offset") or 0)
        for number in [number for number in bot.pending if number < offset]:
            del bot.pending[number]
            bot.delivered += 1
        me = bot.poller = object()
        bot.news.set()  # wakes an older poller
        deadline = time.monotonic() + float(values.get("timeout") or 0)
        while True:
            bot.news.clear()
            if bot.pending:
                limit = int(values.get("limit") or 100)
                return [bot.pending[number] for number in sorted(bot.pending)[:limit]]
            try:
                await asyncio.wait_for(bot.news.wait(), max(deadline - time.monotonic(), 0))
            except TimeoutError:
                return []
            if bot.poller is not me:
                raise Refused(
                    409,
                    "Conflict: terminated by other getUpdates request; make sure that only one"
                    " bot instance is running",
                )

    # ------------------------------------------------------------ one method each

    def _send(self, bot: Bot, method: str, parameters: Parameters) -> dict[str, Any]:
        values = parameters.values
        chat_id = values.get("chat_id")
        if chat_id in (None, ""):
            raise Refused(400, "Bad Request: chat_id is empty")
        media = _MEDIA.get(method)
        sent = self._media(media, parameters) if media is not None else {}
        if self._checks:
            _check(method, values)
        chat = str(chat_id)
        bot.next_message[chat] += 1
        number = bot.next_message[chat]
        message: dict[str, Any] = {
            "message_id": number,
            "from": {"id": bot.id, "is_bot": True, "first_name": "Bot", "username": bot.username},
            "chat": {"id": chat_id, "type": "private", "first_name": "Customer"},
            "date": int(time.time()),
            **{key: values[key] for key in ("text", "caption") if key in values},
            **sent,
        }
        if self._checks:
            bot.said[chat, number] = (values.get("text"), values.get("reply_markup"))
        return message

    def _send_album(self, bot: Bot, parameters: Parameters) -> list[dict[str, Any]]:
        """A message for every part, all of one group, or nothing at all."""
        media = parameters.values.get("media")
        if not isinstance(media, list) or not all(isinstance(part, dict) for part in media):
            raise Refused(400, "Bad Request: can't parse media JSON object")
        _check_album(media)
        for part in media:
            kind = part["type"]
            made = Parameters({kind: part.get("media")}, parameters.files)
            # Refused as a whole: nothing of an album is sent before all of it can be.
            self._media(kind, made, keep=False)
        chat = {"chat_id": parameters.values.get("chat_id")}
        group = {"media_group_id": str(next(self._names))}
        messages = []
        for part in media:
            inner = {**chat, part["type"]: part["media"]}
            inner |= {key: part[key] for key in ("caption",) if key in part}
            method = next(name for name, kind in _MEDIA.items() if kind == part["type"])
            sent = self._send(bot, method, Parameters(inner, parameters.files))
            messages.append({**sent, **group})
        return messages

    def _media(
        self, field_name: str, parameters: Parameters, *, keep: bool = True
    ) -> dict[str, Any]:
        given = parameters.values.get(field_name)
        upload = parameters.files.get(field_name)
        if isinstance(given, str) and given.startswith("attach://"):
            upload = parameters.files.get(given.removeprefix("attach://"))
        if upload is not None:
            file_id = self.keep(upload) if keep else ""
        elif isinstance(given, str) and (given in self.files or "://" in given):
            file_id = given if given in self.files else f"fetched{next(self._names)}"
        else:
            raise Refused(400, "Bad Request: wrong file identifier/HTTP URL specified")
        info = {
            "file_id": file_id,
            "file_unique_id": f"u{file_id}",
            "file_size": len(self.files.get(file_id, b"")),
        }
        if field_name == "photo":
            small = {**info, "file_id": f"{file_id}-small", "width": 90, "height": 60}
            return {"photo": [small, {**info, "width": 900, "height": 600}]}
        return {field_name: info}

    def keep(self, upload: Upload) -> str:
        """Keep a file, a customer's or the bot's own, and name it."""
        file_id = f"file{next(self._names)}-{hashlib.sha256(upload.content).hexdigest()[:12]}"
        self.files[file_id] = upload.content
        return file_id

    def _file_info(self, values: dict[str, Any]) -> dict[str, Any]:
        file_id = str(values.get("file_id"))
        if file_id not in self.files:
            raise Refused(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        size = len(self.files[file_id])
        if size > 20 * 1024 * 1024:
            raise Refused(400, "Bad Request: file is too big")
        return {
            "file_id": file_id,
            "file_unique_id": f"u{file_id}",
            "file_size": size,
            "file_path": f"files/{file_id}",
        }

    def _webhook_info(self, bot: Bot) -> dict[str, Any]:
        info: dict[str, Any] = {
            "url": bot.webhook["url"] if bot.webhook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(bot.pending),
        }
        if bot.last_error:
            info |= {"last_error_date": int(time.time()), "last_error_message": bot.last_error}
        return info

    def _edit(self, bot: Bot, method: str, values: dict[str, Any]) -> Any:
        key = (str(values.get("chat_id")), int(values.get("message_id") or 0))
        if self._checks:
            if key not in bot.said:
                raise Refused(400, "Bad Request: message to edit not found")
            text = values.get("text") if method == "editMessageText" else bot.said[key][0]
            now = (text, values.get("reply_markup"))
            if bot.said[key] == now:
                raise Refused(
                    400,
                    "Bad Request: message is not modified: specified new message content and reply"
                    " markup are exactly the same as a current content and reply markup of the"
                    " message",
                )
            bot.said[key] = now
        return {"message_id": key[1], "chat": {"id": key[0], "type": "private"}}


_MIXING = {"photo": "", "video": "", "document": "Document", "audio": "Audio"}


def _check_album(media: list[dict[str, Any]]) -> None:
    """What may stand together: https://core.telegram.org/bots/api#sendmediagroup"""
    if len(media) < 2:
        raise Refused(400, "Bad Request: there must be at least 2 media in an album")
    if len(media) > 10:
        raise Refused(400, "Bad Request: too many messages to send as an album")
    kinds = [part.get("type") for part in media]
    if not all(kind in _MIXING for kind in kinds):
        raise Refused(400, "Bad Request: can't parse InputMedia: invalid media type specified")
    families = {_MIXING[str(kind)] for kind in kinds}
    if len(families) > 1:
        named = max(families)
        raise Refused(400, f"Bad Request: {named} can't be mixed with other media types")


def _check(method: str, values: dict[str, Any]) -> None:
    """The limits a bot meets every day."""
    if method == "sendMessage":
        text = str(values.get("text") or "").strip()
        if not text:
            raise Refused(400, "Bad Request: message text is empty")
        if _units(text) > 4096:
            raise Refused(400, "Bad Request: message is too long")
    if _units(str(values.get("caption") or "")) > 1024:
        raise Refused(400, "Bad Request: message caption is too long")
    markup = values.get("reply_markup")
    rows = markup.get("inline_keyboard", []) if isinstance(markup, dict) else []
    if sum(map(len, rows)) > 100:
        raise Refused(400, "Bad Request: reply markup is too long")
    for button in itertools.chain.from_iterable(rows):
        if not button.get("text"):
            raise Refused(400, "Bad Request: text buttons are unallowed in the inline keyboard")
        if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= 64:
            raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
