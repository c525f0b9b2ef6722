"""Answers by button, by several messages, and to questions of our own."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flows.answers import BASE_TYPES, Fit
from flows.asking import miss, objection, take, take_checked
from flows.attachments import ATTACHED, is_a
from flows.choices import choices_of, presses, question_of
from flows.frames import Frame, Wait
from flows.model import Assign, Choice, Go, Goal, Question, Say
from flows.stage import Stage
from flows.turn import Sent
from flows.values import freeze, thaw

QUIET_ENDS_PHOTOS = timedelta(seconds=3)
KEEPS_TEXT = frozenset({"choice", "many", "any"})


def choose(stage: Stage, frame: Frame, question: Question, choice: Choice) -> None:
    """A button was pressed, or named."""
    wait = frame.wait
    assert wait is not None
    if choice.key == "skip":
        take(stage, frame, question, None)
    elif choice.key == "more":
        wait.page += 1
        shown = presses(stage, frame, question)
        stage.tell(stage.phrase("more_shown"), buttons=shown, asks=True, renews=True)
    elif choice.key == "done":
        _close_many(stage, frame, question, wait)
    elif choice.entry >= 0:
        if _turns_back(stage, frame, choice.entry):
            stage.turning = frame, wait.entry
        else:
            stage.note_answer(frame, wait.entry)
        stage.drop_timers(wait)
        stage.happened_to_question("answered", frame)
        frame.wait = None
        frame.jumped = False
        frame.at = choice.entry
    elif question.kind.base == "many":
        _toggle(stage, frame, wait, choice)
    else:
        _take_value(stage, frame, question, choice.value)


def _turns_back(stage: Stage, frame: Frame, entry: int) -> bool:
    """Whether a button leads back or asks again: it is no answer that `go: back` might return to."""
    for operation in stage.flow(frame).code[entry:]:
        if isinstance(operation, Go):
            return operation.where in ("back", "again")
        if not isinstance(operation, (Say, Assign, Goal)):
            break
    return False


def _take_value(stage: Stage, frame: Frame, question: Question, value: Any) -> None:
    if isinstance(value, str) and question.kind.base not in KEEPS_TEXT and question.save:
        fit = question.kind.parse(value, (), stage.env)
        if isinstance(fit, Fit):
            value = fit.value
    take_checked(stage, frame, question, value)


def yes_or_no(stage: Stage, text: str) -> bool | None:
    """What a text says to a question of our own."""
    fit = BASE_TYPES["yes_no"].parse(text, (), stage.env)
    return bool(fit.value) if isinstance(fit, Fit) else None


# ---------------------------------------------------------------- several messages, several labels


def gathers(stage: Stage, question: Question) -> bool:
    base = question.kind.base
    return base == "photos" or (base not in ATTACHED and _quiet(stage, question) is not None)


def _quiet(stage: Stage, question: Question) -> timedelta | None:
    """How long to wait for more. The bot's own rule is for free words: a number comes at once."""
    kind = question.kind
    if question.collect is not None:
        return question.collect
    if kind.base == "photos":
        return QUIET_ENDS_PHOTOS
    free = kind.base == "text" and kind.matches is None
    return stage.bot.defaults.collect if free else None


def gather(
    stage: Stage, frame: Frame, question: Question, text: str, attached: Sequence[Sent]
) -> None:
    """Keep one of several messages that make up the answer; quiet, or `max`, ends it."""
    wait = frame.wait
    assert wait is not None
    if question.kind.base == "photos":
        wait.collected += [
            {"kind": sent.kind, "ref": sent.ref, "details": freeze(dict(sent.details))}
            for sent in attached
            if is_a(sent, ATTACHED["photos"])
        ]
        most = question.kind.max
        if most is not None and len(wait.collected) >= int(most):
            close_gathering(stage, frame)
            return
    else:
        wait.collected.append(text)
    quiet = _quiet(stage, question)
    assert quiet is not None
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
        lacking = question.kind.enough(len(kept), stage.env)
        if lacking is not None:
            # What came is kept, and more is waited for.
            wait.collected = kept
            miss(stage, frame, objection(stage, frame, lacking.reason))
            return
        attached = [
            Sent(kind=sent["kind"], ref=sent["ref"], details=sent.get("details", {}))
            for sent in kept
        ]
        fit = question.kind.parse("", attached, stage.env)
    else:
        fit = question.kind.parse("\n".join(collected), (), stage.env)
    if isinstance(fit, Fit):
        take_checked(stage, frame, question, fit.value)
    else:
        miss(stage, frame, objection(stage, frame, fit.reason))


def gathering_photos(stage: Stage, frame: Frame) -> bool:
    return gathering(frame) and question_of(stage, frame).kind.base == "photos"


def gathering(frame: Frame) -> bool:
    """Whether the answer will be taken by itself within seconds."""
    # A loop, as a generator for the one or two names would cost more than they do.
    for name in frame.wait.timers if frame.wait is not None else ():
        if name.startswith("collect:"):
            return True
    return False


def _toggle(stage: Stage, frame: Frame, wait: Wait, choice: Choice) -> None:
    place = int(choice.key)
    if place in wait.picked:
        wait.picked.remove(place)
        _show_picked(stage, frame, wait)
    else:
        pick(stage, frame, [choice])


def pick(stage: Stage, frame: Frame, chosen: Sequence[Choice]) -> None:
    """Add to the labels chosen so far."""
    wait = frame.wait
    assert wait is not None
    places = [int(choice.key) for choice in chosen]
    together = [*wait.picked, *(place for place in places if place not in wait.picked)]
    most = question_of(stage, frame).kind.max
    if most is not None and len(together) > int(most):
        text = stage.phrase("most_picked", most=str(int(most)), picked=_picked(stage, frame, wait))
        stage.tell(text, buttons=presses(stage, frame, question_of(stage, frame)), asks=True)
        return
    wait.picked = together
    _show_picked(stage, frame, wait)


def _show_picked(stage: Stage, frame: Frame, wait: Wait) -> None:
    buttons = presses(stage, frame, question_of(stage, frame))
    stage.tell(_picked(stage, frame, wait), buttons=buttons, asks=True, renews=True)


def _picked(stage: Stage, frame: Frame, wait: Wait) -> str:
    question = question_of(stage, frame)
    labels = [one.label for one in choices_of(stage, frame, question) if one.key in _keys(wait)]
    return (
        stage.phrase("picked", labels=", ".join(labels))
        if labels
        else stage.phrase("nothing_picked")
    )


def _keys(wait: Wait) -> set[str]:
    return {str(place) for place in wait.picked}


def _close_many(stage: Stage, frame: Frame, question: Question, wait: Wait) -> None:
    chosen = [one.value for one in choices_of(stage, frame, question) if one.key in _keys(wait)]
    unfit = question.kind.enough(len(chosen), stage.env)
    if unfit is not None:
        miss(stage, frame, unfit.reason if chosen else stage.phrase("nothing_picked"))
        return
    take_checked(stage, frame, question, thaw(freeze(chosen)))
