"""Messages that may come after a day of silence, when WhatsApp lets only templates through."""

from collections.abc import Iterator
from datetime import timedelta

from flows import complaints
from flows.check.homes import lives_on
from flows.check.pieces import place_of
from flows.errors import Place
from flows.graph import ways
from flows.model import (
    Ask,
    Await,
    Bot,
    CallFlow,
    Flow,
    HandOff,
    Later,
    Message,
    Question,
    Say,
    StartFlow,
)
from flows.report import Report

WINDOW = timedelta(hours=24)
"""https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-messages"""

_CHANNEL = "whatsapp"


def check_window(bot: Bot, report: Report) -> None:
    if not lives_on(bot, _CHANNEL):
        return
    words = _FirstWords(bot)
    for flow in (bot.own, *bot.flows.values()):
        for index in range(len(flow.code)):
            for key, unsaid in _late(words, flow, index):
                if unsaid:
                    _report(report, place_of(flow, index), key)
    for schedule in bot.schedules:
        flow = bot.flows.get(schedule.target.flow, bot.own)
        if schedule.for_chats and words.unsaid(flow, max(schedule.target.entry, 0)):
            _report(report, schedule.place, "every")


def _report(report: Report, place: Place, key: str) -> None:
    ru = "Начните с «say: {text: …, whatsapp: {template: имя}}»"
    en = "begin with “say: {text: …, whatsapp: {template: name}}”"
    if key == "remind":
        # Its words are plain: they have no template to name.
        ru, en = "Уменьшите срок", "make it sooner"
    elif key != "every":
        ru, en = f"{ru} или уменьшите срок", f"{en} or make it sooner"
    report(complaints.OUTSIDE_WINDOW, place, key=key, cure=report.words(ru, en))


def _late(words: "_FirstWords", flow: Flow, index: int) -> Iterator[tuple[str, bool]]:
    """What an operation may make the bot say after a day, and whether a template is missing."""
    operation = flow.code[index]
    if isinstance(operation, Ask):
        yield from _late_of_question(words, flow, operation.question)
    elif isinstance(operation, Later) and (operation.after is None or operation.after >= WINDOW):
        yield "later", words.unsaid(words.bot.flows.get(operation.flow), 0)
    elif isinstance(operation, Await) and (operation.after or timedelta()) >= WINDOW:
        block = operation.timeout_entry >= 0
        yield "wait", words.unsaid(flow, operation.timeout_entry if block else index + 1)
    elif isinstance(operation, HandOff) and (operation.unanswered_after or timedelta()) >= WINDOW:
        yield "unanswered", words.unsaid(flow, operation.unanswered)


def _late_of_question(
    words: "_FirstWords", flow: Flow, question: Question
) -> Iterator[tuple[str, bool]]:
    if any(reminder.after >= WINDOW for reminder in question.reminders):
        yield "remind", True
    if question.timeout is not None and question.timeout >= WINDOW:
        yield "timeout", words.unsaid(flow, question.timeout_entry)


class _FirstWords:
    """Whether what is said first from a place on may be said without a template."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot

    def unsaid(self, flow: Flow | None, entry: int) -> bool:
        """Whether some way leads to words without a template."""
        seen: set[tuple[str, int]] = set()
        ahead = [(flow, entry)]
        while ahead:
            current, index = ahead.pop()
            if current is None or not 0 <= index < len(current.code):
                continue
            if (current.name, index) in seen:
                continue
            seen.add((current.name, index))
            operation = current.code[index]
            if isinstance(operation, Ask) or isinstance(operation, HandOff) and operation.say:
                return True
            if isinstance(operation, Say):
                if not _passes(operation.message):
                    return True
                continue
            if isinstance(operation, CallFlow | StartFlow):
                ahead.append((self.bot.flows.get(operation.flow), 0))
                continue
            ahead.extend((current, way.target) for way in ways(current, index))
        return False


def _passes(message: Message) -> bool:
    """Whether WhatsApp gets a template, or nothing at all."""
    if message.only and _CHANNEL not in message.only:
        return True
    override = message.channels.get(_CHANNEL)
    return override is not None and bool(override.template)
