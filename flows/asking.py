"""Questions: put, repeat, answer, miss; and what their buttons stand for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flows.answers import BASE_TYPES, Fit, Misfit
from flows.errors import RunError
from flows.frames import Frame, Wait
from flows.matching import begun, fold, which
from flows.model import Ask, OfferedButton, Operation, Question
from flows.stage import Stage
from flows.text import parse_text
from flows.turn import Press, Sent
from flows.values import freeze, thaw

TURNS_PER_TASK = 500
QUIET_ENDS_PHOTOS = timedelta(seconds=3)
KEEPS_TEXT = frozenset({"choice", "many", "any"})

_SHOWN = {
    "phone": parse_text("{{ value | phone }}"),
    "date": parse_text("{{ value | date }}"),
    "time": parse_text("{{ value | time }}"),
    "date_time": parse_text("{{ value | date_time }}"),
}
_PLAINLY = parse_text("{{ value }}")


@dataclass(frozen=True, slots=True)
class Choice:
    """One button of a question: what the customer sees, and what choosing it means.

    `key` is the last part of its payload. A choice without `answers` cannot be chosen by a press.
    """

    label: str
    key: str
    value: Any = None
    entry: int = -1
    answers: bool = True
    button: OfferedButton | None = None


def question_of(stage: Stage, frame: Frame) -> Question:
    """The question a frame waits for."""
    wait = frame.wait
    assert wait is not None
    operation = stage.operation(frame, wait.entry)
    assert isinstance(operation, Ask)
    return operation.question


def pending(stage: Stage) -> Frame | None:
    """The frame whose question may be answered now."""
    top = stage.top
    return top if top is not None and top.wait is not None and top.wait.kind == "ask" else None


# ---------------------------------------------------------------- choices


def choices(stage: Stage, frame: Frame, question: Question) -> list[Choice]:
    """The question's own buttons with those of its options, and the one that skips or ends it."""
    made = _options(stage, frame, question) if question.options is not None else []
    for button in question.body.buttons:
        label = stage.render(frame, button.label)
        answers = button.share is None and button.url is None
        value = stage.value(frame, button.value) if button.entry < 0 and answers else None
        value = label if value is None and button.entry < 0 and _plain(button) else value
        made.append(Choice(label, str(len(made)), value, button.entry, answers, button))
    if question.kind.base == "many":
        made.append(Choice(stage.phrase("done"), "done"))
    if question.skip is not None:
        made.append(Choice(stage.render(frame, question.skip), "skip"))
    return made


def _plain(button: OfferedButton) -> bool:
    return button.value is None and button.share is None and button.url is None


def _options(stage: Stage, frame: Frame, question: Question) -> list[Choice]:
    assert question.options is not None
    items = stage.evaluate(frame, question.options)
    if not isinstance(items, (list, tuple)):
        return []
    scope = stage.scope(frame)
    before = scope.get("item")
    made = []
    for place, item in enumerate(items):
        scope["item"] = item
        if question.label is not None:
            label = question.label.render(scope, stage.env)
        else:
            label = _name_of(item)
        made.append(Choice(label, str(place), item))
    scope["item"] = before
    return made


def _name_of(item: Any) -> str:
    if isinstance(item, dict):
        named = (item.get(name) for name in ("label", "title", "name", "text", "id"))
        return str(next((name for name in named if name is not None), ""))
    return str(item)


def presses(stage: Stage, frame: Frame, question: Question) -> tuple[Press, ...]:
    """The buttons as they are sent."""
    wait = frame.wait
    assert wait is not None
    if wait.confirming:
        return (
            Press(text=stage.phrase("yes"), payload=f"q:{wait.id}:yes"),
            Press(text=stage.phrase("other"), payload=f"q:{wait.id}:other"),
        )
    if not question.body.buttons and question.options is None and question.skip is None:
        return _done_press(stage, question, wait)
    return tuple(_press(stage, frame, wait, choice) for choice in choices(stage, frame, question))


def _done_press(stage: Stage, question: Question, wait: Wait) -> tuple[Press, ...]:
    if question.kind.base != "many":
        return ()
    return (Press(text=stage.phrase("done"), payload=f"q:{wait.id}:done"),)


def _press(stage: Stage, frame: Frame, wait: Wait, choice: Choice) -> Press:
    payload = f"q:{wait.id}:{choice.key}" if choice.answers else ""
    button = choice.button
    if button is None:
        return Press(text=choice.label, payload=payload)
    url = stage.render(frame, button.url) if button.url is not None else None
    return stage.press(frame, button, choice.label, payload, url)


# ---------------------------------------------------------------- putting a question


