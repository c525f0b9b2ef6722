"""State and history of each update in one transaction: the part that both hand-written databases share."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from aiogram import BaseMiddleware, Bot, Dispatcher
from aiogram.client.session.middlewares.base import (
    BaseRequestMiddleware,
    NextRequestMiddlewareType,
)
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State
from aiogram.fsm.storage.base import BaseStorage, StateType, StorageKey
from aiogram.fsm.storage.memory import SimpleEventIsolation
from aiogram.methods import Response, SendMessage, TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import TelegramObject, Update

from benchmarks.peers.aiogram.dialog import bot, serve


@dataclass(slots=True)
class Kept:
    """A chat as it was read, and what the update under way has changed."""

    chat: int
    state: str | None = None
    data: dict[str, Any] = field(default_factory=dict)
    last_update: int = 0
    said: list[str] = field(default_factory=list)
    row: Any = None


under_way: ContextVar[list[str]] = ContextVar("under_way")
"""What the bot has said to the update that is handled in this task."""


class KeptStorage(BaseStorage):
    """Reads a chat once per update; writes it when the update is done."""

    def __init__(self) -> None:
        self._open: dict[StorageKey, Kept] = {}

    @abstractmethod
    async def load(self, chat: int) -> Kept:
        """A chat as it was saved, or an empty one."""

    @abstractmethod
    async def save(self, kept: Kept, heard: str | None) -> None:
        """In one transaction: the chat, what was heard, what was said."""

    async def kept(self, key: StorageKey) -> Kept:
        if key not in self._open:
            self._open[key] = await self.load(key.chat_id)
        return self._open[key]

    def close_update(self, key: StorageKey) -> None:
        self._open.pop(key, None)

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        (await self.kept(key)).state = state.state if isinstance(state, State) else state

    async def get_state(self, key: StorageKey) -> str | None:
        return (await self.kept(key)).state

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        (await self.kept(key)).data = dict(data)

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        return dict((await self.kept(key)).data)


class Saving(BaseMiddleware):
    """Around every update, inside the lock of its chat: drops repeats, saves at the end."""

    def __init__(self, storage: KeptStorage) -> None:
        self._storage = storage

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        state: FSMContext = data["state"]
        assert isinstance(event, Update)
        try:
            kept = await self._storage.kept(state.key)
            if event.update_id <= kept.last_update:
                return None
            under_way.set(kept.said)
            result = await handler(event, data)
            kept.last_update = event.update_id
            await self._storage.save(kept, _heard(event))
            return result
        finally:
            self._storage.close_update(state.key)


class Noting(BaseRequestMiddleware):
    """Notes every message that went out, for the history."""

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        response = await make_request(bot, method)
        if isinstance(method, SendMessage):
            under_way.get().append(method.text)
        return response


def serve_kept(storage: KeptStorage, opened: Callable[[], Awaitable[None]]) -> None:
    """An update is answered 200 after its commit, so Telegram repeats what a crash interrupts."""
    dispatcher = Dispatcher(storage=storage, events_isolation=SimpleEventIsolation())
    dispatcher.startup.register(opened)
    dispatcher.update.outer_middleware(Saving(storage))
    telegram = bot()
    telegram.session.middleware(Noting())
    serve(dispatcher, telegram, in_background=False)


def _heard(update: Update) -> str | None:
    if update.callback_query is not None:
        return update.callback_query.data
    return update.message.text if update.message is not None else None
