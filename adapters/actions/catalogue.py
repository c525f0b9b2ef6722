"""The whole catalogue: what flows may name, and the port `Actions` that carries it out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from adapters.actions import calendar, http, knowledge, llm, marketplace, pay, stats
from adapters.actions.job import Acts, BotFacts, Job
from adapters.actions.knowledge import texts_of
from bots.errors import ActionFailed
from bots.model.message import Address
from bots.ports import Clock
from flows.model import ActionSpec, Bot, Wording
from flows.values import freeze, thaw

CATALOGUE: Mapping[str, ActionSpec] = {
    **http.SPECS,
    **marketplace.SPECS,
    **knowledge.SPECS,
    **calendar.SPECS,
    **pay.SPECS,
    **stats.SPECS,
    **llm.SPECS,
}


def catalogue(*, public: bool, paid: bool) -> dict[str, ActionSpec]:
    """The catalogue for bots that strangers can reach, or that only their owner talks to.

    The demo shop is good to try flows on; customers would be told of orders that do not exist.
    What is not `paid` inside a messenger or at the sandbox nobody can pay.
    """
    missing: dict[str, Wording] = {}
    if public:
        missing |= dict.fromkeys(marketplace.SPECS, marketplace.ONLY_A_DEMO)
    if not paid:
        missing |= dict.fromkeys(pay.SPECS, pay.NO_PROVIDER)
    return {
        name: replace(spec, missing=missing.get(name, spec.missing))
        for name, spec in CATALOGUE.items()
    }


def facts_of(bot: Bot, knowledge: Mapping[str, str]) -> BotFacts:
    """What actions know of a bot; `knowledge` are the texts of its folder, by their paths."""
    return BotFacts(
        title=bot.title,
        language=bot.language,
        timezone=bot.timezone,
        knowledge=texts_of(bot.knowledge, knowledge),
        booking=bot.booking,
    )


class Catalogue:
    """Carries out what families of actions offer."""

    def __init__(
        self,
        families: Iterable[Acts],
        *,
        bots: Callable[[str], BotFacts],
        clock: Clock,
        owners: Callable[[str], Acts] = lambda bot: {},
    ) -> None:
        """`owners` gives the actions that a bot's own Python adds."""
        self._acts = {name: act for family in families for name, act in family.items()}
        self._bots = bots
        self._clock = clock
        self._owners = owners

    @property
    def names(self) -> list[str]:
        """The actions of the families."""
        return list(self._acts)

    async def run(
        self, action: str, arguments: Mapping[str, Any], *, address: Address, key: str
    ) -> Any:
        act = self._acts.get(action) or self._owners(address.bot).get(action)
        if act is None:
            raise ActionFailed(f"there is no action {action}")
        facts = self._bots(address.bot)
        job = Job(
            # An action may change what it is given, so that is a copy.
            arguments={name: thaw(freeze(value)) for name, value in arguments.items()},
            address=address,
            key=key,
            now=self._clock().astimezone(ZoneInfo(facts.timezone)),
            bot=facts,
        )
        return await act(job)
