"""The lines in the boxes of a picture: what a step says, asks and does, what begins a flow."""

from dataclasses import dataclass
from typing import Literal

from flows.chart_ways import within
from flows.chart_words import plain, said, said_event, span
from flows.model import (
    Ask,
    Await,
    Bot,
    CallFlow,
    Do,
    Flow,
    Goal,
    HandOff,
    Later,
    Message,
    Operation,
    Question,
    Say,
    Sends,
    Split,
    StartFlow,
)
from flows.standing import question_key

RowKind = Literal[
    "say",
    "ask",
    "do",
    "call",
    "start",
    "later",
    "person",
    "goal",
    "wait",
    "split",
    "command",
    "words",
    "contains",
    "means",
    "event",
    "about",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of a box. `question` is the key of the question it shows, `flow` where it leads."""

    kind: RowKind
    text: str
    question: str = ""
    flow: str = ""
    line: int = 0


def rows_of(bot: Bot, flow: Flow, entry: int) -> list[Row]:
    """What happens in a step, in the order in which the owner wrote it."""
    inside = sorted(within(flow, entry + 1), key=lambda index: (flow.lines[index], index))
    rows: dict[Row, None] = {}
    for index in inside:
        row = _row(bot, flow.code[index], flow.lines[index])
        if row is not None:
            rows[row] = None
    return list(rows)


def _row(bot: Bot, operation: Operation, line: int) -> Row | None:
    match operation:
        case Say():
            return Row(kind="say", text=_message(bot, operation.message), line=line)
        case Ask():
            return _asked(bot, operation.question, line)
        case Do():
            return Row(kind="do", text=operation.action, line=line)
        case CallFlow():
            return Row(kind="call", text=operation.flow, flow=operation.flow, line=line)
        case StartFlow():
            return Row(kind="start", text=operation.flow, flow=operation.flow, line=line)
        case Later():
            return _later(bot, operation, line)
        case HandOff():
            return Row(kind="person", text=operation.queue, line=line)
        case Await():
            return Row(kind="wait", text=_awaited(bot, operation), line=line)
        case Split():
            return Row(kind="split", text=operation.name, line=line)
        case Goal():
            return Row(kind="goal", text=operation.name, line=line)
        case _:
            return None


def _asked(bot: Bot, question: Question, line: int) -> Row:
    signature = question.signature
    return Row(
        kind="ask",
        text=_message(bot, question.body),
        question=question_key(signature.save, signature.kind),
        line=line,
    )


def _later(bot: Bot, operation: Later, line: int) -> Row:
    when = operation.at.source if operation.at is not None else ""
    if operation.after is not None:
        when = said(bot.language, "after", span=span(bot.language, operation.after))
    return Row(kind="later", text=f"{operation.flow}: {when}", flow=operation.flow, line=line)


def _awaited(bot: Bot, operation: Await) -> str:
    waited = span(bot.language, operation.after) if operation.after is not None else ""
    return ", ".join(filter(None, (operation.event, waited)))


def _message(bot: Bot, message: Message) -> str:
    """The words of a message, or what there is in their place."""
    texts = [message.text, *message.pick, *(card.title for card in message.cards)]
    if message.lines is not None:
        texts += [text for _, text in message.lines.lines]
    words = next((plain(text.source) for text in texts if text is not None and text.source), "")
    media = [kind for kind, _ in (*message.media, *message.album[:1]) if kind]
    return words or ", ".join(said(bot.language, kind) for kind in media)


# ---------------------------------------------------------------- what begins a flow


def triggers_of(bot: Bot, name: str) -> list[Row]:
    """What wakes a flow: commands, whole messages, words inside them, meanings."""
    exact = [word for word, target in bot.starts.exact.items() if target.flow == name]
    rows = [Row(kind="command", text=word) for word in exact if word.startswith("/")]
    words = [word for word in exact if not word.startswith("/")]
    if words:
        rows.append(Row(kind="words", text=", ".join(words)))
    inside = [said_trigger(bot, one) for one, target in bot.starts.contains if target.flow == name]
    if inside:
        rows.append(Row(kind="contains", text=", ".join(dict.fromkeys(inside))))
    rows += [
        Row(kind="means", text=plain(sentence))
        for sentence, target in bot.starts.means
        if target.flow == name
    ]
    rows += [
        Row(kind="event", text=said_event(bot.language, event))
        for event, targets in bot.starts.events.items()
        if any(target.flow == name for target in targets)
    ]
    rows += [
        Row(kind="event", text=f"confidence {limit:g}")
        for limit, target in bot.starts.unsure
        if target.flow == name
    ]
    rows += [
        Row(kind="later", text=schedule.timetable.text)
        for schedule in bot.schedules
        if schedule.target.flow == name
    ]
    guard = bot.flows[name].only_if
    if guard is not None:
        rows.append(Row(kind="event", text=f"{said(bot.language, 'if')} {guard.source}"))
    return rows


def said_trigger(bot: Bot, trigger: object) -> str:
    """Words as they are, the kind of an attachment; a pattern is shown as what it is."""
    if isinstance(trigger, Sends):
        return said(bot.language, trigger.kind)
    return trigger if isinstance(trigger, str) else said(bot.language, "matches")
