"""MAX's side of the conversations."""

from collections.abc import Sequence
from typing import Any

import orjson
import pytest
from hypothesis import strategies as st

from tests.conversations.side import BOTS, PAPER, PHOTO, PLACE, VOICE, Nowhere, Side
from tests.servers import max_events as events
from tests.servers.max import Max
from tests.servers.max_updates import update_bodies
from tests.servers.specs_max import MaxSchema, schema_file


class MaxSide(Side):
    """Updates come by webhook. MAX tells of no reactions, and a person beside the bot cannot write."""

    name = "max"
    reactions = False
    colleagues = False

    def __init__(self) -> None:
        self._tokens = {bot: f"TOKEN-of-{bot}" for bot in BOTS}
        self._fake = Max.start({f"{bot}_bot": token for bot, token in self._tokens.items()})

    def settings(self) -> dict[str, str]:
        accounts = [
            {
                "bot": bot,
                "token": token,
                "nick": f"{bot}_bot",
                "webhook_secret": f"secret-of-{bot}",
            }
            for bot, token in self._tokens.items()
        ]
        return {"max__bots": orjson.dumps(accounts).decode(), "max__api_base": self._fake.base}

    async def connect(self, base: str) -> None:
        await self._fake.expect(len(BOTS), "POST /subscriptions", within=120)

    def stop(self) -> None:
        self._fake.stop()

    # ------------------------------------------------------------ what customers do

    def says(self, bot: str, chat: int, text: str, *, copies: int = 1) -> None:
        self._happens(bot, events.message(chat, text), copies=copies)

    def presses(self, bot: str, chat: int, label: str, *, copies: int = 1) -> None:
        try:
            self._fake.presses(chat, label, token=self._tokens[bot], copies=copies)
        except LookupError as error:
            raise Nowhere(label) from error

    def opens(self, bot: str, chat: int, payload: str) -> None:
        self._happens(bot, events.started(chat, payload))

    def sends_photos(self, bot: str, chat: int, count: int, caption: str = "") -> None:
        photos = [events.image(self._fake.file(f"{place}.jpg", PHOTO)) for place in range(count)]
        self._happens(bot, events.message(chat, caption or None, attachments=photos))

    def sends_voice(self, bot: str, chat: int) -> None:
        voice = events.audio(self._fake.file("v.ogg", VOICE))
        self._happens(bot, events.message(chat, None, attachments=[voice]))

    def sends_file(self, bot: str, chat: int, name: str) -> None:
        paper = events.paper(self._fake.file(name, PAPER), name, len(PAPER))
        self._happens(bot, events.message(chat, None, attachments=[paper]))

    def sends_place(self, bot: str, chat: int) -> None:
        self._happens(bot, events.message(chat, None, attachments=[events.place(*PLACE)]))

    def shares_phone(self, bot: str, chat: int, label: str, phone: str) -> None:
        self._fake.presses(chat, label, token=self._tokens[bot], phone=phone.lstrip("+"))

    def changes(self, bot: str, chat: int, text: str) -> None:
        mid = self._last(bot, chat, "client")["body"]["mid"]
        self._happens(bot, events.edited(chat, mid, text))

    def blocks(self, bot: str, chat: int) -> None:
        self._happens(bot, events.stopped(chat))

    # ------------------------------------------------------------ what else happens

    def throttle(self, bot: str, chat: int, *, long: bool = False) -> float:
        seconds = 7 if long else 1
        self._fake.script(
            method="POST /messages",
            user_id=chat,
            token=self._tokens[bot],
            status=429,
            code="too.many.requests",
            headers={"Retry-After": str(seconds)},
        )
        return seconds

    def break_down(
        self, bot: str, chat: int | None, *, times: int = 1, hangs_up: bool = False
    ) -> None:
        self._fake.script(
            method="POST /messages",
            user_id=chat,
            token=self._tokens[bot],
            times=times,
            status=502,
            action="drop" if hangs_up else "answer",
        )

    def forward(self, seconds: float) -> None:
        """Nothing in MAX grows old."""

    def bodies(self, bot: str) -> st.SearchStrategy[Any]:
        return update_bodies()

    def headers(self, bot: str, body: bytes) -> dict[str, str]:
        return {"X-Max-Bot-Api-Secret": f"secret-of-{bot}"}

    # ------------------------------------------------------------ what is seen

    def said(self, bot: str, chat: int) -> list[str]:
        return self._fake.said(chat, token=self._tokens[bot])

    def typed(self, bot: str, chat: int) -> bool:
        return bool(self._fake.calls("POST /chats/{chatId}/actions", user_id=chat))

    async def settled(self) -> None:
        for token in self._tokens.values():
            await self._fake.settled(token=token)

    def wrongs(self) -> Sequence[str]:
        return [str(one) for one in self._fake.violations()]

    def unspecified(self) -> Sequence[str]:
        file = schema_file()
        if file is None:
            pytest.skip("no schema of MAX: EASYFLOW_SPECS names no folder with max/schema.yaml")
        schema = MaxSchema(file)
        made = (one for one in self._fake.calls() if one.status == 200)
        return [
            wrong
            for call in made
            if call.method not in ("upload", "download")
            for wrong in schema.wrong_in_call(call.method, call.query, call.body)
        ]

    # ------------------------------------------------------------ inside

    def _happens(self, bot: str, *told: dict[str, Any], copies: int = 1) -> None:
        self._fake.update(*told, token=self._tokens[bot], copies=copies)

    def _last(self, bot: str, chat: int, who: str) -> dict[str, Any]:
        seen = self._fake.seen(chat, token=self._tokens[bot])
        message: dict[str, Any] = [one for one in seen if one["who"] == who and one["message"]][-1][
            "message"
        ]
        return message
