"""One test while it is played: its lines in order, and where the bot says something else."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flows.errors import Place
from flows.expecting import Ended, check_end
from flows.hours import Hours, parse_hours
from flows.mocking import Mocks
from flows.model import Bot
from flows.operating import ENDS, Operator
from flows.passing import let_pass
from flows.rehearsal import ActionFails, Actions, Means, NoSuchButton, Rehearsal, Said
from flows.script_lines import Line
from flows.scripts import Script
from flows.stage import Watch
from flows.telling import Row, Teller, matches, value_of, written
from flows.values import freeze

MONDAY_MORNING = (2026, 3, 2, 10, 0)


class Differs(Exception):
    """A line that went otherwise than written."""

    def __init__(self, place: Place, rows: list[Row]) -> None:
        super().__init__("\n".join(map(str, rows)))
        self.place = place
        self.rows = rows


class Performance:
    """Remembers what was said, for the one who reads of a failure."""

    def __init__(
        self,
        bot: Bot,
        script: Script,
        *,
        means: Means | None = None,
        edits: Mapping[str, Bot] | None = None,
        watch: Watch | None = None,
    ) -> None:
        given = script.given
        begin = datetime(*MONDAY_MORNING, tzinfo=ZoneInfo(bot.timezone))
        self._script = script
        self._means = means
        self._edits = edits or {}
        self._actions: Actions = _nothing
        self._mocks = Mocks(script.mocks)
        self._calls: list[tuple[str, Mapping[str, Any]]] = []
        self._teller = Teller(bot.language)
        self._place = script.place
        self._rows: list[Row] = []
        self._seen = 0
        self._answered_from = 0
        self._play = play = Rehearsal(
            bot=_with_hours(bot, given.hours),
            actions=self._act,
            means=self._mean,
            watch=watch,
            now=given.now if given.now is not None else begin,
            user=freeze(dict(given.user)),
            chat=freeze(dict(given.chat)),
            channel=given.channel,
            waiting=given.waiting,
        )
        self._operator_at_work = Operator(play)

    def use(self, fresh: Callable[[Callable[[], datetime]], Actions]) -> None:
        """Take actions of our own, on our own clock."""
        self._actions = fresh(lambda: self._play.now)

    def perform(self) -> None:
        """Play every line. Raises Differs."""
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
            self._check_end()

    def told(self, difference: Differs) -> list[Row]:
        """The chat up to a difference, and the difference."""
        return [*self._teller.cut(self._rows), *difference.rows]

    # ------------------------------------------------------------ the customer's lines

    def _let_pass(self, line: Line) -> None:
        """Messages that come one upon another are glued; before anything else they are not."""
        if line.move not in ("says", "sends"):
            self._play.settle()
        self._nothing_more()

    def _do(self, line: Line) -> None:
        play = self._play
        self._rows.append(self._teller.row(line))
        self._answered_from = len(play.said)
        with_people = self._operator_at_work.called
        if line.move == "says":
            play.hear(line.text)
        elif line.move == "sends":
            play.hear(line.text, attached=line.attached)
        elif line.move == "shares":
            play.share(line.text)
        elif line.move == "presses":
            self._press(line)
        else:
            self._happen(line)
            return
        if with_people and play.understood.rung == "other":
            self._operator_at_work.hears(line.text)
        self._rows[-1] = self._rows[-1]._replace(aside=self._teller.ladder(play.understood))

    def _happen(self, line: Line) -> None:
        if line.move == "after":
            let_pass(self._play, line.duration)
        elif line.move == "edit":
            self._play.edit(_with_hours(self._edits[line.text], self._script.given.hours))
        elif line.move == "happens":
            self._play.occur(line.text, **line.data)
        else:
            self._operator(line)

    def _press(self, line: Line) -> None:
        try:
            self._play.press(line.text)
        except NoSuchButton:
            words = self._teller.words
            labels = ", ".join(
                words(f"«{press.text}»", f"“{press.text}”") for press in self._play.offered
            )
            what = words(f"кнопки «{line.text}» нет", f"there is no button “{line.text}”")
            there = words("сейчас есть", "there are"), labels or words("никаких", "none")
            self._differs(line.place, what, self._teller.hint(": ".join(there)))

    def _operator(self, line: Line) -> None:
        operator, deed = self._operator_at_work, line.deed
        words = self._teller.words
        if not operator.called and deed not in ENDS:
            self._differs(
                line.place,
                words("разговор у бота, оператора никто не звал", "nobody has called an operator"),
            )
        elif deed == "take" and operator.busy:
            self._differs(
                line.place,
                words("чат уже у оператора", "an operator has the chat already"),
                self._teller.hint(
                    words("сначала {transfer: очередь}", "first {transfer: queue}"),
                ),
            )
        elif deed == "take":
            operator.take(line.text)
        elif deed == "answer":
            operator.answer(line.text)
        elif deed == "transfer":
            operator.transfer(line.text)
        elif deed == "set":
            operator.form.update(freeze(dict(line.data)))
        elif deed == "tag":
            operator.mark(line.tags)
        elif deed in ENDS:
            operator.end(deed, line.text)

    # ------------------------------------------------------------ the bot's lines

    def _expect(self, line: Line) -> None:
        said = self._next()
        if said is None:
            self._play.settle()
            said = self._next()
        if said is None:
            self._silence(line)
        elif not matches(said.text, line.text):
            self._other_text(line, said)
        else:
            self._rows.append(self._teller.said(said))
            self._same_buttons(line, said)
            self._same_media(line, said)
            self._same_cards(line, said)

    def _silence(self, line: Line) -> None:
        teller = self._teller
        what = teller.words("бот промолчал", "the bot said nothing")
        near = teller.nearest(self._play.bot, line.text)
        self._differs(line.place, what, teller.wanted(line.text), *near)

    def _other_text(self, line: Line, said: Said) -> None:
        teller = self._teller
        rows = [teller.wanted(line.text), teller.got(written(said))]
        rows += teller.changes(line.text, said.text)
        later = [one for one in self._play.said[self._seen :] if matches(one.text, line.text)]
        if later:
            rows.append(teller.hint(teller.words("это бот сказал позже", "it is said later")))
        else:
            rows += teller.nearest(self._play.bot, line.text, said.text)
        what = teller.words("бот сказал другое", "the bot said something else")
        self._differs(line.place, what, *rows)

    def _same_buttons(self, line: Line, said: Said) -> None:
        if line.buttons is None:
            return
        labels = [press.text for press in said.buttons]
        if len(labels) == len(line.buttons) and all(map(matches, labels, line.buttons)):
            return
        teller = self._teller
        none = teller.words("никаких", "none")
        self._differs(
            line.place,
            teller.words("кнопки другие", "other buttons"),
            teller.wanted(", ".join(line.buttons) or none),
            teller.got(", ".join(labels) or none),
        )

    def _same_cards(self, line: Line, said: Said) -> None:
        titles = [card.title for card in said.cards]
        wanted = line.cards
        if wanted is None:
            return
        if len(titles) != len(wanted) or not all(map(matches, titles, wanted)):
            teller = self._teller
            none = teller.words("никаких", "none")
            self._differs(
                line.place,
                teller.words("карточки другие", "other cards"),
                teller.wanted(", ".join(wanted) or none),
                teller.got(", ".join(titles) or none),
            )

    def _same_media(self, line: Line, said: Said) -> None:
        left = [*said.media, *said.album]
        for kind, name in line.media:
            fits = [one for one in left if kind in ("", one[0]) and _named(one[1], name)]
            if fits:
                left.remove(fits[0])
                continue
            teller = self._teller
            what = teller.words(f"нет вложения {name}", f"{name} is not attached")
            shown = ", ".join(ref for _, ref in (*said.media, *said.album))
            there = shown or teller.words("никаких вложений", "nothing attached")
            self._differs(line.place, what, teller.got(there))

    def _next(self) -> Said | None:
        if self._seen >= len(self._play.said):
            return None
        self._seen += 1
        return self._play.said[self._seen - 1]

    def _nothing_more(self) -> None:
        said = self._next()
        if said is not None:
            words = self._teller.words
            what = words(
                "бот сказал, а в тесте этого нет", "the bot said what the test does not have"
            )
            self._differs(self._place, what, self._teller.got(written(said)))

    def _differs(self, place: Place, what: str, *rows: Row) -> None:
        raise Differs(place, self._teller.difference(place, what, *rows))

    # ------------------------------------------------------------ the world

    def _act(self, name: str, arguments: Mapping[str, Any]) -> Any:
        self._calls.append((name, arguments))
        if name not in self._mocks:
            return self._actions(name, arguments)
        mock = self._mocks.result(name, arguments)
        if mock is None:
            given = ", ".join(f"{key}: {value_of(one)}" for key, one in arguments.items())
            what = self._teller.words(
                f"«{name}» вызвали с {given}, а такого «when» нет",
                f"“{name}” was called with {given}, and no “when” is for that",
            )
            self._differs(self._script.places.get(f"mocks.{name}", self._place), what)
        elif mock.fails is not None:
            raise ActionFails(mock.fails)
        return mock.give if mock is not None else None

    def _mean(
        self, text: str, candidates: Mapping[str, str]
    ) -> str | Sequence[tuple[str, float]] | None:
        key = self._script.means.get(text)
        if key is None:
            return self._means(text, candidates) if self._means is not None else None
        if key not in candidates:
            known = ", ".join(candidates)
            what = self._teller.words(
                f"means: «{key}» сейчас не выбрать; есть: {known}",
                f"means: “{key}” cannot be chosen now; there are: {known}",
            )
            self._differs(self._place, what)
        return key

    def _check_end(self) -> None:
        expected = self._script.expected
        assert expected is not None
        answers = len(self._play.said) - self._answered_from
        ended = Ended(self._play, self._calls, answers=answers)
        wrong = check_end(expected, ended, self._teller)
        if wrong:
            place = self._script.places.get(wrong[0].key, expected.place)
            rows = [row for one in wrong for row in one.rows]
            words = self._teller.words
            self._differs(place, words("в конце не так", "the end is otherwise"), *rows)


def _nothing(name: str, arguments: Mapping[str, Any]) -> Any:
    raise ActionFails(f"no action {name}")


def _named(ref: str, name: str) -> bool:
    """Whether media goes by a name: its path, or the end of it."""
    return matches(ref, name) or matches(ref.rpartition("/")[2], name)


def _with_hours(bot: Bot, given: Mapping[str, str]) -> Bot:
    """The bot whose working hours are what a test says: `open`, `closed` or other hours."""
    hours = {name: _hours(bot, name, text) for name, text in given.items()}
    return replace(bot, hours={**bot.hours, **hours}) if hours else bot


def _hours(bot: Bot, name: str, text: str) -> Hours:
    own = bot.hours[name].text if name in bot.hours else text
    if text in OPEN:
        return Hours(own, (((0, 24 * 60),),) * 7)
    return Hours(own, ((),) * 7) if text in CLOSED else parse_hours(text)


OPEN = ("open", "открыто", "yes")
CLOSED = ("closed", "закрыто", "no")
