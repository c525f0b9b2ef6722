"""The service of assistants over things in memory, for tests of the HTTP surface."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

from bots.errors import NotFound
from bots.model.assistant import MADE, Assistant
from bots.model.message import Address
from bots.model.version import Live, Version
from bots.ports import Clock
from bots.publishing import Published
from bots.services.assistant_account import Accounts
from bots.services.assistants import Assistants
from bots.services.channels import Channels
from bots.services.connecting import Connecting
from bots.services.keys import Keys
from flows.model import Bot


class MemoryAssistants:
    def __init__(self) -> None:
        self.rows: dict[int, Assistant] = {}

    async def here(self) -> list[Assistant]:
        return [one for one in self.rows.values() if one.deleted_at is None]

    async def had_any(self, workspace: int) -> bool:
        return any(one.workspace == workspace for one in self.rows.values())

    async def add(self, assistant: Assistant) -> Assistant:
        id = len(self.rows) + 1
        self.rows[id] = replace(assistant, id=id, bot=assistant.bot or f"{MADE}{id}")
        return self.rows[id]

    async def change(
        self,
        workspace: int,
        id: int,
        changes: Mapping[str, Any],
        *,
        now: datetime,
        most: int | None = None,
        first: bool = False,
    ) -> Assistant:
        if id not in self.rows or self.rows[id].workspace != workspace:
            raise NotFound("assistant", id)
        self.rows[id] = replace(self.rows[id], **changes, updated_at=now)
        return self.rows[id]

    async def remove(self, workspace: int, id: int, *, now: datetime) -> None:
        await self.change(workspace, id, {"deleted_at": now, "channel": None}, now=now)

    async def tidy(self, *, now: datetime, settled: datetime) -> None:
        return

    async def dialog_of(self, address: Address) -> int | None:
        return None


class MemoryVersions:
    """What is published is live; nothing is kept of what was before."""

    def __init__(self) -> None:
        self.rows: dict[str, Live] = {}

    async def publish(
        self,
        workspace: int,
        bot: str,
        hash: str,
        files: Mapping[str, str],
        *,
        by: str,
        now: datetime,
        retire: bool = False,
        again: bool = False,
    ) -> Live:
        live = Live(bot=bot, number=1, hash=hash, since=now, workspace=workspace)
        self.rows[bot] = live
        return live

    async def live(self, workspace: int | None) -> list[Live]:
        return list(self.rows.values())

    async def files(self, workspace: int, bot: str, hash: str) -> dict[str, str] | None:
        return None

    async def all(self, workspace: int, bot: str) -> list[Version]:
        return []

    async def take(self, workspace: int, live: Live, why_not: str = "") -> None:
        return

    async def retired(self, workspace: int, live: Live) -> None:
        return

    async def prune(self, before: datetime) -> int:
        return 0


class NoRecords:
    """A store of channels, and the service over it, that have none."""

    connections = ()

    def states(self) -> dict[str, Any]:
        return {}

    async def records(self, workspace: int | None) -> list[Any]:
        return []

    async def look(self) -> None:
        return


def _bot(name: str, files: Mapping[str, str]) -> Bot:
    return cast(Bot, SimpleNamespace(folder=name, version="1", title=files["name"], language="ru"))


async def memory_assistants(clock: Clock, keys: Keys, *folders: str) -> Assistants:
    """The service, with the bots of some folders in the first workspace."""

    async def most(workspace: int) -> int | None:
        return 50

    def nowhere(record: Any) -> Any:
        raise AssertionError("no messenger is there")

    published = Published(versions=MemoryVersions(), workspace=1, compile=_bot, clock=clock)
    nothing = cast(Any, NoRecords())
    made = Assistants(
        MemoryAssistants(),
        published=published,
        accounts=Accounts(
            cast(Channels, nothing),
            nothing,
            Connecting(nowhere, lambda platform: None),
            new_secret=lambda: "secret",
        ),
        files=lambda one: {"name": one.name},
        compile=_bot,
        keys=keys,
        most=most,
        ended=lambda bot: None,
        clock=clock,
    )
    for folder in folders:
        bot = _bot(folder, {"name": folder})
        await published.publish(bot, {})
        await made.adopt(1, [bot])
    return made
