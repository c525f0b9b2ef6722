"""What a turn works on: the stack, the variables as flows read them, and the effects so far."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from flows.env import Env
from flows.errors import RunError
from flows.expressions import Expression
from flows.frames import BOTTOM, Frame, Position, Wait
from flows.hours import Hours
from flows.model import Bot, Flow, Message, OfferedButton, Operation
from flows.phrases import phrase
from flows.text import Text
from flows.turn import Around, DropTimer, Effect, Happened, Owner, Press, Say, SetTimer
from flows.values import freeze, thaw

OFFERS_KEPT = 40
HISTORY_KEPT = 20


class Stage:
    """One step of a turn. Made from a position, changed by what happens, read out at the end."""

    __slots__ = (
        "around",
        "bot",
        "chat",
        "chat_changed",
        "confidence",
        "effects",
        "entered",
        "entities",
        "env",
        "exhausted",
        "flow_of_button",
        "holder",
        "intent",
        "muted",
        "older",
        "position",
        "returning",
        "rung",
        "said",
        "stack",
        "user",
        "user_changed",
    )

    def __init__(
        self, bot: Bot, position: Position, around: Around, older: Mapping[str, Bot]
    ) -> None:
        self.bot = bot
        self.older = older
        self.around = around
        self.position = position
        self.stack = position.stack
        self.env = Env(language=bot.language, timezone=_zone(bot.timezone), now=around.now)
        self.effects: list[Effect] = []
        self.user: dict[str, Any] = thaw(dict(around.user))
        self.chat: dict[str, Any] = thaw(dict(around.chat))
        self.user_changed = False
        self.chat_changed = False
        self.entered: str | None = None
        self.intent: str | None = None
        self.entities: dict[str, Any] = {}
        self.confidence = 0.0
        self.rung = ""
        self.muted = False
        self.said = False
        self.returning: bool | None = None
        self.exhausted: Frame | None = None
        self.holder: Owner = around.owner
        self.flow_of_button: str | None = None

    # ------------------------------------------------------------ the stack

    @property
    def top(self) -> Frame | None:
        return self.stack[-1] if self.stack else None

    def number(self) -> int:
        self.position.counter += 1
        return self.position.counter

    def flow(self, frame: Frame) -> Flow:
        bot = self.bot if frame.version == self.bot.version else self.older[frame.version]
        return bot.own if not frame.flow else bot.flows[frame.flow]

    def knows(self, frame: Frame) -> bool:
        """Whether the version this frame stands on is at hand, with its flow in it."""
        version = frame.version
        bot = self.bot if version == self.bot.version else self.older.get(version)
        return bot is not None and (not frame.flow or frame.flow in bot.flows)

    def operation(self, frame: Frame, entry: int) -> Operation:
        return self.flow(frame).code[entry]

    def index(self, frame: Frame) -> int:
        stack = self.stack
        place = len(stack) - 1
        while stack[place] is not frame:
            place -= 1
        return place

    def beneath(self, frame: Frame) -> Frame | None:
        place = self.index(frame)
        return self.stack[place - 1] if place else None

    def by_id(self, frame_id: int) -> Frame | None:
        return next((frame for frame in self.stack if frame.id == frame_id), None)

    def root(self, frame: Frame) -> Frame | None:
        """The frame whose end ends the task this frame belongs to."""
        if frame.task:
            return frame
        place = self.index(frame) - 1
        while place >= 0:
            if self.stack[place].task:
                return self.stack[place]
            place -= 1
        return None

    def task_frames(self, frame: Frame) -> Iterator[Frame]:
        """This frame and those that called it, up to the task's own."""
        place = self.index(frame)
        while place >= 0:
            yield self.stack[place]
            if self.stack[place].task:
                return
            place -= 1

    # ------------------------------------------------------------ variables

    def owner(self, frame: Frame) -> Frame:
        """Whose variables a frame works on: a handler works on its flow's."""
        while frame.of != BOTTOM:
            lender = self.by_id(frame.of)
            if lender is None:
                break
            frame = lender
        return frame

    def scope(self, frame: Frame) -> dict[str, Any]:
        """Every name an expression of this frame may read."""
        if frame.scope is None:
            frame.scope = self._scope(frame)
        return frame.scope

    def _scope(self, frame: Frame) -> dict[str, Any]:
        scope: dict[str, Any] = thaw(self.owner(frame).variables)
        scope["user"] = self.user
        scope["chat"] = self.chat
        scope["trigger"] = {"text": self.trigger(frame)}
        scope["msg"] = {"text": self.position.message}
        scope["now"] = self.env.now
        scope["today"] = self.env.today
        if self.bot.hours:
            scope["hours"] = _Opening(self.bot.hours, self.env)
        if self.position.outcome is not None:
            scope["handoff"] = self.position.outcome
        if frame.loops:
            _, items, place = frame.loops[-1]
            scope["item"] = thaw(items[place])
        return scope

    def trigger(self, frame: Frame) -> str:
        if frame.trigger is not None:
            return frame.trigger
        place = self.index(frame)
        while place >= 0:
            woken_by = self.stack[place].trigger
            if woken_by is not None:
                return woken_by
            place -= 1
        return ""

    def read(self, frame: Frame, path: str) -> Any:
        home, _, field = path.partition(".")
        if field and home == "user":
            return self.user.get(field)
        if field and home == "chat":
            return self.chat.get(field)
        return thaw(self.owner(frame).variables.get(path))

    def write(self, frame: Frame, path: str, value: Any) -> None:
        """Give a variable a value, in a way that going back can undo."""
        home, _, field = path.partition(".")
        store, name = self._store(frame, home, field, path)
        root = self.root(frame)
        if root is not None and root.history:
            self._note(root, ["set", self.owner(frame).id, path, freeze(store.get(name))])
        if store is self.user:
            self.user_changed = True
        elif store is self.chat:
            self.chat_changed = True
        else:
            value = freeze(value)
            self._show(frame, name, value)
        store[name] = value

    def _store(self, frame: Frame, home: str, field: str, path: str) -> tuple[dict[str, Any], str]:
        if field and home == "user":
            return self.user, field
        if field and home == "chat":
            return self.chat, field
        return self.owner(frame).variables, path

    def _show(self, frame: Frame, name: str, value: Any) -> None:
        owner = self.owner(frame)
        for other in self.stack:
            if other.scope is not None and (other is owner or self.owner(other) is owner):
                other.scope[name] = thaw(value)

    # ------------------------------------------------------------ what going back undoes

    def put_back(self, frame: Frame, path: str, kept: Any) -> None:
        """Give a variable the value it had, without noting it down."""
        home, _, field = path.partition(".")
        store, name = self._store(frame, home, field, path)
        store[name] = thaw(kept) if store is self.user or store is self.chat else kept
        self.user_changed = self.user_changed or store is self.user
        self.chat_changed = self.chat_changed or store is self.chat
        self.forget_scopes()

    def forget_scopes(self) -> None:
        for frame in self.stack:
            frame.scope = None

    def _note(self, root: Frame, change: list[Any]) -> None:
        latest = root.history[-1]
        root.history[-1] = {**latest, "undo": [*latest.get("undo", ()), change]}

    def note_answer(self, frame: Frame, entry: int) -> None:
        root = self.root(frame)
        if root is not None:
            made: dict[str, Any] = {"frame": frame.id, "entry": entry, "step": frame.step}
            if frame.loops:
                made["loops"] = frame.loops
            root.history.append(made)
            del root.history[:-HISTORY_KEPT]

    def note_barrier(self, frame: Frame) -> None:
        root = self.root(frame)
        if root is not None and root.history:
            root.history.append({"barrier": True})

    def note_end(self, frame: Frame, caller: Frame) -> None:
        """A helper is over; going back may have to call it to life again."""
        root = self.root(caller)
        if root is not None and any(entry.get("frame") == frame.id for entry in root.history):
            kept = ["end", caller.id, caller.at, caller.step, caller.loops, frame.to_json()]
            self._note(root, kept)

    # ------------------------------------------------------------ texts and values

    def render(self, frame: Frame, text: Text) -> str:
        return text.source if text.constant else text.render(self.scope(frame), self.env)

    def evaluate(self, frame: Frame, expression: Expression) -> Any:
        return expression.evaluate(self.scope(frame), self.env)

    def true(self, frame: Frame, expression: Expression) -> bool:
        return expression.true(self.scope(frame), self.env)

    def value(self, frame: Frame, value: Any) -> Any:
        """A value of YAML, its `{{ }}` filled in."""
        if isinstance(value, Text):
            return value.value(self.scope(frame), self.env)
        if isinstance(value, Mapping):
            return {name: self.value(frame, inner) for name, inner in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.value(frame, inner) for inner in value]
        return value

    def values(self, frame: Frame, values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self.value(frame, value) for name, value in values.items()}

    def phrase(self, name: str, **filling: str) -> str:
        return phrase(self.bot.language, name, **filling)

    # ------------------------------------------------------------ effects

    def happened(self, name: str, frame: Frame | None = None, **data: Any) -> None:
        if frame is not None:
            data = {"flow": frame.flow, "step": frame.step, **data}
        self.effects.append(Happened(name=name, data=data))

    def tell(
        self, text: str, *, buttons: tuple[Press, ...] = (), asks: bool = False, **more: Any
    ) -> None:
        """Say something, unless nobody should hear what happens now."""
        if self.muted:
            return
        media = more.get("media", ())
        if not text and not media and not buttons:
            return
        once = more.get("once", False)
        self.effects.append(Say(text=text, buttons=buttons, asks=asks, media=media, once=once))
        self.said = True

    def unsay_question(self) -> None:
        """Take back the question just said: it will come again."""
        if self.effects and isinstance(self.effects[-1], Happened):
            asked = self.effects.pop()
            if self.effects and isinstance(self.effects[-1], Say) and self.effects[-1].asks:
                self.effects.pop()
            self.effects.append(asked)

    def say(self, frame: Frame, message: Message) -> None:
        """Say what the owner wrote; its buttons are good for as long as they are remembered."""
        self.position.last = []
        buttons = tuple(self._offer(frame, button) for button in message.buttons)
        self.tell(
            self.render(frame, message.text) if message.text is not None else "",
            buttons=buttons,
            media=self.media(frame, message),
            once=message.once,
        )

    def media(self, frame: Frame, message: Message) -> tuple[tuple[str, str], ...]:
        if not message.media:
            return ()
        return tuple((kind, self.render(frame, ref)) for kind, ref in message.media)

    def _offer(self, frame: Frame, button: OfferedButton) -> Press:
        label = self.render(frame, button.label)
        url = self.render(frame, button.url) if button.url is not None else None
        payload = ""
        if button.act:
            number = str(self.number())
            payload = f"s:{number}"
            offer: dict[str, Any] = {"label": label, "act": button.act, "target": button.target}
            if button.arguments:
                offer["arguments"] = freeze(self.values(frame, button.arguments))
            if button.act == "go":
                offer["frame"] = self.owner(frame).id
            if button.act == "text":
                offer["target"] = str(self.value(frame, button.value))
            self.position.offers[number] = offer
            self.position.last.append(number)
            while len(self.position.offers) > OFFERS_KEPT:
                del self.position.offers[next(iter(self.position.offers))]
        return self.press(frame, button, label, payload, url)

    def press(
        self, frame: Frame, button: OfferedButton, label: str, payload: str, url: str | None
    ) -> Press:
        return Press(
            text=label,
            payload=payload,
            url=url,
            share=button.share,
            name=button.name,
            data=freeze(self.values(frame, button.data)) if button.data else {},
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
        """The moment itself, or the end of the quiet hours it falls in."""
        quiet = self.bot.defaults.quiet
        if quiet is None:
            return due
        return quiet.after(due.astimezone(self.env.timezone))


class _Opening(Mapping[str, Any]):
    """`hours.<name>.open` and `.text`, worked out when they are read."""

    __slots__ = ("_env", "_hours")

    def __init__(self, hours: Mapping[str, Hours], env: Env) -> None:
        self._hours = hours
        self._env = env

    def __getitem__(self, name: str) -> dict[str, Any]:
        hours = self._hours[name]
        return {"open": hours.open(self._env.local_now), "text": hours.text}

    def __iter__(self) -> Iterator[str]:
        return iter(self._hours)

    def __len__(self) -> int:
        return len(self._hours)


@lru_cache(64)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise RunError(f"не знаю часового пояса «{name}»") from error
