"""A small bot in memory behind the real page: `python -m tests.adapters.messengers.web.echo 8123`."""

import asyncio
import itertools
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import uvicorn
from starlette.applications import Starlette

from adapters.messengers.web.hub import Hub
from adapters.messengers.web.routes import web_routes
from adapters.messengers.web.socket import BotCard
from adapters.messengers.web.wire import Limits
from bots.errors import NotFound, Unavailable
from bots.model.answer import Came
from bots.model.conversation import Conversation
from bots.model.message import Address, Attachment, Button, Keyboard, UnifiedMessage
from bots.model.turn import MessageRecord

MEDIA = Path("config/bots/shop/media")
MENU = (
    (Button(text="📦 Где мой заказ", payload="order"),),
    (Button(text="↩️ Оформить возврат", payload="return"),),
    (Button(text="❓ Вопрос", payload="ask"), Button(text="👩 Оператор", payload="person")),
)


class EchoBot:
    """Takes messages like the inbox, keeps them like the store, answers at once and in order."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.taken: list[UnifiedMessage] = []
        self.typed: list[Address] = []
        self.conversations: dict[Address, Conversation] = {}
        self.records: dict[Address, list[MessageRecord]] = {}
        self.away = False
        self.silent = False
        self._known: set[str] = set()
        self._numbers = itertools.count(1)

    # ------------------------------------------------------------ as an inbox

    async def accept(self, messages: Sequence[UnifiedMessage]) -> None:
        if self.away:
            raise Unavailable("The disk is full")
        for message in messages:
            if message.external_id not in self._known:
                self._known.add(message.external_id)
                self.taken.append(message)
                self._answer(message)

    def _answer(self, message: UnifiedMessage) -> None:
        heard: dict[str, Any] = {
            "author": "customer",
            "text": message.text or "",
            "attachments": message.attachments,
            "platform_message_id": message.platform_message_id,
        }
        self.tell(message.address, heard, *([] if self.silent else replies(message)))

    def tell(self, address: Address, *messages: dict[str, Any], owner: str | None = None) -> None:
        """Commit messages of one turn and tell the hub."""
        conversation = self.conversations.get(address) or self._opened(address)
        if owner is not None:
            conversation = replace(conversation, owner=owner)  # type: ignore[arg-type]
        told = []
        for fields in messages:
            conversation = replace(conversation, seq=conversation.seq + 1)
            author = fields.get("author", "bot")
            told.append(
                MessageRecord(
                    message_id=f"m{next(self._numbers)}",
                    seq=conversation.seq,
                    direction="inbound" if author == "customer" else "outbound",
                    created_at=datetime.now(UTC),
                    **{"author": author, **fields},
                )
            )
        self.conversations[address] = conversation
        self.records.setdefault(address, []).extend(told)
        self.hub.told(conversation, told, [])

    def _opened(self, address: Address) -> Conversation:
        now = datetime.now(UTC)
        return Conversation(
            id=len(self.conversations) + 1,
            uuid=f"u{len(self.conversations)}",
            address=address,
            platform="web",
            user_id=address.chat_id,
            customer_id=1,
            created_at=now,
            updated_at=now,
        )

    # ------------------------------------------------------------ as a store of conversations

    async def tail(self, address: Address, *, limit: int) -> list[MessageRecord]:
        return self.records.get(address, [])[-limit:]

    async def by_chat(
        self,
        workspace: int,
        platform: str,
        chat_id: str,
        user_id: str | None = None,
        bot: str | None = None,
    ) -> Conversation:
        conversation = self.conversations.get(Address(workspace, bot or "", platform, chat_id))
        if conversation is not None:
            return conversation
        raise NotFound("conversation", chat_id)

    async def by_session(self, workspace: int, session_id: str) -> Conversation:
        raise NotFound("conversation", session_id)

    async def of_user(self, workspace: int, user_id: str) -> list[tuple[Conversation, int]]:
        return []

    async def history(
        self, conversation: int, *, limit: int, offset: int
    ) -> tuple[list[MessageRecord], int]:
        for address, one in self.conversations.items():
            if one.id == conversation:
                records = self.records[address]
                return records[offset : offset + limit], len(records)
        return [], 0

    async def message(
        self, workspace: int, message_id: str
    ) -> tuple[Conversation, MessageRecord] | None:
        return None

    async def came_of(self, address: Address, external_id: str, message_id: str) -> Came:
        return Came(waits=False)


def replies(message: UnifiedMessage) -> list[dict[str, Any]]:
    """What the small bot says; enough of everything for a page to be looked at."""
    if message.text == "/start":
        picture = Attachment(kind="photo", ref="media/hello.jpg")
        hello = "Здравствуйте! Я помощница магазина «Ромашка» — подскажу про заказ и возврат."
        return [
            {"text": hello, "attachments": (picture,)},
            {"text": "Чем помочь?", "keyboard": Keyboard(rows=MENU)},
        ]
    if message.button == "order":
        track = Button(text="Отследить заказ", url="https://example.com/track/12345")
        here = "Ваш заказ №12345 находится в пути. Ожидаемая дата доставки: 15 января."
        return [{"text": here, "keyboard": Keyboard(rows=((track,),))}]
    if message.button == "return":
        phone = Button(text="Отправить мой номер", share="phone")
        place = Button(text="Показать, где я", share="location")
        share = Keyboard(rows=((phone,), (place,)), inline=False)
        return [{"text": "По какому номеру с вами связаться?", "keyboard": share}]
    if message.attachments:
        return [{"text": f"Получила: {', '.join(one.kind for one in message.attachments)}."}]
    return [{"text": f"Вы сказали: {message.text}"}]


def build(
    files_folder: Path, *, limits: Limits | None = None, origins: Sequence[str] = ()
) -> tuple[Starlette, EchoBot]:
    """The page with the small bot behind it."""
    hub = Hub()
    bot = EchoBot(hub)
    numbers = itertools.count(1)
    cards = [
        BotCard(name="shop", title="Магазин «Ромашка»"),
        BotCard(name="salon", title="Салон «Лилия»"),
    ]
    routes = web_routes(
        inbox=bot,
        conversations=bot,
        hub=hub,
        bots=lambda: cards,
        media_folder=lambda name: MEDIA.resolve() if name == "shop" else None,
        files_folder=files_folder,
        clock=lambda: datetime.now(UTC),
        new_id=lambda: f"{next(numbers):032x}",
        workspace_of=lambda name: 1,
        allowed_origins=origins,
        limits=limits,
        typed=bot.typed.append,
    )
    return Starlette(routes=routes), bot


async def _serve(port: int) -> None:
    app, _ = build(Path(mkdtemp()))
    await uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning")).serve()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
