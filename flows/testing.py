"""Plays the tests of a bot folder: every line of their chats, and what is expected at the end."""

import fnmatch
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flows.attachments import named
from flows.errors import Place
from flows.matching import fold
from flows.model import Bot
from flows.rehearsal import ActionFails, Actions, Means, NoSuchButton, Rehearsal, Said
from flows.script_nodes import ScriptError
from flows.scripts import Expected, Line, Mock, Script, read_scripts
from flows.values import freeze, thaw

MONDAY_MORNING = (2026, 3, 2, 10, 0)

Fresh = Callable[[Callable[[], datetime]], Actions]
"""Makes the actions of one test, given the clock of its conversation."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a test went. `failure` is empty where it passed, else what differs, for a person."""

    name: str
    place: Place
    failure: str = ""

    @property
    def passed(self) -> bool:
        return not self.failure

    def __str__(self) -> str:
        return f"{self.place}: {self.name}\n{self.failure}" if self.failure else self.name


def play(
    bot: Bot,
    tests: Mapping[str, str],
    actions: Actions,
    *,
    means: Means | None = None,
    fresh: Fresh | None = None,
) -> list[Outcome]:
    """Play test files (path to text) against a bot.

    An action that a test does not mock is asked of `actions`, which raises ActionFails where it
    goes wrong; a meaning that it does not mock is asked of `means`. Actions that remember
    something, or ask what time it is, are made anew for each test by `fresh`, in place of
    `actions`. A test that gives no time begins on a Monday at ten.
    """
    outcomes: list[Outcome] = []
    for file, text in sorted(tests.items()):
        try:
            scripts = read_scripts(file, text, zone=ZoneInfo(bot.timezone), language=bot.language)
        except ScriptError as error:
            outcomes.extend(Outcome(file, place, f"    {text}") for place, text in error.mistakes)
            continue
        outcomes.extend(_play_one(bot, script, actions, means, fresh) for script in scripts)
    return outcomes


class _Differs(Exception):
    """A line that went otherwise than written."""

    def __init__(self, place: Place, text: str) -> None:
        super().__init__(text)
        self.place = place
        self.text = text


def _play_one(
    bot: Bot, script: Script, actions: Actions, means: Means | None, fresh: Fresh | None
) -> Outcome:
    stage = _Performance(bot, script, actions, means)
    if fresh is not None:
        stage.use(fresh)
    try:
        stage.perform()
    except _Differs as difference:
        return Outcome(script.name, difference.place, stage.transcript(difference.text))
    return Outcome(script.name, script.place)


