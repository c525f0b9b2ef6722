"""Compiles `when` and `meanwhile`: what wakes a flow or a handler."""

import hashlib
import re
from collections.abc import Callable, Iterable

from flows import complaints
from flows.compile.fields import Fields
from flows.compile.heard import Heard
from flows.compile.reading import Reader
from flows.english import english
from flows.errors import Place
from flows.expressions import Expression
from flows.matching import fold
from flows.model import Narrowing, Schedule, Scope, Sends, Target
from flows.patterns import Pattern, compiled
from flows.timetables import parse_timetable
from flows.values import typed_scalar
from flows.vocabulary import CHANNELS, EVENTS
from flows.yaml_text import Listing, Mapped, Node, Scalar

_COMMAND = re.compile(r"/\w{1,32}")
_OWN_EVENT = re.compile(r"[^\W\d][\w-]*(?:\.[\w-]+)+")
_OF_A_CHAT = frozenset(("user", "chat", "now", "today", "hours"))
_TRIGGERS = ("contains", "matches", "means", "sends", "event", "every", "confidence")
SENDS = ("photo", "voice", "video", "file", "location", "contact", "sticker")


class Triggers:
    """Gathers the triggers of one scope, each claimed by one target."""

    def __init__(self, reader: Reader, before: "Triggers | None" = None) -> None:
        """`before` are triggers of the level above, which are looked at first."""
        self.reader = reader
        self.heard: Heard = Heard(reader.report, before.heard if before is not None else None)
        self.exact: dict[str, Target] = {}
        self.places: dict[str, Place] = {}
        self._contains: list[tuple[str | Sends | Pattern, Target]] = []
        self._means: list[tuple[str, Target]] = []
        self._events: dict[str, list[Target]] = {}
        self._unsure: list[tuple[float, Target]] = []
        self.schedules: list[Schedule] = []
        self.event_places: list[tuple[str, Place]] = []

    def scope(self) -> Scope:
        return Scope(
            exact=self.exact,
            contains=tuple(self._contains),
            means=tuple(self._means),
            events={name: tuple(targets) for name, targets in self._events.items()},
            unsure=tuple(self._unsure),
        )

    def add(self, node: Node, target: Target) -> None:
        """All triggers of a `when`."""
        for item in self.reader.items(node):
            if isinstance(item, Scalar):
                self._words(item, target)
            elif isinstance(item, Mapped):
                self._keys(item, target)
            else:
                self.reader.expected(item, "when", "слова или ключ", "words or a key")

    def _words(self, scalar: Scalar, target: Target) -> None:
        written = scalar.text.strip()
        if written.startswith("/"):
            key = written.lower()
            good = _COMMAND.fullmatch(key) is not None
        else:
            key = fold(written)
            good = bool(key)
        if not good:
            reason = self.reader.report.words(
                f"«{written}» не узнать в сообщении: нужны буквы или цифры, команда — одно слово",
                f"“{written}” cannot be recognised: use letters; a command is one word",
            )
            self.reader.report(complaints.BAD_VALUE, scalar.place, reason=reason)
            return
        self._claim(key, written, scalar.place, target)

    def _claim(self, key: str, written: str, place: Place, target: Target) -> None:
        first = self.places.get(key)
        if first is None:
            self.exact[key] = target
            self.places[key] = place
        elif self.exact[key] != target:
            self.reader.report(complaints.TWO_TRIGGERS, place, name=written, first=first)

    def _keys(self, node: Mapped, target: Target) -> None:
        fields = self.reader.checked(node.entries, "trigger", "when", node.place)
        narrowed = any(key in fields for key in ("channel", "if", "for"))
        if narrowed and not any(key in fields for key in _TRIGGERS):
            self.reader.expected(node, "when", *_NOTHING_TO_NARROW)
        target = target._replace(only=self._narrowing(fields))
        for phrase in self._scalars(fields.get("contains"), "contains"):
            key = fold(phrase.text)
            if key:
                self._contains.append((key, target))
                self.heard.phrase(phrase, key, target, always=self._always(target))
            else:
                self.reader.expected(phrase, "contains", "слова", "words")
        for pattern in self._scalars(fields.get("matches"), "matches"):
            expression = self._pattern(pattern)
            if expression is not None:
                self._contains.append((expression, target))
                self.heard.pattern(pattern, expression)
        for sentence in self._scalars(fields.get("means"), "means"):
            self._means.append((sentence.text.strip(), target))
            self.heard.meaning(sentence, target)
        for kind in self._scalars(fields.get("sends"), "sends"):
            named = self.reader.one_of(kind, SENDS, "sends", "")
            if named:
                self._contains.append((Sends(named), target))
        for event in self._scalars(fields.get("event"), "event"):
            self._event(event, target)
        for limit in self._scalars(fields.get("confidence"), "confidence"):
            self._confidence(limit, target)
        for timetable in self._scalars(fields.get("every"), "every"):
            self._every(timetable, fields.get("for"), target)
        if "for" in fields and "every" not in fields:
            self.reader.report(complaints.FOR_ALONE, fields.key("for").place)

    def _confidence(self, scalar: Scalar, target: Target) -> None:
        limit = typed_scalar(scalar.text.strip())
        if isinstance(limit, (int, float)) and 0 < limit <= 1:
            self._unsure.append((float(limit), target))
        else:
            what = ("число больше 0 и до 1: 0.7", "a number above 0 and up to 1: 0.7")
            self.reader.expected(scalar, "confidence", *what)

    def _every(self, scalar: Scalar, audience: Node | None, target: Target) -> None:
        like = "a timetable such as mon-fri 10:00, daily 09:00, 1st 10:00 or 2h"
        timetable = self.reader.parsed(scalar, "every", parse_timetable, like)
        if timetable is None:
            return
        everybody = isinstance(audience, Scalar) and audience.text.strip() in ("yes", "да")
        written = getattr(audience, "text", "")
        digest = hashlib.sha256(f"{target.flow}\0{timetable.text}\0{written}".encode())
        alike = sum(one.key.startswith(digest.hexdigest()[:12]) for one in self.schedules)
        self.schedules.append(
            Schedule(
                key=digest.hexdigest()[:12] + (f"-{alike + 1}" if alike else ""),
                timetable=timetable,
                target=target,
                place=scalar.place,
                for_chats=audience is not None,
                audience=self._audience(audience) if audience and not everybody else None,
            )
        )

    def _audience(self, node: Node) -> Expression:
        """Whom it is for: an expression over the person and the chat, of no other variables."""
        reader = Reader(self.reader.known, self.reader.report)
        if isinstance(node, Scalar) and node.text.strip() in ("no", "нет"):
            reader.expected(node, "for", *_FOR_NOBODY)
        found = reader.expression(node, "for")
        for name in sorted(found.names - _OF_A_CHAT):
            self.reader.report(complaints.FOR_WHOM, node.place, name=name)
        self.reader.uses += reader.uses
        return found

    def _always(self, target: Target) -> bool:
        """Whether nothing narrows a trigger, nor keeps the flow it starts from starting."""
        header = self.reader.known.flows.get(target.flow) if target.entry < 0 else None
        guarded = header is not None and header.node.get("only_if") is not None
        return target.only is None and not guarded

    def _narrowing(self, fields: Fields) -> Narrowing | None:
        channels = [self._channel(node) for node in self._scalars(fields.get("channel"), "channel")]
        node = fields.get("if")
        if node is None and not channels:
            return None
        condition = self.reader.expression(node, "if") if node is not None else None
        return Narrowing(frozenset(channels), condition)

    def _channel(self, scalar: Scalar) -> str:
        """An API client may have a platform of its own; a slip in one of ours is told."""
        name = scalar.text.strip()
        nearest = self.reader.report.nearest(name, CHANNELS) if name not in CHANNELS else ""
        if "?" in nearest:
            self.reader.report(complaints.UNKNOWN_CHANNEL, scalar.place, name=name, nearest=nearest)
        return name

    def _scalars(self, node: Node | None, title: str) -> list[Scalar]:
        found = []
        for item in self.reader.items(node):
            if isinstance(item, Scalar):
                found.append(item)
            else:
                self.reader.expected(item, title, "текст", "a text")
        return found

    def _pattern(self, scalar: Scalar) -> Pattern | None:
        """An owner's expression; as with all triggers, case does not matter."""
        try:
            return compiled(scalar.text, any_case=True)
        except ValueError as error:
            reason = self.reader.report.words(str(error), english(str(error)))
            self.reader.report(complaints.BAD_PATTERN, scalar.place, reason=reason)
            return None

    def _event(self, scalar: Scalar, target: Target) -> None:
        name = event_name(self.reader, scalar, EVENTS)
        known = self._events.setdefault(name, [])
        if any(one.only is None for one in known):
            first = self.places[f"event: {name}"]
            self.reader.report(complaints.TWO_TRIGGERS, scalar.place, name=name, first=first)
        elif name:
            known.append(target)
            self.event_places.append((name, scalar.place))
            if target.only is None:
                self.places[f"event: {name}"] = scalar.place


