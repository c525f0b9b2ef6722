"""Which columns hold secrets, and how all of them are sealed anew with the first key of a ring."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bots.errors import Locked
from bots.ports import Vault
from storage.db import Db, Readers, Writes


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A column; `key` names the columns that tell its row, in the order in which it is bound to them."""

    noun: str
    table: str
    column: str
    key: tuple[str, ...]

    def about(self, *values: object) -> str:
        """What a secret of this row is sealed for: it opens for no other."""
        assert len(values) == len(self.key)
        return " ".join((self.noun, *map(str, values)))


CHANNELS = Sealed(noun="channel", table="channels", column="credentials", key=("workspace", "name"))
TOTP = Sealed(noun="totp", table="accounts", column="totp", key=("workspace", "id"))
AI_TOKENS = Sealed(noun="ai_token", table="ai_tokens", column="token", key=("id",))
CONNECTIONS = Sealed(
    noun="connection",
    table="connections",
    column="credentials",
    key=("workspace", "platform", "user_id"),
)
WEBHOOKS = Sealed(
    noun="webhook", table="webhook_endpoints", column="secrets", key=("workspace", "id")
)
SEALED = (CHANNELS, TOTP, AI_TOKENS, CONNECTIONS, WEBHOOKS)
"""Whoever seals a new column adds it here: what is missing would be lost with the old key."""


class Seals:
    """Everything sealed of a database."""

    def __init__(self, writer: Writes, reader: Readers, vault: Vault) -> None:
        self._writer = writer
        self._reader = reader
        self._vault = vault

    async def again(self) -> tuple[int, list[str]]:
        """Seal everything with the first key; how many there are, and the names that stay locked."""
        again, locked = 0, []
        for kind in SEALED:
            for *key, sealed in await self._rows(kind):
                about = kind.about(*key)
                try:
                    fresh = self._vault.seal(self._vault.open(sealed, about), about)
                except Locked:
                    locked.append(key[-1] if kind is CHANNELS else about)
                    continue
                again += await self._writer.do(_replace, (kind, key, sealed, fresh))
        return again, locked

    async def _rows(self, kind: Sealed) -> Sequence[Any]:
        query = (
            f"SELECT {', '.join(kind.key)}, {kind.column} FROM {kind.table}"
            f" WHERE {kind.column} <> ''"
        )
        async with self._reader.connect() as connection:
            return (await connection.exec_driver_sql(query)).fetchall()


def _replace(db: Db, items: Sequence[tuple[Sealed, Sequence[Any], str, str]]) -> list[int]:
    """Only what nobody changed meanwhile."""
    done = []
    for kind, key, sealed, fresh in items:
        row = " AND ".join(f"{name} = ?" for name in kind.key)
        change = f"UPDATE {kind.table} SET {kind.column} = ? WHERE {row} AND {kind.column} = ?"
        done.append(db.execute(change, (fresh, *key, sealed)).rowcount)
    return done
