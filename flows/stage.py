"""What a turn works on: the stack, the variables as flows read them, and the effects so far."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import field

from flows.env import Env
from flows.errors import RunError
from flows.expressions import Expression
from flows.frames import Frame, Position, Wait
from flows.memory import SPLITS, Memory
from flows.model import Bot, OfferedButton
from flows.phrases import phrase
from flows.text import Text
from flows.turn import Around, Card, DropTimer, Effect, Happened, Media, Owner, Press, Say, SetTimer
from flows.values import freeze_light, thaw_fields

# The golden ratio's part: its multiples lie evenly between 0 and 1, wherever they begin.
_GOLDEN = 0.6180339887498949

Watch = Callable[[str, str, int, int], None]
"""Told of an operation: the bot's version, the flow, its index and the index that came after it."""

_NO_TEMPLATE: Mapping[str, Any] = {}


class Stage(Memory, kw_only=True, eq=False, gc=False):
    """One step of a turn. Made from a position, changed by what happens, read out at the end.

    `returning` says that an interrupted frame has come to the top again, and whether what came in
    between asked something; `exhausted` is the frame whose question was missed once too often, and
    `ran_out` says that there was one;
    `muted` keeps what happens now from being heard; `done` counts the operations carried out; `seconds` is the moment as a timestamp; `holder` is who has the chat by now;
    `turning` is the frame whose button leads back, and the operation of its question.
    """

    seconds: float
    holder: Owner
    effects: list[Effect] = field(default_factory=list)
    entered: str | None = None
    intent: str | None = None
    entities: dict[str, Any] = field(default_factory=dict)
    confidence: float = 0.0
    because: dict[str, str] = field(default_factory=dict)
    rung: str = ""
    done: int = 0
    muted: bool = False
    said: bool = False
    returning: bool | None = None
    exhausted: Frame | None = None
    ran_out: bool = False
    flow_of_button: str | None = None
    turning: tuple[Frame, int] | None = None
    watch: Watch | None = None
    drawn: int = 0

    # ------------------------------------------------------------ texts and values

    def render(self, frame: Frame, text: Text) -> str:
        if text.constant:
            # It needs no scope, which is dear to put together.
            return text.source
        return text.render(frame.scope or self.scope(frame), self.env)

    def evaluate(self, frame: Frame, expression: Expression) -> Any:
        return expression.evaluate(self.scope(frame), self.env)

    def true(self, frame: Frame, expression: Expression) -> bool:
        return bool(expression.evaluate(frame.scope or self.scope(frame), self.env))

    def value(self, frame: Frame, value: Any) -> Any:
        """A value of YAML, its `{{ }}` filled in."""
        kind = type(value)
        if kind is Text:
            if value.constant:
                return value.source
            return value.value(frame.scope or self.scope(frame), self.env)
        if kind is dict:
            return {name: self.value(frame, inner) for name, inner in value.items()}
        if kind is list or kind is tuple:
            return [self.value(frame, inner) for inner in value]
        return value

    def values(self, frame: Frame, values: Mapping[str, Any]) -> dict[str, Any]:
        if not values:
            return {}
        return {name: self.value(frame, value) for name, value in values.items()}

    def chance(self) -> float:
        """A number in [0, 1), another one at every call; the step gone through again has the same."""
        self.drawn += 1
        return (self.around.chance + self.drawn * _GOLDEN) % 1.0

    def luck(self, name: str) -> float:
        """A number in [0, 1) of this step's and this name's own, independent of every other name's."""
        digest = hashlib.sha256(f"{self.around.chance!r}:{name}".encode()).digest()
        return int.from_bytes(digest[:6]) / 2**48

    def phrase(self, name: str, **filling: str) -> str:
        return phrase(self.bot.language, name, **filling)

    # ------------------------------------------------------------ effects

    def happened(self, name: str, frame: Frame | None = None, **data: Any) -> None:
        if frame is not None:
            data = {"flow": frame.flow, "step": frame.step, **data}
        self.effects.append(Happened(name=name, data=data))

    def happened_to_question(self, name: str, frame: Frame) -> None:
        """A fact about the question a frame waits at, told with the question's signature."""
        wait = frame.wait
        if wait is None or wait.signature is None:
            self.happened(name, frame)
            return
        step, save, kind = wait.signature
        data = {"flow": frame.flow, "step": step, "save": save, "kind": kind}
        self.effects.append(Happened(name=name, data=data))

    def tell(
        self,
        text: str,
        *,
        buttons: tuple[Press, ...] = (),
        asks: bool = False,
        media: Media = (),
        album: Media = (),
        cards: tuple[Card, ...] = (),
        template: Mapping[str, Any] = _NO_TEMPLATE,
        once: bool = False,
        renews: bool = False,
    ) -> None:
        """Say something, unless nobody should hear what happens now."""
        if self.muted or not (text or buttons or media or album or cards or template):
            return
        said = Say(
            text=text,
            media=media,
            album=album,
            cards=cards,
            buttons=buttons,
            once=once,
            asks=asks,
            renews=renews,
            template=template,
        )
        self.effects.append(said)
        if not self.said:
            self.said = True

    def say_once_only(self) -> None:
        """Take back what has been said over and over."""
        said: set[str] = set()
        kept: list[Effect] = []
        for effect in self.effects:
            if isinstance(effect, Say) and effect.text in said:
                continue
            if isinstance(effect, Say):
                said.add(effect.text)
            kept.append(effect)
        self.effects[:] = kept

    def unsay_question(self) -> None:
        """Take back the question just said: it will come again."""
        if self.effects and isinstance(self.effects[-1], Happened):
            asked = self.effects.pop()
            if self.effects and isinstance(self.effects[-1], Say) and self.effects[-1].asks:
                self.effects.pop()
            self.effects.append(asked)

    def press(
        self, frame: Frame, button: OfferedButton, label: str, payload: str, url: str | None
    ) -> Press:
        return Press(
            text=label,
            payload=payload,
            url=url,
            share=button.share,
            name=button.name,
            data=freeze_light(self.values(frame, button.data)) if button.data else {},
        )

    # ------------------------------------------------------------ timers

    def set_timer(
        self, name: str, due: datetime, payload: Mapping[str, Any], *, keep: bool = False
    ) -> None:
        self.effects.append(SetTimer(name=name, due=due, payload=payload, keep=keep))

    def drop_timer(self, name: str) -> None:
        self.effects.append(DropTimer(name=name))

    def drop_timers(self, wait: Wait) -> None:
        for name in wait.timers:
            self.drop_timer(name)
        wait.timers = []

    def not_in_quiet(self, due: datetime) -> datetime:
        """The moment itself, or the end of the quiet hours it falls in, by the customer's clock."""
        quiet = self.bot.defaults.quiet
        if quiet is None:
            return due
        return quiet.after(due.astimezone(self._customers_zone()))

    def _customers_zone(self) -> ZoneInfo:
        """Their own time zone where the bot remembers it (`user.timezone`), else the bot's."""
        name = self.user.get("timezone") if "timezone" in self.bot.user else None
        try:
            return _zone(name) if isinstance(name, str) and name else self.env.timezone
        except RunError:
            return self.env.timezone


def stage_of(
    bot: Bot,
    position: Position,
    around: Around,
    older: Mapping[str, Bot],
    watch: Watch | None = None,
) -> Stage:
    """A stage on which nothing has happened yet."""
    user = thaw_fields(around.user) if around.user else {}
    now = around.now
    return Stage(
        bot,
        older,
        around,
        Env(bot.language, _zone(bot.timezone), now),
        position,
        position.stack,
        user,
        user.pop(SPLITS, {}),
        thaw_fields(around.chat) if around.chat else {},
        seconds=now.timestamp(),
        holder=around.owner,
        watch=watch,
    )


@lru_cache(64)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise RunError(f"не знаю часового пояса «{name}»") from error
