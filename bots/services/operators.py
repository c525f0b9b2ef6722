"""Our people: who they are, what each may, whether they are here, how they are linked to Telegram.

In a group, `/link CODE` is `link`: it tells who they are now, and raises CodeRefused (`why`: unknown,
used, expired), LinkedElsewhere (`name`) or Guessing (`first`: explain once, then be silent). `/setup
CODE` is `set_up`. Whoever writes is `of_telegram`; None is a stranger, and says so.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bots.errors import Conflict, Invalid, NotFound
from bots.model.operator import ROLES, Linked, Operator, Role
from bots.ports import Clock
from bots.ports import Operators as Store
from bots.services.chance import RandomBytes
from bots.services.codes import Codes, NewCode

OWNERS = 1
"""The workspace that commands of the terminal mean where none is named."""
LONGEST_NAME = 64
LARGEST_CAPACITY = 1000
UNTIL_BACK = datetime(9999, 1, 1, tzinfo=UTC)
"""When somebody comes back who went away without saying for how long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUp:
    """What a group is to serve: the chats of `bot` ("" for every bot) in `queues` (none for all)."""

    bot: str = ""
    queues: tuple[str, ...] = ()


class Operators:
    """Reads from disk whenever it is asked, so that what a command beside the server wrote counts."""

    def __init__(
        self, store: Store, *, workspace: int, clock: Clock, random_bytes: RandomBytes
    ) -> None:
        self._store = store
        self._workspace = workspace
        self._clock = clock
        self._codes = Codes(store, workspace=workspace, clock=clock, random_bytes=random_bytes)
        self._changing = asyncio.Lock()

    # ------------------------------------------------------------ who there is

    async def all(self) -> list[Operator]:
        """Those who are active."""
        return [one for one in await self._store.all(self._workspace) if one.active]

    async def known(self) -> dict[int, Operator]:
        """By id, also those who were removed: what they did is still told."""
        return {one.id: one for one in await self._store.all(self._workspace)}

    async def by_id(self, id: int) -> Operator:
        """Raises NotFound."""
        return await self._store.by_id(self._workspace, id)

    async def of_telegram(self, user_id: str) -> Operator | None:
        """Whoever linked to this person of Telegram; None for strangers."""
        found = await self._store.by_telegram(self._workspace, user_id)
        return found if found is not None and found.active else None

    async def named(self, name: str) -> Operator:
        """By name, @username, or the beginning of a name that only one has.

        Raises NotFound; Conflict, which lists them, where several are meant.
        """
        wanted = _plain(name)
        people = await self.all() if wanted else []
        same = [one for one in people if wanted in (_plain(one.name), one.username.casefold())]
        found = same or [one for one in people if _plain(one.name).startswith(wanted)]
        if not found:
            raise NotFound("operator", name)
        if len(found) > 1:
            raise Conflict(", ".join(one.name for one in found))
        return found[0]

    # ------------------------------------------------------------ changing

    async def add(
        self,
        name: str,
        *,
        role: Role = "operator",
        queues: Sequence[str] = (),
        capacity: int = 0,
    ) -> Operator:
        """Raises Invalid, Conflict where somebody has the name."""
        async with self._changing:
            name = await self._free(name)
            new = Operator(
                id=0,
                workspace=self._workspace,
                name=name,
                role=_role(role),
                queues=_distinct(queues),
                capacity=_capacity(capacity),
            )
            return await self._store.put(new, now=self._clock())

    async def change(
        self,
        who: Operator,
        *,
        name: str | None = None,
        role: Role | None = None,
        queues: Sequence[str] | None = None,
        capacity: int | None = None,
        languages: Sequence[str] | None = None,
        skills: Sequence[str] | None = None,
        roles: Mapping[str, Role] | None = None,
    ) -> Operator:
        """What is None stays; `roles` are those in single queues. Raises Invalid, Conflict, NotFound."""
        async with self._changing:
            given: dict[str, Any] = {
                "name": None if name is None else await self._free(name, of=who.id),
                "role": None if role is None else _role(role),
                "queues": None if queues is None else _distinct(queues),
                "capacity": None if capacity is None else _capacity(capacity),
                "languages": None if languages is None else _codes(languages),
                "skills": None if skills is None else _distinct([one.casefold() for one in skills]),
                "roles": None if roles is None else {at: _role(one) for at, one in roles.items()},
            }
            return await self._change(
                who, **{field: value for field, value in given.items() if value is not None}
            )

    async def remove(self, who: Operator) -> Operator:
        """They may nothing any more, and their Telegram account is free for another. Raises NotFound."""
        return await self._change(who, active=False, telegram="", away_until=None)

    async def away(self, who: Operator, span: timedelta | None = None) -> Operator:
        """No chats are given to them for that long; None: until they are `back`."""
        until = UNTIL_BACK if span is None else self._clock() + span
        return await self._change(who, away_until=until)

    async def back(self, who: Operator) -> Operator:
        """They are here again."""
        return await self._change(who, away_until=None)

    # ------------------------------------------------------------ codes

    async def code_for(self, who: Operator) -> NewCode:
        """What they type behind `/link`; an earlier code of theirs is void."""
        return await self._codes.new("operator", {"operator": who.id}, alone=True)

    async def link(self, code: str, telegram: str, username: str = "") -> Linked:
        """`/link CODE` of a person of Telegram; the same message again changes nothing.

        A new account takes the place of the old one (`Linked.before`). Raises CodeRefused, Guessing,
        LinkedElsewhere.
        """
        return await self._codes.link(code, telegram=telegram, username=username.removeprefix("@"))

    async def code_for_desk(self, what: SetUp) -> NewCode:
        """What is typed behind `/setup` in the group that shall serve it."""
        return await self._codes.new("desk", {"bot": what.bot, "queues": list(what.queues)})

    async def set_up(self, code: str, *, telegram: str, channel: str, chat_id: str) -> SetUp:
        """`/setup CODE` by a person of Telegram in a group; there, the same again gives the same.

        Raises CodeRefused, Guessing.
        """
        found = await self._codes.use("desk", code, by=telegram, where=f"{channel}/{chat_id}")
        return SetUp(bot=found["bot"], queues=tuple(found["queues"]))

    # ------------------------------------------------------------ inside

    async def _change(self, who: Operator, **changes: Any) -> Operator:
        return await self._store.change(self._workspace, who.id, changes, now=self._clock())

    async def _free(self, name: str, *, of: int = 0) -> str:
        name = " ".join(name.split())
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise Invalid("name", f"must have from 1 to {LONGEST_NAME} letters")
        if any(_plain(one.name) == _plain(name) and one.id != of for one in await self.all()):
            raise Conflict(f"There is an operator {name} already")
        return name


def typed_for(workspace: int) -> str:
    """What commands need behind them to mean a workspace."""
    return "" if workspace == OWNERS else f" --workspace {workspace}"


def _plain(name: str) -> str:
    return " ".join(name.removeprefix("@").split()).casefold()


def _role(role: Role) -> Role:
    if role not in ROLES:
        raise Invalid("role", f"is {role!r}, and must be one of {', '.join(ROLES)}")
    return role


def _distinct(queues: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.strip() for one in queues if one.strip()))


def _codes(languages: Sequence[str]) -> tuple[str, ...]:
    """Codes such as `ru`; what stands behind a dash is left out."""
    codes = _distinct([one.replace("_", "-").partition("-")[0].casefold() for one in languages])
    for one in codes:
        if not (one.isascii() and one.isalpha() and 2 <= len(one) <= 3):
            raise Invalid("languages", f"{one!r} is no code of a language such as ru, en, kk")
    return codes


def _capacity(capacity: int) -> int:
    if not 0 <= capacity <= LARGEST_CAPACITY:
        raise Invalid(
            "capacity", f"is {capacity}, and must be from 0 (any number) to {LARGEST_CAPACITY}"
        )
    return capacity
