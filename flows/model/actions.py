"""What an action says of itself: what it takes and gives, and what going back past it means."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

Effect = Literal["none", "undo", "yes"]


Cost = Literal["quick", "slow", "paid"]


class Wording(NamedTuple):
    """One sentence for owners of either language."""

    ru: str
    en: str


_UNSAID = Wording("", "")


@dataclass(frozen=True, slots=True)
class Input:
    """An argument of an action. `kind` is an answer type, `object`, `list`, `sources` or `address`.

    `sources` are names from the bot's `knowledge`; an `address` is a URL whose host stands in the
    flow itself, so that nobody's words choose where secrets go.
    """

    meaning: Wording = _UNSAID
    kind: str = "any"
    required: bool = True


@dataclass(frozen=True, slots=True)
class Output:
    """A field of what an action gives."""

    meaning: Wording = _UNSAID
    kind: str = "any"


@dataclass(frozen=True, slots=True)
class Example:
    """A call as it stands in a flow's `with`, and fields of what it gives (None: nothing)."""

    arguments: Mapping[str, Any] = field(default_factory=dict)
    gives: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSpec:
    """An action that `do:` may name.

    `effect` tells what going back past it means: `none` may be passed, `undo` and `yes` are
    barriers. `quick` answers at once from memory and runs inside the turn. `outputs` are the fields
    of its result, of each element where the result is a list (`listed`); none are known where it is
    empty. `missing` says what it takes before the action can work at all.
    """

    name: str
    about: Wording = _UNSAID
    inputs: Mapping[str, Input] = field(default_factory=dict)
    outputs: Mapping[str, Output] = field(default_factory=dict)
    listed: bool = False
    effect: Effect = "none"
    cost: Cost = "quick"
    quick: bool = False
    missing: Wording | None = None
    example: Example | None = None
