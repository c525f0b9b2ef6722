"""Who of our people a caller is: on whose behalf something is done to a chat over HTTP."""

from dataclasses import replace

from bots.errors import Forbidden, Invalid
from bots.model.account import Caller
from bots.model.operator import Operator
from bots.ports import Clock, Seats

LONGEST_NAME = 64


class Team:
    """Who signed in acts as themselves; a secret key and a lead may say for whom they act."""

    def __init__(self, seats: Seats, *, clock: Clock) -> None:
        self._seats = seats
        self._clock = clock

    async def operator_of(
        self, caller: Caller, *, id: int | None = None, name: str | None = None
    ) -> Operator:
        """Who acts; an `id` counts more than a `name`. Who signed in has the role of their account.

        Raises NotFound for an id that is nobody's here, Forbidden for somebody else's name or id
        where the caller is less than a lead, Invalid, Conflict where several have the name.
        """
        name = _clean(name)
        own = await self._own(caller)
        if own is not None and _means(own, id, name):
            return own
        if not caller.may("lead"):
            who = own.name if own is not None else "nobody"
            raise Forbidden(f"You act as {who}; to act for somebody else needs the role lead")
        if id is not None:
            return await self._seats.by_id(caller.workspace, id)
        if name:
            return await self._seats.called(caller.workspace, name, now=self._clock())
        raise Invalid("operator_name", "This key is nobody's: say who acts, by name or operator_id")

    async def names(self, workspace: int) -> dict[int, str]:
        """By id, also of those who were removed: what they did is still told."""
        return {one.id: one.name for one in await self._seats.all(workspace)}

    async def _own(self, caller: Caller) -> Operator | None:
        """The caller themselves; None for a key that belongs to no account."""
        if caller.account_id is None:
            return None
        found = await self._seats.of_account(caller.workspace, caller.account_id, now=self._clock())
        return replace(found, role=caller.role)


def _means(own: Operator, id: int | None, name: str) -> bool:
    if id is not None:
        return id == own.id
    return not name or name.casefold() == own.name.casefold()


def _clean(name: str | None) -> str:
    """Raises Invalid for what is no name."""
    clean = " ".join((name or "").split())
    if len(clean) > LONGEST_NAME or not clean.isprintable():
        raise Invalid("operator_name", f"A name has {LONGEST_NAME} printable characters at most")
    return clean
