"""Whether a label that stands for its own value is an answer of the question's type."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flows import complaints
from flows.answers import Misfit
from flows.env import Env
from flows.errors import Place
from flows.model import Ask, Bot, Flow, Question
from flows.report import Report

_READ = frozenset(("yes_no", "number", "integer", "date", "time", "date_time", "rating"))
_SOME_DAY = datetime(2026, 1, 15, 12, tzinfo=UTC)


def check_labels(bot: Bot, report: Report) -> None:
    env = Env(bot.language, ZoneInfo(bot.timezone), _SOME_DAY)
    for flow in (bot.own, *bot.flows.values()):
        _check(flow, env, report)


def _check(flow: Flow, env: Env, report: Report) -> None:
    for operation, line in zip(flow.code, flow.lines, strict=True):
        if isinstance(operation, Ask) and operation.question.kind.base in _READ:
            _check_question(operation.question, Place(flow.place.file, line), env, report)


def _check_question(question: Question, place: Place, env: Env, report: Report) -> None:
    for button in question.body.buttons:
        label = button.label
        if button.value is not label or not label.constant:
            continue
        if isinstance(question.kind.parse(label.source, (), env), Misfit):
            type_name = question.kind.name
            report(complaints.UNFIT_LABEL, place, name=label.source, type=type_name)
