"""What became of hand-offs, put together from the events that tell of them; pure."""

from collections import Counter, OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from bots.model.turn import Event

COMES_BACK = timedelta(hours=72)
"""A customer who needs a person again within this time had not been helped; ratings count as long."""

Holder = int | str
"""Who has a chat: an operator by their id, or the messenger in which somebody answers."""

LEFT = frozenset({"silent", "away", "removed"})
"""Why a chat was taken from somebody who did not give it away."""

_DIRECT = frozenset({"operator", "native", "reopened"})
"""What begins with somebody taking the chat, and no customer waiting."""


class Told(NamedTuple):
    """An event of a hand-off, and whose."""

    conversation: int
    bot: str
    platform: str
    event: Event


@dataclass(slots=True)
class Stint:
    """Somebody has the chat, from then until then."""

    who: Holder
    since: datetime
    until: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Case:
    """One hand-off as far as it has come.

    In one that was `asked` for the customer waited; otherwise somebody took the chat from the bot.
    `lost` counts how often it was taken from whom, `missed` are the promises that were not kept.
    """

    id: str
    conversation: int
    bot: str
    platform: str
    queue: str
    begun_at: datetime
    asked: bool
    source: str
    reason: str = ""
    step: str = ""
    taken_at: datetime | None = None
    answered_at: datetime | None = None
    answered_by: Holder | None = None
    ended_at: datetime | None = None
    outcome: str = ""
    reopened: bool = False
    rating: int | None = None
    rating_asked: bool = False
    stints: list[Stint] = field(default_factory=list)
    lost: Counter[Holder] = field(default_factory=Counter)
    missed: set[str] = field(default_factory=set)

    @property
    def last(self) -> Holder | None:
        """Who had it last; None where nobody ever did."""
        return self.stints[-1].who if self.stints else None


class Cases:
    """Hears events in their order; gives a case away when nothing that counts can change it any more.

    Of those that begin within `since` and `until`. In memory are the open ones and those that ended
    within 72 hours, however many there were in all.
    """

    def __init__(self, since: datetime, until: datetime) -> None:
        self._since = since
        self._until = until
        self._open: dict[str, Case] = {}
        self._ended: OrderedDict[str, Case] = OrderedDict()
        self._of_chat: dict[int, Case] = {}
        self._others: set[str] = set()

    @property
    def waiting(self) -> int:
        """How many cases may still change."""
        return len(self._open) + len(self._ended)

    def hear(self, told: Told) -> Iterator[Case]:
        """What is settled by now; then what happened is noted."""
        yield from self._settled(told.event.created_at)
        name = told.event.name
        id = str(told.event.data.get("episode", ""))
        if name in ("handoff.requested", "handoff.accepted") and id not in self._open:
            self._begin(id, told)
        case = self._open.get(id) or self._ended.get(id)
        if case is not None:
            case.queue = str(told.event.data.get("queue") or case.queue)
            self._note(case, told)
        elif name == "handoff.transferred":
            # It began before our time, and shall not seem to begin when the next one takes it.
            self._others.add(id)
        elif name in _ENDS:
            self._others.discard(id)

    def rest(self) -> Iterator[Case]:
        """All that are left, once there is nothing more to hear."""
        yield from self._ended.values()
        yield from self._open.values()

    # ------------------------------------------------------------ inside

    def _settled(self, now: datetime) -> Iterator[Case]:
        while self._ended:
            case = next(iter(self._ended.values()))
            assert case.ended_at is not None
            if now - case.ended_at <= COMES_BACK:
                return
            del self._ended[case.id]
            if self._of_chat.get(case.conversation) is case:
                del self._of_chat[case.conversation]
            yield case

    def _begin(self, id: str, told: Told) -> None:
        data = told.event.data
        source = str(data.get("source", ""))
        asked = told.event.name == "handoff.requested"
        if not asked and (source not in _DIRECT or data.get("from") or id in self._others):
            return
        before = self._of_chat.get(told.conversation)
        if before is not None and before.id != id:
            before.reopened = True
        at = told.event.created_at
        if not self._since <= at < self._until:
            return
        self._open[id] = Case(
            id=id,
            conversation=told.conversation,
            bot=told.bot,
            platform=told.platform,
            queue=str(data.get("queue", "")),
            begun_at=at,
            asked=asked,
            source=source,
            reason=str(data.get("reason", "")),
            step=str(data.get("step", "")),
        )

    def _note(self, case: Case, told: Told) -> None:
        data, at = told.event.data, told.event.created_at
        match told.event.name:
            case "handoff.accepted":
                self._hold(case, data.get("operator") or str(data.get("by") or case.platform), at)
            case "handoff.transferred":
                if data.get("why") in LEFT and case.stints:
                    case.lost[case.stints[-1].who] += 1
                _let_go(case, at)
                if data.get("to") is not None:
                    self._hold(case, data["to"], at)
            case "handoff.answered":
                case.answered_at = case.answered_at or at
                case.answered_by = data.get("operator") or str(data.get("by") or case.platform)
            case "handoff.missed":
                case.missed.add(str(data.get("promise", "")))
            case "handoff.rating_asked":
                case.rating_asked = True
            case "handoff.rated":
                case.rating = data.get("rating")
            case name if name in _ENDS:
                self._end(case, str(data.get("outcome", "")), at)

    def _hold(self, case: Case, who: Holder, at: datetime) -> None:
        _let_go(case, at)
        case.stints.append(Stint(who, at))
        case.taken_at = case.taken_at or at

    def _end(self, case: Case, outcome: str, at: datetime) -> None:
        if self._open.pop(case.id, None) is None:
            return
        _let_go(case, at)
        case.ended_at, case.outcome = at, outcome
        self._ended[case.id] = case
        self._of_chat[case.conversation] = case


def _let_go(case: Case, at: datetime) -> None:
    if case.stints and case.stints[-1].until is None:
        case.stints[-1].until = at


_ENDS = frozenset({"handoff.released", "handoff.completed", "handoff.failed"})
