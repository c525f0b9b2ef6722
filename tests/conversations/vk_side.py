"""VK's side of the conversations."""

import itertools
from collections.abc import Sequence
from typing import Any

import orjson
import pytest
from hypothesis import strategies as st

from tests.conversations.side import BOTS, PAPER, PHOTO, PLACE, VOICE, Nowhere, Side
from tests.servers import vk_events as events
from tests.servers.specs_vk import VkSchema, schema_folder
from tests.servers.vk import Vk
from tests.servers.vk_updates import event_bodies

REACTIONS = {"👍": 4, "": None}
"""https://dev.vk.com/ru/method/messages.sendReaction"""


class VkSide(Side):
    """Events come by the Callback API."""

    name = "vk"

    def __init__(self) -> None:
        self._groups = {bot: 222110 + place for place, bot in enumerate(BOTS, 1)}
        self._fake = Vk.start({group: (bot, f"vk1.a.{bot}") for bot, group in self._groups.items()})

    def settings(self) -> dict[str, str]:
        accounts = [
            {"bot": bot, "token": f"vk1.a.{bot}", "group": str(group), "secret": f"s3cret{group}"}
            for bot, group in self._groups.items()
        ]
        return {"vk__bots": orjson.dumps(accounts).decode(), "vk__api_base": self._fake.api}

    async def connect(self, base: str) -> None:
        for group in self._groups.values():
            await self._fake.expect(len(self._groups), "groups.setCallbackSettings", within=120)
            server = self._fake.state(group)["servers"][0]["id"]
            assert await self._fake.confirmed(server, group_id=group, within=120) == "ok"

    def stop(self) -> None:
        self._fake.stop()

    # ------------------------------------------------------------ what customers do

    def says(self, bot: str, chat: int, text: str, *, copies: int = 1) -> None:
        self._happens(bot, events.message(chat, text), copies=copies)

    def presses(self, bot: str, chat: int, label: str, *, copies: int = 1) -> None:
        for words in dict.fromkeys((label, *self._cut(bot, chat, label))):
            try:
                self._fake.presses(chat, words, group_id=self._groups[bot], copies=copies)
                return
            except RuntimeError as error:
                if "no button" not in str(error):
                    raise
        raise Nowhere(label)

    def opens(self, bot: str, chat: int, payload: str) -> None:
        self._happens(bot, events.start(chat, ref=payload, ref_source="link"))

    def sends_photos(self, bot: str, chat: int, count: int, caption: str = "") -> None:
        photos = [
            events.photo(self._fake.file(f"{place}.jpg", PHOTO), number=place + 1)
            for place in range(count)
        ]
        self._happens(bot, events.message(chat, caption, attachments=photos))

    def sends_voice(self, bot: str, chat: int) -> None:
        voice = events.audio_message(self._fake.file("v.ogg", VOICE))
        self._happens(bot, events.message(chat, attachments=[voice]))

    def sends_file(self, bot: str, chat: int, name: str) -> None:
        paper = events.document(self._fake.file(name, PAPER), name)
        self._happens(bot, events.message(chat, attachments=[paper]))

    def sends_place(self, bot: str, chat: int) -> None:
        self._happens(bot, events.message(chat, geo=events.place(*PLACE)))

    def shares_phone(self, bot: str, chat: int, label: str, phone: str) -> None:
        self.says(bot, chat, phone)

    def changes(self, bot: str, chat: int, text: str) -> None:
        number = self._last(bot, chat, "client")["conversation_message_id"]
        self._happens(bot, events.edited(chat, number, text))

    def reacts(self, bot: str, chat: int, emoji: str) -> None:
        number = self._last(bot, chat, "bot")["conversation_message_id"]
        self._happens(bot, events.reaction(chat, number, REACTIONS[emoji]))

    def blocks(self, bot: str, chat: int) -> None:
        self._happens(bot, events.deny(chat))

    # ------------------------------------------------------------ what else happens

    def colleague_says(self, bot: str, chat: int, text: str) -> None:
        self._happens(bot, events.reply(chat, text, admin_id=1))

    def throttle(self, bot: str, chat: int, *, long: bool = False) -> float:
        self._fake.script(method="messages.send", peer_id=chat, code=9 if long else 6)
        return 10.0 if long else 1.0

    def break_down(
        self, bot: str, chat: int | None, *, times: int = 1, hangs_up: bool = False
    ) -> None:
        self._fake.script(
            method="messages.send",
            peer_id=chat,
            token=f"vk1.a.{bot}",
            status=502,
            body="",
            times=times,
            action="drop" if hangs_up else "answer",
        )

    def forward(self, seconds: float) -> None:
        self._fake.clock(forward=seconds)

    def bodies(self, bot: str) -> st.SearchStrategy[Any]:
        group = self._groups[bot]
        return event_bodies(group_id=group, secret=f"s3cret{group}")

    def headers(self, bot: str, body: bytes) -> dict[str, str]:
        """None: the secret stands in the event."""
        return {}

    # ------------------------------------------------------------ what is seen

    def said(self, bot: str, chat: int) -> list[str]:
        return self._fake.said(chat, group_id=self._groups[bot])

    def typed(self, bot: str, chat: int) -> bool:
        return bool(self._fake.calls("messages.setActivity", peer_id=chat))

    async def settled(self) -> None:
        for group in self._groups.values():
            await self._fake.settled(group_id=group)

    def wrongs(self) -> Sequence[str]:
        return [str(one) for one in self._fake.violations()]

    def unspecified(self) -> Sequence[str]:
        folder = schema_folder()
        if folder is None:
            pytest.skip("no schema of VK: EASYFLOW_SPECS names no folder with vk/schema")
        schema = VkSchema(folder)
        made = (one for one in self._fake.calls() if one.status == 200 and not one.code)
        return [
            wrong
            for call in made
            if call.method not in ("upload", "download")
            for wrong in schema.wrong_in_call(call.method, call.parameters)
        ]

    # ------------------------------------------------------------ inside

    def _happens(self, bot: str, *told: dict[str, Any], copies: int = 1) -> None:
        self._fake.update(*told, group_id=self._groups[bot], copies=copies)

    def _last(self, bot: str, chat: int, author: str) -> dict[str, Any]:
        seen = self._fake.seen(chat, group_id=self._groups[bot])
        said = [one for one in seen if one["author"] == author and one["kind"] == "message"]
        message: dict[str, Any] = said[-1]["message"]
        return message

    def _cut(self, bot: str, chat: int, label: str) -> list[str]:
        """Labels that are the beginning of this one."""
        found = []
        for one in self._fake.seen(chat, group_id=self._groups[bot]):
            keyboard = one["message"].get("keyboard") or {"buttons": []}
            for button in itertools.chain.from_iterable(keyboard["buttons"]):
                words = button["action"].get("label", "")
                if words.endswith("…") and label.startswith(words[:-1].rstrip()):
                    found.append(words)
        return found
