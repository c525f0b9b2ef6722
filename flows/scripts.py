"""Reads `*.test.yaml`: what is given, what is mocked, the lines of a chat and what is expected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from flows.errors import LoadError, Place
from flows.report import Report
from flows.script_lines import Line, read_line
from flows.script_nodes import (
    Gathered,
    Mistake,
    ScriptError,
    Told,
    count_of,
    each_of,
    mapped,
    only_keys,
    text_of,
    texts_of,
    value_of,
    values_of,
    wrong,
    yes_or_no,
)
from flows.turn import Waiting
from flows.yaml_text import Listing, Mapped, Node, Scalar, read_yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Mock:
    """What an action gives when its arguments contain `when`; with `fails` it goes wrong."""

    when: Mapping[str, Any] = field(default_factory=dict)
    give: Any = None
    fails: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What holds before the first line. `hours` are names with what they are for this test.

    `waiting` are the queues in which others wait already.
    """

    place: Place
    now: datetime | None = None
    user: Mapping[str, Any] = field(default_factory=dict)
    chat: Mapping[str, Any] = field(default_factory=dict)
    hours: Mapping[str, str] = field(default_factory=dict)
    channel: str = "web"
    waiting: Mapping[str, Waiting] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """How often an action is called, and with which arguments each time; None is not looked at."""

    times: int | None = None
    arguments: tuple[Mapping[str, Any], ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What holds at the end; what is None is not looked at.

    `handoff` holds what is known of the request for a person; empty says that nobody was called.
    """

    place: Place
    step: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    done: tuple[str, ...] | None = None
    goals: tuple[str, ...] | None = None
    called: Mapping[str, Called] = field(default_factory=dict)
    silent: bool | None = None
    handoff: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One test. `places` tells where a mocked action or an expected thing is named."""

    name: str
    place: Place
    lines: tuple[Line, ...]
    given: Given
    mocks: Mapping[str, tuple[Mock, ...]] = field(default_factory=dict)
    means: Mapping[str, str] = field(default_factory=dict)
    expected: Expected | None = None
    places: Mapping[str, Place] = field(default_factory=dict)


def read_scripts(file: str, text: str, *, zone: ZoneInfo, language: str) -> list[Script]:
    """The tests of a file. Raises ScriptError with everything that is wrong in it."""
    report = Report(language)
    documents = read_yaml(file, text, report)
    if report.errors:
        found = LoadError(report.errors).complaints
        raise ScriptError([Mistake(one.place, Told(one.text, one.text)) for one in found])
    return each_of(documents, lambda document: _script(document, zone))


# ---------------------------------------------------------------- a test


def _script(document: Node, zone: ZoneInfo) -> Script:
    top = mapped(document, "test: …")
    gathered = Gathered()
    gathered.read(lambda: only_keys(top, ("test", "given", "mocks", "chat", "expect")), None)
    nothing = Given(place=top.place)
    mocks, means = gathered.read(lambda: _mocks(top.get("mocks")), _NO_MOCKS)
    script = Script(
        name=gathered.read(lambda: _name(top), ""),
        place=top.place,
        lines=gathered.read(lambda: _lines(top), ()),
        given=gathered.read(lambda: _given(top.get("given"), zone, nothing), nothing),
        mocks=mocks,
        means=means,
        expected=gathered.read(lambda: _expected(top.get("expect")), None),
        places=_places(top),
    )
    gathered.tell()
    return script


_NO_MOCKS: tuple[dict[str, tuple[Mock, ...]], dict[str, str]] = ({}, {})


def _name(top: Mapped) -> str:
    name = top.get("test")
    if name is None:
        raise wrong(
            top,
            "у теста нет названия: начните с «test: …»",
            "the test has no name: begin with “test: …”",
        )
    return text_of(name)


def _lines(top: Mapped) -> tuple[Line, ...]:
    chat = top.get("chat")
    if not isinstance(chat, Listing):
        raise wrong(
            top,
            "в тесте нет разговора: «chat:» и список реплик",
            "the test has no chat: write “chat:” and a list of lines",
        )
    return tuple(each_of(chat.items, read_line))


def _places(top: Mapped) -> dict[str, Place]:
    """Where what the bot itself must know is named, by `part.name`."""
    places: dict[str, Place] = {}
    for part in ("mocks", "expect", "given"):
        node = top.get(part)
        for key, value in node.entries if isinstance(node, Mapped) else ():
            places[f"{part}.{key.text}"] = key.place
            inner = value.entries if isinstance(value, Mapped) else ()
            places |= {f"{part}.{key.text}.{one.text}": one.place for one, _ in inner}
    return places


# ---------------------------------------------------------------- what is given


def _given(node: Node | None, zone: ZoneInfo, nothing: Given) -> Given:
    if node is None:
        return nothing
    entry = mapped(node, "given")
    gathered = Gathered()
    keys = ("user", "now", "channel", "vars", "chat", "hours", "waiting")
    gathered.read(lambda: only_keys(entry, keys), None)
    channel, hours = entry.get("channel"), entry.get("hours")
    given = Given(
        place=entry.place,
        now=gathered.read(lambda: _moment(entry.get("now"), zone), None),
        user=gathered.read(lambda: values_of(entry.get("user")), _NOTHING),
        chat=gathered.read(lambda: _together(entry, "vars", "chat"), _NOTHING),
        hours=gathered.read(lambda: _hours(hours), {}),
        channel=gathered.read(lambda: "web" if channel is None else text_of(channel), "web"),
        waiting=gathered.read(lambda: _waiting(entry.get("waiting")), {}),
    )
    gathered.tell()
    return given


_NOTHING: dict[str, Any] = {}


def _together(entry: Mapped, *keys: str) -> dict[str, Any]:
    """The values of several keys: `vars` is another name of what flows read as `chat.*`."""
    return {name: value for key in keys for name, value in values_of(entry.get(key)).items()}


def _moment(node: Node | None, zone: ZoneInfo) -> datetime | None:
    if node is None:
        return None
    try:
        moment = datetime.fromisoformat(text_of(node))
    except ValueError:
        raise wrong(
            node, "время пишите так: 2026-03-02 10:00", "write a moment so: 2026-03-02 10:00"
        ) from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)


