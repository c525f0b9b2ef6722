"""Dialogs as an owner reads them: a bot in YAML, what is said to it, what it says."""

import fnmatch
import json
import textwrap
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from flows.hours import parse_duration
from flows.load import load_bot
from flows.model import ActionSpec, Bot, Input
from flows.rehearsal import ActionFails, Rehearsal, Said
from flows.turn import Sent

MOSCOW = ZoneInfo("Europe/Moscow")
MONDAY_MORNING = datetime(2026, 3, 2, 10, 0, tzinfo=MOSCOW)
BOT = """\
bot: Проба
language: ru
timezone: Europe/Moscow
"""

FAILS = object()
"""What a test gives an action that should go wrong."""


def bot_of(flows: str, bot: str = "", actions: Mapping[str, Any] | None = None) -> Bot:
    """A bot of one file of flows; `actions` with a name that begins with `slow.` are slow."""
    files = {
        "bot.yaml": BOT + textwrap.dedent(bot),
        "flows/all.yaml": textwrap.dedent(flows),
    }
    specs = {
        name: ActionSpec(
            name=name,
            inputs={"x": Input(required=False)},
            quick=not name.startswith("slow."),
            effect="yes" if name.endswith(".pay") else "none",
        )
        for name in (actions or {})
    }
    return load_bot("проба", files, specs).bot


class Dialog:
    """A chat with a bot. What is heard next is what has been said since it was last looked at."""

    def __init__(self, bot: Bot, actions: Mapping[str, Any], **more: Any) -> None:
        self.given = dict(actions)
        self.arguments: list[tuple[str, Mapping[str, Any]]] = []
        means = more.pop("means", {})
        more.setdefault("now", MONDAY_MORNING)
        self.play = Rehearsal(
            bot=bot,
            actions=self._act,
            means=lambda text, candidates: means.get(text),
            **more,
        )
        self._seen = 0

    def _act(self, name: str, arguments: Mapping[str, Any]) -> Any:
        self.arguments.append((name, arguments))
        given = self.given[name]
        if isinstance(given, list):
            given = given.pop(0)
        if given is FAILS:
            raise ActionFails("down")
        return given(arguments) if callable(given) else given

    def hears(self, text: str, *expected: str) -> "Dialog":
        self.play.hear(text)
        return self._then(expected)

    def edits(self, text: str, *expected: str) -> "Dialog":
        self.play.hear(text, edited=True)
        return self._then(expected)

    def presses(self, label: str, *expected: str) -> "Dialog":
        self.play.press(label)
        return self._then(expected)

    def occurs(self, name: str, *expected: str, **data: Any) -> "Dialog":
        self.play.occur(name, **data)
        return self._then(expected)

    def gets(self, *attached: Sent, text: str = "") -> "Dialog":
        self.play.hear(text, attached=attached)
        return self

    def passes(self, duration: str, *expected: str) -> "Dialog":
        self.play.wait(parse_duration(duration))
        return self._then(expected)

    def news(self) -> "Dialog":
        """Let what has been said go by."""
        self._fresh()
        return self

    def _fresh(self) -> list[Said]:
        fresh = self.play.said[self._seen :]
        self._seen = len(self.play.said)
        json.dumps(self.play.position, ensure_ascii=False)
        return fresh

    def says(self, *expected: str) -> "Dialog":
        said = [one.text for one in self._fresh()]
        fits = len(said) == len(expected) and all(map(_fits, said, expected))
        assert fits, f"said {said}, expected {list(expected)}"
        return self

    def _then(self, expected: tuple[str, ...]) -> "Dialog":
        return self.says(*expected) if expected else self

    @property
    def buttons(self) -> list[str]:
        return [press.text for press in self.play.offered]

    @property
    def idle(self) -> bool:
        return not self.play.position.get("stack")

    def counted(self, name: str) -> int:
        return len(self.play.happenings(name))


def _fits(said: str, expected: str) -> bool:
    return said == expected or fnmatch.fnmatchcase(said, expected.replace("[", "[[]"))


Talk = Callable[..., Dialog]


@pytest.fixture
def talk() -> Talk:
    """Begin a chat: `talk(flows, bot=…, actions=…, means=…, user=…, now=…)`."""

    def begin(
        flows: str, bot: str = "", actions: Mapping[str, Any] | None = None, **more: Any
    ) -> Dialog:
        return Dialog(bot_of(flows, bot, actions), actions or {}, **more)

    return begin


@pytest.fixture
def fails() -> object:
    """What to give an action that should go wrong."""
    return FAILS


@pytest.fixture
def bot() -> Callable[..., Bot]:
    return bot_of
