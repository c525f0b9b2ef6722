"""Reads `*.test.yaml`: what is given, what is mocked, the lines of a chat and what is expected."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Literal
from zoneinfo import ZoneInfo

from flows.errors import LoadError, Place
from flows.hours import parse_duration
from flows.report import Report
from flows.script_nodes import (
    Gathered,
    Mistake,
    ScriptError,
    counts_of,
    each_of,
    hint,
    mapped,
    only_keys,
    text_of,
    texts_of,
    value_of,
    values_of,
    wrong,
)
from flows.turn import MediaKind, Sent
from flows.yaml_text import Listing, Mapped, Node, Scalar, read_yaml

Move = Literal["says", "presses", "sends", "shares", "hears", "after", "operator"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the chat. `text` is what is said, heard (with wildcards), pressed or done."""

    place: Place
    move: Move
    text: str = ""
    buttons: tuple[str, ...] | None = None
    photo: str | None = None
    attached: tuple[Sent, ...] = ()
    duration: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mock:
    """What an action gives when its arguments contain `when`; with `fails` it goes wrong."""

    when: Mapping[str, Any] = field(default_factory=dict)
    give: Any = None
    fails: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What holds at the end; what is None is not looked at."""

    place: Place
    step: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    done: tuple[str, ...] | None = None
    goals: tuple[str, ...] | None = None
    called: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One test."""

    name: str
    place: Place
    lines: tuple[Line, ...]
    now: datetime | None = None
    user: Mapping[str, Any] = field(default_factory=dict)
    chat: Mapping[str, Any] = field(default_factory=dict)
    channel: str = "web"
    mocks: Mapping[str, tuple[Mock, ...]] = field(default_factory=dict)
    means: Mapping[str, str] = field(default_factory=dict)
    expected: Expected | None = None


def read_scripts(file: str, text: str, *, zone: ZoneInfo, language: str) -> list[Script]:
    """The tests of a file. Raises ScriptError with everything that is wrong in it."""
    report = Report(language)
    documents = read_yaml(file, text, report)
    if report.errors:
        told = LoadError(report.errors).complaints
        raise ScriptError([Mistake(found.place, found.text) for found in told])
    return each_of(documents, lambda document: _script(document, zone))


# ---------------------------------------------------------------- a test


def _script(document: Node, zone: ZoneInfo) -> Script:
    top = mapped(document, "тест")
    gathered = Gathered()
    gathered.read(lambda: only_keys(top, ("test", "given", "mocks", "chat", "expect")), None)
    name = gathered.read(lambda: _name(top), "")
    given = gathered.read(lambda: mapped(top.get("given") or Mapped(top.place), "given"), top)
    if given is not top:
        gathered.read(lambda: only_keys(given, ("user", "now", "channel", "vars")), None)
    channel = given.get("channel")
    mocks, means = gathered.read(lambda: _mocks(top.get("mocks")), _NO_MOCKS)
    script = Script(
        name=name,
        place=top.place,
        lines=gathered.read(lambda: _lines(top), ()),
        now=gathered.read(lambda: _moment(given.get("now"), zone), None),
        user=gathered.read(lambda: values_of(given.get("user")), {}),
        chat=gathered.read(lambda: values_of(given.get("vars")), {}),
        channel=gathered.read(lambda: "web" if channel is None else text_of(channel), ""),
        mocks=mocks,
        means=means,
        expected=gathered.read(lambda: _expected(top.get("expect")), None),
    )
    gathered.tell()
    return script


_NO_MOCKS: tuple[dict[str, tuple[Mock, ...]], dict[str, str]] = ({}, {})


def _name(top: Mapped) -> str:
    name = top.get("test")
    if name is None:
        raise wrong(top, "у теста нет названия: начните с «test: …»")
    return text_of(name)


def _lines(top: Mapped) -> tuple[Line, ...]:
    chat = top.get("chat")
    if not isinstance(chat, Listing):
        raise wrong(top, "в тесте нет разговора: «chat:» и список реплик")
    return tuple(each_of(chat.items, _line))


def _moment(node: Node | None, zone: ZoneInfo) -> datetime | None:
    if node is None:
        return None
    try:
        moment = datetime.fromisoformat(text_of(node))
    except ValueError:
        raise wrong(node, "время пишите так: 2026-03-02 10:00") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)


def _mocks(node: Node | None) -> tuple[dict[str, tuple[Mock, ...]], dict[str, str]]:
    mocks: dict[str, tuple[Mock, ...]] = {}
    means: dict[str, str] = {}
    gathered = Gathered()
    for key, value in mapped(node, "mocks").entries if node is not None else ():
        if key.text == "means":
            means = gathered.read(partial(_meanings, value), means)
        else:
            items = value.items if isinstance(value, Listing) else (value,)
            mocks[key.text] = gathered.read(partial(_each_mock, items), ())
    gathered.tell()
    return mocks, means


