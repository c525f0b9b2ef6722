"""How a test that went wrong is told: a chat to read, and what differs in it."""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from typing import Any, Literal, NamedTuple

from flows.errors import Place
from flows.inside import reason
from flows.model import Ask, Bot, Flow, HandOff, Say
from flows.rehearsal import Said
from flows.script_lines import Line
from flows.script_nodes import Told
from flows.text import Text
from flows.turn import Understood
from flows.values import thaw

Style = Literal["customer", "bot", "world", "wrong", "wanted", "got", "hint"]

ROWS_SHOWN = 24
ALIKE = 0.6
NEAR = 0.72


class Row(NamedTuple):
    """A line for the reader; `aside` is what stands behind it, less loudly."""

    style: Style
    text: str
    aside: str = ""

    def __str__(self) -> str:
        return f"{self.text}   {self.aside}" if self.aside else self.text


class Teller:
    """Puts a test into words of the bot's language."""

    def __init__(self, language: str) -> None:
        self._language = language

    def words(self, ru: str, en: str) -> str:
        return Told(ru, en).by(self._language)

    # ------------------------------------------------------------ the chat so far

    def row(self, line: Line) -> Row:
        """What the customer or the world did."""
        if line.move in ("says", "presses", "sends", "shares"):
            return Row("customer", f"    {self.words('клиент', 'customer')}: {_done(line)}")
        if line.move == "after":
            return Row("world", f"    — {self.words('прошло', 'passed:')} {line.text} —")
        if line.move == "operator":
            what = line.text or ", ".join(line.tags) or (value_of(line.data) if line.data else "")
            said = f"{line.deed}: {what}" if what else line.deed
            return Row("world", f"    {self.words('оператор', 'operator')}: {said}")
        kind = self.words("событие", "event") if line.move == "happens" else "edit"
        return Row("world", f"    — {kind} {line.text} —")

    def said(self, said: Said) -> Row:
        return Row("bot", f"    {self.words('бот', 'bot')}: {written(said)}")

    def ladder(self, understood: Understood) -> str:
        """What the bot took a message for."""
        intent, because = understood.intent, understood.because
        why = reason(understood.rung, because, intent, self._language)
        return f"({why})" if why else ""

    def cut(self, rows: Sequence[Row]) -> list[Row]:
        """The last rows of a long chat."""
        if len(rows) <= ROWS_SHOWN:
            return list(rows)
        left = len(rows) - ROWS_SHOWN
        more = self.words(f"    … ещё {left} выше", f"    … {left} more above")
        return [Row("hint", more), *rows[-ROWS_SHOWN:]]

    # ------------------------------------------------------------ what differs

    def difference(self, place: Place, what: str, *rows: Row) -> list[Row]:
        line = self.words(f"строка {place.line}", f"line {place.line}")
        return [Row("wrong", f"  ✗ {line}: {what}"), *rows]

    def wanted(self, text: str) -> Row:
        return Row("wanted", f"      {self.words('ждали', 'expected')}: {text}")

    def got(self, text: str) -> Row:
        return Row("got", f"      {self.words('вышло', 'got')}: {text}")

    def hint(self, text: str) -> Row:
        return Row("hint", f"      {text}")

    def changes(self, wanted: str, got: str) -> list[Row]:
        """The words that differ, where the two are much alike."""
        if "*" in wanted or difflib.SequenceMatcher(None, wanted, got).ratio() < ALIKE:
            return []
        before, after = wanted.split(), got.split()
        pairs = [
            f"«{' '.join(before[a:b])}» → «{' '.join(after[c:d])}»"
            for tag, a, b, c, d in difflib.SequenceMatcher(None, before, after).get_opcodes()
            if tag != "equal"
        ]
        title = self.words("разница", "difference")
        return [self.hint(f"{title}: {', '.join(pairs)}")] if pairs else []

    def nearest(self, bot: Bot, wanted: str, got: str = "") -> list[Row]:
        """The text of the flows that is most like the one expected."""
        pattern = _bare(wanted)
        found: tuple[float, str, Place] | None = None
        for source, place in texts_of(bot):
            ratio = difflib.SequenceMatcher(None, pattern, _bare(source)).ratio()
            if found is None or ratio > found[0]:
                found = ratio, source, place
        if found is None or found[0] < NEAR or _bare(found[1]) == _bare(got):
            return []
        title = self.words("в сценариях похоже", "the flows have")
        return [self.hint(f"{title}: «{_one_line(found[1])}» ({found[2]})")]


def written(said: Said) -> str:
    """A message of the bot on one line: what it brings, its text, its buttons."""
    media = "".join(f"({ref or kind}) " for kind, ref in (*said.media, *said.album))
    media += "".join(f"({card.title}) " for card in said.cards)
    labels = "".join(f" [{press.text}]" for press in said.buttons)
    text = said.text.strip().replace("\n", _FURTHER)
    return f"{media}{text}{labels}"


_FURTHER = "\n           "


def value_of(value: Any) -> str:
    """A value as an owner would write it in a test."""
    value = thaw(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "yes", False: "no"}[value]
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {value_of(one)}" for key, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(value_of, value)) + "]"
    return value.isoformat() if isinstance(value, (date, time)) else str(value)


def matches(said: str, expected: str) -> bool:
    """Whether a text is the expected one; `*` stands for anything, spaces and lines do not count."""
    text, pattern = _one_line(said), _one_line(expected)
    parts = map(re.escape, pattern.split("*"))
    return text == pattern or re.fullmatch(".*".join(parts), text) is not None


def texts_of(bot: Bot) -> Iterator[tuple[str, Place]]:
    """Everything that stands in the flows to be said, and where."""
    for flow in (*bot.flows.values(), bot.own):
        for index, operation in enumerate(flow.code):
            place = Place(flow.place.file, flow.lines[index] if index < len(flow.lines) else 1)
            yield from ((text.source, place) for text in _texts(operation) if text is not None)


def _texts(operation: object) -> Iterator[Text | None]:
    if isinstance(operation, Say):
        yield from operation.message.texts
    elif isinstance(operation, Ask):
        question = operation.question
        yield from (question.body.text, question.retry)
        yield from (check.say for check in question.checks)
        yield from (reminder.say for reminder in question.reminders)
    elif isinstance(operation, HandOff):
        yield operation.say


def place_of(flow: Flow, index: int) -> Place:
    return Place(flow.place.file, flow.lines[index])


def _done(line: Line) -> str:
    if line.move == "presses":
        return f"[{line.text}]"
    if line.move == "shares":
        return f"({line.text})"
    names = ", ".join(one.ref or one.kind for one in line.attached)
    return f"({names}) {line.text}".rstrip() if line.attached else line.text


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _bare(text: str) -> str:
    return _one_line(text.replace("*", "")).casefold()
