"""`keys`: API keys of a workspace, said from beside the server, which follows within two seconds."""

import json
from argparse import Namespace
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.terminal.leaving import Refused
from adapters.terminal.speaking import Speaking
from adapters.terminal.tables import show_table
from bots.errors import Conflict, Invalid, NotFound
from bots.model.account import ApiKey, KeyKind
from bots.ports import Clock
from bots.services.keys import Keys
from flows.script_nodes import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCommands(Speaking):
    """Keys as somebody types them; `bots` are those of the workspace, `owner` whose the new ones are."""

    keys: Keys
    workspace: int
    owner: int | None
    bots: Collection[str]
    clock: Clock

    async def do(self, given: Namespace) -> int:
        """What was typed. Raises Refused."""
        match given.verb:
            case "add":
                return await self.add(given.name, given.kind, given.bot, given.domain, given.days)
            case "revoke":
                return await self.revoke(given.id)
            case _:
                return await self.show(as_json=given.json)

    async def show(self, *, as_json: bool = False) -> int:
        """Every key that opens something."""
        keys = await self.keys.all(self.workspace)
        if as_json:
            self._say(json.dumps([_facts(key) for key in keys], ensure_ascii=False, indent=2))
            return 0
        if not keys:
            self._tell("Ключей нет: python run.py keys add", "No keys: python run.py keys add")
            return 0
        heading = Told(
            "№ начало вид имя бот домены до использован",
            "id begins kind name bot domains until used",
        )
        rows = [heading.by(self.language).split(), *map(self._row, keys)]
        show_table(rows, self.out, right=(0,))
        return 0

    async def add(
        self, name: str, kind: KeyKind, bot: str | None, domains: Sequence[str], days: int | None
    ) -> int:
        """A new key, shown once. Raises Refused."""
        if bot is not None and bot not in self.bots:
            there = ", ".join(sorted(self.bots)) or "-"
            raise Refused(
                self._said(f"Бота {bot} нет; есть: {there}.", f"No bot {bot}; there are: {there}.")
            )
        if days is not None and not 1 <= days <= 3650:
            raise Refused(self._said("Дней — от 1 до 3650.", "Days are from 1 to 3650."))
        try:
            new = await self.keys.add(
                workspace=self.workspace,
                account_id=self.owner,
                name=name,
                kind=kind,
                bot=bot,
                domains=domains,
                expires_at=None if days is None else self.clock() + timedelta(days=days),
            )
        except (Invalid, Conflict) as problem:
            raise Refused(str(problem)) from None
        self._tell(
            f"Ключ {new.key.id} (показан один раз): {new.text}",
            f"Key {new.key.id} (shown once): {new.text}",
        )
        return 0

    async def revoke(self, id: int) -> int:
        """It opens nothing any more. Raises Refused."""
        try:
            gone = await self.keys.revoke(self.workspace, id)
        except NotFound:
            raise Refused(
                self._said(
                    f"Ключа {id} нет: python run.py keys list",
                    f"There is no key {id}: python run.py keys list",
                )
            ) from None
        self._tell(
            f"Ключ {gone.prefix}… отозван; сервер узнает об этом за две секунды.",
            f"The key {gone.prefix}… is revoked; the server follows within two seconds.",
        )
        return 0

    def _row(self, key: ApiKey) -> list[str]:
        return [
            str(key.id),
            f"{key.prefix}…",
            key.kind,
            key.name,
            key.bot or self._said("все", "all"),
            " ".join(key.domains) or "-",
            self._day(key.expires_at, self._said("всегда", "ever")),
            self._day(key.last_used_at, self._said("никогда", "never")),
        ]

    def _day(self, moment: datetime | None, none: str) -> str:
        return none if moment is None else f"{moment.astimezone():%Y-%m-%d}"


def _facts(key: ApiKey) -> dict[str, object]:
    def moment(one: datetime | None) -> str | None:
        return one.isoformat() if one else None

    return {
        "id": key.id,
        "prefix": key.prefix,
        "kind": key.kind,
        "name": key.name,
        "bot": key.bot,
        "domains": list(key.domains),
        "created_at": moment(key.created_at),
        "expires_at": moment(key.expires_at),
        "last_used_at": moment(key.last_used_at),
    }
