"""Whether what flows give one another is of the types they promise."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from flows import complaints
from flows.attachments import ATTACHED
from flows.check.pieces import place_of
from flows.env import Env
from flows.errors import Place
from flows.model import (
    Ask,
    Bot,
    CallFlow,
    Finish,
    Flow,
    Later,
    OfferedButton,
    Operation,
    Say,
    StartFlow,
)
from flows.promises import ANY, conform, kind_of, types_of
from flows.report import Report
from flows.text import Text

_WORDS = frozenset({"text", "phone", "email", "url"})
_NUMBERS = frozenset({"number", "integer", "rating"})
_DAYS = frozenset({"date", "date_time"})
_LISTS = frozenset({"many", "photos"})
_FILES = frozenset(ATTACHED) - _LISTS - {ANY}


class _Given(NamedTuple):
    """A value that a flow is given, or gives back, and the type it should have."""

    flow: str
    name: str
    kind: str
    value: Any


def check_kept(bot: Bot, report: Report) -> None:
    """Complain of values that can be of no use to the flow that gets them."""
    env = Env(bot.language, ZoneInfo(bot.timezone), datetime(2026, 1, 15, 12, tzinfo=UTC))
    for flow in (bot.own, *bot.flows.values()):
        types = types_of(flow)
        for index, operation in enumerate(flow.code):
            for given in _given(bot, flow, operation):
                place = place_of(flow, index)
                _check(bot, types, given, env, place, report)
        _check_results(flow, types, report)


def _given(bot: Bot, flow: Flow, operation: Operation) -> Iterator[_Given]:
    if isinstance(operation, CallFlow | StartFlow | Later):
        yield from _arguments(bot, operation.flow, operation.arguments)
    elif isinstance(operation, Finish):
        for name, value in operation.results.items():
            if name in flow.gives:
                yield _Given(flow.name, name, flow.gives[name], value)
    else:
        for button in _buttons(operation):
            if button.act in ("call", "start"):
                yield from _arguments(bot, button.target, button.arguments)


def _buttons(operation: Operation) -> Iterator[OfferedButton]:
    if isinstance(operation, Ask):
        message = operation.question.body
    elif isinstance(operation, Say):
        message = operation.message
    else:
        return
    yield from message.buttons
    for card in message.cards:
        yield from card.buttons


def _arguments(bot: Bot, name: str, arguments: Mapping[str, Any]) -> Iterator[_Given]:
    flow = bot.flows.get(name)
    for argument, value in arguments.items():
        need = flow.needs.get(argument) if flow is not None else None
        if need is not None:
            yield _Given(name, argument, need.kind, value)


def _check(
    bot: Bot, types: Mapping[str, str], given: _Given, env: Env, place: Place, report: Report
) -> None:
    value = given.value
    if isinstance(value, Text) and not value.constant:
        found = _type_of(bot, types, value)
        if found is not None and not _may_fit(kind_of(bot, given.kind).base, found[1]):
            report(
                complaints.TYPES_DIFFER,
                place,
                target=given.flow,
                name=given.name,
                type=given.kind,
                variable=found[0],
                other=found[1],
            )
        return
    plain = value.source if isinstance(value, Text) else value
    if isinstance(plain, (list, dict)):
        return
    if conform(kind_of(bot, given.kind), plain, env) is None:
        report(
            complaints.WRONG_TYPE,
            place,
            target=given.flow,
            name=given.name,
            type=given.kind,
            value=str(plain),
        )


def _type_of(bot: Bot, types: Mapping[str, str], text: Text) -> tuple[str, str] | None:
    """The variable that a text consists of, and its base type, where both are known."""
    name = text.source.strip().removeprefix("{{").removesuffix("}}").strip()
    if not text.source.strip().startswith("{{") or name not in text.paths | text.names:
        return None
    root, _, field = name.partition(".")
    kind = bot.user[field] if root == "user" and field in bot.user else None
    if kind is None and name in types:
        kind = kind_of(bot, types[name])
    if kind is None or kind.base in (ANY, "choice"):
        return None
    return name, kind.base


def _may_fit(wanted: str, found: str) -> bool:
    """Whether some value of one base type may be one of another."""
    if wanted in (ANY, "choice", found):
        return True
    if wanted in _WORDS or found in _WORDS:
        return found not in _LISTS and wanted not in _LISTS and found != "location"
    groups = (_NUMBERS, _DAYS, _LISTS, _FILES)
    return any(wanted in group and found in group for group in groups)


def _check_results(flow: Flow, types: Mapping[str, str], report: Report) -> None:
    """Results that are promised and never given, by `done` or by a variable of that name."""
    finishes = [operation for operation in flow.code if isinstance(operation, Finish)]
    for name in flow.gives:
        given = any(name in finish.results for finish in finishes)
        if not given and name not in types:
            report(complaints.NEVER_GIVEN, flow.place, target=flow.name, name=name)
