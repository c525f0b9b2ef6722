"""A customer as the law sees them: one person of a messenger, over all bots and chats of a workspace."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple


class Person(NamedTuple):
    """`waits` says that one of their chats is with people just now."""

    platform: str
    user_id: str
    name: str
    chats: int
    waits: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything:
    """Whatever is kept of a person: rows by the table they stand in, and the files they sent."""

    rows: Mapping[str, Sequence[Mapping[str, Any]]]
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """How many rows of each table are gone, which files may go too, and how many topics still show it."""

    rows: Mapping[str, int]
    files: tuple[str, ...]
    topics: int
