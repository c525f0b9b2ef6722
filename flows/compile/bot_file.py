"""Compiles bot.yaml: what holds for the whole bot, its handlers and its defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from flows import complaints
from flows.answers import AnswerType
from flows.compile.asks import expires
from flows.compile.fields import Fields
from flows.compile.kinds import own_type
from flows.compile.outside import channels, secret_names, source
from flows.compile.queues import check_followups, read_queues
from flows.compile.reading import Reader
from flows.compile.references import flow_name
from flows.compile.signatures import questions, told_apart, waits
from flows.compile.triggers import Triggers, handlers
from flows.compile.verbs import VERBS
from flows.compile.writer import Writer
from flows.errors import Place
from flows.hours import Hours, parse_hours, parse_window
from flows.model import AskAgain, Booking, Defaults, Flow, Queue, Resume, Source, Target
from flows.text import Text
from flows.vocabulary import words
from flows.yaml_text import Mapped, Node, Scalar

LANGUAGES = ("ru", "en", "uz")
_RESUME = ("ask", "auto", "never")
_LIKE_HOURS = "working hours such as mon-fri 09:00-21:00, sat 10:00-18:00"
_PENDING = AskAgain(-1)


@dataclass(slots=True)
class BotFile:
    """bot.yaml as far as it can be read before the flows are known."""

    fields: Fields
    title: str
    timezone: str
    user: dict[str, AnswerType] = field(default_factory=dict)
    hours: dict[str, Hours] = field(default_factory=dict)
    queues: dict[str, Queue] = field(default_factory=dict)
    knowledge: dict[str, Source] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    channels: dict[str, dict[str, str]] = field(default_factory=dict)
    booking: Booking | None = None
    canned: dict[str, Text] = field(default_factory=dict)


def read_bot(reader: Reader, node: Mapped) -> BotFile:
    """Everything that flows may refer to; it goes into what the reader knows, too."""
    fields = reader.fields(node, "bot", "bot.yaml")
    _mute_what_follows(reader, node, fields)
    name = reader.required(fields, "bot", "bot.yaml")
    reader.one_of(fields.get("language"), LANGUAGES, "language", "ru")
    for key, value in reader.entries(fields.get("types"), "types"):
        own_type(reader, reader.name(key), key.place, value)
    bot = BotFile(fields, reader.word(name, "bot"), _timezone(reader, fields.get("timezone")))
    for key, value in reader.entries(fields.get("user"), "user"):
        kind = reader.type_name(value, "user")
        bot.user[reader.name(key)] = reader.type(kind)
        reader.known.user[key.text] = kind
    for key, value in reader.entries(fields.get("hours"), "hours"):
        parsed = reader.parsed(value, "hours", parse_hours, _LIKE_HOURS)
        if parsed is not None:
            bot.hours[key.text] = parsed
        reader.name(key)
    reader.known.hours = tuple(key.text for key, _ in reader.entries(fields.get("hours"), "hours"))
    queues = fields.get("queues")
    if queues is not None:
        bot.queues = read_queues(reader, queues)
        reader.known.queues = tuple(bot.queues)
    for key, value in reader.entries(fields.get("knowledge"), "knowledge"):
        bot.knowledge[reader.name(key)] = source(reader, value)
    reader.known.sources = tuple(bot.knowledge)
    bot.secrets = reader.known.secrets = secret_names(reader, fields.get("secrets"))
    bot.channels = channels(reader, fields.get("channels"))
    return bot


_NAMED_IN: Mapping[str, complaints.Kind] = {
    "user": complaints.UNKNOWN_FIELD,
    "types": complaints.UNKNOWN_TYPE,
    "hours": complaints.UNKNOWN_HOURS,
    "queues": complaints.UNKNOWN_QUEUE,
    "knowledge": complaints.UNKNOWN_SOURCE,
    "secrets": complaints.UNKNOWN_SECRET,
}
"""What is told of names that a key of bot.yaml does not hold."""


def _mute_what_follows(reader: Reader, node: Mapped, fields: Fields) -> None:
    """Where a key is misspelt or cannot be read, names that would be in it are no mistakes."""
    misspelt = any(key.text not in words("bot") for key, _ in node.entries)
    for key, kind in _NAMED_IN.items():
        value = fields.get(key)
        if misspelt if value is None else isinstance(value, Scalar):
            reader.report.mute(kind)


def _timezone(reader: Reader, node: Node | None) -> str:
    if node is None:
        return "UTC"
    name = reader.word(node, "timezone")
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        nearest = reader.report.nearest(name, available_timezones())
        nearest = nearest or reader.report.words(
            ", пишите так: Europe/Moscow", ", write it like Europe/Moscow"
        )
        reason = reader.report.words(
            f"нет часового пояса «{name}»", f"there is no time zone “{name}”"
        )
        reader.report(complaints.BAD_VALUE, node.place, reason=reason + nearest)
        return "UTC"
    return name


def compile_own(reader: Reader, bot: BotFile, place: Place) -> tuple[Flow, Triggers, Defaults]:
    """The operations of the bot's handlers and of `defaults.else`, once the flows are known."""
    writer = Writer(reader, VERBS)
    triggers = handlers(
        reader,
        bot.fields.get("meanwhile"),
        lambda block: Target("", writer.handler(block)),
        timed=True,
    )
    defaults = _defaults(writer, bot.fields.get("defaults"))
    code, lines = writer.finish()
    code = told_apart(code)
    own = Flow(
        name="",
        place=place,
        code=code,
        lines=lines,
        homes=writer.homes,
        questions=questions(code),
        waits=waits(code, writer.homes),
        scope=triggers.scope(),
    )
    return own, triggers, defaults


def _defaults(writer: Writer, node: Node | None) -> Defaults:
    if node is None:
        return Defaults()
    reader = writer.reader
    fields = reader.fields(node, "defaults", "defaults")
    found = Defaults()
    tries = reader.whole_number(fields.get("tries"), "tries")
    quiet = fields.get("quiet")
    lasting = expires(reader, fields.get("expires"))
    return replace(
        found,
        tries=tries or found.tries,
        otherwise=writer.side_block(fields.get("else"), "else", _PENDING),
        expires=lasting or found.expires,
        collect=reader.duration(fields.get("collect"), "collect"),
        quiet=None
        if quiet is None
        else reader.parsed(quiet, "quiet", parse_window, "quiet hours such as 22:00-09:00"),
        resume=cast(Resume, reader.one_of(fields.get("resume"), _RESUME, "resume", "ask")),
    )


def check_queues(reader: Reader, bot: BotFile) -> None:
    """What queues say of flows, which are known by now."""
    check_followups(reader, bot.fields.get("queues"))


def start_flow(reader: Reader, bot: BotFile) -> str | None:
    node = bot.fields.get("start")
    return flow_name(reader, node, "start") or None if node is not None else None