def _each_mock(items: Sequence[Node]) -> tuple[Mock, ...]:
    return tuple(each_of(items, _mock))


def _meanings(node: Node) -> dict[str, str]:
    return {said.text: text_of(flow) for said, flow in mapped(node, "means").entries}


def _mock(node: Node) -> Mock:
    entry = mapped(node, "mock")
    only_keys(entry, ("when", "give", "fail"))
    fails = entry.get("fail")
    return Mock(
        when=values_of(entry.get("when")),
        give=value_of(entry.get("give")),
        fails=text_of(fails) if fails is not None else None,
    )


def _expected(node: Node | None) -> Expected | None:
    if node is None:
        return None
    entry = mapped(node, "expect")
    only_keys(entry, ("step", "vars", "done", "goals", "called"))
    step = entry.get("step")
    return Expected(
        place=entry.place,
        step=text_of(step) if step is not None else None,
        variables=values_of(entry.get("vars")),
        done=texts_of(entry.get("done")),
        goals=texts_of(entry.get("goals")),
        called=counts_of(entry.get("called")),
    )


# ---------------------------------------------------------------- a line of the chat


def _line(node: Node) -> Line:
    entry = mapped(node, "реплика")
    if not entry.entries:
        raise wrong(entry, "пустая реплика")
    key, value = entry.entries[0]
    reader = _LINES.get(key.text)
    if reader is None:
        raise wrong(key, f"не знаю реплики «{key.text}»{hint(key.text, _LINES)}")
    return reader(entry, value)


def _client(entry: Mapped, value: Node) -> Line:
    only_keys(entry, ("client",))
    if isinstance(value, Scalar):
        return Line(place=entry.place, move="says", text=value.text)
    what = mapped(value, "client")
    if not what.entries:
        raise wrong(what, "что сделал клиент?")
    key, inner = what.entries[0]
    rest = {name.text: node for name, node in what.entries[1:]}
    caption = text_of(rest["text"]) if "text" in rest else ""
    if key.text == "press":
        return Line(place=entry.place, move="presses", text=text_of(inner))
    if key.text == "share":
        return Line(place=entry.place, move="shares", text=text_of(inner))
    if key.text == "album":
        sent = tuple(Sent(kind="photo", ref=ref) for ref in texts_of(inner) or ())
        return Line(place=entry.place, move="sends", text=caption, attached=sent)
    if key.text == "text":
        return Line(place=entry.place, move="says", text=text_of(inner))
    kind = _KINDS.get(key.text)
    if kind is None:
        ways = ("press", "share", "album", "text", *_KINDS)
        raise wrong(key, f"не знаю, как прислать «{key.text}»{hint(key.text, ways)}")
    return Line(place=entry.place, move="sends", text=caption, attached=(_sent(kind, inner),))


_KINDS: Mapping[str, MediaKind] = {
    "photo": "photo",
    "video": "video",
    "voice": "voice",
    "audio": "audio",
    "file": "document",
    "location": "location",
    "sticker": "sticker",
}


def _sent(kind: MediaKind, node: Node) -> Sent:
    if isinstance(node, Mapped):
        return Sent(kind=kind, details=values_of(node))
    return Sent(kind=kind, ref=text_of(node))


def _bot(entry: Mapped, value: Node) -> Line:
    only_keys(entry, ("bot", "buttons", "photo"))
    photo = entry.get("photo")
    return Line(
        place=entry.place,
        move="hears",
        text=text_of(value).rstrip("\n"),
        buttons=texts_of(entry.get("buttons")),
        photo=text_of(photo) if photo is not None else None,
    )


def _after(entry: Mapped, value: Node) -> Line:
    only_keys(entry, ("after",))
    try:
        duration = parse_duration(text_of(value))
    except ValueError as error:
        raise wrong(value, str(error)) from None
    return Line(place=entry.place, move="after", text=text_of(value), duration=duration)


def _operator(entry: Mapped, value: Node) -> Line:
    only_keys(entry, ("operator",))
    text = text_of(value)
    if text not in ("take", "release", "close"):
        raise wrong(value, "оператор может take, release или close")
    return Line(place=entry.place, move="operator", text=text)


def _not_built(entry: Mapped, value: Node) -> Line:
    key = entry.entries[0][0]
    raise wrong(key, f"«{key.text}» в тестах появится в следующих версиях")


_LINES: Mapping[str, Callable[[Mapped, Node], Line]] = {
    "client": _client,
    "bot": _bot,
    "after": _after,
    "operator": _operator,
    "event": _not_built,
    "edit": _not_built,
}
