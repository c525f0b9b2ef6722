"""A conversation played without the world: a clock that is moved by hand, timers, actions that
answer at once. The tests of bots are played on it, and our own."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from flows import engine, versions
from flows.hidden import revealed
from flows.matching import fold
from flows.model import Bot
from flows.stage import Watch
from flows.turn import (
    Around,
    Card,
    Chosen,
    DropRun,
    DropTimer,
    Effect,
    Fired,
    GivenBack,
    Happened,
    Heard,
    Input,
    Occurred,
    Outcome,
    Owner,
    Press,
    RequestPerson,
    Returned,
    Run,
    Say,
    Sent,
    SetTimer,
    Step,
    Struck,
    TakenOver,
    Understand,
    Understood,
    Updated,
    Waiting,
    WithdrawRequest,
)

STEPS_PER_TURN = 1000
TIMERS_PER_WAIT = 1000
UNCLAIMED = "handoff:unclaimed"
QUITE_SURE = 0.9

Actions = Callable[[str, Mapping[str, Any]], Any]
Means = Callable[[str, Mapping[str, str]], str | Sequence[tuple[str, float]] | None]
"""The meaning of a text: its key among the candidates, or several with confidences, best first."""


class ActionFails(Exception):
    """What an action raises where the flow should see it fail."""


class NoSuchButton(Exception):
    """A press of a label that stands on no button."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message of the bot."""

    text: str
    buttons: tuple[Press, ...] = ()
    media: tuple[tuple[str, str], ...] = ()
    asks: bool = False
    album: tuple[tuple[str, str], ...] = ()
    cards: tuple[Card, ...] = ()
    template: Mapping[str, Any] = field(default_factory=dict)

    @property
    def presses(self) -> tuple[Press, ...]:
        """Every button of the message, those of its cards too."""
        return (*self.buttons, *(press for card in self.cards for press in card.buttons))


