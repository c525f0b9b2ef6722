"""What the Cloud API does with calls: messages, files, the window of 24 hours, limits, templates."""

import base64
import hashlib
import itertools
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.servers.bodies import Upload
from tests.servers.graph_calls import SUBSCRIBING, UPLOAD
from tests.servers.graph_checks import check, check_message
from tests.servers.graph_errors import Refused, no_such_object
from tests.servers.graph_media import check_file, media_of
from tests.servers.graph_phone import ALWAYS, fields_of
from tests.servers.graph_templates import Template, check_template

DAY = 24 * 3600.0
URL_LIVES = 300.0
"""https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media#retrieve-media-url"""
PAIR = (45, 6.0)
"""https://developers.facebook.com/docs/whatsapp/cloud-api/overview#pair-rate-limits"""


class Clock:
    """Seconds since 1970 that a test may push forward or stop."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._stopped: float | None = None

    def now(self) -> float:
        return self._stopped if self._stopped is not None else time.time() + self._ahead

    def forward(self, seconds: float) -> None:
        if self._stopped is not None:
            self._stopped += seconds
        self._ahead += seconds

    def stop(self) -> None:
        self._stopped = self.now()


@dataclass(slots=True)
class Bucket:
    """`burst` at once, then one every `every` seconds."""

    burst: int
    every: float
    full_at: float = 0.0

    def take(self, now: float) -> bool:
        start = max(self.full_at, now)
        # Seconds since 1970 are exact to a part of a microsecond only.
        if start - now > (self.burst - 1) * self.every + 1e-4:
            return False
        self.full_at = start + self.every
        return True


@dataclass(slots=True)
class Media:
    phone: str
    mime: str
    content: bytes
    name: str = ""

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.content).digest()


@dataclass(slots=True)
class Phone:
    """A phone number of a business, with what customers wrote to it and what it wrote."""

    id: str
    token: str
    waba: str
    display: str
    name: str = "Test Shop"
    subscribed: bool = False
    heard_at: dict[str, float] = field(default_factory=dict)
    received: dict[str, str] = field(default_factory=dict)
    sent: dict[str, str] = field(default_factory=dict)
    screens: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    read: dict[str, bool] = field(default_factory=dict)


class GraphApi:
    """`checks` off leaves out the table, the window and the screen, which cost time."""

    def __init__(self, phones: Mapping[str, Phone], *, base: str = "", checks: bool = True) -> None:
        self.phones = dict(phones)
        self.base = base
        self.clock = Clock()
        self.media: dict[str, Media] = {}
        self.templates: dict[tuple[str, str, str], Template] = {}
        self.same_person: dict[str, str] = {}
        self.limits: dict[str, tuple[int, float]] = {}
        self.accepted: Callable[[Phone, str, str], None] = lambda phone, chat, number: None
        self._checks = checks
        self._buckets: dict[tuple[str, ...], Bucket] = {}
        self._numbers = itertools.count(1)

    def chat_of(self, to: str) -> str:
        """Under which name a person is kept: digits where a phone is known, else the BSUID."""
        bare = re.sub(r"[+ ()-]", "", to) if not to[:2].isalpha() else to
        return self.same_person.get(bare, bare)

    # ------------------------------------------------------------ messages

    def message(self, phone: Phone, body: Any) -> dict[str, Any]:
        if self._checks:
            check_message(body)
        if "status" in body:
            return self._mark_read(phone, body)
        to = str(body.get("to") or body.get("recipient"))
        chat = to if body.get("recipient_type") == "group" else self.chat_of(to)
        if self._checks:
            self._check_sense(phone, chat, {"type": "text", **body})
        self._limit("throughput", 130429, phone.id)
        self._limit("pair", 131056, phone.id, chat)
        number = self._wamid(chat)
        if self._checks:
            phone.sent[number] = chat
            shown: dict[str, Any] = {
                "author": "bot",
                "id": number,
                "message": {"type": "text", **body},
            }
            shown["labels"] = self._labels(phone, body)
            phone.screens.setdefault(chat, []).append(shown)
        self.accepted(phone, chat, number)
        known = {"wa_id": self.chat_of(to)} if body.get("to") else {"user_id": to}
        return {
            "messaging_product": "whatsapp",
            "contacts": [{"input": to, **known}],
            "messages": [{"id": number}],
        }

    def _labels(self, phone: Phone, body: dict[str, Any]) -> list[str]:
        """The buttons of a template, which its call does not repeat."""
        if body.get("type") != "template":
            return []
        given = body["template"]
        key = (phone.waba, given["name"], given["language"]["code"])
        return list(self.templates[key].buttons)

    def _check_sense(self, phone: Phone, chat: str, body: dict[str, Any]) -> None:
        """Rules that need to know what was before."""
        if chat == re.sub(r"\D", "", phone.display):
            raise Refused(131021, "A business cannot write to its own number", wrong=True)
        for kind, file in media_of(body):
            self._check_media(phone, kind, file)
        if body["type"] == "template":
            check_template(self.templates, phone.waba, body["template"])
        elif body.get("recipient_type") != "group" and not self.window_open(phone, chat):
            raise Refused(
                131047,
                "Message failed to send because more than 24 hours have passed since the customer"
                " last replied to this number.",
            )
        if body["type"] == "reaction":
            target = body["reaction"]["message_id"]
            if chat not in (phone.received.get(target), phone.sent.get(target)):
                raise Refused(131009, f"Message {target} is not of this chat", wrong=True)

    def _check_media(self, phone: Phone, kind: str, file: Mapping[str, Any]) -> None:
        if "id" not in file:
            return
        media = self.media.get(file["id"])
        if media is None or media.phone != phone.id:
            raise Refused(100, f"Media {file['id']} does not exist", wrong=True)
        found = check_file(media.mime, media.content)
        if found != kind:
            raise Refused(131053, f"{media.mime} cannot be sent as {kind}", wrong=True)

    def _mark_read(self, phone: Phone, body: dict[str, Any]) -> dict[str, Any]:
        number = body["message_id"]
        if self._checks and number not in phone.received:
            raise Refused(131009, f"Message {number} was not received here", wrong=True)
        phone.read[number] = "typing_indicator" in body
        return {"success": True}

    def window_open(self, phone: Phone, chat: str) -> bool:
        """https://developers.facebook.com/docs/whatsapp/pricing#customer-service-windows"""
        heard = phone.heard_at.get(chat)
        return heard is not None and self.clock.now() - heard < DAY

    def limit(self, limits: Mapping[str, tuple[int, float]]) -> None:
        """From now on these, `pair` and `throughput`, and nothing is counted yet."""
        self.limits = dict(limits)
        self._buckets.clear()

    def _limit(self, which: str, code: int, *key: str) -> None:
        size = self.limits.get(which)
        if size is None:
            return
        bucket = self._buckets.setdefault((which, *key), Bucket(*size))
        if not bucket.take(self.clock.now()):
            raise Refused(code, f"Too many messages: {size[0]} at once, then one in {size[1]} s")

    def _wamid(self, chat: str) -> str:
        inner = f"\x1d{len(chat)}{chat}\x15{next(self._numbers):08d}"
        return "wamid." + base64.b64encode(inner.encode()).decode()

    # ------------------------------------------------------------ what customers do

    def hear(self, phone: Phone, value: Mapping[str, Any]) -> str:
        """Take notice of a webhook's `value`: window, numbers, screen. Gives the last chat in it."""
        for contact in value.get("contacts", ()):
            if contact.get("wa_id") and contact.get("user_id"):
                self.same_person[contact["user_id"]] = contact["wa_id"]
        contacts = value.get("contacts") or [{}]
        chat = ""
        for message in value.get("messages", ()):
            who = message.get("from") or message.get("from_user_id")
            who = who or contacts[0].get("wa_id") or contacts[0].get("user_id") or ""
            chat = message.get("group_id") or self.chat_of(str(who))
            if not self._checks:
                continue
            phone.received[message["id"]] = chat
            if message.get("type") != "system":
                phone.heard_at[chat] = self.clock.now()
            shown = {"author": "client", "id": message["id"], "message": message}
            phone.screens.setdefault(chat, []).append(shown)
        for echo in value.get("message_echoes", ()):
            shown = {"author": "operator", "id": echo["id"], "message": echo}
            chat = self.chat_of(str(echo.get("to") or echo.get("to_user_id")))
            phone.screens.setdefault(chat, []).append(shown)
        for status in value.get("statuses", ()):
            chat = phone.sent.get(status["id"], "")
        return chat

    # ------------------------------------------------------------ files

    def upload(self, phone: Phone, values: dict[str, Any], files: Mapping[str, Upload]) -> Any:
        file = files.get("file")
        if self._checks:
            check(UPLOAD, values)
            if file is None or set(files) != {"file"}:
                raise Refused(100, message="(#100) The parameter file is required.", wrong=True)
        assert file is not None
        mime = file.content_type or str(values.get("type", ""))
        if self._checks:
            check_file(mime, file.content)
        return {"id": self.keep(Media(phone.id, mime, file.content, file.name))}

    def keep(self, media: Media) -> str:
        number = str(4_490_709_327_380_000 + next(self._numbers))
        self.media[number] = media
        return number

    def media_info(self, phone: Phone, number: str, verb: str) -> dict[str, Any]:
        media = self.media.get(number)
        if media is None or media.phone != phone.id:
            raise no_such_object(number, verb)
        until = int(self.clock.now() + URL_LIVES)
        url = f"{self.base}/whatsapp_business/attachments/?mid={number}&ext={until}"
        return {
            "url": f"{url}&hash={media.digest.hex()[:16]}",
            "mime_type": media.mime,
            "sha256": media.digest.hex(),
            "file_size": len(media.content),
            "id": number,
            "messaging_product": "whatsapp",
        }

    def download(self, phone: Phone, query: Mapping[str, str]) -> Media | None:
        """None: no such file, another's, or the address is older than five minutes."""
        media = self.media.get(query.get("mid", ""))
        if media is None or media.phone != phone.id or media.digest.hex()[:16] != query.get("hash"):
            return None
        return media if float(query.get("ext", 0)) > self.clock.now() else None

    def forget_media(self, phone: Phone, number: str) -> dict[str, Any]:
        self.media_info(phone, number, "DELETE")
        del self.media[number]
        return {"success": True}

    # ------------------------------------------------------------ the business itself

    def phone_info(self, phone: Phone, query: Mapping[str, str]) -> dict[str, Any]:
        asked = query["fields"].split(",") if "fields" in query else list(ALWAYS)
        return fields_of(phone.id, phone.display, phone.name, asked)

    def subscribe(self, phone: Phone, values: dict[str, Any]) -> dict[str, Any]:
        if self._checks:
            check(SUBSCRIBING, values)
        for other in self.phones.values():
            if other.waba == phone.waba:
                other.subscribed = True
        return {"success": True}

    def subscriptions(self, phone: Phone) -> dict[str, Any]:
        app = {"whatsapp_business_api_data": {"id": "670843887433847", "name": "Test app"}}
        return {"data": [app] if phone.subscribed else []}

    def token_info(self, asked: str) -> dict[str, Any]:
        """https://developers.facebook.com/docs/graph-api/reference/debug_token/"""
        valid = any(phone.token == asked for phone in self.phones.values())
        scopes = ["whatsapp_business_management", "whatsapp_business_messaging"]
        return {
            "data": {
                "app_id": "670843887433847",
                "type": "SYSTEM_USER",
                "is_valid": valid,
                "expires_at": 0,
                "scopes": scopes if valid else [],
            }
        }
