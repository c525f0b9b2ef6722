"""Reads the values of keys: names, texts, expressions, durations, typed values."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import time, timedelta
from typing import Any, TypeVar

from flows import complaints
from flows.answers import AnswerType
from flows.compile.fields import Fields, Source, Use
from flows.compile.known import Known
from flows.english import english
from flows.errors import Place
from flows.expressions import Expression, ExpressionError, parse_expression
from flows.hours import parse_duration
from flows.model import Value
from flows.report import Report
from flows.text import Text, parse_text
from flows.values import typed_scalar
from flows.vocabulary import READ_ONLY, Where, words
from flows.yaml_text import Listing, Mapped, Node, Scalar

_T = TypeVar("_T")

_VARIABLE = re.compile(r"(?:(?:user|chat)\.)?[^\W\d]\w*")
_STATEMENT = re.compile(r"\{%.*?%\}")
_SINGLE_BRACES = re.compile(r"(?<!\{)\$?\{\s*([^\W\d][\w.]*)\s*\}(?!\})")
_OPERATOR = re.compile(r"[-+*/%<>=|(]|\s(?:and|or|in|if)\s")
_NAME = re.compile(r"[^\W\d][\w -]{0,63}")
_LATIN = re.compile(r"[A-Za-z]")
_CYRILLIC = re.compile(r"[А-Яа-яЁё]")
_YES_NO = {"yes": True, "true": True, "да": True, "no": False, "false": False, "нет": False}
_EXAMPLES: Mapping[Where, str] = {
    "timeout": "{after: 10m, then: done}",
    "remind": "{after: 2h, say: …}",
    "nudge": "{after: 2h, say: …}",
    "fair": "{most: 5, within: 10m}",
    "csat": "{low: жалоба}",
    "orders": "{url: https://…, secret: crm_key}",
    "unanswered": "{after: 15m, then: …}",
    "check": "{must: день >= today, say: …}",
}
_TYPED = frozenset(("number", "integer", "rating", "date", "date_time"))

_MOST = 1_000_000
"""No count that an owner means is larger."""


class Reader:
    """Reads one flow (or bot.yaml); notes which variables are given values and which are read.

    `writes` counts how often each is given one; `results` are the actions and flows
    that some get theirs from, `elements` the lists of which some get an element.
    """

    def __init__(self, known: Known, report: Report) -> None:
        self.known = known
        self.report = report
        self.saved: set[str] = set()
        self.writes: Counter[str] = Counter()
        self.results: dict[str, list[Source]] = {}
        self.elements: dict[str, list[str]] = {}
        self.uses: list[Use] = []
        self.braces: list[tuple[Place, str, str]] = []
        self.formulas: list[tuple[Place, str, frozenset[str]]] = []
        self._secret = False
        self._element = ""

    @contextmanager
    def secrets_allowed(self) -> Iterator[None]:
        """What is read inside may name the bot's secrets."""
        self._secret = True
        try:
            yield
        finally:
            self._secret = False

    @contextmanager
    def each_of(self, items: Expression | None) -> Iterator[None]:
        """What is read inside calls an element of this list `item`."""
        around, self._element = self._element, _variable_in(items)
        try:
            yield
        finally:
            self._element = around

    def an_element(self, variable: str, items: Expression) -> None:
        """Note that a variable is given an element of a list."""
        self.elements.setdefault(variable, []).append(_variable_in(items))

    # ------------------------------------------------------------ shapes

    def expected(self, node: Node | Place, where: str, ru: str, en: str) -> None:
        place = node if isinstance(node, Place) else node.place
        self.report(complaints.EXPECTED, place, where=where, what=self.report.words(ru, en))

    def fields(self, node: Node | None, where: Where, title: str) -> Fields:
        """The keys of a mapping. Unknown ones are complained about."""
        if not isinstance(node, Mapped):
            if node is not None:
                example = _EXAMPLES.get(where)
                ru, en = "несколько ключей с отступом", "keys, indented"
                if example is not None:
                    ru, en = f"{ru}, например {example}", f"{en}, such as {example}"
                self.expected(node, title, ru, en)
            return Fields((), node.place if node is not None else Place("", 1), broken=True)
        return self.checked(node.entries, where, title, node.place)

    def checked(
        self, entries: Iterable[tuple[Scalar, Node]], where: Where, title: str, place: Place
    ) -> Fields:
        allowed = words(where)
        good, hints = [], []
        for key, value in entries:
            word = allowed.get(key.text)
            if word is None:
                hints.append(self._unknown_key(key, where, title))
            else:
                good.append((key, value))
        return Fields(good, place, hints=hints)

    def _unknown_key(self, key: Scalar, where: Where, title: str) -> str:
        """Complain of a key; gives the hint at the right one."""
        if key.text in words("verb") and title in words("verb"):
            self.report(complaints.TWO_VERBS, key.place, name=key.text)
            return ""
        nearest = self.report.nearest(key.text, words(where))
        self.report(complaints.UNKNOWN_KEY, key.place, name=key.text, where=title, nearest=nearest)
        return nearest

    def required(self, fields: Fields, key: str, title: str) -> Node | None:
        node = fields.get(key)
        if node is None and not fields.broken and not fields.misspelt(key):
            self.report(complaints.MISSING_KEY, fields.place, where=title, key=key)
        return node

    def entries(self, node: Node | None, title: str) -> tuple[tuple[Scalar, Node], ...]:
        """The pairs of a mapping whose keys are the owner's own."""
        if node is None:
            return ()
        if isinstance(node, Mapped):
            return node.entries
        ru, en = "пары «имя: значение»", "pairs of a name and a value"
        if title == "steps":
            ru = "имена шагов, а действия — под ними: «первый:», ниже с отступом «- say: …»"
            en = "names of steps with their actions beneath: “first:”, then “- say: …”, indented"
        self.expected(node, title, ru, en)
        return ()

    def items(self, node: Node | None) -> tuple[Node, ...]:
        """One thing or a list of them."""
        if node is None:
            return ()
        return node.items if isinstance(node, Listing) else (node,)

    # ------------------------------------------------------------ words

    def word(self, node: Node | None, title: str) -> str:
        if isinstance(node, Scalar) and node.text:
            return node.text.strip()
        if node is not None:
            self.expected(node, title, "одно слово или строка", "a word or a line of text")
        return ""

    def name(self, scalar: Scalar) -> str:
        """The name of a flow, a step, a type."""
        name = scalar.text.strip()
        if not _NAME.fullmatch(name):
            self.report(complaints.BAD_NAME, scalar.place, name=name)
        self._alphabets(name, scalar.place)
        return name

    def variable(self, node: Node | None, title: str) -> str | None:
        """A name that is given a value: `name`, `user.name` or `chat.name`."""
        if node is None:
            return None
        name = self.word(node, title)
        if not name:
            return None
        root, _, rest = name.partition(".")
        if not _VARIABLE.fullmatch(name):
            self.report(complaints.BAD_NAME, node.place, name=name)
        elif root in READ_ONLY or name in ("user", "chat"):
            self.report(complaints.READ_ONLY, node.place, name=name)
        elif root == "user" and rest:
            self._field(rest, node.place)
        for part in (root, rest):
            self._alphabets(part, node.place)
        self.saved.add(name)
        self.writes[name] += 1
        return name

    def _field(self, name: str, place: Place) -> None:
        if name not in self.known.user:
            nearest = self.report.nearest(name, self.known.user)
            self.report(complaints.UNKNOWN_FIELD, place, name=name, nearest=nearest)

    def _alphabets(self, name: str, place: Place) -> None:
        latin, cyrillic = _LATIN.findall(name), _CYRILLIC.findall(name)
        if not latin or not cyrillic:
            return
        if len(latin) <= len(cyrillic):
            odd = self.report.words("латинские ", "Latin ") + ", ".join(dict.fromkeys(latin))
        else:
            odd = self.report.words("русские ", "Russian ") + ", ".join(dict.fromkeys(cyrillic))
        self.report(complaints.MIXED_ALPHABETS, place, name=name, odd=odd)

    def one_of(self, node: Node | None, allowed: Iterable[str], title: str, default: str) -> str:
        if node is None:
            return default
        choices = tuple(allowed)
        name = self.word(node, title)
        if name in choices:
            return name
        self.report(
            complaints.BAD_CHOICE, node.place, name=name, where=title, allowed=", ".join(choices)
        )
        return default

    def yes_no(self, node: Node | None, title: str, *, default: bool) -> bool:
        if node is None:
            return default
        found = _YES_NO.get(self.word(node, title))
        if found is None:
            self.expected(node, title, "yes или no", "yes or no")
        return bool(found)

    def whole_number(
        self, node: Node | None, title: str, *, least: int = 0, most: int = _MOST
    ) -> int | None:
        if node is None:
            return None
        text = self.word(node, title)
        number = int(text[:20]) if text.isdecimal() else -1
        if least <= number <= most:
            return number
        ru = f"целое число от {least}" if least else "целое число"
        en = f"a whole number from {least}" if least else "a whole number"
        if number > most:
            ru, en = f"целое число не больше {most}", f"a whole number up to {most}"
        self.expected(node, title, ru, en)
        return None

    # ------------------------------------------------------------ texts and expressions

    def text(self, node: Node | None, title: str) -> Text | None:
        if node is None:
            return None
        if not isinstance(node, Scalar):
            self.expected(node, title, "текст", "a text")
            return None
        return self.parsed_text(node)

    def parsed_text(self, scalar: Scalar) -> Text:
        try:
            text = parse_text(_words(scalar))
        except ExpressionError as error:
            self._bad(complaints.BAD_TEXT, scalar, error)
            return parse_text("")
        if "{" in text.source:
            for statement in _STATEMENT.finditer(text.source):
                self.report(complaints.STATEMENT, scalar.place, found=statement.group())
            for found in _SINGLE_BRACES.finditer(text.source):
                self.braces.append((scalar.place, found.group(), found.group(1)))
        if text.names:
            self.uses.append(Use(scalar.place, text.names, text.paths, self._secret, self._element))
            for name in text.names:
                self._alphabets(name, scalar.place)
        return text

    def expression(self, node: Node | None, title: str) -> Expression:
        if isinstance(node, Scalar) and "{{" in node.text:
            self.report(complaints.BRACES_IN_EXPRESSION, node.place, where=title)
        elif isinstance(node, Scalar) and node.text.strip():
            try:
                found = parse_expression(node.text.strip())
            except ExpressionError as error:
                self._bad(complaints.BAD_EXPRESSION, node, error)
            else:
                self.uses.append(
                    Use(node.place, found.names, found.paths, self._secret, self._element)
                )
                for name in found.names:
                    self._alphabets(name, node.place)
                return found
        elif isinstance(node, Listing | Mapped):
            ru = "выражение в кавычках, например \"['а', 'б']\""
            self.expected(node, title, ru, "an expression in quotes, such as \"['a', 'b']\"")
        elif node is not None:
            self.expected(node, title, "выражение", "an expression")
        return parse_expression("0")

    def _bad(self, kind: complaints.Kind, scalar: Scalar, error: ExpressionError) -> None:
        rest = scalar.text[error.column - 1 :][:20].strip()
        place = _inside(scalar, error.column)
        reason = self.report.words(error.text, english(error.text) or "it cannot be read")
        self.report(kind, place, column=error.column, reason=reason, rest=rest)

    # ------------------------------------------------------------ measured things

    def parsed(self, node: Node, title: str, parse: Callable[[str], _T], english: str) -> _T | None:
        """What a parser of the owner's words makes of them; its ValueError is a complaint.

        The error speaks Russian; `english` says to others what was wanted.
        """
        text = self.word(node, title)
        if not text:
            return None
        try:
            return parse(text)
        except ValueError as error:
            reason = self.report.words(str(error), f"“{text}” is not {english}")
            self.report(complaints.BAD_VALUE, node.place, reason=reason)
            return None

    def duration(self, node: Node | None, title: str) -> timedelta | None:
        like = "a duration such as 30s, 15m, 24h, 7d"
        return None if node is None else self.parsed(node, title, parse_duration, like)

    # ------------------------------------------------------------ values

    def type_name(self, node: Node, title: str) -> str:
        name = self.word(node, title)
        if name and name not in self.known.types:
            nearest = self.report.nearest(name, self.known.types)
            self.report(complaints.UNKNOWN_TYPE, node.place, name=name, nearest=nearest)
            return "any"
        return name or "any"

    def type(self, name: str) -> AnswerType:
        return self.known.types[name]

    def value(self, node: Node, kind: str | None = None) -> Value:
        """A value by its declared type; where there is none, an unquoted scalar is typed."""
        if isinstance(node, Listing):
            return [self.value(item) for item in node.items]
        if isinstance(node, Mapped):
            return {key.text: self.value(item) for key, item in node.entries}
        if "{{" in node.text:
            return self.parsed_text(node)
        self._note_formula(node)
        base = self.known.types[kind].base if kind in self.known.types else "any"
        if node.plain and node.text in ("", "null"):
            return None
        return self._scalar(node, base)

    def _note_formula(self, node: Scalar) -> None:
        """A text that could be worked out, were it written in braces."""
        if _OPERATOR.search(node.text) is None or "\n" in node.text:
            return
        try:
            found = parse_expression(node.text.strip())
        except ExpressionError:
            return
        if found.names:
            self.formulas.append((node.place, node.text.strip(), frozenset(found.names)))

    def _scalar(self, node: Scalar, base: str) -> object:
        if base == "any":
            if node.plain and node.text.lower() in ("true", "false"):
                right = "yes" if node.text.lower() == "true" else "no"
                self.report(complaints.TRUE_IS_TEXT, node.place, text=node.text, right=right)
            return typed_scalar(node.text) if node.plain else _words(node)
        if base == "yes_no":
            if node.text in _YES_NO:
                return _YES_NO[node.text]
            self.expected(node, "yes_no", "yes или no", "yes or no")
        elif base == "time":
            return self.parsed(node, "time", _clock_time, "a time such as 14:30")
        elif base in _TYPED:
            found: Any = typed_scalar(node.text)
            if isinstance(found, str) and base in ("number", "integer", "rating"):
                self.expected(
                    node, base, f"число, а не «{node.text}»", f"a number, not “{node.text}”"
                )
            return found
        return _words(node)


def _words(scalar: Scalar) -> str:
    """A text without the line end that closes a block."""
    return scalar.text.rstrip("\n") if scalar.block >= 0 else scalar.text


def _clock_time(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise ValueError(f"«{text}» не похоже на время, пишите так: 14:30") from None


def _inside(scalar: Scalar, column: int) -> Place:
    """Where the n-th character of a scalar stands in the file."""
    before = scalar.text[: column - 1]
    start = scalar.place
    if scalar.block >= 0:
        last = before.rpartition("\n")[2]
        return Place(start.file, start.line + 1 + before.count("\n"), scalar.block + len(last) + 1)
    quote = 0 if scalar.plain else 1
    return Place(start.file, start.line, start.column + quote + len(before))


def _variable_in(items: Expression | None) -> str:
    """The variable that an expression merely names, empty where it does more."""
    return items.source if items is not None and items.source.isidentifier() else ""
