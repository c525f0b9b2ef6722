"""What many hand-offs come to: counts, times and shares, of all of them or of one person's part."""

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from statistics import median

from bots.model.cases import Case, Holder

BY_PEOPLE = frozenset({"released", "closed"})
"""How a hand-off ends that somebody has dealt with."""

Worked = Callable[[str, str, datetime, datetime], timedelta]
"""How much of a time was working time of a bot's queue; all of it where the queue has no hours."""

Promised = Callable[[str, str], bool]
"""Whether a bot's queue promises anything of its service."""


class Spread:
    """Many lengths of time, eight bytes each."""

    def __init__(self) -> None:
        self._seconds = array("d")

    def __len__(self) -> int:
        return len(self._seconds)

    def add(self, span: timedelta) -> None:
        self._seconds.append(max(span.total_seconds(), 0))

    @property
    def median(self) -> float | None:
        """The one in the middle, or halfway between the two: what a spreadsheet makes of the same."""
        return median(self._seconds) if self._seconds else None

    @property
    def p90(self) -> float | None:
        return self.share(0.9)

    @property
    def mean(self) -> float | None:
        return sum(self._seconds) / len(self._seconds) if self._seconds else None

    def share(self, share: float) -> float | None:
        """The least of them in seconds that so large a share does not exceed; None of none."""
        if not self._seconds:
            return None
        return sorted(self._seconds)[max(ceil(share * len(self._seconds)) - 1, 0)]


def _everybody(who: Holder | None) -> bool:
    return True


@dataclass(slots=True, kw_only=True)
class Figures:
    """Of the cases that were counted. Times named `…_worked` are of the queue's working hours alone.

    `missed` nobody took before the customer gave up or the time was over; `lost` were taken from
    somebody who did not answer. `solved` were ended by people and did not come back. Of the
    `conversations` of the time (None where nobody counted them) so many were `handed` to people.
    """

    chats: int = 0
    taken: int = 0
    missed: int = 0
    offline: int = 0
    lost: int = 0
    open: int = 0
    ended: int = 0
    reopened: int = 0
    solved: int = 0
    rated: int = 0
    rating_asked: int = 0
    stars: int = 0
    promised: int = 0
    kept: int = 0
    conversations: int | None = None
    handed: int = 0
    wait: Spread = field(default_factory=Spread)
    wait_worked: Spread = field(default_factory=Spread)
    answer: Spread = field(default_factory=Spread)
    answer_worked: Spread = field(default_factory=Spread)
    handling: Spread = field(default_factory=Spread)
    resolution: Spread = field(default_factory=Spread)
    resolution_worked: Spread = field(default_factory=Spread)

    def add(
        self,
        case: Case,
        *,
        worked: Worked,
        promised: Promised,
        of: Callable[[Holder | None], bool] = _everybody,
    ) -> None:
        """Count a case, or the part of it that is `of` somebody."""
        self.chats += 1
        self.lost += sum(count for who, count in case.lost.items() if of(who))
        self._taking(case, worked, of)
        if case.answered_at is not None and of(case.answered_by):
            self.answer.add(case.answered_at - case.begun_at)
            self.answer_worked.add(worked(case.bot, case.queue, case.begun_at, case.answered_at))
        had = [one for one in case.stints if of(one.who) and one.until is not None]
        if had:
            spans = (one.until - one.since for one in had if one.until is not None)
            self.handling.add(sum(spans, timedelta()))
        if of(case.last):
            self._end(case, worked, promised)

    def _taking(self, case: Case, worked: Worked, of: Callable[[Holder | None], bool]) -> None:
        if case.taken_at is None:
            never = of(None) and case.ended_at is not None
            self.missed += never and case.outcome != "offline"
            self.offline += never and case.outcome == "offline"
            return
        if any(of(one.who) for one in case.stints):
            self.taken += 1
        if case.asked and of(case.stints[0].who):
            self.wait.add(case.taken_at - case.begun_at)
            self.wait_worked.add(worked(case.bot, case.queue, case.begun_at, case.taken_at))

    def _end(self, case: Case, worked: Worked, promised: Promised) -> None:
        if promised(case.bot, case.queue):
            self.promised += 1
            self.kept += not case.missed
        self.rating_asked += case.rating_asked
        if case.rating is not None:
            self.rated += 1
            self.stars += case.rating
        if case.ended_at is None:
            self.open += 1
        elif case.outcome in BY_PEOPLE and case.stints:
            self.ended += 1
            self.reopened += case.reopened
            self.solved += case.outcome == "closed" and not case.reopened
            self.resolution.add(case.ended_at - case.begun_at)
            self.resolution_worked.add(worked(case.bot, case.queue, case.begun_at, case.ended_at))

    # ------------------------------------------------------------ shares

    @property
    def first_contact(self) -> float | None:
        """Of what people ended, how much was closed and did not come back."""
        return _part(self.solved, self.ended)

    @property
    def satisfaction(self) -> float | None:
        """The average rating, from 1 to 5."""
        return _part(self.stars, self.rated)

    @property
    def rating_share(self) -> float | None:
        """Of those who were asked, how many rated."""
        return _part(self.rated, self.rating_asked)

    @property
    def contained(self) -> float | None:
        """Of all conversations, how much the bot did without a person."""
        talks = self.conversations or 0
        return _part(max(talks - self.handed, 0), talks)

    @property
    def promises_kept(self) -> float | None:
        return _part(self.kept, self.promised)


def holders(case: Case) -> Iterator[Holder | None]:
    """Everybody who had a part in a case, each once; None where nobody did."""
    had = dict.fromkeys([*(one.who for one in case.stints), *case.lost])
    if had:
        yield from had
    else:
        yield None


def _part(some: int, all: int) -> float | None:
    return some / all if all else None
