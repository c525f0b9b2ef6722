"""Presses: of the question's buttons, of «Продолжим?», of a message's, and of stale ones."""

from typing import Any

from flows import answering, asking, guards, meanings, returning, tasks, triggers, walking
from flows.choices import by_key, by_words, pending, question_of, several_by_words
from flows.frames import Frame
from flows.matching import fold
from flows.model import Choice
from flows.phrases import GO_ON_WORDS
from flows.stage import Stage
from flows.triggers import SURE
from flows.turn import Press

TWICE = 30.0
"""Seconds in which the same button pressed again is a tap too many, as by an impatient finger."""


def press_question(stage: Stage, wait_id: str, key: str) -> bool:
    offer = stage.position.offer
    if offer is not None and offer["id"] == wait_id and key.isdecimal():
        if "topics" in offer:
            return meanings.accept(stage, int(key), "button")
        triggers.note(
            stage, "button", SURE, triggers.intent_of_top(stage), label=_label(stage, key)
        )
        returning.accept_offer(stage, int(key))
        return True
    top = pending(stage)
    if top is None or top.wait is None or top.wait.id != wait_id:
        return False
    question = question_of(stage, top)
    if top.wait.confirming:
        if key not in ("yes", "other"):
            return False
        triggers.note(
            stage, "button", SURE, top.flow, label=_confirming(stage, key), step=top.step or ""
        )
        confirm(stage, top, key == "yes")
        return True
    chosen = by_key(stage, top, question, key)
    if chosen is None or not chosen.answers:
        return False
    stage.position.offer = None
    intent = None if chosen.entry >= 0 else top.flow
    triggers.note(stage, "button", SURE, intent, label=chosen.label, step=top.step or "")
    stage.flow_of_button = top.flow
    answering.choose(stage, top, question, chosen)
    return True


def _label(stage: Stage, key: str) -> str:
    """The label of a button of «Продолжим?»."""
    _, presses = returning.offered(stage)
    return presses[int(key)].text if int(key) < len(presses) else ""


def _confirming(stage: Stage, key: str) -> str:
    return stage.phrase("yes" if key == "yes" else "other")


def twice(stage: Stage, payload: str, before: list[Any]) -> bool:
    """Whether a button was only pressed once more than needed: it has been answered already."""
    if not before or before[0] != payload or stage.seconds - before[1] > TWICE:
        return False
    stage.position.pressed = before
    triggers.note(stage, "button", 0.0, None, twice="yes")
    return True


def stale(stage: Stage) -> None:
    """A button of an earlier question never acts."""
    triggers.note(stage, "button", 0.0, None, stale="yes")
    stage.tell(stage.phrase("stale"))
    returning.say_again(stage)


def press_offer(stage: Stage, number: str) -> str:
    """A button of a message: it carries what it does and stays good.

    Gives the text that is to be heard instead, where the button stands for one.
    """
    offer = stage.position.offers.get(number)
    if offer is None:
        stale(stage)
        return ""
    act, target = offer["act"], offer["target"]
    if act in ("call", "start"):
        target = stage.called(target)
    arguments = offer.get("arguments", {})
    if act == "text":
        return str(target)
    if act == "go":
        _press_go(stage, offer["frame"], target)
        return ""
    known = target in stage.bot.flows and tasks.fits(stage, target, arguments)
    if not known or not guards.may_start(stage, target, arguments):
        stale(stage)
        return ""
    triggers.note(stage, "button", SURE, target, label=offer["label"])
    stage.position.offer = None
    if act == "start":
        tasks.start(stage, target, trigger="", arguments=arguments)
    else:
        tasks.interrupt(stage, target, trigger="", arguments=arguments)
    return ""


def _press_go(stage: Stage, frame_id: int, step: str) -> None:
    frame = stage.by_id(frame_id)
    if frame is None or not stage.knows(frame) or step not in stage.flow(frame).steps:
        stale(stage)
        return
    triggers.note(stage, "button", SURE, frame.flow)
    tasks.cut(stage, stage.index(frame) + 1)
    tasks.abandon(stage, frame)
    walking.jump_to(stage, frame, step)


def offer_in_words(stage: Stage, text: str) -> str | None:
    """The number of the last message's button whose label this is."""
    words = fold(text)
    offers = {number: stage.position.offers.get(number) for number in stage.position.last}
    found = [
        number
        for number, offer in offers.items()
        if offer is not None and words and fold(offer["label"]) == words
    ]
    # Several cards may have a button «Купить»: the word alone does not say which.
    return found[0] if len(found) == 1 else None


# ---------------------------------------------------------------- the same in words


def answer_offer(stage: Stage, text: str) -> bool:
    """An answer to «Продолжим?»; anything else is heard as if the suspended question were asked."""
    _, presses = returning.offered(stage)
    place = _which_press(presses, text, numbered=len(presses) > 2)
    if place is None:
        said = fold(text) in GO_ON_WORDS or answering.yes_or_no(stage, text)
        if said is False:
            place = len(presses) - 1
        elif said:
            # Of several it is the newest; «да» is no answer to a question that lies beneath.
            place = 0
    if place is None:
        stage.position.offer = None
        top = pending(stage)
        if top is not None:
            asking.wake_timers(stage, top)
        return False
    label = presses[place].text if place < len(presses) else ""
    triggers.note(stage, "answer", SURE, triggers.intent_of_top(stage), label=label)
    returning.accept_offer(stage, place)
    return True


def _which_press(presses: tuple[Press, ...], text: str, *, numbered: bool) -> int | None:
    words = fold(text)
    if numbered and words.isdecimal() and len(words) < 3 and 1 <= int(words) <= len(presses):
        return int(words) - 1
    return next((place for place, one in enumerate(presses) if fold(one.text) == words), None)


def confirm(stage: Stage, frame: Frame, right: bool) -> None:
    question = question_of(stage, frame)
    wait = frame.wait
    assert wait is not None
    stage.position.offer = None
    if right:
        asking.take(stage, frame, question, stage.read(frame, question.save or ""))
        return
    wait.confirming = False
    asking.tell(stage, frame, question)


def answer_by_label(stage: Stage, frame: Frame, text: str) -> bool:
    wait = frame.wait
    assert wait is not None
    if wait.confirming:
        # Without its slash a command such as /cancel would be read as a no.
        command = text.lstrip().startswith("/")
        said = None if command else answering.yes_or_no(stage, text)
        if said is None and fold(text) == fold(stage.phrase("other")):
            said = False
        if said is None:
            return False
        label = _confirming(stage, "yes" if said else "other")
        triggers.note(stage, "answer", SURE, frame.flow, label=label, step=frame.step or "")
        confirm(stage, frame, said)
        return True
    if not question_of(stage, frame).choosable:
        return False
    chosen = by_words(stage, frame, text)
    if chosen is not None:
        take_choice(stage, frame, chosen)
        return True
    several = several_by_words(stage, frame, text)
    if several:
        labels = ", ".join(choice.label for choice in several)
        triggers.note(stage, "answer", SURE, frame.flow, label=labels, step=frame.step or "")
        answering.pick(stage, frame, several)
    return bool(several)


def take_choice(stage: Stage, frame: Frame, chosen: Choice) -> None:
    intent = None if chosen.entry >= 0 else frame.flow
    triggers.note(stage, "answer", SURE, intent, label=chosen.label, step=frame.step or "")
    stage.flow_of_button = frame.flow
    answering.choose(stage, frame, question_of(stage, frame), chosen)
