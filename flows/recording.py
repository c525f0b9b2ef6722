"""Makes a test file of a conversation that was had: it is played once more and written down."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flows.hidden import HIDDEN
from flows.mocking import Mocks, same
from flows.model import Bot
from flows.operating import ENDS, Operator
from flows.rehearsal import ActionFails, Actions, Means, NoSuchButton, Rehearsal, Said
from flows.script_lines import Line
from flows.script_writing import Written, called, media_lines, scalar, shortened, value
from flows.scripts import Mock
from flows.values import freeze, thaw

WORTH_TELLING = timedelta(minutes=1)
"""A pause shorter than this is not told, unless something came of it."""

Fresh = Callable[[Callable[[], datetime]], Actions]


@dataclass(frozen=True, slots=True)
class Deed:
    """What the customer or an operator did, and when; the place of the line means nothing."""

    at: datetime
    line: Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An action that was carried out: what it gave, or in `failed` why it went wrong."""

    action: str
    arguments: Mapping[str, Any]
    value: Any = None
    failed: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A conversation from its beginning. `user` and `chat` are what was known then (frozen JSON).

    `means` are the meanings that texts were found to have.
    """

    name: str
    begun: datetime
    ended: datetime
    deeds: Sequence[Deed]
    calls: Sequence[Call] = ()
    means: Mapping[str, str] = field(default_factory=dict)
    user: Mapping[str, Any] = field(default_factory=dict)
    chat: Mapping[str, Any] = field(default_factory=dict)
    channel: str = "web"


def write_test(
    bot: Bot, recording: Recording, *, fresh: Fresh, understands: Means | None = None
) -> str:
    """The text of a test file that goes as the conversation went.

    `fresh` carries out actions that were not recorded; `understands` is what will be asked for
    meanings when the test is played: only what it would find otherwise is written down.
    """
    replay = _Replay(bot, recording, fresh, understands)
    lines = list(replay.lines())
    head = [f"test: {scalar(recording.name)}", *replay.given(), *replay.mocks()]
    chat = ["chat:", *lines] if lines else ["chat: []"]
    return "\n".join([*head, *chat, *replay.expected()]) + "\n"


class _Replay:
    """The conversation once more, on a clock of its own."""

    def __init__(
        self, bot: Bot, recording: Recording, fresh: Fresh, understands: Means | None
    ) -> None:
        zone = ZoneInfo(bot.timezone)
        self._recording = recording
        self._understands = understands
        self._begun = recording.begun.astimezone(zone).replace(second=0, microsecond=0)
        self._mocked = _mocks(recording.calls)
        self._mocks = Mocks(self._mocked)
        self._meant: dict[str, str] = {}
        self._seen = 0
        self._before = recording.begun
        self._play = Rehearsal(
            bot=bot,
            actions=self._act,
            means=self._mean,
            now=self._begun,
            user=dict(recording.user),
            chat=dict(recording.chat),
            channel=recording.channel,
        )
        self._operator = Operator(self._play)
        ends = [deed.line.data for deed in recording.deeds if deed.line.deed in ENDS]
        self._names = [str(noted.get("operator") or "") for noted in ends]
        self._actions = fresh(lambda: self._play.now)

    # ------------------------------------------------------------ the chat

    def lines(self) -> Iterator[str]:
        for deed in self._recording.deeds:
            yield from self._pass(deed.at, deed.line)
            yield from self._do(deed.line)
            yield from self._heard()
        yield from self._pass(self._recording.ended, None)
        self._play.settle()
        yield from self._heard()

    def _pass(self, moment: datetime, ahead: Line | None) -> Iterator[str]:
        """The time until something is done, where it matters."""
        gap, self._before = moment - self._before, max(moment, self._before)
        play = self._play
        if gap > self._gathering() or ahead is None or ahead.move not in ("says", "sends"):
            play.settle()
            yield from self._heard()
        due = min((timer.due for timer in play.timers.values()), default=None)
        if due is not None and gap >= WORTH_TELLING and due <= play.now + gap:
            minutes = -(-int(gap.total_seconds()) // 60)
            yield f"  - after: {_duration(minutes)}"
            play.wait(timedelta(minutes=minutes))
            yield from self._heard()

    def _gathering(self) -> timedelta:
        """How long messages are being glued together now."""
        dues = [one.due for one in self._play.timers.values() if one.name.startswith("collect:")]
        return min(dues) - self._play.now if dues else timedelta()

    def _do(self, line: Line) -> Iterator[str]:
        play = self._play
        if line.move == "says":
            if self._operator.called:
                self._operator.hears(line.text)
            play.hear(line.text)
            yield f"  - client: {scalar(line.text)}"
        elif line.move == "sends":
            play.hear(line.text, attached=line.attached)
            yield f"  - client: {media_lines(line)}"
        elif line.move == "shares":
            play.share(line.text)
            yield f"  - client: {{share: {value(line.text)}}}"
        elif line.move == "presses":
            yield self._press(line.text)
        elif line.move == "happens":
            play.occur(line.text, **line.data)
            yield f"  - event: {scalar(line.text)}"
            if line.data:
                yield f"    data: {value(line.data)}"
        elif line.deed == "answer" and self._operator.called:
            yield from self._take()
            self._operator.answer(line.text)
            yield f"  - operator: {{answer: {value(line.text)}}}"
        elif line.deed in ENDS:
            yield from self._end(line)

    def _take(self) -> Iterator[str]:
        """Whoever will give the chat back has taken it: history tells only then who that was."""
        name = self._names[0] if self._names else ""
        if name and self._operator.called and not self._operator.busy:
            self._operator.take(name)
            yield f"  - operator: {{take: {value(name)}}}"

    def _end(self, line: Line) -> Iterator[str]:
        """Whoever gave the chat back, what they noted for the flow, and to where."""
        operator, noted = self._operator, line.data
        yield from self._take()
        self._names = self._names[1:]
        tags, form = noted.get("tags"), noted.get("form")
        if tags:
            operator.mark(map(str, tags))
            yield f"  - operator: {{tag: {value(list(map(str, tags)))}}}"
        if form:
            operator.form.update(form)
            yield f"  - operator: {{set: {value(thaw(dict(form)))}}}"
        operator.end(line.deed, line.text)
        to = f"{{{line.deed}: {value(line.text)}}}" if line.text else line.deed
        yield f"  - operator: {to}"

    def _press(self, label: str) -> str:
        try:
            self._play.press(label)
        except NoSuchButton:
            self._play.hear(label)
            return f"  - client: {scalar(label)}"
        return f"  - client: {{press: {value(label)}}}"

    def _heard(self) -> Iterator[str]:
        for said in self._play.said[self._seen :]:
            yield from _bot_lines(said)
        self._seen = len(self._play.said)

    # ------------------------------------------------------------ the world

    def _act(self, name: str, arguments: Mapping[str, Any]) -> Any:
        mock = self._mocks.result(name, thaw(dict(arguments))) if name in self._mocks else None
        if mock is None:
            # It was not called so: what is written down would not fit either.
            self._mocked.pop(name, None)
            return self._actions(name, arguments)
        if mock.fails is not None:
            raise ActionFails(mock.fails)
        return mock.give

    def _mean(
        self, text: str, candidates: Mapping[str, str]
    ) -> str | Sequence[tuple[str, float]] | None:
        usual = self._understands(text, candidates) if self._understands is not None else None
        likeliest = usual if isinstance(usual, str) or not usual else usual[0][0]
        meant = self._recording.means.get(text)
        if meant not in candidates or meant == likeliest:
            return usual
        self._meant[text] = str(meant)
        return meant

    # ------------------------------------------------------------ around the chat

    def given(self) -> Written:
        recording = self._recording
        given = [f"now: {self._begun.strftime('%Y-%m-%d %H:%M')}"]
        given += [f"user: {value(thaw(dict(recording.user)))}"] if recording.user else []
        given += [f"chat: {value(thaw(dict(recording.chat)))}"] if recording.chat else []
        given += [f"channel: {recording.channel}"] if recording.channel != "web" else []
        return [f"given: {{{', '.join(given)}}}"]

    def mocks(self) -> Written:
        lines: list[str] = []
        for action, mocks in self._mocked.items():
            lines.append(f"  {action}:")
            lines += [f"    - {{{', '.join(_mock_words(mock))}}}" for mock in mocks]
        if self._meant:
            lines.append("  means:")
            lines += [f"    {value(text)}: {scalar(key)}" for text, key in self._meant.items()]
        return ["mocks:", *lines] if lines else []

    def expected(self) -> Written:
        play = self._play
        done = list(dict.fromkeys(str(one["flow"]) for one in play.happenings("task_done")))
        goals = [str(one["goal"]) for one in play.happenings("goal")]
        lines = [f"  done: {value(done)}"] if done else []
        lines += [f"  goals: {value(goals)}"] if goals else []
        lines += called(play.called)
        if play.requests:
            lines.append(f"  handoff: {scalar(play.requests[-1].queue)}")
        return ["expect:", *lines] if lines else []


def _bot_lines(said: Said) -> Iterator[str]:
    yield f"  - bot: {scalar(shortened(said.text) or '*')}"
    if said.buttons:
        yield f"    buttons: {value([press.text for press in said.buttons])}"
    for kind, ref in dict(said.media).items():
        yield f"    {_KEYS.get(kind, kind)}: {scalar(ref)}"
    if said.album:
        yield f"    album: {value([ref for _, ref in said.album])}"
    if said.cards:
        yield f"    cards: {value([card.title for card in said.cards])}"


_KEYS: Mapping[str, str] = {"document": "file"}


def _duration(minutes: int) -> str:
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"


def _mock_words(mock: Mock) -> list[str]:
    words = [f"when: {value(mock.when)}"] if mock.when else []
    outcome = (
        f"fail: {value(mock.fails)}" if mock.fails is not None else f"give: {value(mock.give)}"
    )
    return [*words, outcome]


def _mocks(calls: Sequence[Call]) -> dict[str, tuple[Mock, ...]]:
    """Each action's results; arguments are told only where they make a difference."""
    found: dict[str, tuple[Mock, ...]] = {}
    for action in dict.fromkeys(call.action for call in calls):
        own = [call for call in calls if call.action == action]
        whens = [_telling(call.arguments) for call in own]
        alike = all(one == whens[0] for one in whens)
        made = [
            Mock(when={} if alike else when, give=thaw(freeze(call.value)), fails=call.failed)
            for call, when in zip(own, whens, strict=True)
        ]
        found[action] = tuple(_without_repeats(made))
    return found


def _telling(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that are short enough to be read."""
    secret = arguments.get(HIDDEN)
    plain = {name: thaw(one) for name, one in arguments.items() if name != HIDDEN}
    return {
        name: one
        for name, one in plain.items()
        if isinstance(one, (str, int, float, bool))
        and 0 < len(str(one)) <= 60
        and not (isinstance(secret, str) and secret in str(one))
    }


def _without_repeats(mocks: Sequence[Mock]) -> list[Mock]:
    """The same results of the same calls once; where they change, one after another."""
    kept: list[Mock] = []
    for mock in mocks:
        before = [one for one in kept if same(one.when, mock.when)]
        if not before or (before[-1].give, before[-1].fails) != (mock.give, mock.fails):
            kept.append(mock)
    return kept
