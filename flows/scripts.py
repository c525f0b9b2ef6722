"""Reads `*.test.yaml`: what is given, what is mocked, the lines of a chat and what is expected."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from flows.errors import LoadError, Place
from flows.hours import parse_duration
from flows.report import Report
from flows.turn import MediaKind, Sent
from flows.values import typed_scalar
from flows.yaml_text import Listing, Mapped, Node, Scalar, read_yaml

Move = Literal["says", "presses", "sends", "shares", "hears", "after", "operator"]


class ScriptError(Exception):
    """A test file that cannot be played; `place` is where it goes wrong."""

    def __init__(self, place: Place, text: str) -> None:
        super().__init__(text)
        self.place = place
        self.text = text


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
    """The tests of a file. Raises ScriptError at the first that cannot be played."""
    report = Report(language)
    documents = read_yaml(file, text, report)
    if report.errors:
        found = LoadError(report.errors).complaints[0]
        raise ScriptError(found.place, found.text)
    return [_script(document, zone) for document in documents]


# ---------------------------------------------------------------- a test


def _script(document: Node, zone: ZoneInfo) -> Script:
    top = _mapped(document, "тест")
    _known(top, ("test", "given", "mocks", "chat", "expect"))
    name = top.get("test")
    if name is None:
        raise ScriptError(top.place, "у теста нет названия: начните с «test: …»")
    given = _mapped(top.get("given") or Mapped(top.place), "given")
    _known(given, ("user", "now", "channel", "vars"))
    chat = top.get("chat")
    if not isinstance(chat, Listing):
        raise ScriptError(top.place, "в тесте нет разговора: «chat:» и список реплик")
    mocks, means = _mocks(top.get("mocks"))
    return Script(
        name=_text(name),
        place=top.place,
        lines=tuple(_line(item) for item in chat.items),
        now=_moment(given.get("now"), zone),
        user=_values(given.get("user")),
        chat=_values(given.get("vars")),
        channel=_text(given.get("channel")) if given.get("channel") is not None else "web",
        mocks=mocks,
        means=means,
        expected=_expected(top.get("expect")),
    )


def _moment(node: Node | None, zone: ZoneInfo) -> datetime | None:
    if node is None:
        return None
    try:
        moment = datetime.fromisoformat(_text(node))
    except ValueError:
        raise ScriptError(node.place, "время пишите так: 2026-03-02 10:00") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)


def _mocks(node: Node | None) -> tuple[dict[str, tuple[Mock, ...]], dict[str, str]]:
    mocks: dict[str, tuple[Mock, ...]] = {}
    means: dict[str, str] = {}
    if node is None:
        return mocks, means
    for key, value in _mapped(node, "mocks").entries:
        if key.text == "means":
            means = {said.text: _text(flow) for said, flow in _mapped(value, "means").entries}
        else:
            items = value.items if isinstance(value, Listing) else (value,)
            mocks[key.text] = tuple(_mock(item) for item in items)
    return mocks, means


def _mock(node: Node) -> Mock:
    entry = _mapped(node, "mock")
    _known(entry, ("when", "give", "fail"))
    fails = entry.get("fail")
    return Mock(
        when=_values(entry.get("when")),
        give=_value(entry.get("give")),
        fails=_text(fails) if fails is not None else None,
    )


def _expected(node: Node | None) -> Expected | None:
    if node is None:
        return None
    entry = _mapped(node, "expect")
    _known(entry, ("step", "vars", "done", "goals", "called"))
    step, called = entry.get("step"), entry.get("called")
    return Expected(
        place=entry.place,
        step=_text(step) if step is not None else None,
        variables=_values(entry.get("vars")),
        done=_texts(entry.get("done")),
        goals=_texts(entry.get("goals")),
        called={name: int(count) for name, count in _values(called).items()},
    )


# ---------------------------------------------------------------- a line of the chat


def _line(node: Node) -> Line:
    entry = _mapped(node, "реплика")
    if not entry.entries:
        raise ScriptError(entry.place, "пустая реплика")
    key, value = entry.entries[0]
    reader = _LINES.get(key.text)
    if reader is None:
        known = ", ".join(_LINES)
        raise ScriptError(key.place, f"не знаю реплики «{key.text}»; бывают: {known}")
    return reader(entry, value)


def _client(entry: Mapped, value: Node) -> Line:
    _known(entry, ("client",))
    if isinstance(value, Scalar):
        return Line(place=entry.place, move="says", text=value.text)
    what = _mapped(value, "client")
    if not what.entries:
        raise ScriptError(what.place, "что сделал клиент?")
    key, inner = what.entries[0]
    rest = {name.text: node for name, node in what.entries[1:]}
    caption = _text(rest["text"]) if "text" in rest else ""
    if key.text == "press":
        return Line(place=entry.place, move="presses", text=_text(inner))
    if key.text == "share":
        return Line(place=entry.place, move="shares", text=_text(inner))
    if key.text == "album":
        sent = tuple(Sent(kind="photo", ref=ref) for ref in _texts(inner) or ())
        return Line(place=entry.place, move="sends", text=caption, attached=sent)
    if key.text == "text":
        return Line(place=entry.place, move="says", text=_text(inner))
    kind = _KINDS.get(key.text)
    if kind is None:
        known = ", ".join(("press", "share", "album", *_KINDS))
        raise ScriptError(key.place, f"не знаю, как прислать «{key.text}»; бывают: {known}")
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
        return Sent(kind=kind, details=_values(node))
    return Sent(kind=kind, ref=_text(node))


def _bot(entry: Mapped, value: Node) -> Line:
    _known(entry, ("bot", "buttons", "photo"))
    photo = entry.get("photo")
    return Line(
        place=entry.place,
        move="hears",
        text=_text(value).rstrip("\n"),
        buttons=_texts(entry.get("buttons")),
        photo=_text(photo) if photo is not None else None,
    )


def _after(entry: Mapped, value: Node) -> Line:
    _known(entry, ("after",))
    try:
        duration = parse_duration(_text(value))
    except ValueError as error:
        raise ScriptError(value.place, str(error)) from None
    return Line(place=entry.place, move="after", text=_text(value), duration=duration)


def _operator(entry: Mapped, value: Node) -> Line:
    _known(entry, ("operator",))
    text = _text(value)
    if text not in ("take", "release", "close"):
        raise ScriptError(value.place, "оператор может take, release или close")
    return Line(place=entry.place, move="operator", text=text)


def _not_built(entry: Mapped, value: Node) -> Line:
    key = entry.entries[0][0]
    raise ScriptError(key.place, f"«{key.text}» в тестах появится в следующих версиях")


_LINES: Mapping[str, Callable[[Mapped, Node], Line]] = {
    "client": _client,
    "bot": _bot,
    "after": _after,
    "operator": _operator,
    "event": _not_built,
    "edit": _not_built,
}


# ---------------------------------------------------------------- nodes to values


def _mapped(node: Node, what: str) -> Mapped:
    if not isinstance(node, Mapped):
        raise ScriptError(node.place, f"здесь нужны ключи со значениями ({what})")
    return node


def _known(node: Mapped, keys: Iterable[str]) -> None:
    for key, _ in node.entries:
        if key.text not in keys:
            known = ", ".join(keys)
            raise ScriptError(key.place, f"не знаю ключа «{key.text}»; бывают: {known}")


def _text(node: Node | None) -> str:
    if not isinstance(node, Scalar):
        place = node.place if node is not None else Place("", 1)
        raise ScriptError(place, "здесь нужен текст")
    return node.text


def _texts(node: Node | None) -> tuple[str, ...] | None:
    if node is None:
        return None
    if isinstance(node, Listing):
        return tuple(_text(item) for item in node.items)
    return (_text(node),)


def _values(node: Node | None) -> dict[str, Any]:
    if node is None:
        return {}
    return {key.text: _value(value) for key, value in _mapped(node, "значения").entries}


def _value(node: Node | None) -> Any:
    if node is None:
        return None
    if isinstance(node, Scalar):
        return typed_scalar(node.text) if node.plain else node.text
    if isinstance(node, Listing):
        return [_value(item) for item in node.items]
    return {key.text: _value(value) for key, value in node.entries}