def ask(stage: Stage, frame: Frame, operation: Ask) -> None:
    """Reach a question by walking: it is put, unless its answer is there already."""
    entry = frame.at
    question = operation.question
    if frame.jumped or not question.save or not _answered_before(stage, frame, question, entry):
        put(stage, frame, entry, operation)


def _answered_before(stage: Stage, frame: Frame, question: Question, entry: int) -> bool:
    save = question.save
    assert save is not None
    known = question.known != "ask" and not _empty(stage.read(frame, save))
    if known and question.known == "skip":
        frame.at = entry + 1
        return True
    if question.find and _found(stage, frame, question, entry):
        return True
    if not known:
        return False
    root = stage.root(frame)
    if root is not None and save in root.given:
        frame.at = entry + 1
        return True
    put(stage, frame, entry, stage.operation(frame, entry), confirming=True)
    return True


def _empty(value: Any) -> bool:
    return value is None or value == "" or value == [] or value == {}


def _found(stage: Stage, frame: Frame, question: Question, entry: int) -> bool:
    """Look for the answer in the message that began the task, once."""
    root = stage.root(frame)
    text = stage.trigger(frame)
    mark = f"{frame.flow}:{entry}"
    if not text or root is None or mark in root.found:
        return False
    root.found.append(mark)
    value = _find(stage, frame, question, text)
    if value is None or _broken(stage, frame, question, value) is not None:
        return False
    save = question.save
    assert save is not None
    stage.note_answer(frame, entry)
    _keep(stage, frame, save, value)
    if isinstance(value, (str, int, float, bool)):
        stage.entities[save.rpartition(".")[2]] = value
    frame.at = entry + 1
    return True


def _find(stage: Stage, frame: Frame, question: Question, text: str) -> Any:
    if question.kind.base != "choice":
        return question.kind.find(text, stage.env)
    words = f" {fold(text)} "
    fitting = [
        choice
        for choice in choices(stage, frame, question)
        if choice.answers and choice.entry < 0 and choice.key.isdigit()
        if f" {fold(choice.label)} " in words
    ]
    return fitting[0].value if len(fitting) == 1 else None


def put(
    stage: Stage, frame: Frame, entry: int, operation: Operation, *, confirming: bool = False
) -> None:
    """Put a question and wait for its answer."""
    assert isinstance(operation, Ask)
    question = operation.question
    root = stage.root(frame)
    if root is not None:
        # A menu is a new beginning; a task that never ends is not one that goes astray.
        root.turns = 0 if question.menu else root.turns + 1
        if root.turns > TURNS_PER_TASK:
            raise RunError(f"сценарий «{root.flow}» спросил больше {TURNS_PER_TASK} раз")
    if not stage.muted:
        # What the bot asks by itself is given its own time to be answered in.
        stage.position.heard = max(stage.position.heard, stage.around.now.timestamp())
    frame.at = entry
    frame.latest = entry
    frame.wait = Wait(
        _wait_id(stage, frame, entry, question),
        "ask",
        entry,
        question.signature,
        confirming=confirming,
    )
    if not question.menu:
        frame.asked = True
    tell(stage, frame, question)
    _set_timers(stage, frame.wait, question)
    stage.happened("asked", frame)


def _wait_id(stage: Stage, frame: Frame, entry: int, question: Question) -> str:
    # A menu that comes round again is the same menu: the buttons sent before still work.
    if question.menu:
        return f"m{frame.id}.{entry}.{frame.version[:4]}"
    return f"w{stage.number()}"


def tell(stage: Stage, frame: Frame, question: Question, *, before: str = "") -> None:
    """Say the question with its buttons."""
    wait = frame.wait
    assert wait is not None
    buttons = presses(stage, frame, question)
    if wait.confirming:
        stage.tell(_confirmation(stage, frame, question), buttons=buttons, asks=True)
        return
    body = question.body
    text = stage.render(frame, body.text) if body.text is not None else ""
    if before:
        text = f"{before}\n{text}" if text else before
    media = stage.media(frame, body)
    stage.tell(text, buttons=buttons, asks=True, media=media, once=body.once)


def _confirmation(stage: Stage, frame: Frame, question: Question) -> str:
    shown = _SHOWN.get(question.kind.base, _PLAINLY)
    value = shown.render({"value": stage.read(frame, question.save or "")}, stage.env)
    return stage.phrase("right", value=value)


def _set_timers(stage: Stage, wait: Wait, question: Question) -> None:
    now = stage.around.now
    for place, reminder in enumerate(question.reminders):
        name = f"remind:{wait.id}:{place}"
        due = stage.not_in_quiet(now + reminder.after)
        stage.set_timer(name, due, {"kind": "remind", "wait": wait.id, "place": place})
        wait.timers.append(name)
    if question.timeout is not None:
        name = f"timeout:{wait.id}"
        stage.set_timer(name, now + question.timeout, {"kind": "timeout", "wait": wait.id})
        wait.timers.append(name)


