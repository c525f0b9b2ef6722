"""Triggers: which flow or handler a command, a phrase or an event wakes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from flows import back, endings, guards, returning, tasks
from flows.attachments import is_a
from flows.choices import pending, question_of
from flows.frames import BOTTOM, Frame
from flows.matching import fold
from flows.model import Scope, Sends, Target
from flows.patterns import Pattern
from flows.phrases import BACK_WORDS, CANCEL_WORDS
from flows.stage import Stage
from flows.turn import MediaKind, Sent

SURE = 1.0
QUITE_SURE = 0.95
NO_MATCH = "no_match"
# The level of the scopes beneath every question and flow: no frame belongs to it.
Level = tuple[Scope, Frame | None]


def note(stage: Stage, rung: str, confidence: float, intent: str | None, **because: str) -> None:
    """Note down which rung of the ladder took the message, and what decided it, where it has a name."""
    stage.rung = rung
    stage.confidence = confidence
    stage.intent = intent
    if "" in because.values():
        because = {name: words for name, words in because.items() if words}
    stage.because = because


def scope_of(stage: Stage, target: Target, frame: Frame | None) -> str:
    """Which level a trigger listens at."""
    if frame is None:
        return "starts" if target.entry < 0 else "bot"
    if frame is stage.top and frame.wait is not None and frame.wait.kind == "ask":
        own = question_of(stage, frame).scope
        others = (one for _, one in (*own.contains, *own.means))
        if target in own.exact.values() or target in others:
            return "question"
    return "flow"


def levels(stage: Stage) -> Iterator[Level]:
    """The scopes that listen, the nearest first: question, flow, bot, starts of flows."""
    top = stage.top
    if top is not None:
        wait = top.wait
        if wait is not None and wait.kind == "ask" and stage.knows(top):
            yield question_of(stage, top).scope, top
        for frame in stage.task_frames(top):
            if frame.why not in ("handler", "person") and stage.knows(frame):
                yield stage.flow(frame).scope, frame
    yield stage.bot.own.scope, None
    yield stage.bot.starts, None


def listener(
    stage: Stage, event: str = NO_MATCH, data: Mapping[str, Any] | None = None
) -> tuple[Target, Frame | None] | None:
    """Who is woken by an event, the nearest first."""
    trigger = None if data is None else {"text": "", "name": event, "data": data}
    for scope, frame in levels(stage):
        for target in scope.events.get(event, ()):
            if guards.listens(stage, target, frame, trigger):
                return target, frame
    return None


def doubter(stage: Stage, confidence: float) -> tuple[float, tuple[Target, Frame | None]] | None:
    """Who is woken, the nearest first, by a text that is understood with no more confidence."""
    for scope, frame in levels(stage):
        for limit, target in scope.unsure:
            if confidence < limit and guards.listens(stage, target, frame):
                return limit, (target, frame)
    return None


# ---------------------------------------------------------------- exact words


def exact(stage: Stage, text: str) -> bool:
    key = key_of(text)
    found = _target_of(stage, key)
    if found is None:
        return _own_words(stage, key, text)
    target, frame = found
    scope = scope_of(stage, target, frame)
    note(stage, "exact", SURE, intent_of(target, frame), words=key, scope=scope)
    wake(stage, target, frame, text)
    return True


def exact_target(stage: Stage, text: str) -> tuple[Target, Frame | None] | None:
    return _target_of(stage, key_of(text))


def _target_of(stage: Stage, key: str) -> tuple[Target, Frame | None] | None:
    # Most messages are words that no trigger of the bot, or of a version before it, asks for.
    if key and (key in stage.bot.words or stage.older):
        for scope, frame in levels(stage):
            target = scope.exact.get(key)
            if target is not None and guards.listens(stage, target, frame):
                return target, frame
    return None


def greets(stage: Stage, text: str) -> bool:
    """Whether these are words of the start flow: in the middle of something they begin nothing."""
    if text.lstrip().startswith("/"):
        return False
    found = exact_target(stage, text)
    return found is not None and found[0].entry < 0 and found[0].flow == stage.bot.start


def key_of(text: str) -> str:
    """What exact triggers are looked up by: a command, or folded words."""
    text = text.strip()
    if text.startswith("/"):
        command = text.split(None, 1)[0].lower()
        return command.partition("@")[0]
    return fold(text)


def _own_words(stage: Stage, key: str, text: str) -> bool:
    """Cancel, back and start work without the owner saying a word about them."""
    if key == "/start" and stage.bot.start is not None and guards.may_start(stage, stage.bot.start):
        note(stage, "exact", SURE, stage.bot.start, words=key)
        tasks.start(stage, stage.bot.start, trigger=text, arguments={})
    elif stage.stack and key in CANCEL_WORDS:
        note(stage, "exact", SURE, intent_of_top(stage), words=key)
        endings.cancel(stage)
    elif stage.stack and key in BACK_WORDS:
        note(stage, "exact", SURE, intent_of_top(stage), words=key)
        back.back(stage)
    else:
        return False
    return True


# ---------------------------------------------------------------- words inside


SENT: Mapping[str, frozenset[MediaKind]] = {
    "photo": frozenset({"photo"}),
    "voice": frozenset({"voice"}),
    "video": frozenset({"video"}),
    "file": frozenset({"document", "audio"}),
    "location": frozenset({"location"}),
    "contact": frozenset({"contact"}),
    "sticker": frozenset({"sticker"}),
}
"""What `sends` may name."""


def contained(stage: Stage, text: str, attached: Sequence[Sent] = ()) -> bool:
    words = f" {fold(text)}"
    for scope, frame in levels(stage):
        for phrase, target in scope.contains:
            if isinstance(phrase, str):
                found = f" {phrase}" in words
            elif isinstance(phrase, Sends):
                found = _sends(attached, phrase.kind)
            else:
                found = bool(text) and phrase.search(text)
            if found and guards.listens(stage, target, frame):
                at = scope_of(stage, target, frame)
                note(stage, "contains", QUITE_SURE, intent_of(target, frame), scope=at)
                stage.because["words"] = _written(phrase)
                wake(stage, target, frame, text)
                return True
    return False


def _written(phrase: str | Sends | Pattern) -> str:
    """What the owner wrote after `contains`, `sends` or `matches`."""
    if isinstance(phrase, str):
        return phrase
    return phrase.kind if isinstance(phrase, Sends) else phrase.pattern


def _sends(attached: Iterable[Sent], kind: str) -> bool:
    """A picture sent as a file is a photo, and no file."""
    kinds = SENT[kind]
    others = SENT["photo"] | SENT["video"] if kind == "file" else frozenset()
    return any(is_a(sent, kinds) and not is_a(sent, others) for sent in attached)


# ---------------------------------------------------------------- waking


def wake(stage: Stage, target: Target, frame: Frame | None, text: str, *, event: str = "") -> None:
    """Start the flow, or put the handler on top, that a trigger names."""
    if target.entry < 0:
        _wake_flow(stage, target.flow, text)
        return
    stage.position.offer = None
    if frame is None:
        version, of = stage.bot.version, BOTTOM
        tasks.handle(stage, "", version, target.entry, trigger=text, event=event)
    else:
        of = frame.id if frame.flow else BOTTOM
        tasks.handle(
            stage, frame.flow, frame.version, target.entry, of=of, trigger=text, event=event
        )


def _wake_flow(stage: Stage, name: str, text: str) -> None:
    if name == stage.bot.start and stage.rung == "exact":
        if text.lstrip().startswith("/"):
            tasks.start(stage, name, trigger=text, arguments={})
            return
        if pending(stage) is not None:
            stage.position.offer = None
            returning.say_again(stage)
            return
    stage.position.offer = None
    tasks.interrupt(stage, name, trigger=text, arguments={})


def intent_of(target: Target, frame: Frame | None) -> str | None:
    """The flow that takes the message; for a handler of the bot, the flow it will call."""
    if target.entry < 0:
        return target.flow
    return frame.flow if frame is not None else None


def intent_of_top(stage: Stage) -> str | None:
    top = stage.top
    root = stage.root(top) if top is not None else None
    return root.flow if root is not None else None