@dataclass(slots=True, kw_only=True)
class Rehearsal:
    """One chat. `said` grows with every message; `held` keeps slow actions from answering."""

    bot: Bot
    actions: Actions
    now: datetime
    means: Means = lambda text, candidates: None
    watch: Watch | None = None
    user: Mapping[str, Any] = field(default_factory=dict)
    chat: Mapping[str, Any] = field(default_factory=dict)
    channel: str = "web"
    chance: float = 0.0
    waiting: Mapping[str, Waiting] = field(default_factory=dict)
    older: dict[str, Bot] = field(default_factory=dict)
    owner: Owner = "bot"
    held: bool = False
    position: Mapping[str, Any] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    happened: list[Happened] = field(default_factory=list)
    called: Counter[str] = field(default_factory=Counter)
    requests: list[RequestPerson] = field(default_factory=list)
    timers: dict[str, SetTimer] = field(default_factory=dict)
    running: dict[str, Run] = field(default_factory=dict)
    understood: Understood = field(default_factory=Understood)
    step: str | None = None
    offered: tuple[Press, ...] = ()
    settled: bool = True

    # ------------------------------------------------------------ what may happen

    def hear(
        self,
        text: str = "",
        *,
        attached: Sequence[Sent] = (),
        edited: bool = False,
        album: str = "",
    ) -> None:
        self._turn(Heard(text=text, attached=tuple(attached), edited=edited, album=album))

    def press(self, label: str) -> None:
        """Press the newest button with this label. Raises NoSuchButton."""
        button = self._button(label)
        if button.share == "phone":
            raise NoSuchButton(f"«{label}» просит номер: напишите {{share: …}}")
        self._turn(Heard(text=button.text, button=button.payload))

    def press_payload(self, payload: str) -> None:
        self._turn(Heard(button=payload))

    def share(self, phone: str) -> None:
        """Send one's own number with the messenger's button."""
        contact = Sent(kind="contact", details={"phone": phone, "own": True})
        self._turn(Heard(attached=(contact,)))

    def wait(self, duration: timedelta) -> None:
        """Let time pass; what is due meanwhile fires in its order."""
        until = self.now + duration
        for _ in range(TIMERS_PER_WAIT):
            timer = self._next_timer()
            if timer is None or timer.due > until:
                break
            self._fire(timer)
        self.now = max(self.now, until)

    def settle(self) -> None:
        """Let pass the seconds in which messages are glued together, and short pauses."""
        while not self.settled:
            timer = next(
                (
                    one
                    for one in self.timers.values()
                    if one.name.startswith(("collect:", "pause:"))
                ),
                None,
            )
            if timer is None:
                return
            self._fire(timer)

    def answer_actions(self) -> None:
        """Let the slow actions that were held come back."""
        self.held = False
        while self.running:
            run = self.running.pop(next(iter(self.running)))
            self._turn(self._result(run))

    def occur(self, name: str, **data: Any) -> None:
        """Let an event of this chat happen."""
        self._turn(Occurred(name=name, data=data))

    def strike(self, timetable: str) -> None:
        """Let the time come of what the owner wrote `every: <timetable>` for."""
        keys = [one.key for one in self.bot.schedules if one.timetable.text == timetable]
        for key in keys:
            self.happens(Struck(key=key))

    def happens(self, what: Input) -> None:
        """Let anything happen that the engine takes."""
        self._turn(what)

    def take_over(self, *, queue: str = "", reason: str = "") -> None:
        self._turn(TakenOver(queue=queue, reason=reason))

    def person_comes(self) -> None:
        """A person takes the chat that waits in a queue."""
        self._own("operator")

    def transfer(self, queue: str) -> None:
        """A person gives the chat on: it waits in a queue again."""
        self.requests[-1:] = [replace(one, queue=queue) for one in self.requests[-1:]]
        self._own("queue")

    def give_back(self, outcome: Outcome = "released", *, step: str = "", **details: Any) -> None:
        self._own("bot")
        self._turn(GivenBack(outcome=outcome, details=details, step=step))

    def edit(self, bot: Bot, *, keep: bool = True) -> None:
        """Publish an edited bot; `keep` says whether the version before is still at hand."""
        if keep:
            self.older[self.bot.version] = self.bot
        self.bot = bot

    def publish_for_all(self) -> None:
        """Nobody goes on in a version before this one."""
        self._turn(Updated())

    # ------------------------------------------------------------ what may be asked about

    def happenings(self, name: str) -> list[Mapping[str, Any]]:
        return [one.data for one in self.happened if one.name == name]

    @property
    def variables(self) -> dict[str, Any]:
        """The variables of the frame on top."""
        stack = self.position.get("stack", ())
        return dict(stack[-1].get("variables", {})) if stack else {}

    # ------------------------------------------------------------ the turn

    def _turn(self, what: Input) -> None:
        """A turn, and those of the actions that it leaves under way."""
        self._one_turn(what)
        while self.running and not self.held:
            run = self.running.pop(next(iter(self.running)))
            self._one_turn(self._result(run))

    def _one_turn(self, what: Input) -> None:
        entities: dict[str, Any] = {}
        first = True
        for _ in range(STEPS_PER_TURN):
            step = self._advance(what)
            entities.update(step.understood.entities)
            self._note(
                step,
                entities,
                first=first and not isinstance(what, (Fired, Returned, Occurred, Struck)),
            )
            first = False
            for effect in step.effects:
                self._carry_out(effect)
            last = step.effects[-1] if step.effects else None
            if isinstance(last, Understand):
                what = self._meaning(last)
            elif isinstance(last, Run) and last.quick:
                what = self._result(self.running.pop(last.wait))
            else:
                break

    def _advance(self, what: Input) -> Step:
        around = Around(
            now=self.now,
            user=self.user,
            chat=self.chat,
            channel=self.channel,
            owner=self.owner,
            chance=self.chance,
            waiting=self.waiting,
        )
        wanted = versions.needed(self.position)
        older = {version: bot for version, bot in self.older.items() if version in wanted}
        return engine.advance(self.bot, self.position, what, around, older=older, watch=self.watch)

    def _note(self, step: Step, entities: dict[str, Any], *, first: bool) -> None:
        self.position = step.position
        self.user = step.user if step.user is not None else self.user
        self.chat = step.chat if step.chat is not None else self.chat
        self.step = step.step or self.step
        self.settled = step.settled
        self.offered = step.offered
        after, before = step.understood, self.understood
        if first:
            self.understood = after
        else:
            self.understood = Understood(
                intent=after.intent or before.intent,
                entities=entities or before.entities,
                confidence=after.confidence if after.rung else before.confidence,
                rung=after.rung or before.rung,
                because=after.because if after.rung else before.because,
            )

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case Say():
                self._say(effect)
            case Run():
                self.running[effect.wait] = effect
            case DropRun():
                self.running.pop(effect.wait, None)
            case SetTimer():
                self.timers.pop(effect.name, None)
                self.timers[effect.name] = effect
            case DropTimer():
                self.timers.pop(effect.name, None)
            case RequestPerson():
                self.requests.append(effect)
                self._own("queue")
                self._clock(effect)
            case WithdrawRequest():
                self._own("bot")
            case Happened():
                self.happened.append(effect)

    def _say(self, say: Say) -> None:
        said = Said(say.text, say.buttons, say.media, say.asks, say.album, say.cards, say.template)
        self.said.append(said)

    def _own(self, owner: Owner) -> None:
        if owner != self.owner:
            self.timers = {name: one for name, one in self.timers.items() if one.keep}
        if owner != "queue":
            self.timers.pop(UNCLAIMED, None)
        self.owner = owner

    def _clock(self, request: RequestPerson) -> None:
        """Whoever keeps the queue gives a request up that nobody takes, unless its step does."""
        queue = self.bot.queues.get(request.queue)
        if queue is not None and queue.unclaimed is not None and not request.timed:
            due = self.now + queue.unclaimed
            self.timers[UNCLAIMED] = SetTimer(name=UNCLAIMED, due=due, payload={}, keep=True)

    def _meaning(self, wanted: Understand) -> Chosen:
        found = self.means(wanted.text, wanted.candidates)
        ranked = ((found, QUITE_SURE),) if isinstance(found, str) else tuple(found or ())
        return Chosen(wait=wanted.wait, ranked=ranked)

    def _result(self, run: Run) -> Returned:
        """What comes of an action, after as many tries as the flow allows."""
        reason = ""
        # A test has no secrets: they stand by their names where they would go.
        arguments, _ = revealed(run.arguments, "secrets.{}".format)
        for _ in range(run.retries + 1):
            self.called[run.action] += 1
            try:
                return Returned(wait=run.wait, value=self.actions(run.action, arguments))
            except ActionFails as failure:
                reason = str(failure) or "failed"
        return Returned(wait=run.wait, failed=reason)

    def _next_timer(self) -> SetTimer | None:
        return min(self.timers.values(), key=lambda timer: timer.due, default=None)

    def _fire(self, timer: SetTimer) -> None:
        del self.timers[timer.name]
        self.now = max(self.now, timer.due.astimezone(self.now.tzinfo))
        if timer.name == UNCLAIMED:
            self.give_back("unanswered")
        else:
            self._turn(Fired(payload=timer.payload))

    def _button(self, label: str) -> Press:
        shown = [*self.offered, *(one for said in reversed(self.said) for one in said.presses)]
        for exactly in (True, False):
            for button in shown:
                if button.text == label or (not exactly and fold(button.text) == fold(label)):
                    return button
        raise NoSuchButton(f"кнопки «{label}» нет")
