"""getUpdates as a method of aiogram that leaves the updates as they came.

Imported when polling starts, because it imports aiogram.
"""

from typing import Any

from aiogram.methods.base import TelegramMethod


class RawUpdates(TelegramMethod[list[Any]]):
    """Like aiogram's GetUpdates, with `Any` for an update."""

    __returning__ = list[Any]
    __api_method__ = "getUpdates"

    offset: int
    timeout: int
    allowed_updates: list[str]