def repeat(stage: Stage, frame: Frame) -> None:
    """Say the pending question once more; timers that were stopped start anew."""
    wait = frame.wait
    assert wait is not None
    question = question_of(stage, frame)
    stage.entered = frame.step or stage.entered
    tell(stage, frame, question)
    if not wait.timers:
        _set_timers(stage, wait, question)


def cover(stage: Stage, frame: Frame) -> None:
    """Something else comes on top of a waiting frame: its timers stop."""
    wait = frame.wait
    if wait is not None and wait.kind == "ask":
        stage.drop_timers(wait)
        wait.collected = []


# ---------------------------------------------------------------- answering


def by_words(stage: Stage, frame: Frame, text: str) -> Choice | None:
    """The choice a text names: by its label, or where there is a real choice by its number."""
    question = question_of(stage, frame)
    offered = choices(stage, frame, question)
    if not offered:
        return None
    usable = [choice for choice in offered if choice.answers]
    labels = [choice.label for choice in usable]
    if question.kind.base in ("choice", "many"):
        place = which(text, labels)
        return usable[place] if place is not None else None
    words = fold(text)
    if not words:
        return next((choice for choice in usable if choice.label == text.strip()), None)
    return next((choice for choice in usable if fold(choice.label) == words), None)


def by_beginning(stage: Stage, frame: Frame, text: str) -> Choice | None:
    """The one choice whose label goes on from the words; labels made of data are long."""
    question = question_of(stage, frame)
    if question.kind.base not in ("choice", "many"):
        return None
    usable = [choice for choice in choices(stage, frame, question) if choice.answers]
    place = begun(text, [choice.label for choice in usable])
    return usable[place] if place is not None else None


def choose(stage: Stage, frame: Frame, choice: Choice) -> None:
    """A button was pressed, or named."""
    wait = frame.wait
    assert wait is not None
    question = question_of(stage, frame)
    if choice.key == "skip":
        take(stage, frame, None)
    elif choice.key == "done":
        _close_many(stage, frame, question, wait)
    elif choice.entry >= 0:
        stage.note_answer(frame, wait.entry)
        stage.drop_timers(wait)
        stage.happened("answered", frame)
        frame.wait = None
        frame.jumped = False
        frame.at = choice.entry
    elif question.kind.base == "many":
        _toggle(stage, frame, wait, choice)
    else:
        _take_value(stage, frame, question, choice.value)


def _take_value(stage: Stage, frame: Frame, question: Question, value: Any) -> None:
    if isinstance(value, str) and question.kind.base not in KEEPS_TEXT and question.save:
        fit = question.kind.parse(value, (), stage.env)
        if isinstance(fit, Fit):
            value = fit.value
    take_checked(stage, frame, value)


def take_checked(stage: Stage, frame: Frame, value: Any) -> None:
    """Take an answer that fits its type, if the owner's checks agree."""
    question = question_of(stage, frame)
    objection = _broken(stage, frame, question, value) if question.checks else None
    if objection is None:
        take(stage, frame, value)
    else:
        miss(stage, frame, objection)


def _broken(stage: Stage, frame: Frame, question: Question, value: Any) -> str | None:
    """What the first broken check says."""
    if not question.checks:
        return None
    scope = dict(stage.scope(frame))
    home, _, field = (question.save or "").partition(".")
    if field:
        inner = scope.get(home)
        scope[home] = {**(inner if isinstance(inner, dict) else {}), field: value}
    else:
        scope[home] = value
    for check in question.checks:
        if not check.must.true(scope, stage.env):
            return check.say.render(scope, stage.env)
    return None


def take(stage: Stage, frame: Frame, value: Any) -> None:
    """Save the answer and go on."""
    wait = frame.wait
    assert wait is not None
    question = question_of(stage, frame)
    stage.note_answer(frame, wait.entry)
    stage.drop_timers(wait)
    frame.wait = None
    frame.at = wait.entry + 1
    if question.save is not None:
        _keep(stage, frame, question.save, value)
    stage.happened("answered", frame)


def _keep(stage: Stage, frame: Frame, save: str, value: Any) -> None:
    stage.write(frame, save, value)
    root = stage.root(frame)
    if root is not None and save not in root.given:
        root.given.append(save)


def abandon_by_timeout(stage: Stage, frame: Frame) -> None:
    """The question is gone, its variable empty; the flow goes on at `timeout: then`."""
    wait = frame.wait
    assert wait is not None
    question = question_of(stage, frame)
    stage.drop_timers(wait)
    frame.wait = None
    frame.at = question.timeout_entry if question.timeout_entry >= 0 else wait.entry + 1
    if question.save is not None:
        stage.write(frame, question.save, None)
    stage.happened("silent", frame)