class _Performance:
    """One test while it is played; remembers what was said for the one who reads the failure."""

    def __init__(self, bot: Bot, script: Script, actions: Actions, means: Means | None) -> None:
        begin = datetime(*MONDAY_MORNING, tzinfo=ZoneInfo(bot.timezone))
        self._script = script
        self._actions = actions
        self._means = means
        self._place = script.place
        self._lines: list[str] = []
        self._seen = 0
        self._play = Rehearsal(
            bot=bot,
            actions=self._act,
            means=self._mean,
            now=script.now if script.now is not None else begin,
            user=freeze(dict(script.user)),
            chat=freeze(dict(script.chat)),
            channel=script.channel,
        )

    def use(self, fresh: Fresh) -> None:
        """Take actions of our own, on our own clock."""
        self._actions = fresh(lambda: self._play.now)

    def perform(self) -> None:
        for line in self._script.lines:
            self._place = line.place
            if line.move == "hears":
                self._expect(line)
            else:
                self._let_pass(line)
                self._do(line)
        self._place = self._script.place
        self._play.settle()
        self._nothing_more()
        if self._script.expected is not None:
            self._check(self._script.expected)

    # ------------------------------------------------------------ the customer's lines

    def _let_pass(self, line: Line) -> None:
        """Messages that come one upon another are glued; before anything else they are not."""
        if line.move not in ("says", "sends"):
            self._play.settle()
        self._nothing_more()

    def _do(self, line: Line) -> None:
        self._lines.append(f"    клиент: {_shown(line)}")
        play = self._play
        if line.move == "says":
            play.hear(line.text)
        elif line.move == "sends":
            play.hear(line.text, attached=line.attached)
        elif line.move == "shares":
            play.share(line.text)
        elif line.move == "after":
            play.wait(line.duration)
        elif line.move == "operator":
            self._operator(line)
        else:
            self._press(line)

    def _press(self, line: Line) -> None:
        try:
            self._play.press(line.text)
        except NoSuchButton:
            labels = ", ".join(f"«{press.text}»" for press in self._play.offered) or "никаких"
            text = f"кнопки «{line.text}» нет; сейчас есть: {labels}"
            raise _Differs(line.place, text) from None

    def _operator(self, line: Line) -> None:
        if line.text == "take":
            self._play.person_comes()
        else:
            self._play.give_back("released" if line.text == "release" else "closed")

    # ------------------------------------------------------------ the bot's lines

    def _expect(self, line: Line) -> None:
        said = self._next()
        if said is None:
            self._play.settle()
            said = self._next()
        if said is None:
            raise _Differs(line.place, f"ждали: {line.text}\n    бот промолчал")
        self._lines.append(f"    бот: {_written(said)}")
        if not matches(said.text, line.text):
            raise _Differs(line.place, f"ждали: {line.text}\n    вышло: {said.text}")
        if line.buttons is not None:
            self._same_buttons(line, said)
        if line.photo is not None and ("photo", line.photo) not in said.media:
            raise _Differs(line.place, f"ждали картинку {line.photo}, её нет")

    def _same_buttons(self, line: Line, said: Said) -> None:
        assert line.buttons is not None
        labels = [press.text for press in said.buttons]
        fits = len(labels) == len(line.buttons) and all(map(matches, labels, line.buttons))
        if not fits:
            wanted = ", ".join(line.buttons)
            found = ", ".join(labels) or "никаких"
            raise _Differs(line.place, f"ждали кнопки: {wanted}\n    вышли: {found}")

    def _next(self) -> Said | None:
        if self._seen >= len(self._play.said):
            return None
        self._seen += 1
        return self._play.said[self._seen - 1]

    def _nothing_more(self) -> None:
        said = self._next()
        if said is not None:
            raise _Differs(self._place, f"бот сказал, а в тесте этого нет: {_written(said)}")

    # ------------------------------------------------------------ the world

    def _act(self, name: str, arguments: Mapping[str, Any]) -> Any:
        mocks = self._script.mocks.get(name)
        if mocks is None:
            return self._actions(name, arguments)
        for mock in mocks:
            if _applies(mock, arguments):
                if mock.fails is not None:
                    raise ActionFails(mock.fails)
                return mock.give
        raise _Differs(
            self._place, f"«{name}» вызвали с {_plainly(arguments)}, а такого «when» нет"
        )

    def _mean(self, text: str, candidates: Mapping[str, str]) -> str | None:
        key = self._script.means.get(text)
        if key is None:
            return self._means(text, candidates) if self._means is not None else None
        if key not in candidates:
            known = ", ".join(candidates)
            raise _Differs(self._place, f"means: «{key}» сейчас не выбрать; есть: {known}")
        return key

    # ------------------------------------------------------------ what is expected at the end

    def _check(self, expected: Expected) -> None:
        play = self._play
        wrong = []
        if expected.step is not None and play.step != expected.step:
            wrong.append(f"step: ждали {expected.step}, вышло {play.step}")
        for name, value in expected.variables.items():
            found = self._variable(name)
            if freeze(found) != freeze(value) and freeze(named(found)) != freeze(value):
                wrong.append(f"vars.{name}: ждали {value}, вышло {found}")
        done = [one["flow"] for one in play.happenings("task_done")]
        for flow in expected.done or ():
            if flow not in done:
                wrong.append(f"done: «{flow}» не закончен; закончены: {', '.join(done) or '—'}")
        goals = [one["goal"] for one in play.happenings("goal")]
        if expected.goals is not None and list(expected.goals) != goals:
            wrong.append(f"goals: ждали {list(expected.goals)}, вышло {goals}")
        for action, count in expected.called.items():
            if play.called[action] != count:
                wrong.append(f"called.{action}: ждали {count}, вышло {play.called[action]}")
        if wrong:
            raise _Differs(expected.place, "\n    ".join(wrong))

    def _variable(self, name: str) -> Any:
        home, _, rest = name.partition(".")
        if rest and home in ("user", "chat"):
            kept: Any = self._play.user if home == "user" else self._play.chat
            return thaw(kept.get(rest))
        for frame in reversed(self._play.position.get("stack", ())):
            variables = frame.get("variables", {})
            if home in variables:
                return _inside(thaw(variables[home]), rest)
        return None

    def transcript(self, difference: str) -> str:
        return "\n".join([*self._lines, f"  ✗ {difference}"])


def matches(said: str, expected: str) -> bool:
    """Whether a text is the expected one; `*` stands for anything, spaces and lines do not count."""
    text, pattern = _one_line(said), _one_line(expected)
    return text == pattern or fnmatch.fnmatchcase(text, pattern.replace("[", "[[]"))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _inside(value: Any, path: str) -> Any:
    for name in path.split(".") if path else ():
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _applies(mock: Mock, arguments: Mapping[str, Any]) -> bool:
    return all(
        name in arguments and _same(value, arguments[name]) for name, value in mock.when.items()
    )


def _same(wanted: Any, found: Any) -> bool:
    if freeze(wanted) == found:
        return True
    plain = not isinstance(wanted, (dict, list)) and not isinstance(found, (dict, list))
    return plain and fold(str(wanted)) == fold(str(found)) and bool(fold(str(wanted)))


def _plainly(arguments: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}: {thaw(value)}" for name, value in arguments.items())


def _shown(line: Line) -> str:
    if line.move == "presses":
        return f"[{line.text}]"
    if line.move == "sends":
        names = ", ".join(one.ref or one.kind for one in line.attached)
        return f"({names}) {line.text}".rstrip()
    if line.move == "after":
        return f"(прошло {line.text})"
    return f"({line.move} {line.text})" if line.move in ("operator", "shares") else line.text


def _written(said: Said) -> str:
    labels = "".join(f" [{press.text}]" for press in said.buttons)
    return f"{said.text}{labels}"
