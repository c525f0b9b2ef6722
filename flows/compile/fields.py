"""What a reader hands out and notes down: the keys of a mapping, the reads of variables."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from flows.errors import Place
from flows.yaml_text import Node, Scalar


@dataclass(frozen=True, slots=True)
class Use:
    """A place where an expression reads variables; secrets may be read in the `with` of `do` alone.

    `element` is the variable with the list whose element `item` is, empty where that is not plain.
    """

    place: Place
    names: frozenset[str]
    paths: frozenset[str]
    secret: bool = False
    element: str = ""


class Source(NamedTuple):
    """An action or a flow that a variable gets its value from.

    `fields` are those of its result, or (`listed`) of each element of it; none where unknown.
    """

    name: str
    fields: tuple[str, ...] = ()
    listed: bool = False


class Fields:
    """The keys of a mapping, checked against the vocabulary of its place.

    `broken` says that no mapping was found: what it lacks is not worth a word. Nor is a key that a
    misspelt one was taken for, in the `hints` at the right names.
    """

    def __init__(
        self,
        entries: Iterable[tuple[Scalar, Node]],
        place: Place,
        *,
        broken: bool = False,
        hints: Iterable[str] = (),
    ) -> None:
        self.place = place
        self.broken = broken
        self._hints = tuple(hints)
        self._entries = {key.text: (key, value) for key, value in entries}

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def __iter__(self) -> Iterator[str]:
        """The keys, in the order in which they were written."""
        return iter(self._entries)

    def misspelt(self, key: str) -> bool:
        """Whether a key that does not belong here seems to be this one."""
        return any(f"«{key}»" in hint or f"“{key}”" in hint for hint in self._hints)

    def get(self, key: str) -> Node | None:
        found = self._entries.get(key)
        return found[1] if found else None

    def key(self, key: str) -> Scalar:
        return self._entries[key][0]
