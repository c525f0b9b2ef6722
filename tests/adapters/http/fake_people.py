"""Those who call, in memory: accounts, keys, and the owner alone in the team."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from bots.errors import NotFound
from bots.model.account import Account, ApiKey, NewAccount
from bots.model.operator import Operator
from bots.services.accounts import Accounts
from bots.services.keys import Keys
from bots.services.passwords import Passwords
from tests.adapters.http.fake_time import NOON


class FakeSeats:
    """Implements `bots.ports.Seats`: the owner alone."""

    async def all(self, workspace: int) -> list[Operator]:
        return [await self.of_account(workspace, 1, now=NOON)]

    async def by_id(self, workspace: int, id: int) -> Operator:
        raise NotFound("operator", id)

    async def of_account(self, workspace: int, account: int, *, now: datetime) -> Operator:
        return Operator(id=1, workspace=workspace, name="owner", role="owner")

    async def called(self, workspace: int, name: str, *, now: datetime) -> Operator:
        return Operator(id=2, workspace=workspace, name=name)


class FakeAccounts:
    """Implements `bots.ports.Accounts` in memory."""

    def __init__(self) -> None:
        self.people: list[Account] = []

    async def owner(self) -> Account | None:
        return self.people[0] if self.people else None

    async def found(self, *, email: str, password_hash: str, now: datetime) -> Account:
        account = Account(
            id=1,
            workspace=1,
            email=email,
            password_hash=password_hash,
            is_admin=True,
            created_at=now,
        )
        self.people.append(account)
        return account

    async def register(self, new: NewAccount) -> Account:
        raise AssertionError("nobody registers here")

    async def by_email(self, email: str) -> Account | None:
        return next((one for one in self.people if one.email == email), None)

    async def by_id(self, workspace: int, id: int) -> Account:
        raise NotFound("user", id)

    async def all(self, workspace: int) -> list[Account]:
        return [one for one in self.people if one.workspace == workspace]

    async def change(
        self,
        workspace: int,
        id: int,
        changes: Mapping[str, Any],
        *,
        now: datetime,
        ends: bool = False,
        keep: str = "",
        was: str | None = None,
    ) -> Account:
        raise NotFound("user", id)


class FakeKeys:
    """Implements `bots.ports.Keys` in memory."""

    def __init__(self) -> None:
        self.keys: dict[str, ApiKey] = {}
        self.lookups = 0
        self.notes: list[datetime] = []

    async def add(self, key: ApiKey) -> ApiKey:
        added = replace(key, id=len(self.keys) + 1)
        self.keys[key.digest] = added
        return added

    async def by_digest(self, digest: str) -> ApiKey | None:
        self.lookups += 1
        return self.keys.get(digest)

    async def all(self, workspace: int) -> list[ApiKey]:
        return [one for one in self.keys.values() if one.workspace == workspace]

    async def revoke(self, workspace: int, id: int, *, now: datetime) -> ApiKey:
        for one in self.keys.values():
            if (one.workspace, one.id) == (workspace, id):
                self.keys[one.digest] = replace(one, revoked_at=now)
                return self.keys[one.digest]
        raise NotFound("key", id)

    async def used(self, id: int, *, now: datetime) -> None:
        self.notes.append(now)
        (key,) = [one for one in self.keys.values() if one.id == id]
        self.keys[key.digest] = replace(key, last_used_at=now)


def accounts_over(
    people: FakeAccounts,
    keys: FakeKeys,
    clock: Callable[[], datetime],
    chance: Callable[[int], bytes],
) -> Accounts:
    """Who may call, with quick hashes; nobody signs in."""
    return Accounts(
        people,
        Keys(keys, clock=clock, random_bytes=chance),
        passwords=Passwords(random_bytes=chance, hasher=QuickHasher()),
        clock=clock,
        random_bytes=chance,
    )


class QuickHasher:
    """Hashes that cost nothing, and how many there were."""

    def __init__(self) -> None:
        self.hashes = 0
        self.checks: list[str] = []
        self.outdated: set[str] = set()

    def hash(self, password: str) -> str:
        self.hashes += 1
        return f"hash {self.hashes} of {password}"

    def verify_and_update(self, password: str, hash: str) -> tuple[bool, str | None]:
        self.checks.append(hash)
        fits = hash.partition(" of ")[2] == password
        return fits, self.hash(password) if fits and hash in self.outdated else None
