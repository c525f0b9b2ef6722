"""The demo actions themselves: what `do:` may name, and what each of them does."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from adapters.demo.calendar import DemoCalendar
from adapters.demo.catalogue import ORDERS, RETURN_DAYS, SILENT_ORDER
from adapters.demo.knowledge import Knowledge
from bots.errors import ActionFailed
from bots.ports import Clock, Shelf
from flows.model import ActionSpec, Effect
from flows.values import thaw

_FIRST_RETURN = 1001


def _spec(name: str, *inputs: str, effect: Effect = "none", quick: bool = False) -> ActionSpec:
    """An input written with a question mark may be left out."""
    return ActionSpec(
        name=name,
        inputs={one.rstrip("?"): not one.endswith("?") for one in inputs},
        effect=effect,
        quick=quick,
    )


DEMO_SPECS: Mapping[str, ActionSpec] = {
    spec.name: spec
    for spec in (
        _spec("marketplace.order", "number", quick=True),
        _spec("marketplace.create_return", "order", "reason", "phone?", "photos?", effect="yes"),
        _spec("knowledge.answer", "question", "sources?", "tone?", quick=True),
        _spec("calendar.services", quick=True),
        _spec("calendar.free", "service", "day", quick=True),
        _spec("calendar.book", "slot", "name", "phone", effect="undo"),
        _spec("calendar.confirm", "id", effect="yes"),
        _spec("calendar.cancel", "id", effect="yes"),
        _spec("calendar.mine", "phone", quick=True),
        _spec("stats.csat", "score", "about?", effect="yes"),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoBot:
    """What the actions know of a bot: its zone, and its knowledge as source name -> text."""

    timezone: str = "UTC"
    knowledge: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Job:
    """One call of an action. `now` is in the bot's zone."""

    arguments: Mapping[str, Any]
    bot: str
    workspace: int
    key: str
    now: datetime

    def text(self, name: str) -> str:
        value = self.arguments.get(name)
        return "" if value is None else str(value)


class DemoActions:
    """The port `Actions` over the demo catalogue; what it writes goes to the shelf."""

    def __init__(self, shelf: Shelf, clock: Clock, bots: Callable[[str], DemoBot]) -> None:
        self._shelf = shelf
        self._clock = clock
        self._bots = bots
        self._calendar = DemoCalendar(shelf)
        self._knowledge: dict[str, tuple[Mapping[str, str], Knowledge]] = {}
        self._actions: dict[str, Callable[[_Job], Awaitable[Any]]] = {
            "marketplace.order": self._order,
            "marketplace.create_return": self._create_return,
            "knowledge.answer": self._answer,
            "calendar.services": self._services,
            "calendar.free": self._free,
            "calendar.book": self._book,
            "calendar.confirm": self._confirm,
            "calendar.cancel": self._cancel,
            "calendar.mine": self._mine,
            "stats.csat": self._score,
        }

    def quick(self, action: str) -> bool:
        spec = DEMO_SPECS.get(action)
        return spec is not None and spec.quick

    async def run(
        self, action: str, arguments: Mapping[str, Any], *, bot: str, workspace: int, key: str
    ) -> Any:
        run = self._actions.get(action)
        if run is None:
            raise ActionFailed(f"no action {action}")
        now = self._clock().astimezone(ZoneInfo(self._bots(bot).timezone))
        given = {name: thaw(value) for name, value in arguments.items()}
        return await run(_Job(given, bot, workspace, key, now))

    async def _order(self, job: _Job) -> dict[str, Any] | None:
        number = job.text("number")
        if number == SILENT_ORDER:
            raise ActionFailed("the warehouse does not answer", transient=True)
        order = ORDERS.get(number)
        return order.seen(number, job.now.date()) if order else None

    async def _create_return(self, job: _Job) -> dict[str, Any]:
        shelf = f"demo.returns.{job.bot}"
        noted = await self._shelf.get(job.workspace, shelf, job.key)
        if noted is None:
            number = _FIRST_RETURN + len(await self._shelf.all(job.workspace, shelf))
            noted = {
                "id": f"В-{number}",
                "order": job.text("order"),
                "reason": job.text("reason"),
                "at": job.now.isoformat(),
            }
            await self._shelf.put(job.workspace, shelf, job.key, noted)
        return {"id": noted["id"], "days": RETURN_DAYS}

    async def _answer(self, job: _Job) -> dict[str, Any]:
        texts = self._bots(job.bot).knowledge
        known = self._knowledge.get(job.bot)
        if known is None or known[0] != texts:
            known = self._knowledge[job.bot] = (texts, Knowledge(texts))
        return known[1].answer(job.text("question"), _names(job.arguments.get("sources")))

    async def _services(self, job: _Job) -> list[dict[str, Any]]:
        return self._calendar.services()

    async def _free(self, job: _Job) -> list[dict[str, Any]]:
        return await self._calendar.free(
            job.workspace, job.bot, job.text("service"), _day(job.arguments.get("day")), job.now
        )

    async def _book(self, job: _Job) -> dict[str, Any]:
        slot, name, phone = job.text("slot"), job.text("name"), job.text("phone")
        return await self._calendar.book(
            job.workspace, job.bot, slot, name, phone, job.now, job.key
        )

    async def _confirm(self, job: _Job) -> dict[str, Any] | None:
        return await self._calendar.change(job.workspace, job.bot, job.text("id"), confirmed=True)

    async def _cancel(self, job: _Job) -> dict[str, Any] | None:
        return await self._calendar.change(job.workspace, job.bot, job.text("id"), cancelled=True)

    async def _mine(self, job: _Job) -> list[dict[str, Any]]:
        return await self._calendar.mine(job.workspace, job.bot, job.text("phone"), job.now)

    async def _score(self, job: _Job) -> dict[str, Any]:
        score = {
            "score": job.arguments.get("score"),
            "about": job.text("about"),
            "at": job.now.isoformat(),
        }
        await self._shelf.put(job.workspace, f"demo.scores.{job.bot}", job.key, score)
        return {"saved": True}


def _names(value: Any) -> list[str] | None:
    if value is None:
        return None
    return [str(one) for one in value] if isinstance(value, Iterable) else []


def _day(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise ActionFailed(f"no such day {value!r:.40}") from None
