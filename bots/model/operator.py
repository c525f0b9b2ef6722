"""People who answer customers, and what each of them may."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

Role = Literal["viewer", "operator", "lead", "admin", "owner"]
ROLES: tuple[Role, ...] = ("viewer", "operator", "lead", "admin", "owner")
"""From the one who may least."""

GIVEN_NONE = -1
"""The capacity of somebody who takes chats, and is given none by the rules of a queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """One of our people. `telegram` is their user id there, "" until they linked it.

    `queues` are those they answer in; none are all. At most `capacity` chats are given to them at
    once (0: any number, GIVEN_NONE: they take them by themselves). They are away until `away_until`, where that lies ahead.
    `languages` are codes such as `ru` (none: any), `skills` words that queues ask for. In the queues of
    `roles` they are something else than elsewhere.
    """

    id: int
    workspace: int
    name: str
    role: Role = "operator"
    telegram: str = ""
    username: str = ""
    queues: tuple[str, ...] = ()
    capacity: int = 0
    away_until: datetime | None = None
    active: bool = True
    languages: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    roles: Mapping[str, Role] = field(default_factory=dict)

    def within(self, queue: str) -> "Operator":
        """The same person as they are in a queue."""
        role = self.roles.get(queue, self.role)
        return self if role == self.role else replace(self, role=role)

    def may_somewhere(self, role: Role) -> bool:
        """Whether they are at least that, in one queue or another."""
        return any(self.within(queue).may(role) for queue in ("", *self.roles))

    def speaks(self, languages: Iterable[str]) -> bool:
        """Whether they speak one of these; whoever names no language speaks any."""
        wanted = set(languages)
        return not wanted or not self.languages or not wanted.isdisjoint(self.languages)

    def may(self, role: Role) -> bool:
        """Whether they are at least that."""
        return self.active and ROLES.index(self.role) >= ROLES.index(role)

    def writes(self, queue: str, policy: Literal["assignee", "department", "any"]) -> bool:
        """Whether their words go out in a chat of this queue that somebody else has."""
        return policy == "any" or (policy == "department" and self.serves(queue))

    def serves(self, queue: str) -> bool:
        """Whether chats of this queue are theirs to take."""
        return not self.queues or not queue or queue in self.queues

    def here(self, now: datetime) -> bool:
        """Whether chats may be given to them."""
        return self.active and (self.away_until is None or self.away_until <= now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """An operator with their account of Telegram. `before` is the one it took the place of ("" for
    none), `again` says that the very same link stood already."""

    operator: Operator
    before: str = ""
    again: bool = False
