"""Everything that is looked for in a bot whose files have no mistakes."""

from flows import complaints
from flows.check.branches import check_branches
from flows.check.kept import check_kept
from flows.check.privacy import check_privacy
from flows.check.questions import check_questions
from flows.check.schedules import check_schedules
from flows.check.unused import check_unused
from flows.check.ways import (
    check_ends,
    check_handoffs,
    check_loops,
    check_needs,
    check_reach,
    check_steps,
)
from flows.check.window import check_window
from flows.model import Bot
from flows.report import Report


def check_whole(bot: Bot, report: Report) -> None:
    """A mistyped `ask` is no ask: all this means something only where everything reads well."""
    for flow in bot.flows.values():
        check_steps(flow, report)
        check_loops(flow, report)
        check_ends(flow, report)
        check_unused(flow, report)
    for flow in (bot.own, *bot.flows.values()):
        check_handoffs(bot, flow, report)
    check_reach(bot, report)
    check_needs(bot, report)
    check_kept(bot, report)
    check_questions(bot, report)
    check_branches(bot, report)
    check_privacy(bot, report)
    check_window(bot, report)
    check_schedules(bot, report)
    _check_greeting(bot, report)


def _check_greeting(bot: Bot, report: Report) -> None:
    answers = bot.own.scope.events.keys() | bot.starts.events.keys()
    if not bot.flows:
        return
    if bot.start is None and "no_match" not in answers and "/start" not in bot.starts.exact:
        report(complaints.SILENT_AT_FIRST, bot.own.place)
