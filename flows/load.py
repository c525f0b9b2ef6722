"""Loads a bot folder: its files' texts in, a compiled bot or every complaint out."""

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from flows import complaints
from flows.answers import BASE_TYPES
from flows.check.channels import check_channels
from flows.check.labels import check_labels
from flows.check.names import check_names, check_paths
from flows.check.showing import check_showing
from flows.check.whole import check_whole
from flows.compile.bot_file import BotFile, check_queues, compile_own, read_bot, start_flow
from flows.compile.calendar_file import CALENDAR_FILE, read_calendar
from flows.compile.canned_file import CANNED_FILE, read_canned
from flows.compile.flow import compile_flow, read_header
from flows.compile.known import Known
from flows.compile.reading import Reader
from flows.compile.triggers import Triggers
from flows.errors import Complaint, LoadError, Place
from flows.machine import moves
from flows.model import ActionSpec, Bot, Flow, Queue, Scope, Target
from flows.report import Report
from flows.yaml_text import Mapped, read_yaml

BOT_FILE = "bot.yaml"
_FOLDERS = ("flows", "tests", "knowledge", "media")
_START = "/start"
_LANGUAGE = re.compile(r"""^language:\s*["']?(en|uz)\b""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A bot that can be run, and what its owner may want to look at all the same."""

    bot: Bot
    warnings: list[Complaint]


def load_bot(
    folder: str,
    files: Mapping[str, str],
    actions: Mapping[str, ActionSpec],
    *,
    media: Collection[str] | None = None,
    knowledge: Collection[str] | None = None,
    secrets: Collection[str] | None = None,
    told: str | None = None,
) -> Loaded:
    """Compile a bot. `files` are paths inside the folder with their texts; tests are left alone.

    `media` and `knowledge` are the paths of other files that exist, `secrets` the names (folded)
    that have a value, each None if that is not known. `told` is the language of the complaints, the
    bot's own if not given. Raises LoadError where there is an error; it
    carries every complaint, the warnings too.
    """
    ours = {path: text for path, text in sorted(files.items()) if _is_ours(path)}
    report = Report(language_of(files), told)
    known = Known(actions=actions, media=media, types=dict(BASE_TYPES))
    known.knowledge, known.given_secrets = knowledge, secrets
    known.calendar = CALENDAR_FILE in ours
    reader = Reader(known, report)
    for path in sorted(set(files) - set(ours)):
        if _is_stray(path):
            report(complaints.STRAY_FILE, Place(path, 1))
    file = _read_files(ours, reader)
    if file is None:
        raise LoadError(report.found)
    bot = _compile(folder, version_of(files), file, reader)
    if report.errors:
        raise LoadError(report.found)
    return Loaded(bot, report.warnings)


def language_of(files: Mapping[str, str]) -> str:
    """The language of a bot, as far as it can be told before anything is read."""
    spoken = _LANGUAGE.search(files.get(BOT_FILE, ""))
    return spoken.group(1) if spoken is not None else "ru"


def _is_ours(path: str) -> bool:
    return path in (BOT_FILE, CALENDAR_FILE, CANNED_FILE) or (
        path.startswith("flows/") and path.endswith((".yaml", ".yml"))
    )


def _is_stray(path: str) -> bool:
    """A flow that was put where nobody looks for it."""
    folder, _, rest = path.rpartition("/")
    known = folder.split("/")[0] in _FOLDERS
    return rest.endswith((".yaml", ".yml")) and not known and not rest.startswith(".")


def version_of(files: Mapping[str, str]) -> str:
    """`Bot.version`: it changes with whatever of the files a bot is made from."""
    digest = hashlib.sha256()
    for path, text in sorted(files.items()):
        if not _is_ours(path):
            continue
        digest.update(f"{path}\0{len(text)}\0{text}".encode("utf-8", "replace"))
    return digest.hexdigest()[:16]


def _read_files(files: Mapping[str, str], reader: Reader) -> BotFile | None:
    """Everything that can be read before flows refer to one another."""
    known, report = reader.known, reader.report
    documents = {}
    for path, text in files.items():
        before = len(report.errors)
        documents[path] = read_yaml(path, text, report)
        if not documents[path] and len(report.errors) > before:
            known.whole = False
    if BOT_FILE not in files:
        report(complaints.FILE_MISSING, Place(BOT_FILE, 1))
    top = next((node for node in documents.pop(BOT_FILE, ()) if isinstance(node, Mapped)), None)
    visits, answers = documents.pop(CALENDAR_FILE, ()), documents.pop(CANNED_FILE, ())
    if top is None and not report.errors:
        report(complaints.MISSING_KEY, Place(BOT_FILE, 1), where=BOT_FILE, key="bot")
    # Types come first: flows' inputs name them.
    file = read_bot(reader, top) if top is not None else None
    if file is not None:
        for node in visits:
            if isinstance(node, Mapped):
                file.booking = read_calendar(reader, node, file.hours)
        for node in answers:
            if isinstance(node, Mapped):
                own = Reader(known, report)
                file.canned |= read_canned(own, node)
                check_paths(own)
        for nodes in documents.values():
            for node in nodes:
                read_header(node, known, report)
    return file


def _compile(folder: str, version: str, file: BotFile, reader: Reader) -> Bot:
    known, report = reader.known, reader.report
    start = start_flow(reader, file)
    check_queues(reader, file)
    own, own_triggers, defaults = compile_own(reader, file, Place(BOT_FILE, 1))
    check_names(reader)
    starts = Triggers(Reader(known, report), own_triggers)
    flows: dict[str, Flow] = {}
    for header in known.flows.values():
        flow, readers = compile_flow(header, known, report, starts)
        for flow_reader in readers:
            check_names(flow_reader)
        flows[flow.name] = flow
    check_names(starts.reader)
    for name, place in starts.event_places:
        if name == "updated":
            report(complaints.EVENT_HERE, place, name=name)
    _shadowed(report, own_triggers, starts)
    queues = dict(file.queues)
    if known.queues is None:
        queues = {name: Queue() for name in reader.known.used_queues}
    bot = Bot(
        folder=folder,
        title=file.title,
        version=version,
        language=report.language,
        timezone=file.timezone,
        start=start,
        user=file.user,
        types={name: known.types[name] for name in known.own_types},
        hours=file.hours,
        queues=queues,
        knowledge=file.knowledge,
        secrets=file.secrets,
        channels=file.channels,
        booking=file.booking,
        canned=file.canned,
        defaults=defaults,
        own=own,
        flows=flows,
        starts=_with_start(starts.scope(), start),
        start_words=_start_words(starts.scope(), start),
        schedules=(*own_triggers.schedules, *starts.schedules),
        former={flow.was: name for name, flow in flows.items() if flow.was},
    )
    check_channels(bot, report)
    check_showing(bot, report)
    check_labels(bot, report)
    return bot if report.errors else _walked(bot, report)


def _walked(bot: Bot, report: Report) -> Bot:
    check_whole(bot, report)
    with_moves = {name: replace(flow, machine=moves(flow)) for name, flow in bot.flows.items()}
    return replace(bot, flows=with_moves)


def _shadowed(report: Report, own: Triggers, starts: Triggers) -> None:
    for written, place in starts.places.items():
        if written in own.exact and written in starts.exact:
            first = own.places[written]
            report(complaints.SHADOWED_TRIGGER, place, name=written, first=first)


def _with_start(scope: Scope, start: str | None) -> Scope:
    if start is None or _START in scope.exact:
        return scope
    return replace(scope, exact={**scope.exact, _START: Target(start)})


def _start_words(scope: Scope, start: str | None) -> frozenset[str]:
    return frozenset(
        words
        for words, target in scope.exact.items()
        if target.flow == start and not words.startswith("/")
    )
