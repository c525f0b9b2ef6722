"""The people of a workspace: their profiles, what each may, and how more are invited."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bots.errors import Invalid, NotFound
from bots.model.account import Account, Caller, NewAccount, Workspace
from bots.model.operator import ROLES, Operator, Role
from bots.ports import Accounts as Store
from bots.ports import Clock, Workspaces
from bots.services.chance import RandomBytes, drawn
from bots.services.codes import digest, spelled
from bots.services.emails import folded, normalised
from bots.services.keys import Keys
from bots.services.passwords import Passwords
from bots.services.sessions import Sessions

LONGEST_NAME = 64
GOOD_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """To be shown once; whoever registers with its code gets what it says."""

    code: str
    expires: datetime


class Members:
    """Reads from disk whenever it is asked, so that what a command beside the server wrote counts."""

    def __init__(
        self,
        store: Store,
        workspaces: Workspaces,
        *,
        keys: Keys,
        passwords: Passwords,
        clock: Clock,
        random_bytes: RandomBytes,
        sessions: Sessions | None = None,
    ) -> None:
        self._store = store
        self._workspaces = workspaces
        self._keys = keys
        self._passwords = passwords
        self._clock = clock
        self._random_bytes = random_bytes
        self._sessions = sessions

    # ------------------------------------------------------------ oneself

    async def me(self, caller: Caller) -> Account:
        """Whose a credential is; a key that nobody made is its workspace's first owner's."""
        if caller.account_id is not None:
            return await self._store.by_id(caller.workspace, caller.account_id)
        owners = [one for one in await self._store.all(caller.workspace) if one.role == "owner"]
        if not owners:
            raise NotFound("user", "of this key")
        return owners[0]

    async def workspace(self, caller: Caller) -> Workspace:
        """What the caller belongs to."""
        return await self._workspaces.one(caller.workspace)

    async def rename(
        self, caller: Caller, *, first_name: str | None = None, last_name: str | None = None
    ) -> Account:
        """What is None stays. Raises Invalid."""
        me = await self.me(caller)
        changes = {
            field: _name(field, value)
            for field, value in (("first_name", first_name), ("last_name", last_name))
            if value is not None
        }
        return await self._change(me, changes) if changes else me

    async def onboarded(self, account: Account) -> bool:
        """Whether they said their name and somebody talked to an assistant of theirs; then for good."""
        if account.onboarded or not account.first_name:
            return account.onboarded
        if not await self._workspaces.in_use(account.workspace):
            return False
        await self._change(account, {"onboarded": True})
        return True

    # ------------------------------------------------------------ others

    async def all(self, workspace: int) -> list[Account]:
        """Those who were not removed."""
        return await self._store.all(workspace)

    async def anywhere(self, email: str) -> Account:
        """Whoever has an e-mail, in whichever workspace: for who looks after the server. Raises NotFound."""
        found = await self._store.by_email(folded(email))
        if found is None or not found.active:
            raise NotFound("user", email)
        return found

    async def add(
        self, email: str, *, workspace: int | None, role: Role, first_name: str, last_name: str
    ) -> tuple[Account, str]:
        """An account with a password that is made up, to be shown once. Raises Invalid, Conflict.

        Without a workspace a new one is opened, of which they are the owner.
        """
        password = drawn(self._random_bytes, 20)
        new = NewAccount(
            email=normalised(email),
            password_hash=await self._passwords.hash(password),
            created_at=self._clock(),
            first_name=_name("first_name", first_name),
            last_name=_name("last_name", last_name),
            workspace=workspace,
            role=role if workspace is not None else "owner",
        )
        return await self._store.register(new), password

    async def link(self, who: Account, operator: Operator | None) -> None:
        """They are this operator of the desk. Raises Conflict where that is somebody else."""
        await self._workspaces.link(who.workspace, who.id, operator.id if operator else None)

    async def give_role(self, who: Account, role: Role) -> Account:
        """Their sessions go on, and may what the new role may. Raises Invalid, Conflict."""
        if role not in ROLES:
            raise Invalid("role", f"is {role!r}, and must be one of {', '.join(ROLES)}")
        changed = await self._change(who, {"role": role})
        self._forget()
        return changed

    async def new_password(self, who: Account) -> str:
        """One that is made up, to be shown once; every session of theirs is over."""
        password = drawn(self._random_bytes, 20)
        hashed = await self._passwords.hash(password)
        await self._change(who, {"password_hash": hashed}, ends=True)
        self._forget()
        return password

    async def remove(self, who: Account) -> int:
        """They are out, their e-mail is free, and the secret keys they know are revoked: how many.

        Raises Conflict where a workspace would be without an owner.
        """
        gone = {"active": False, "email": f"removed {who.id}: {who.email}"}
        await self._change(who, gone, ends=True)
        await self._workspaces.link(who.workspace, who.id, None)
        known = [
            key
            for key in await self._keys.all(who.workspace)
            if key.account_id == who.id and key.kind == "secret"
        ]
        for key in known:
            await self._keys.revoke(who.workspace, key.id)
        self._forget()
        return len(known)

    async def invite(
        self, by: int, *, workspace: int | None, role: Role, good_for: timedelta = GOOD_FOR
    ) -> Invitation:
        """Into a workspace with a role, or (None) to open one; `by` is the workspace that invites."""
        code, now = spelled(self._random_bytes, 16), self._clock()
        subject: dict[str, Any] = {"workspace": workspace, "role": role}
        expires = now + good_for
        await self._workspaces.invite(digest(code), subject, by=by, now=now, expires=expires)
        return Invitation(code=code, expires=expires)

    # ------------------------------------------------------------ inside

    async def _change(
        self, who: Account, changes: dict[str, Any], *, ends: bool = False
    ) -> Account:
        return await self._store.change(
            who.workspace, who.id, changes, now=self._clock(), ends=ends
        )

    def _forget(self) -> None:
        if self._sessions is not None:
            self._sessions.forget()


def _name(field: str, value: str) -> str:
    name = " ".join(value.split())
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise Invalid(field, f"must have at most {LONGEST_NAME} letters")
    return name
