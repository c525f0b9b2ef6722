"""The buttons of a question: what they show, what choosing them means, which one a text names."""

import re
from collections.abc import Sequence
from typing import Any

from flows import paging
from flows.asides import named_among_asides, without_asides
from flows.frames import Frame, Wait
from flows.matching import begun, fold, which
from flows.model import Ask, Choice, OfferedButton, Question
from flows.nearness import nearest_label
from flows.positions import all_but, positions
from flows.stage import Stage
from flows.turn import Press

PICKED = "✅"
"""Stands before a label that is chosen."""

MOST_OPTIONS = 10_000
"""Elements of `options` that can be chosen: every answer is compared with each of them."""

_BETWEEN = re.compile(r"[,;\n]|\s(?:и|and)\s")


def question_of(stage: Stage, frame: Frame) -> Question:
    """The question a frame waits for."""
    wait = frame.wait
    assert wait is not None
    question: Question | None = wait.question
    if question is None:
        operation = stage.operation(frame, wait.entry)
        assert isinstance(operation, Ask)
        question = wait.question = operation.question
    return question


def pending(stage: Stage) -> Frame | None:
    """The frame whose question may be answered now."""
    stack = stage.stack
    if not stack:
        return None
    top = stack[-1]
    wait = top.wait
    return top if wait is not None and wait.kind == "ask" else None


def choices_of(stage: Stage, frame: Frame, question: Question) -> list[Choice]:
    """The question's own buttons with those of its options, and the one that skips or ends it."""
    if question.options is not None:
        made = _options_and_buttons(stage, frame, question)
    elif question.choices is not None:
        made = [*question.choices]
    else:
        made = [
            _choice(stage, frame, button, str(place))
            for place, button in enumerate(question.body.buttons)
        ]
    if question.kind.base == "many":
        made.append(Choice(stage.phrase("done"), "done"))
    if question.skip is not None:
        made.append(Choice(stage.render(frame, question.skip), "skip"))
    return made


def _options_and_buttons(stage: Stage, frame: Frame, question: Question) -> list[Choice]:
    made = _options(stage, frame, question)
    more = paging.more(stage, frame, [choice.label for choice in made], _room(stage, question))
    for button in question.body.buttons:
        made.append(_choice(stage, frame, button, str(len(made))))
    if more:
        made.append(Choice(more, "more"))
    return made


def nothing_to_choose(stage: Stage, frame: Frame, question: Question) -> bool:
    """Whether a question made of a list has no list, and no button of its own either."""
    return not any(
        choice.answers and choice.key != "done" for choice in choices_of(stage, frame, question)
    )


def _choice(stage: Stage, frame: Frame, button: OfferedButton, key: str) -> Choice:
    label = stage.render(frame, button.label)
    answers = button.share is None and button.url is None
    value = None
    if answers and button.entry < 0:
        value = stage.value(frame, button.value)
    return Choice(label, key, value, button.entry, answers, button)


def _options(stage: Stage, frame: Frame, question: Question) -> list[Choice]:
    assert question.options is not None
    items = stage.evaluate(frame, question.options)
    if isinstance(items, dict):
        items = list(items.values())
    if not isinstance(items, (list, tuple)):
        return []
    scope = stage.scope(frame)
    before = scope.get("item")
    made = []
    for place, item in enumerate(items[:MOST_OPTIONS]):
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


def by_key(stage: Stage, frame: Frame, question: Question, key: str) -> Choice | None:
    """The choice whose key a press brings back."""
    buttons = question.body.buttons
    if question.options is None and key.isdecimal():
        place = int(key)
        if question.choices is not None:
            return question.choices[place] if place < len(question.choices) else None
        return _choice(stage, frame, buttons[place], key) if place < len(buttons) else None
    offered = choices_of(stage, frame, question)
    return next((choice for choice in offered if choice.key == key), None)


def presses(stage: Stage, frame: Frame, question: Question) -> tuple[Press, ...]:
    """The buttons as they are sent."""
    wait = frame.wait
    assert wait is not None
    if wait.confirming:
        return (
            Press(text=stage.phrase("yes"), payload=f"q:{wait.id}:yes"),
            Press(text=stage.phrase("other"), payload=f"q:{wait.id}:other"),
        )
    if question.plain:
        return ()
    if question.simple and not wait.picked:
        beginning = f"q:{wait.id}:"
        return tuple(
            [Press(text=one.label, payload=beginning + one.key) for one in question.choices or ()]
        )
    shown: Sequence[Choice] = choices_of(stage, frame, question)
    if question.options is not None:
        shown = _on_page(wait, shown, _room(stage, question))
    return tuple(_press(stage, frame, wait, choice) for choice in shown)


