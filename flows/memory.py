"""What a dialog remembers while a turn works on it: the stack, and the variables of its frames."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from flows.env import Env
from flows.frames import BOTTOM, Frame, Outcome, Position
from flows.handed import Handed
from flows.hours import Hours
from flows.model import Bot, Flow, Operation
from flows.turn import CHATLESS, Around
from flows.values import freeze, freeze_light, thaw

HISTORY_KEPT = 20
FRESH_KEPT = 50

SPLITS = ":split"
"""The group a person is in, by the name of the `split`: kept with what is remembered about them, under
a name that no field can have."""


class Memory(Struct, eq=False, gc=False):
    """The stack's frames and what they know; every change of a variable can be undone."""

    bot: Bot
    older: Mapping[str, Bot]
    around: Around
    env: Env
    position: Position
    stack: list[Frame]
    user: dict[str, Any]
    splits: dict[str, str]
    chat: dict[str, Any]
    user_changed: bool = False
    chat_changed: bool = False

    # ------------------------------------------------------------ the stack

    @property
    def top(self) -> Frame | None:
        return self.stack[-1] if self.stack else None

    @property
    def chatless(self) -> bool:
        """Whether this is a schedule's run that no customer sees."""
        return self.around.channel == CHATLESS

    def number(self) -> int:
        self.position.counter += 1
        return self.position.counter

    def flow(self, frame: Frame) -> Flow:
        flow: Flow | None = frame.known
        if flow is None:
            bot = self.bot if frame.version == self.bot.version else self.older[frame.version]
            flow = bot.own if not frame.flow else bot.flows[frame.flow]
            if not frame.retired:
                frame.known = flow
        return flow

    def version(self, version: str) -> Bot | None:
        """The bot in that version, if it is at hand."""
        return self.bot if version == self.bot.version else self.older.get(version)

    def knows(self, frame: Frame) -> bool:
        """Whether the version this frame stands on is at hand, with its flow in it."""
        if frame.known is not None:
            return True
        bot = self.bot if frame.version == self.bot.version else self.older.get(frame.version)
        if frame.retired or bot is None:
            return False
        flow = frame.known = bot.own if not frame.flow else bot.flows.get(frame.flow)
        return flow is not None

    def called(self, name: str) -> str:
        """The name a flow has by now."""
        bot = self.bot
        return name if name in bot.flows else bot.former.get(name, name)

    def operation(self, frame: Frame, entry: int) -> Operation:
        flow: Flow = frame.known or self.flow(frame)
        return flow.code[entry]

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
        reached = False
        for one in reversed(self.stack):
            if one is frame:
                reached = True
            elif reached and one.task:
                return one
        return None

    def task_frames(self, frame: Frame) -> list[Frame]:
        """This frame and those that called it, up to the task's own."""
        found = [frame]
        place = 0 if frame.task else self.index(frame)
        while place and not frame.task:
            place -= 1
            frame = self.stack[place]
            found.append(frame)
        return found

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
        if frame.scope is not None:
            return frame.scope
        scope = self.surroundings()
        scope["trigger"] = self._trigger_of(frame)
        for name, value in (self.owner(frame) if frame.of else frame).variables.items():
            scope[name] = value if type(value) is str else thaw(value)
        if frame.outcome:
            scope["call"] = {"outcome": frame.outcome}
        if frame.loops:
            scope["item"] = element_of(frame)
        frame.scope = scope
        return scope

    def surroundings(self) -> dict[str, Any]:
        """What may be read wherever one stands; no variable may have these names."""
        position = self.position
        return {
            "user": self.user,
            "chat": self.chat,
            "msg": {"text": position.message},
            "trigger": None,
            "hours": Openings(self.bot.hours, self.env) if self.bot.hours else None,
            "handoff": position.outcome and Handed(position.outcome, self.around.waiting, self.env),
        }

    def trigger(self, frame: Frame) -> str:
        """The message that woke the frame, or the task it helps."""
        woken = self._woken(frame)
        return woken.trigger or "" if woken is not None else ""

    def _trigger_of(self, frame: Frame) -> dict[str, Any]:
        woken = frame if frame.trigger is not None else self._woken(frame)
        if woken is None:
            return {"text": ""}
        if woken.cause is not None:
            return {"text": woken.trigger, **thaw(woken.cause)}
        return {"text": woken.trigger, "name": woken.event or None}

    def _woken(self, frame: Frame) -> Frame | None:
        if frame.trigger is not None:
            return frame
        for place in range(self.index(frame), -1, -1):
            if self.stack[place].trigger is not None:
                return self.stack[place]
        return None

    def read(self, frame: Frame, path: str) -> Any:
        store, name = self._store(self.owner(frame), path)
        value = store.get(name)
        return value if store is self.user or store is self.chat else thaw(value)

    def write(self, frame: Frame, path: str, value: Any) -> None:
        """Give a variable a value, in a way that going back can undo."""
        kept = value if type(value) is str else freeze_light(value)
        owner = self.owner(frame) if frame.of else frame
        store, name = self._store(owner, path) if "." in path else (owner.variables, path)
        root = frame if frame.task else self.root(frame)
        if root is not None and root.history:
            self._note(root, owner, path, store.get(name))
        if store is owner.variables:
            self._show(owner, name, kept)
            store[name] = kept
            return
        store[name] = value
        self._note_fresh(path)
        if store is self.user:
            self.user_changed = True
        else:
            self.chat_changed = True

    def note_outcome(self, caller: Frame, outcome: Outcome) -> None:
        """What the caller of a flow reads as `call.outcome`."""
        caller.outcome = outcome
        if caller.scope is not None:
            caller.scope["call"] = {"outcome": outcome}

    def note_handed(self, **known: Any) -> None:
        """What flows read of a request for a person as `handoff.*` from now on."""
        self.position.outcome = known
        self.forget_scopes()

    def note_rating(self, rating: int) -> None:
        """What the customer thought of the last hand-off, beside the rest of it."""
        self.note_handed(**{**(self.position.outcome or {}), "rating": rating})

    def _note_fresh(self, path: str) -> None:
        fresh = self.position.fresh
        if path not in fresh:
            fresh.append(path)
            del fresh[:-FRESH_KEPT]

    def _store(self, owner: Frame, path: str) -> tuple[dict[str, Any], str]:
        if "." in path:
            home, _, field = path.partition(".")
            if field and home == "user":
                return self.user, field
            if field and home == "chat":
                return self.chat, field
        return owner.variables, path

    def _show(self, owner: Frame, name: str, value: Any) -> None:
        for other in self.stack:
            # Most frames have no scope: nothing of theirs has been worked out in this turn.
            if other.scope is not None and (other is owner or self.owner(other) is owner):
                other.scope[name] = thaw(value)

    def kept_user(self) -> dict[str, Any]:
        """What is remembered about the person, as it is kept."""
        kept: dict[str, Any] = freeze(self.user)
        return {**kept, SPLITS: self.splits} if self.splits else kept

    # ------------------------------------------------------------ what going back undoes

    def put_back(self, frame: Frame, path: str, kept: Any) -> None:
        """Give a variable the value it had, without noting it down."""
        store, name = self._store(self.owner(frame), path)
        store[name] = thaw(kept) if store is self.user or store is self.chat else kept
        self.user_changed = self.user_changed or store is self.user
        self.chat_changed = self.chat_changed or store is self.chat
        self.forget_scopes()

    def forget_scopes(self) -> None:
        for frame in self.stack:
            frame.scope = None

    def _note(self, root: Frame, owner: Frame, path: str, before: Any) -> None:
        """Note down what a variable was, the first time it changes after an answer."""
        latest = root.history[-1]
        change = ["set", owner.id, path]
        undone = latest.get("undo")
        if undone is None:
            if "barrier" not in latest:
                root.history[-1] = {
                    **latest,
                    "undo": [[*change, None if before is None else freeze(before)]],
                }
        elif change not in [one[:3] for one in undone]:
            root.history[-1] = {**latest, "undo": [*undone, [*change, freeze(before)]]}

    def note_answer(self, frame: Frame, entry: int) -> None:
        root = frame if frame.task else self.root(frame)
        if root is not None:
            made: dict[str, Any] = {"frame": frame.id, "entry": entry, "step": frame.step}
            if frame.loops:
                made["loops"] = frame.loops
            root.history.append(made)
            if len(root.history) > HISTORY_KEPT:
                del root.history[:-HISTORY_KEPT]

    def note_barrier(self, frame: Frame) -> None:
        """Nothing goes back past what is done now."""
        root = self.root(frame)
        if root is not None and not has_barrier(root.history[-1:]):
            root.history.append({"barrier": frame.id})

    def forget_lists(self, frame: Frame) -> None:
        """Lists that no loop goes over any more, and that going back does not lead to, are let go."""
        if not frame.lists:
            return
        root = self.root(frame)
        loops = [*frame.loops]
        for made in root.history if root is not None else ():
            loops += made.get("loops", ()) if made.get("frame") == frame.id else ()
            for change in made.get("undo", ()):
                loops += change[4] if change[0] == "end" and change[1] == frame.id else ()
        used = {loop[1] for loop in loops if isinstance(loop[1], str)}
        frame.lists = {key: items for key, items in frame.lists.items() if key in used}

    def lift_barrier(self, frame: Frame) -> None:
        """What the barrier was for has not come about."""
        root = self.root(frame)
        if root is not None and root.history[-1:] == [{"barrier": frame.id}]:
            root.history.pop()

    def forget_history_of(self, handler: Frame) -> None:
        """What a handler asked and did stands in the way of what it interrupted no more."""
        root = self.root(handler)
        if root is not None and root.history:
            root.history = [entry for entry in root.history if handler.id not in entry.values()]

    def note_end(self, frame: Frame, caller: Frame) -> None:
        """A helper is over; going back may have to call it to life again."""
        root = self.root(caller)
        if root is not None and any(entry.get("frame") == frame.id for entry in root.history):
            kept = ["end", caller.id, caller.at, caller.step, caller.loops, frame.to_json()]
            latest = root.history[-1]
            if "barrier" not in latest:
                root.history[-1] = {**latest, "undo": [*latest.get("undo", ()), kept]}


def element_of(frame: Frame) -> Any:
    """The element a frame's innermost loop is at."""
    loop = frame.loops[-1]
    elements = frame.elements(loop)
    return thaw(elements[loop[2]]) if loop[2] < len(elements) else None


def has_barrier(history: list[dict[str, Any]]) -> bool:
    return any("barrier" in entry for entry in history)


class Openings(Mapping[str, Any]):
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
