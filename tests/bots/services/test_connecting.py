"""Who an account is, is asked with patience for the messenger, not for what we do before."""

import asyncio
from typing import Any, cast

import pytest

from bots.errors import ChannelDown
from bots.model.channel import ChannelRecord
from bots.ports import MessengerChannel
from bots.services.connecting import Connecting

RECORD = ChannelRecord(workspace=1, bot="shop", platform="telegram", origin="api", credentials={})


class Account:
    """Of a messenger whose library is imported by whoever needs it first."""

    def __init__(self, *, silent: bool = False) -> None:
        self._loaded = False
        self._silent = silent

    async def load(self) -> None:
        await asyncio.sleep(0.01)
        self._loaded = True

    async def check(self) -> str:
        if not self._loaded or self._silent:
            await asyncio.Event().wait()
        return "@shop_bot"


def connecting(account: Any) -> Connecting:
    """Whoever keeps it waiting at all has kept it waiting for too long."""
    return Connecting(lambda _: cast(MessengerChannel, account), lambda _: None, patience=0)


async def test_a_slow_import_is_no_silence_of_the_messenger() -> None:
    _, name = await connecting(Account()).meet(RECORD)
    assert name == "@shop_bot"


async def test_a_silent_messenger_is_told_of() -> None:
    with pytest.raises(ChannelDown, match="no answer in time"):
        await connecting(Account(silent=True)).meet(RECORD)
