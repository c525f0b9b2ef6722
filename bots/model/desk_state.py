"""How operators' groups fare just now, for those who look at the house from outside."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupState:
    """`waiting` calls wait for their turn there, the longest for `behind`; `trouble` in a sentence."""

    trouble: str = ""
    waiting: int = 0
    behind: timedelta = timedelta()
    saturated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskState:
    """`groups` by account and chat, `unseen` the chats that wait for people and that nobody is shown.

    Groups of other workspaces are nobody's business outside: they are counted.
    """

    groups: Mapping[str, GroupState] = field(default_factory=dict)
    unseen: int = 0
    elsewhere: int = 0
    troubled_elsewhere: int = 0
