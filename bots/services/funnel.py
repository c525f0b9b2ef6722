"""How dialogs go: how many chats wait in each step, and where customers answer or leave."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from bots.errors import Invalid
from bots.model.tally import QUESTION_OUTCOMES, TASK_OUTCOMES, Tally
from bots.ports import Clock, Tallies
from bots.services.runtime import Published
from flows.standing import NOWHERE, Stand

_DAYS: Mapping[str, int | None] = {"today": 1, "7d": 7, "30d": 30, "all": None}


@dataclass(slots=True, kw_only=True)
class QuestionFigures:
    """Of a question: each time it was put it is answered, falls silent, is left, or still waits.

    What was asked before the period may end within it, so the four need not add up to `asked`.
    """

    asked: int = 0
    answered: int = 0
    misfit: int = 0
    silent: int = 0
    left: int = 0
    waiting: int = 0


@dataclass(slots=True, kw_only=True)
class StepFigures:
    """`waiting` are chats that stand here now, `below` those that will come back to it."""

    flow: str
    step: str
    waiting: int = 0
    below: int = 0
    questions: dict[str, QuestionFigures] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class TaskFigures:
    """How often a flow was begun for its own sake, and how that ended."""

    started: int = 0
    done: int = 0
    cancelled: int = 0
    expired: int = 0
    failed: int = 0
    dropped: int = 0


@dataclass(slots=True, kw_only=True)
class Figures:
    """A bot's figures. `goals` are by flow and name, `splits` by name and variant.

    `elsewhere` are chats that stand in no step: a person has them, or a handler speaks.
    """

    since: str | None
    steps: dict[tuple[str, str], StepFigures] = field(default_factory=dict)
    tasks: dict[str, TaskFigures] = field(default_factory=dict)
    goals: dict[tuple[str, str], int] = field(default_factory=dict)
    splits: dict[str, dict[str, int]] = field(default_factory=dict)
    elsewhere: int = 0

    def step(self, flow: str, step: str) -> StepFigures:
        """The figures of a step, to be added to."""
        found = self.steps.get((flow, step))
        if found is None:
            found = self.steps[flow, step] = StepFigures(flow=flow, step=step)
        return found


class Funnel:
    """Reads what turns have counted; days are those of the bot's own time zone."""

    def __init__(self, tallies: Tallies, published: Published, clock: Clock) -> None:
        self._tallies = tallies
        self._published = published
        self._clock = clock

    async def figures(self, workspace: int, bot: str, period: str) -> Figures:
        """Raises NotFound for a bot there is not, Invalid for a period there is not."""
        since = self._since(bot, period)
        figures = Figures(since=since)
        for tally, count in (await self._tallies.sums(workspace, bot, since)).items():
            _add(figures, tally, count)
        for stands, chats in await self._tallies.standing(workspace, bot):
            _stand(figures, stands, chats)
        return figures

    def _since(self, bot: str, period: str) -> str | None:
        zone = ZoneInfo(self._published.current(bot).timezone)
        if period not in _DAYS:
            raise Invalid("period", f"must be one of {', '.join(_DAYS)}")
        days = _DAYS[period]
        if days is None:
            return None
        today = self._clock().astimezone(zone).date()
        return (today - timedelta(days=days - 1)).isoformat()


def _add(figures: Figures, tally: Tally, count: int) -> None:
    if tally.what in QUESTION_OUTCOMES:
        _raise(_question(figures, tally.flow, tally.step, tally.about), tally.what, count)
    elif tally.what in TASK_OUTCOMES:
        task = figures.tasks.setdefault(tally.flow, TaskFigures())
        _raise(task, tally.what.removeprefix("task_"), count)
    elif tally.what == "goal":
        key = (tally.flow, tally.about)
        figures.goals[key] = figures.goals.get(key, 0) + count
    elif tally.what == "split":
        name, _, variant = tally.about.partition(" ")
        shares = figures.splits.setdefault(name, {})
        shares[variant] = shares.get(variant, 0) + count


def _stand(figures: Figures, stands: Iterable[Stand], chats: int) -> None:
    top, *beneath = stands
    if top == NOWHERE:
        figures.elsewhere += chats
    else:
        figures.step(top.flow, top.step).waiting += chats
        if top.question:
            _question(figures, *top).waiting += chats
    for stand in beneath:
        figures.step(stand.flow, stand.step).below += chats
        if stand.question:
            # It is still to be answered, whatever lies on top of it.
            _question(figures, *stand).waiting += chats


def _question(figures: Figures, flow: str, step: str, key: str) -> QuestionFigures:
    return figures.step(flow, step).questions.setdefault(key, QuestionFigures())


def _raise(numbers: QuestionFigures | TaskFigures, name: str, count: int) -> None:
    setattr(numbers, name, getattr(numbers, name) + count)
