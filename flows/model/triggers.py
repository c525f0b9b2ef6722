"""What wakes a flow or a handler, ready to be matched."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from flows.expressions import Expression
from flows.patterns import Pattern


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What else must hold for a trigger to wake its target; no channels are any channel."""

    channels: frozenset[str] = frozenset()
    condition: Expression | None = None


class Target(NamedTuple):
    """What a trigger wakes: a handler's operations, or (`entry` -1) the start of a flow."""

    flow: str
    entry: int = -1
    only: Narrowing | None = None


class Sends(NamedTuple):
    """A message with something of this kind attached, by the name the language has for it."""

    kind: str


@dataclass(frozen=True, slots=True)
class Scope:
    """The triggers of one level (a question, a flow, the bot, the starts), ready to be matched.

    `exact` is keyed by a command with its slash (lower case) or by folded words. `contains` keeps
    file order: a folded phrase to be found in the folded message, (`matches`) a pattern to be
    searched for in the message as written, or what is attached to it. Of one event the first
    target whose narrowing holds is woken. `unsure` wakes for a text whose meaning is less sure than
    the number says. In `starts` a target is a flow, elsewhere a handler.
    """

    exact: Mapping[str, Target] = field(default_factory=dict)
    contains: tuple[tuple[str | Sends | Pattern, Target], ...] = ()
    means: tuple[tuple[str, Target], ...] = ()
    events: Mapping[str, tuple[Target, ...]] = field(default_factory=dict)
    unsure: tuple[tuple[float, Target], ...] = ()