def miss(stage: Stage, frame: Frame, reason: str = "") -> None:
    """An answer that does not fit; where it was one too many, `else` is due."""
    wait = frame.wait
    assert wait is not None
    question = question_of(stage, frame)
    wait.tries += 1
    wait.missed = True
    stage.happened("misfit", frame)
    limit = question.tries if question.tries is not None else stage.bot.defaults.tries
    if wait.tries >= limit and _has_else(stage, question):
        stage.exhausted = frame
    elif reason:
        stage.tell(reason, buttons=presses(stage, frame, question), asks=True)
    else:
        tell(stage, frame, question)


def _has_else(stage: Stage, question: Question) -> bool:
    return question.otherwise >= 0 or stage.bot.defaults.otherwise >= 0


def objection(stage: Stage, frame: Frame, reason: str) -> str:
    """What to say to an answer that does not fit: the owner's words before ours."""
    question = question_of(stage, frame)
    retry = question.retry if question.retry is not None else question.kind.retry
    return stage.render(frame, retry) if retry is not None else reason


def parse(stage: Stage, frame: Frame, text: str, attached: Sequence[Sent]) -> Fit | Misfit:
    """What the question's own type makes of a message."""
    question = question_of(stage, frame)
    if question.menu or question.kind.base in ("choice", "many"):
        return Misfit()
    return question.kind.parse(text, attached, stage.env)


# ---------------------------------------------------------------- gathering


def gathers(question: Question) -> bool:
    return question.collect is not None or question.kind.base == "photos"


def gather(stage: Stage, frame: Frame, text: str, attached: Sequence[Sent]) -> None:
    """Keep one of several messages that make up the answer; quiet, or `max`, ends it."""
    wait = frame.wait
    assert wait is not None
    question = question_of(stage, frame)
    if question.kind.base == "photos":
        wait.collected.extend(
            {"kind": sent.kind, "ref": sent.ref, "details": freeze(dict(sent.details))}
            for sent in attached
        )
        most = question.kind.max
        if most is not None and len(wait.collected) >= int(most):
            close_gathering(stage, frame)
            return
        quiet = QUIET_ENDS_PHOTOS
    else:
        wait.collected.append(text)
        assert question.collect is not None
        quiet = question.collect
    name = f"collect:{wait.id}"
    stage.set_timer(name, stage.around.now + quiet, {"kind": "collect", "wait": wait.id})
    if name not in wait.timers:
        wait.timers.append(name)


def close_gathering(stage: Stage, frame: Frame) -> None:
    """Take what was gathered as the answer."""
    wait = frame.wait
    assert wait is not None
    question = question_of(stage, frame)
    collected, wait.collected = wait.collected, []
    if question.kind.base == "photos":
        most = question.kind.max
        kept = collected[: int(most)] if most is not None else collected
        attached = [Sent(kind=sent["kind"], ref=sent["ref"]) for sent in kept]
        fit = question.kind.parse("", attached, stage.env)
    else:
        fit = question.kind.parse("\n".join(collected), (), stage.env)
    if isinstance(fit, Fit):
        take_checked(stage, frame, fit.value)
    else:
        miss(stage, frame, objection(stage, frame, fit.reason))


def gathering(frame: Frame) -> bool:
    """Whether the answer will be taken by itself within seconds."""
    return frame.wait is not None and bool(frame.wait.collected)


def _toggle(stage: Stage, frame: Frame, wait: Wait, choice: Choice) -> None:
    place = int(choice.key)
    if place in wait.picked:
        wait.picked.remove(place)
    else:
        wait.picked.append(place)
    question = question_of(stage, frame)
    labels = [one.label for one in choices(stage, frame, question) if one.key in _keys(wait)]
    text = stage.phrase("picked", labels=", ".join(labels))
    text = text if labels else stage.phrase("nothing_picked")
    stage.tell(text, buttons=presses(stage, frame, question), asks=True)


def _keys(wait: Wait) -> set[str]:
    return {str(place) for place in wait.picked}


def _close_many(stage: Stage, frame: Frame, question: Question, wait: Wait) -> None:
    chosen = [one.value for one in choices(stage, frame, question) if one.key in _keys(wait)]
    if not chosen:
        miss(stage, frame, stage.phrase("nothing_picked"))
        return
    take_checked(stage, frame, thaw(freeze(chosen)))


# ---------------------------------------------------------------- yes and no of our own


def yes_or_no(stage: Stage, text: str) -> bool | None:
    """What a text says to a question of our own."""
    fit = BASE_TYPES["yes_no"].parse(text, (), stage.env)
    return bool(fit.value) if isinstance(fit, Fit) else None
