"""`webhooks` as somebody types it, over a real database."""

import io
import json
import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from adapters.terminal.arguments import arguments
from adapters.terminal.leaving import Refused
from adapters.terminal.webhooks import WebhookCommands
from tests.bots.services.couriers import SILENT, Town, refused

URL = "https://good.example.com/"


class Typed:
    """Commands, and what they said."""

    def __init__(self, town: Town, environ: Mapping[str, str], language: str = "en") -> None:
        self.town = town
        self.out = io.StringIO()
        self._commands = WebhookCommands(
            webhooks=town.webhooks,
            workspace=1,
            environ=environ,
            language=language,
            out=self.out,
        )

    async def do(self, *words: str) -> str:
        """What it says; the status is 0."""
        assert await self.status(*words) == 0
        return self.said

    async def status(self, *words: str) -> int:
        return await self._commands.do(arguments(["webhooks", *words]))

    @property
    def said(self) -> str:
        text = self.out.getvalue()
        self.out.seek(0)
        self.out.truncate()
        return text


@pytest.fixture
async def typed(database: Path) -> AsyncIterator[Typed]:
    town = Town(database)
    await town.open()
    await town.found()
    try:
        yield Typed(town, {"HOOK_SECRET": "a secret of one's own"})
    finally:
        await town.close()


async def test_an_address_is_added_listed_and_removed(typed: Typed) -> None:
    assert await typed.do() == "No webhooks: python run.py webhooks add https://…\n"
    added, secret = (await typed.do("add", URL, "--events", "chat.closed,goal")).splitlines()
    assert re.fullmatch(r"Secret \(shown once\): whsec_[A-Za-z0-9+/]{32}", secret)
    heading, row = (await typed.do("list")).splitlines()
    assert heading.split() == ["id", "address", "events", "state", "taken", "aside", "missed"]
    assert row.split()[1:] == [URL, "chat.closed", "goal", "active", "never", "0", "0"]
    assert row.split()[0] in added
    assert secret.rpartition(" ")[2] not in await typed.do("--json")
    assert await typed.do("remove", URL) == f"The webhook {URL} is removed.\n"
    assert (await typed.do()).startswith("No webhooks")


async def test_a_secret_of_ones_own_comes_from_a_variable_and_is_not_shown(typed: Typed) -> None:
    said = await typed.do("add", URL, "--secret-from", "HOOK_SECRET")
    assert "secret of one" not in said
    (one,) = await typed.town.webhooks.all(1)
    assert (one.secrets, one.events) == (("a secret of one's own",), ("*",))
    with pytest.raises(Refused, match="no variable NOTHING"):
        await typed.do("rotate", one.id, "--secret-from", "NOTHING")
    assert "another day" in await typed.do("rotate", one.id[:31])
    assert len((await typed.town.webhooks.one(1, one.id)).secrets) == 2


async def test_a_test_says_what_came_back_and_the_log_keeps_it(typed: Typed) -> None:
    await typed.do("add", URL)
    assert await typed.do("test", URL) == f"{URL}: 200, 5 ms\n"
    typed.town.sender.answers[URL] = lambda call: refused(500)
    assert await typed.status("test", URL) == 1
    assert typed.said == f"{URL}: it answered 500, 5 ms\n"
    rows = (await typed.do("log", URL)).splitlines()
    assert [row.split("  ")[1].strip() for row in rows[1:]] == ["webhook.test"] * 2
    log = json.loads(await typed.do("log", URL, "--json"))
    assert [one["status"] for one in log] == [500, 200]


async def test_the_list_says_what_is_wrong(typed: Typed) -> None:
    await typed.do("add", URL)
    await typed.town.tell()
    await typed.town.say("anna")
    typed.town.sender.answers[URL] = lambda call: SILENT
    await typed.town.later(seconds=60, step=5)
    assert "active: no answer in time" in await typed.do()
    typed.town.sender.answers[URL] = lambda call: refused(410)
    await typed.town.later(seconds=120, step=5)
    assert "switched off (410)" in await typed.do()
    typed.town.sender.answers.clear()
    assert await typed.do("resume", URL) == f"The webhook {URL} is active.\n"
    await typed.town.tell()
    assert len(typed.town.sender.of(URL)) > 4
    assert "events wait" in await typed.do("pause", URL)
    assert await typed.do("redeliver", URL) == "To be sent once more: 0.\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "http://plain.example.com/"), "url: This address cannot be called"),
        (("add", URL, "--events", "message.recieved"), "There is no event 'message.recieved'"),
        (("remove", "nothing"), "There is no webhook nothing: python run.py webhooks list"),
        (("log", "0000"), "There is no webhook 0000"),
    ],
)
async def test_what_cannot_be_done_is_a_sentence(
    typed: Typed, words: tuple[str, ...], said: str
) -> None:
    with pytest.raises(Refused, match=re.escape(said)):
        await typed.do(*words)


async def test_an_id_that_means_several_is_refused(typed: Typed) -> None:
    await typed.do("add", URL)
    await typed.do("add", "https://other.example.com/")
    with pytest.raises(Refused, match="Several are meant by 0000"):
        await typed.do("remove", "0000")
