"""Everything a bot says, keyed by flow, step and number, for somebody who translates it."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from flows.compile.canned_file import CANNED_FILE
from flows.errors import Place
from flows.model import (
    Ask,
    Assign,
    Bot,
    Flow,
    HandOff,
    Message,
    OfferedButton,
    Operation,
    Question,
    Say,
)
from flows.phrases import phrase
from flows.text import Text

_ASIDE = "meanwhile"
_COMPUTED = re.compile(r"\{\{[^'\"]*?\}\}")


class Phrase(NamedTuple):
    """A text as it stands in the files; `key` is `flow.step.n`, n from 1 within the step."""

    key: str
    place: Place
    text: str


def phrases(bot: Bot) -> list[Phrase]:
    """The texts of a bot that customers read, in the order of its files."""
    found: list[Phrase] = []
    for flow in (bot.own, *bot.flows.values()):
        name = flow.name or "bot"
        if flow.about:
            found.append(Phrase(f"{name}.about", flow.place, flow.about))
        found += _of_flow(bot, flow, name)
    for name, kind in bot.types.items():
        if kind.retry is not None:
            found.append(Phrase(f"types.{name}.retry", bot.own.place, kind.retry.source))
    for name, queue in bot.queues.items():
        if queue.say is not None:
            found.append(Phrase(f"queues.{name}.say", bot.own.place, queue.say.source))
        if queue.nudge:
            found.append(Phrase(f"queues.{name}.nudge", bot.own.place, queue.nudge))
    for name, text in bot.canned.items():
        found.append(Phrase(f"canned.{name}", Place(CANNED_FILE, 1), text.source))
    return found


def _of_flow(bot: Bot, flow: Flow, name: str) -> Iterator[Phrase]:
    numbers: Counter[str] = Counter()
    for index, operation in enumerate(flow.code):
        step = flow.homes[index].step if index < len(flow.homes) else ""
        line = flow.lines[index] if index < len(flow.lines) else flow.place.line
        for text in _texts(operation, bot.language):
            key = f"{name}.{step or _ASIDE}"
            numbers[key] += 1
            yield Phrase(f"{key}.{numbers[key]}", Place(flow.place.file, line), text)


def _texts(operation: Operation, language: str) -> Iterator[str]:
    if isinstance(operation, Assign):
        # What is one word is a mark of the flow's own more often than something that is said.
        values = (value for _, value in operation.values)
        yield from (text for text in map(_source, values) if _has_words(text) and " " in text)
        return
    found: Iterable[Text | None] = ()
    if isinstance(operation, Say):
        found = _message(operation.message)
    elif isinstance(operation, Ask):
        found = _question(operation.question, language)
    elif isinstance(operation, HandOff):
        found = (operation.say,)
    yield from (text for text in map(_source, found) if _has_words(text))


def _source(value: object) -> str:
    if isinstance(value, Text):
        return value.source
    return value if isinstance(value, str) else ""


def _has_words(text: str) -> bool:
    """Whether there is anything to translate; what is only computed has nothing."""
    return any(map(str.isalpha, _COMPUTED.sub("", text)))


def _message(message: Message) -> Iterator[Text]:
    yield from message.texts
    yield from (button.label for button in message.offered)


def _question(question: Question, language: str) -> Iterator[Text | None]:
    yield from question.body.texts
    yield from (
        button.label
        for button in question.body.offered
        if not _is_ours(button, question.kind.base, language)
    )
    # `label` names each of the options: it is an expression more often than words.
    yield from (question.label, question.skip, question.retry)
    yield from (check.say for check in question.checks)
    yield from (reminder.say for reminder in question.reminders)


def _is_ours(button: OfferedButton, base: str, language: str) -> bool:
    """Whether a button was made by its type, in words that the program has in every language."""
    label = button.label.source
    if base == "rating":
        return label.isdecimal()
    return base == "yes_no" and label in (phrase(language, "yes"), phrase(language, "no"))
