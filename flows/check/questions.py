"""Questions that cannot be answered, keys that do nothing, reminders that never come."""

from collections.abc import Iterator
from datetime import timedelta

from flows import complaints
from flows.model import Ask, Bot, Flow, Question
from flows.report import Report


def check_questions(bot: Bot, report: Report) -> None:
    for flow in (bot.own, *bot.flows.values()):
        for operation in flow.code:
            if isinstance(operation, Ask):
                _check_answers(operation.question, report)
                _check_menu(operation.question, report)
                _check_times(operation.question, _silence(bot, flow, operation.question), report)


def _check_answers(question: Question, report: Report) -> None:
    """Something must be there to choose from; buttons of a yes or no must mean one of them."""
    buttons, base = question.body.buttons, question.kind.base
    if base in ("choice", "many") and not buttons and question.options is None:
        report(complaints.NOTHING_TO_CHOOSE, question.place, type=question.kind.name)
    values = [button for button in buttons if button.entry < 0 and button.value is not None]
    if base == "yes_no" and buttons and not values:
        report(complaints.NEITHER_YES_NOR_NO, question.place)


def _check_menu(question: Question, report: Report) -> None:
    if question.menu:
        for key in _counting_keys(question):
            report(complaints.USELESS_IN_MENU, question.place, key=key)


def _counting_keys(question: Question) -> Iterator[str]:
    """Keys about answers that do not fit or are there already: a menu has neither."""
    if question.retry is not None:
        yield "retry"
    if question.tries is not None:
        yield "tries"
    if question.otherwise >= 0:
        yield "else"
    if question.known != "ask":
        yield "known"


def _silence(bot: Bot, flow: Flow, question: Question) -> timedelta | None:
    """After how long the task is closed; None for never."""
    found = question.expires or flow.expires or bot.defaults.expires
    return found if isinstance(found, timedelta) else None


def _check_times(question: Question, silence: timedelta | None, report: Report) -> None:
    ends = {"timeout": question.timeout, "expires": silence}
    for what, key, after in _timers(question):
        for end, moment in ends.items():
            if end != key and moment is not None and after >= moment:
                report(complaints.NEVER_COMES, question.place, name=what, end=end)
                break


def _timers(question: Question) -> Iterator[tuple[str, str, timedelta]]:
    for number, reminder in enumerate(question.reminders, 1):
        name = "remind" if len(question.reminders) == 1 else f"remind № {number}"
        yield name, "remind", reminder.after
    if question.timeout is not None:
        yield "timeout", "timeout", question.timeout
