"""Dialogs of a bot in MAX, without an address at which it could be called; the suite has the rest."""

import asyncio
from pathlib import Path

import pytest

from tests.e2e.florist import florist
from tests.servers.easyflow import EasyFlow
from tests.servers.max import NICK, TOKEN, Max

ANNA = 701
SLOW = 60.0
"""Seconds after which an answer is not waited for any more."""


def server_at(fake: Max, folder: Path) -> EasyFlow:
    return EasyFlow(
        folder / "data",
        bots=florist(folder / "bots"),
        max__token=TOKEN,
        max__nick=NICK,
        max__bot="florist",
        max__api_base=fake.base,
    )


async def shows(fake: Max, line: str) -> None:
    """Wait until it stands in the dialog."""
    deadline = asyncio.get_running_loop().time() + SLOW
    while line not in fake.said(ANNA):
        assert asyncio.get_running_loop().time() < deadline, fake.said(ANNA)
        await asyncio.sleep(0.02)


async def test_polling_brings_everything_and_loses_nothing(tmp_path: Path) -> None:
    with Max.start() as fake, server_at(fake, tmp_path) as server:
        await fake.expect(1, "GET /updates")
        fake.says(ANNA, "/extras")
        await shows(fake, "bot: Что добавить?")
        fake.presses(ANNA, "Лента")
        await shows(fake, "bot edits: Что добавить?")
        await fake.settled()
        server.kill()
        fake.says(ANNA, "/send")
        server.start()
        await shows(fake, "bot: Пришлите фото")
        said = {"platform": "max", "chat_id": str(ANNA), "text": "Мы ещё работаем"}
        status, told = server.call("POST", "/api/v1/messaging/send", said)
        assert (status, told["delivery_status"]) == (200, "sent")
        assert fake.said(ANNA).count("bot: Что добавить?") == 1
        assert fake.violations() == []
    assert TOKEN not in server.log
    assert '"level":"error"' not in server.log


def test_a_token_that_max_refuses_ends_the_start_with_what_to_do(tmp_path: Path) -> None:
    with Max.start() as fake:
        fake.bot(revoked=True)
        server = server_at(fake, tmp_path)
        with pytest.raises(AssertionError, match=r"business\.max\.ru"):
            server.start()
    assert server.log.count("MAX does not accept the bot's token") == 1
    assert TOKEN not in server.log