def _hours(node: Node | None) -> dict[str, str]:
    if node is None:
        return {}
    return {name.text: text_of(value) for name, value in mapped(node, "hours").entries}


def _waiting(node: Node | None) -> dict[str, Waiting]:
    """Queues with how many wait there, and perhaps how many minutes it takes."""
    if node is None:
        return {}
    return dict(
        each_of(mapped(node, "waiting").entries, lambda pair: (pair[0].text, _queue(pair[1])))
    )


def _queue(node: Node) -> Waiting:
    if not isinstance(node, Mapped):
        return Waiting(count=count_of(node))
    only_keys(node, ("count", "minutes"))
    count, minutes = node.get("count"), node.get("minutes")
    return Waiting(
        count=count_of(count) if count is not None else 0,
        minutes=count_of(minutes) if minutes is not None else None,
    )


# ---------------------------------------------------------------- what is mocked


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
    entry = mapped(node, "when, give, fail")
    only_keys(entry, ("when", "give", "fail"))
    fails = entry.get("fail")
    return Mock(
        when=values_of(entry.get("when")),
        give=value_of(entry.get("give")),
        fails=text_of(fails) if fails is not None else None,
    )


# ---------------------------------------------------------------- what is expected


def _expected(node: Node | None) -> Expected | None:
    if node is None:
        return None
    entry = mapped(node, "expect")
    gathered = Gathered()
    gathered.read(lambda: only_keys(entry, _EXPECTED), None)
    step, silent = entry.get("step"), entry.get("silent")
    expected = Expected(
        place=entry.place,
        step=gathered.read(lambda: text_of(step) if step is not None else None, None),
        variables=gathered.read(lambda: _expected_values(entry), _NOTHING),
        done=gathered.read(lambda: texts_of(entry.get("done")), None),
        goals=gathered.read(lambda: texts_of(entry.get("goals")), None),
        called=gathered.read(lambda: _calls(entry.get("called")), {}),
        silent=gathered.read(lambda: yes_or_no(silent) if silent is not None else None, None),
        handoff=gathered.read(lambda: _handoff(entry.get("handoff")), None),
    )
    gathered.tell()
    return expected


def _expected_values(entry: Mapped) -> dict[str, Any]:
    user = values_of(entry.get("user"))
    of_user = {f"user.{name}": value for name, value in user.items()}
    return values_of(entry.get("vars")) | of_user


_EXPECTED = ("step", "vars", "user", "done", "goals", "called", "silent", "handoff")


def _calls(node: Node | None) -> dict[str, Called]:
    if node is None:
        return {}
    entries = mapped(node, "called").entries
    return dict(each_of(entries, lambda pair: (pair[0].text, _called(*pair))))


def _called(name: Scalar, node: Node) -> Called:
    if isinstance(node, Listing):
        return Called(arguments=tuple(values_of(item) for item in node.items))
    if isinstance(node, Scalar):
        if not node.text.isdecimal():
            raise wrong(
                node,
                f"сколько раз вызвали «{name.text}»? Нужно целое число или список аргументов",
                f"how often is “{name.text}” called? Write a whole number or a list of arguments",
            )
        return Called(times=count_of(node))
    only_keys(node, ("times", "with"))
    times, given = node.get("times"), node.get("with")
    return Called(
        times=count_of(times) if times is not None else None,
        arguments=(values_of(given),) if given is not None else None,
    )


def _handoff(node: Node | None) -> dict[str, Any] | None:
    """A queue's name, `{queue, note, priority, position, source}`, `yes` for any request, `no` for none."""
    if node is None:
        return None
    if isinstance(node, Mapped):
        only_keys(node, ("queue", "note", "priority", "position", "source"))
        return values_of(node)
    value = value_of(node)
    if isinstance(value, bool):
        return {"queue": "*"} if value else {}
    return {"queue": text_of(node)}
