"""Telegram's side of the conversations."""

import itertools
from collections.abc import Sequence
from typing import Any

import orjson
from hypothesis import strategies as st

from tests.conversations.side import BOTS, PAPER, PHOTO, PLACE, VOICE, Nowhere, Side
from tests.servers import telegram_happenings as happenings
from tests.servers.telegram import FakeTelegram
from tests.servers.telegram_updates import updates


class TelegramSide(Side):
    """Updates come by webhook. A person beside the bot cannot write in its chats."""

    name = "telegram"
    colleagues = False

    def __init__(self) -> None:
        self._tokens = {bot: f"{place}11111:TEST-TOKEN" for place, bot in enumerate(BOTS, 1)}
        self._fake = FakeTelegram.start(
            {token: f"{bot}_bot" for bot, token in self._tokens.items()}
        )
        self._albums = itertools.count(1)

    def settings(self) -> dict[str, str]:
        accounts = [
            {"bot": bot, "token": token, "webhook_secret": f"secret-of-{bot}"}
            for bot, token in self._tokens.items()
        ]
        return {
            "telegram__bots": orjson.dumps(accounts).decode(),
            "telegram__api_base": self._fake.base,
        }

    async def connect(self, base: str) -> None:
        await self._fake.expect(len(BOTS), "setWebhook", within=120)

    def stop(self) -> None:
        self._fake.stop()

    # ------------------------------------------------------------ what customers do

    def says(self, bot: str, chat: int, text: str, *, copies: int = 1) -> None:
        self._happens(bot, happenings.message(chat, text), copies=copies)

    def presses(self, bot: str, chat: int, label: str, *, copies: int = 1) -> None:
        for message, markup in self._messages(bot, chat):
            for one in itertools.chain.from_iterable(markup.get("inline_keyboard", ())):
                if one["text"] == label and "callback_data" in one:
                    number = message["message_id"]
                    press = happenings.press(chat, one["callback_data"], message_id=number)
                    self._happens(bot, press, copies=copies)
                    return
            for one in itertools.chain.from_iterable(markup.get("keyboard", ())):
                if one["text"] == label and not one.get("request_contact"):
                    self.says(bot, chat, label, copies=copies)
                    return
        raise Nowhere(label)

    def opens(self, bot: str, chat: int, payload: str) -> None:
        self._happens(bot, happenings.started(chat, payload))

    def sends_photos(self, bot: str, chat: int, count: int, caption: str = "") -> None:
        files = [self._fake.file(f"{place}.jpg", PHOTO) for place in range(count)]
        if count == 1:
            self._happens(bot, happenings.attached(chat, "photo", files[0], caption or None))
            return
        group = f"1385{next(self._albums):013}"
        kinds = ["photo"] * count
        parts = happenings.album(chat, kinds, caption=caption or None, group=group, files=files)
        self._happens(bot, *parts)

    def sends_voice(self, bot: str, chat: int) -> None:
        self._happens(bot, happenings.attached(chat, "voice", self._fake.file("v.ogg", VOICE)))

    def sends_file(self, bot: str, chat: int, name: str) -> None:
        update = happenings.attached(chat, "document", self._fake.file(name, PAPER))
        update["message"]["document"]["file_name"] = name
        self._happens(bot, update)

    def sends_place(self, bot: str, chat: int) -> None:
        self._happens(bot, happenings.located(chat, *PLACE))

    def shares_phone(self, bot: str, chat: int, label: str, phone: str) -> None:
        self._happens(bot, happenings.contact(chat, phone))

    def changes(self, bot: str, chat: int, text: str) -> None:
        number = self._last(bot, chat, "client")["message_id"]
        self._happens(bot, happenings.edited(chat, number, text))

    def reacts(self, bot: str, chat: int, emoji: str) -> None:
        number = self._last(bot, chat, "bot")["message_id"]
        given = happenings.reacted(chat, number, *filter(None, [emoji]))
        self._happens(bot, given)

    def blocks(self, bot: str, chat: int) -> None:
        self._happens(bot, happenings.blocked(chat))

    # ------------------------------------------------------------ what else happens

    def throttle(self, bot: str, chat: int, *, long: bool = False) -> float:
        seconds = 7 if long else 1
        self._fake.script(
            method="sendMessage", chat_id=chat, token=self._tokens[bot], retry_after=seconds
        )
        return seconds

    def break_down(
        self, bot: str, chat: int | None, *, times: int = 1, hangs_up: bool = False
    ) -> None:
        self._fake.script(
            method="sendMessage",
            chat_id=chat,
            token=self._tokens[bot],
            times=times,
            status=502,
            body="",
            action="drop" if hangs_up else "answer",
        )

    def forward(self, seconds: float) -> None:
        self._fake.forward(seconds)

    def bodies(self, bot: str) -> st.SearchStrategy[Any]:
        return updates()

    def headers(self, bot: str, body: bytes) -> dict[str, str]:
        return {"X-Telegram-Bot-Api-Secret-Token": f"secret-of-{bot}"}

    # ------------------------------------------------------------ what is seen

    def said(self, bot: str, chat: int) -> list[str]:
        return self._fake.said(chat, token=self._tokens[bot])

    def typed(self, bot: str, chat: int) -> bool:
        return bool(self._fake.calls("sendChatAction", chat_id=chat))

    async def settled(self) -> None:
        for token in self._tokens.values():
            await self._fake.settled(token=token)

    def wrongs(self) -> Sequence[str]:
        return self._fake.violations()

    def unspecified(self) -> Sequence[str]:
        return self._fake.unspecified()

    # ------------------------------------------------------------ inside

    def _happens(self, bot: str, *updates: dict[str, Any], copies: int = 1) -> None:
        self._fake.update(*updates, token=self._tokens[bot], copies=copies)

    def _messages(self, bot: str, chat: int) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """What the bot's messages look like now, the newest first, with their markups."""
        now: dict[int, tuple[dict[str, Any], dict[str, Any]]] = {}
        for entry in self._fake.seen(chat, token=self._tokens[bot]):
            if entry["who"] == "bot" and entry["act"] in ("says", "edits", "marks"):
                message = entry["message"]
                now[message["message_id"]] = message, entry.get("markup") or {}
        return [now[number] for number in sorted(now, reverse=True)]

    def _last(self, bot: str, chat: int, who: str) -> dict[str, Any]:
        seen = self._fake.seen(chat, token=self._tokens[bot])
        said = [one for one in seen if one["who"] == who and one["act"] in ("says", "edits")]
        message: dict[str, Any] = said[-1]["message"]
        return message