_NOTHING_TO_NARROW = (
    "channel и if только уточняют — добавьте contains, matches, means, sends, event, confidence или every",
    "channel and if only narrow: add contains, matches, means, sends, event, confidence or every",
)


_FOR_NOBODY = (
    "выражение о клиенте или yes — всем; если клиент не нужен, уберите for",
    "an expression over the customer, or yes for everybody; drop for where no customer is meant",
)


def event_name(reader: Reader, scalar: Scalar, builtin: Iterable[str]) -> str:
    """The name of an event: one of the language's own, or one with a dot; "" for neither."""
    name = scalar.text.strip()
    known = tuple(builtin)
    if name in known or _OWN_EVENT.fullmatch(name):
        return name
    nearest = reader.report.nearest(name, known)
    reader.report(complaints.UNKNOWN_EVENT, scalar.place, name=name, nearest=nearest)
    return ""


def handlers(
    reader: Reader, node: Node | None, target: Callable[[Node], Target], *, timed: bool = False
) -> Triggers:
    """The handlers of a `meanwhile`; `target` compiles a handler's block.

    Only where it is always listened (`timed`) may a handler have a timetable.
    """
    triggers = Triggers(reader)
    for item in node.items if isinstance(node, Listing) else ():
        fields = reader.fields(item, "handler", "meanwhile")
        when = reader.required(fields, "when", "meanwhile")
        then = reader.required(fields, "then", "meanwhile")
        if when is not None and then is not None:
            triggers.add(when, target(then))
    if node is not None and not isinstance(node, Listing):
        reader.expected(node, "meanwhile", "список: «- when: …»", "a list: “- when: …”")
    for schedule in () if timed else triggers.schedules:
        reader.report(complaints.EVERY_HERE, schedule.place)
    return triggers
