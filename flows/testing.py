"""Plays the tests of a bot folder: every line of their chats, and what is expected at the end."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flows.errors import LoadError, Place
from flows.model import Bot
from flows.performance import Differs, Performance
from flows.rehearsal import Actions, Means
from flows.script_checks import check_script
from flows.script_nodes import Mistake, ScriptError
from flows.scripts import Script, read_scripts
from flows.stage import Watch
from flows.telling import Row

Fresh = Callable[[Callable[[], datetime]], Actions]
"""Makes the actions of one test, given the clock of its conversation."""

Edited = Callable[[str], Bot]
"""The bot with the flows of a file beside the tests in place of its own. Raises LoadError."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a test went. `rows` are empty where it passed, else they tell what differs."""

    name: str
    place: Place
    rows: tuple[Row, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.rows

    @property
    def failure(self) -> str:
        return "\n".join(map(str, self.rows))

    def __str__(self) -> str:
        return f"{self.place}: {self.name}\n{self.failure}" if self.rows else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A bot and what its tests are played with.

    An action that a test does not mock is asked of what `fresh` makes for that test, which raises
    ActionFails where it goes wrong; a meaning that it does not mock is asked of `means`. `watch` is
    told of every operation carried out.
    """

    bot: Bot
    fresh: Fresh
    means: Means | None = None
    edited: Edited | None = None
    watch: Watch | None = None


def play(company: Company, tests: Mapping[str, str], *, words: Iterable[str] = ()) -> list[Outcome]:
    """Play test files (path to text); of tests with other names than `words` ask for, none.

    A test that gives no time begins on a Monday at ten.
    """
    outcomes: list[Outcome] = []
    wanted = [word.casefold() for word in words]
    for file, text in sorted(tests.items()):
        outcomes += _play_file(company, file, text, wanted)
    return outcomes


def _play_file(company: Company, file: str, text: str, wanted: list[str]) -> list[Outcome]:
    bot = company.bot
    try:
        scripts = read_scripts(file, text, zone=ZoneInfo(bot.timezone), language=bot.language)
    except ScriptError as error:
        return [_mistaken(bot, file, mistake) for mistake in error.mistakes]
    outcomes: list[Outcome] = []
    for script in scripts:
        name = f"{script.name} {file}".casefold()
        if all(word in name for word in wanted):
            outcomes += _play_one(company, script)
    return outcomes


def _play_one(company: Company, script: Script) -> list[Outcome]:
    try:
        edits = _edits(company, script)
        check_script(script, [company.bot, *edits.values()])
    except ScriptError as error:
        return [_mistaken(company.bot, script.name, mistake) for mistake in error.mistakes]
    except _BadEdit as error:
        return [Outcome(script.name, error.place, tuple(error.rows))]
    performance = Performance(
        company.bot, script, means=company.means, edits=edits, watch=company.watch
    )
    performance.use(company.fresh)
    try:
        performance.perform()
    except Differs as difference:
        return [Outcome(script.name, difference.place, tuple(performance.told(difference)))]
    return [Outcome(script.name, script.place)]


def _mistaken(bot: Bot, name: str, mistake: Mistake) -> Outcome:
    row = Row("wrong", f"  ✗ {mistake.told.by(bot.language)}")
    return Outcome(name, mistake.place, (row,))


class _BadEdit(Exception):
    """An `edit` that cannot be published."""

    def __init__(self, place: Place, rows: list[Row]) -> None:
        super().__init__(str(place))
        self.place = place
        self.rows = rows


def _edits(company: Company, script: Script) -> dict[str, Bot]:
    """The edited bots that a test speaks of, by the name of the file."""
    edits: dict[str, Bot] = {}
    for line in script.lines:
        if line.move != "edit" or line.text in edits:
            continue
        try:
            if company.edited is None:
                raise KeyError(line.text)
            edits[line.text] = company.edited(line.text)
        except KeyError:
            english = company.bot.language == "en"
            missing = f"  ✗ there is no {line.text} beside the test"
            here = missing if english else f"  ✗ рядом с тестом нет файла {line.text}"
            raise _BadEdit(line.place, [Row("wrong", here)]) from None
        except LoadError as error:
            beside = f"tests/{line.text}"
            told = [str(one).replace(f"flows/~{line.text}", beside) for one in error.complaints]
            rows = [Row("wrong", f"  ✗ {complaint}") for complaint in told]
            raise _BadEdit(line.place, rows) from None
    return edits
