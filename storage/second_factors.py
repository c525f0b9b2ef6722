"""What is asked for beside passwords, behind bots.ports.SecondFactors."""

from collections.abc import Sequence
from datetime import datetime

from storage.db import Db, Writes
from storage.rows import to_micros


class SqlSecondFactors:
    """Each question that uses something up is one write, so that of two at once one wins."""

    def __init__(self, writer: Writes) -> None:
        self._writer = writer

    async def put(self, account: int, sealed: str, codes: Sequence[str]) -> None:
        await self._writer.do(_put, (account, sealed, codes))

    async def take(self, account: int, step: int) -> bool:
        taken: bool = await self._writer.do(_take, (step, account, step))
        return taken

    async def take_code(self, account: int, digest: str, *, now: datetime) -> bool:
        taken: bool = await self._writer.do(_take_code, (to_micros(now), account, digest))
        return taken

    async def clear(self, account: int) -> None:
        await self._writer.do(_clear, account)


# ---------------------------------------------------------------- in the writer's thread


def _put(db: Db, items: Sequence[tuple[int, str, Sequence[str]]]) -> list[None]:
    for account, sealed, codes in items:
        db.execute("UPDATE accounts SET totp = ?, totp_step = NULL WHERE id = ?", (sealed, account))
        db.execute("DELETE FROM backup_codes WHERE account_id = ?", (account,))
        db.executemany(
            "INSERT INTO backup_codes (account_id, digest) VALUES (?, ?)",
            [(account, digest) for digest in codes],
        )
    return [None] * len(items)


def _take(db: Db, items: Sequence[tuple[int, int, int]]) -> list[bool]:
    later = (
        "UPDATE accounts SET totp_step = ? WHERE id = ? AND totp IS NOT NULL"
        " AND (totp_step IS NULL OR totp_step < ?)"
    )
    return [db.execute(later, item).rowcount > 0 for item in items]


def _take_code(db: Db, items: Sequence[tuple[int, int, str]]) -> list[bool]:
    used = (
        "UPDATE backup_codes SET used_at = ? WHERE account_id = ? AND digest = ?"
        " AND used_at IS NULL"
    )
    return [db.execute(used, item).rowcount > 0 for item in items]


def _clear(db: Db, accounts: Sequence[int]) -> list[None]:
    for account in accounts:
        db.execute("UPDATE accounts SET totp = NULL, totp_step = NULL WHERE id = ?", (account,))
        db.execute("DELETE FROM backup_codes WHERE account_id = ?", (account,))
    return [None] * len(accounts)
