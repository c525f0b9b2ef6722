"""Reports of hand-offs: how long customers waited, who helped them, what came of it.

All from the events that hand-offs leave (docs/operators.md says what each figure means).
"""

from dataclasses import dataclass, field
from datetime import date as Date
from datetime import datetime, time, timedelta, tzinfo
from functools import partial
from operator import eq
from typing import Literal

from bots.errors import Invalid
from bots.model.cases import Case, Cases, Holder
from bots.model.figures import Figures, Promised, Worked, holders
from bots.model.metrics import Period
from bots.ports import Episodes, Metrics

Grouping = Literal["operator", "queue", "channel", "day", "reason", "source", "step"]

Key = Holder | Date | None
"""What a row is of: an operator's id or a messenger, a queue, a channel, a day; None for nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which hand-offs: those that began on the days from `first` to `last`, both included.

    `bot` is one bot, "" for all.
    """

    first: Date
    last: Date
    zone: tzinfo
    by: Grouping = "operator"
    bot: str = ""

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise Invalid("to", f"{self.last} is before {self.first}")

    @property
    def since(self) -> datetime:
        return datetime.combine(self.first, time(), self.zone)

    @property
    def until(self) -> datetime:
        return datetime.combine(self.last + timedelta(days=1), time(), self.zone)


@dataclass(slots=True, kw_only=True)
class Report:
    """A row for each key, and all together. A case with two operators is in the rows of both."""

    wanted: Wanted
    worked: Worked
    promised: Promised
    rows: dict[Key, Figures] = field(default_factory=dict)
    total: Figures = field(default_factory=Figures)

    def add(self, case: Case) -> None:
        """Count one hand-off."""
        if self.wanted.bot and case.bot != self.wanted.bot:
            return
        self.total.add(case, worked=self.worked, promised=self.promised)
        if self.wanted.by == "operator":
            for who in holders(case):
                self._row(who).add(
                    case, worked=self.worked, promised=self.promised, of=partial(eq, who)
                )
        else:
            row = self._row(self._key(case))
            row.add(case, worked=self.worked, promised=self.promised)

    def _row(self, key: Key) -> Figures:
        return self.rows.setdefault(key, Figures())

    def _key(self, case: Case) -> Key:
        match self.wanted.by:
            case "queue":
                return case.queue
            case "channel":
                return case.platform
            case "day":
                return case.begun_at.astimezone(self.wanted.zone).date()
            case "source":
                return case.source
            case "step":
                return case.step
            case _:
                return case.reason or case.source


class Reports:
    """Reads events until nothing more can change what is asked for; few of them are in memory at once."""

    def __init__(
        self, episodes: Episodes, *, workspace: int, metrics: Metrics | None = None
    ) -> None:
        """`metrics` count the conversations of a time, which tell what the bot did by itself."""
        self._episodes = episodes
        self._metrics = metrics
        self._workspace = workspace

    async def of(self, wanted: Wanted, *, worked: Worked, promised: Promised) -> Report:
        """What came of the hand-offs of those days, up to now."""
        report = Report(wanted=wanted, worked=worked, promised=promised)
        cases = Cases(wanted.since, wanted.until)
        async for told in self._episodes.told(self._workspace, since=wanted.since):
            if told.event.created_at >= wanted.until and not cases.waiting:
                break
            for case in cases.hear(told):
                report.add(case)
        for case in cases.rest():
            report.add(case)
        if self._metrics is not None:
            counted = await self._metrics.counted(
                self._workspace,
                Period(wanted.since, wanted.until),
                bot=wanted.bot or None,
                user_id=None,
            )
            report.total.conversations = counted.conversations
            report.total.handed = counted.escalated
        return report
