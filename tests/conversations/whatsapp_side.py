"""WhatsApp's side of the conversations."""

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from typing import Any

import orjson
import pytest
from hypothesis import strategies as st

from tests.conversations.side import BOTS, PAPER, PHOTO, PLACE, VOICE, Nowhere, Side
from tests.servers import whatsapp_webhooks as webhooks
from tests.servers.specs_whatsapp import faults_of, specification
from tests.servers.whatsapp import SECRET, VERIFY_TOKEN, Number, Person, WhatsApp
from tests.servers.whatsapp_updates import update_bodies


class WhatsAppSide(Side):
    """Webhooks come from one app for all its numbers. Blocking shows only by a message that fails."""

    name = "whatsapp"

    def __init__(self) -> None:
        self._phones = {bot: f"10000000000{place}" for place, bot in enumerate(BOTS, 1)}
        self._fake = WhatsApp.start(
            [Number(phone, f"2{phone}", f"EAA-{bot}") for bot, phone in self._phones.items()]
        )
        self._heard: dict[tuple[str, int], str] = {}
        for phone in self._phones.values():
            self._fake.template("visit", "Ждём вас {{1}}, {{2}}", phone=phone)
            self._fake.template("booking_reminder", "Ждём вас {{1}}, {{2}}", phone=phone)

    def settings(self) -> dict[str, str]:
        accounts = [
            {
                "bot": bot,
                "token": f"EAA-{bot}",
                "phone_id": phone,
                "app_secret": SECRET,
                "verify_token": VERIFY_TOKEN,
            }
            for bot, phone in self._phones.items()
        ]
        return {
            "whatsapp__bots": orjson.dumps(accounts).decode(),
            "whatsapp__api_base": self._fake.base,
        }

    async def connect(self, base: str) -> None:
        for phone in self._phones.values():
            self._fake.set_webhook(f"{base}/api/v1/messaging/webhook/whatsapp", phone=phone)

    def stop(self) -> None:
        self._fake.stop()

    def id_of(self, chat: int) -> str:
        return self._person(chat).chat

    # ------------------------------------------------------------ what customers do

    def says(self, bot: str, chat: int, text: str, *, copies: int = 1) -> None:
        self._sends(bot, chat, webhooks.text(text), copies=copies)

    def presses(self, bot: str, chat: int, label: str, *, copies: int = 1) -> None:
        phone, person = self._phones[bot], self._person(chat)
        for call in reversed(self._fake.calls(chat_id=person.chat, phone=phone)):
            for content in _replies(call.parameters, label):
                self._sends(bot, chat, content, copies=copies, context={"id": call.message_id})
                return
        raise Nowhere(label)

    def opens(self, bot: str, chat: int, payload: str) -> None:
        """A link of wa.me only fills in the first words."""
        self.says(bot, chat, "/start")

    def sends_photos(self, bot: str, chat: int, count: int, caption: str = "") -> None:
        for place in range(count):
            file = self._fake.file(f"{place}.jpg", PHOTO, "image/jpeg", phone=self._phones[bot])
            words = {"caption": caption} if caption and place == 0 else {}
            self._sends(bot, chat, webhooks.media("image", file, **words))

    def sends_voice(self, bot: str, chat: int) -> None:
        file = self._fake.file("v.ogg", VOICE, "audio/ogg", phone=self._phones[bot])
        self._sends(bot, chat, webhooks.voice(file))

    def sends_file(self, bot: str, chat: int, name: str) -> None:
        file = self._fake.file(name, PAPER, "application/pdf", phone=self._phones[bot])
        self._sends(bot, chat, webhooks.media("document", file, filename=name))

    def sends_place(self, bot: str, chat: int) -> None:
        self._sends(bot, chat, webhooks.location(*PLACE))

    def shares_phone(self, bot: str, chat: int, label: str, phone: str) -> None:
        """By the button: the number is the one that the customer writes from."""
        self.presses(bot, chat, label)

    def changes(self, bot: str, chat: int, text: str) -> None:
        self._sends(bot, chat, webhooks.edit(self._heard[bot, chat], webhooks.text(text)))

    def reacts(self, bot: str, chat: int, emoji: str) -> None:
        last = self._fake.calls(chat_id=self._person(chat).chat, phone=self._phones[bot])[-1]
        self._sends(bot, chat, webhooks.reaction(last.message_id or "", emoji or None))

    def blocks(self, bot: str, chat: int) -> None:
        person = self._person(chat).chat
        self._fake.script(code=131026, chat_id=person, phone=self._phones[bot], action="fail")

    # ------------------------------------------------------------ what else happens

    def colleague_says(self, bot: str, chat: int, text: str) -> None:
        self._fake.echoes(self._person(chat), webhooks.text(text), phone=self._phones[bot])

    def throttle(self, bot: str, chat: int, *, long: bool = False) -> float:
        person = self._person(chat).chat
        self._fake.script(code=131056, method="messages", chat_id=person, phone=self._phones[bot])
        return 6.0

    def break_down(
        self, bot: str, chat: int | None, *, times: int = 1, hangs_up: bool = False
    ) -> None:
        self._fake.script(
            status=502,
            body="",
            method="messages",
            chat_id=None if chat is None else self._person(chat).chat,
            phone=self._phones[bot],
            times=times,
            action="drop" if hangs_up else "answer",
        )

    def forward(self, seconds: float) -> None:
        self._fake.forward(seconds)

    def bodies(self, bot: str) -> st.SearchStrategy[Any]:
        return update_bodies(phone_id=self._phones[bot])

    def headers(self, bot: str, body: bytes) -> dict[str, str]:
        signed = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        return {"X-Hub-Signature-256": f"sha256={signed}"}

    # ------------------------------------------------------------ what is seen

    def said(self, bot: str, chat: int) -> list[str]:
        return self._fake.said(self._person(chat).chat, phone=self._phones[bot])

    def typed(self, bot: str, chat: int) -> bool:
        return self._heard[bot, chat] in self._fake.state(self._phones[bot])["typing"]

    async def settled(self) -> None:
        for phone in self._phones.values():
            await self._fake.settled(phone=phone)

    def wrongs(self) -> Sequence[str]:
        return [str(one) for one in self._fake.violations()]

    def unspecified(self) -> Sequence[str]:
        if specification() is None:
            pytest.skip("no description of the Cloud API: EASYFLOW_SPECS names no folder with it")
        return faults_of(call for call in self._fake.calls(None) if call.status == 200)

    # ------------------------------------------------------------ inside

    def _person(self, chat: int) -> Person:
        return Person(wa_id=f"7900{chat:07}")

    def _sends(self, bot: str, chat: int, content: webhooks.Json, **more: Any) -> None:
        said = self._fake.hears(self._person(chat), content, phone=self._phones[bot], **more)
        if content["type"] not in ("reaction", "edit"):
            self._heard[bot, chat] = said


def _replies(sent: Any, label: str) -> Iterator[webhooks.Json]:
    """What a press on this label makes; a row may have the rest of it in its second line."""
    if sent.get("type") != "interactive":
        return
    action = sent["interactive"]["action"]
    for button in action.get("buttons", ()):
        if button["reply"]["title"] == label:
            yield webhooks.button_reply(button["reply"]["id"], label)
    for section in action.get("sections", ()):
        for row in section["rows"]:
            title, more = row["title"], row.get("description", "")
            if label in (title, f"{title} {more}", f"{title} — {more}", more):
                yield webhooks.list_reply(row["id"], title, more or None)
