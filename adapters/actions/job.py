"""One call of an action, and what every family of the catalogue is made of."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from bots.errors import ActionFailed
from bots.model.message import Address
from flows.model import ActionSpec, Booking, Cost, Effect, Example, Input, Output, Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class BotFacts:
    """What actions know of a bot. `knowledge` is source -> path -> text."""

    title: str = ""
    language: str = "ru"
    timezone: str = "UTC"
    knowledge: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    booking: Booking | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One call. `now` is in the bot's zone; the same `key` again must have no second effect."""

    arguments: Mapping[str, Any]
    address: Address
    key: str
    now: datetime
    bot: BotFacts

    def words(self, ru: str, en: str) -> str:
        return en if self.bot.language == "en" else ru

    def text(self, name: str) -> str:
        value = self.arguments.get(name)
        return "" if value is None else str(value)

    def names(self, name: str) -> list[str] | None:
        """A list of texts; None where nothing was given."""
        value = self.arguments.get(name)
        if value is None:
            return None
        if isinstance(value, str):
            return [value]
        return [str(one) for one in value] if isinstance(value, Iterable) else []

    def day(self, name: str) -> date:
        value = self.arguments.get(name)
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value)[:10])
        except ValueError:
            raise ActionFailed(f"no such day {value!r:.40}") from None

    def number(self, name: str) -> float:
        """A number; ActionFailed where something else was given."""
        value = self.arguments.get(name)
        try:
            if isinstance(value, bool) or value is None:
                raise ValueError
            return float(value)
        except (TypeError, ValueError):
            raise ActionFailed(f"{name} must be a number, not {value!r:.40}") from None


Act = Callable[[Job], Awaitable[Any]]
"""Carries out one action. Raises ActionFailed."""

Acts = Mapping[str, Act]


def spec(
    name: str,
    ru: str,
    en: str,
    *,
    takes: Mapping[str, Input] | None = None,
    gives: Mapping[str, Output] | None = None,
    listed: bool = False,
    effect: Effect = "none",
    cost: Cost = "quick",
    example: Example | None = None,
    missing: Wording | None = None,
) -> ActionSpec:
    """An entry of the catalogue; what costs nothing and changes nothing runs inside the turn."""
    return ActionSpec(
        name=name,
        about=Wording(ru, en),
        inputs=takes or {},
        outputs=gives or {},
        listed=listed,
        effect=effect,
        cost=cost,
        quick=cost == "quick" and effect == "none",
        example=example,
        missing=missing,
    )


def needs(kind: str, ru: str, en: str) -> Input:
    """An argument that must be given."""
    return Input(Wording(ru, en), kind)


def may(kind: str, ru: str, en: str) -> Input:
    """An argument that may be left out."""
    return Input(Wording(ru, en), kind, required=False)


def gives(kind: str, ru: str, en: str) -> Output:
    """A field of a result."""
    return Output(Wording(ru, en), kind)


def by_name(*specs: ActionSpec) -> dict[str, ActionSpec]:
    return {one.name: one for one in specs}