def _room(stage: Stage, question: Question) -> int:
    """What the question's own buttons leave of those that the messenger shows."""
    ends = (question.kind.base == "many") + (question.skip is not None)
    return paging.room_for(stage, len(question.body.buttons) + ends)


def _on_page(wait: Wait, offered: Sequence[Choice], room: int) -> Sequence[Choice]:
    """Of a list too long to be shown at once, the page the customer has come to."""
    options = [choice for choice in offered if choice.button is None and choice.key.isdecimal()]
    start, end = paging.page([choice.label for choice in options], wait.page, room)
    hidden = {choice.key for choice in (*options[:start], *options[end:])}
    return [choice for choice in offered if choice.key not in hidden] if hidden else offered


def _press(stage: Stage, frame: Frame, wait: Wait, choice: Choice) -> Press:
    payload = f"q:{wait.id}:{choice.key}" if choice.answers else ""
    button = choice.button
    picked = wait.picked and choice.key.isdecimal() and int(choice.key) in wait.picked
    label = f"{PICKED} {choice.label}" if picked else choice.label
    if button is None or button.plain:
        return Press(text=label, payload=payload)
    url = stage.render(frame, button.url) if button.url is not None else None
    return stage.press(frame, button, label, payload, url)


# ---------------------------------------------------------------- which one a text names


def by_words(stage: Stage, frame: Frame, text: str) -> Choice | None:
    """The choice a text names: by its label, or where there is a real choice by its number."""
    question = question_of(stage, frame)
    if not question.choosable:
        return None
    usable = _usable(stage, frame)
    if not usable:
        return None
    labels = [choice.label for choice in usable]
    if question.kind.base in ("choice", "many"):
        place = which(text, labels, _numbered(usable))
        return usable[place] if place is not None else None
    words = fold(text)
    if not words:
        return next((choice for choice in usable if choice.label == text.strip()), None)
    return next((choice for choice in usable if fold(choice.label) == words), None)


def several_by_words(stage: Stage, frame: Frame, text: str) -> list[Choice]:
    """The choices of `many` that a text lists, «сыр, грибы и лук»; none unless every part is one."""
    if question_of(stage, frame).kind.base != "many":
        return []
    labels = _listed(stage, frame, text)
    if len(labels) > 1:
        return labels
    usable = _usable(stage, frame)
    count = _numbered(usable)
    places = positions(text, count)
    if places:
        return [usable[place] for place in places] if len(places) > 1 else []
    spared = _listed(stage, frame, all_but(text))
    return [choice for choice in usable[:count] if choice not in spared] if spared else []


def _listed(stage: Stage, frame: Frame, text: str) -> list[Choice]:
    """What the parts of a text name, each of them; none if any of them is something else."""
    parts = [part for part in _BETWEEN.split(text) if fold(part)]
    named = {
        part: by_words(stage, frame, part) or by_beginning(stage, frame, part) for part in parts
    }
    labels = {part: one for part, one in named.items() if one is not None and one.key.isdigit()}
    told = all(part in labels or not without_asides(part) for part in parts)
    return list(labels.values()) if told else []


def _usable(stage: Stage, frame: Frame) -> list[Choice]:
    """What a text may name, in the order in which positions are counted: the page shown comes first."""
    question = question_of(stage, frame)
    usable = [choice for choice in choices_of(stage, frame, question) if choice.answers]
    wait = frame.wait
    if wait is None or not wait.page:
        return usable
    shown = {choice.key for choice in _on_page(wait, usable, _room(stage, question))}
    return sorted(usable, key=lambda one: (not one.key.isdecimal(), one.key not in shown))


def _numbered(usable: Sequence[Choice]) -> int:
    """How many of them have a position; «Готово» and what skips the question have none."""
    return sum(choice.key.isdecimal() for choice in usable)


def by_beginning(stage: Stage, frame: Frame, text: str) -> Choice | None:
    """The one choice whose label goes on from the words, is nearly them, or is all they are about."""
    if not question_of(stage, frame).choosable:
        return None
    usable = _usable(stage, frame)
    if not usable:
        return None
    labels = [choice.label for choice in usable]
    if question_of(stage, frame).kind.base not in ("choice", "many"):
        place = named_among_asides(text, labels, 0)
        return usable[place] if place is not None else None
    place = begun(text, labels)
    place = nearest_label(text, labels) if place is None else place
    place = named_among_asides(text, labels, _numbered(usable)) if place is None else place
    return usable[place] if place is not None else None
