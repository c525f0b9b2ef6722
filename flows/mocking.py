"""The results a test gives to actions, in place of the world."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from flows.matching import fold
from flows.scripts import Mock
from flows.values import freeze


class Mocks:
    """The mocks of one test, used up as its actions are called.

    The first mock whose `when` fits decides. Several with the very same `when` are given one after
    another, and the last of them from then on: the warehouse is silent once, then it answers.
    """

    def __init__(self, mocks: Mapping[str, tuple[Mock, ...]]) -> None:
        self._mocks = mocks
        self._given: Counter[int] = Counter()

    def __contains__(self, action: str) -> bool:
        return action in self._mocks

    def result(self, action: str, arguments: Mapping[str, Any]) -> Mock | None:
        """What to give now; None where no `when` fits."""
        mocks = self._mocks[action]
        first = next((mock for mock in mocks if agrees(mock.when, arguments)), None)
        if first is None:
            return None
        alike = [mock for mock in mocks if freeze(mock.when) == freeze(first.when)]
        number = self._given[id(first)]
        self._given[id(first)] += 1
        return alike[min(number, len(alike) - 1)]


def agrees(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Whether all that is wanted is among what was found."""
    return all(name in found and same(value, found[name]) for name, value in wanted.items())


def same(wanted: Any, found: Any) -> bool:
    """Whether two values are one to an owner: `5` and `"5"` are, whatever the case of letters."""
    if freeze(wanted) == freeze(found):
        return True
    plain = not isinstance(wanted, (dict, list)) and not isinstance(found, (dict, list))
    return plain and fold(str(wanted)) == fold(str(found)) and bool(fold(str(wanted)))
