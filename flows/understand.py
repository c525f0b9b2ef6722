"""The ladder: whose is this message - a button's, a command's, the question's, a topic's, nobody's."""

from collections.abc import Sequence

from msgspec.structs import replace

from flows import (
    albums,
    answering,
    asking,
    endings,
    guards,
    handing,
    meanings,
    pressing,
    returning,
    running,
    tasks,
    triggers,
)
from flows.answers import Fit, Misfit
from flows.choices import by_beginning, by_words, pending, question_of
from flows.frames import Frame
from flows.model import EndHandler, Go, StartFlow, Target
from flows.phrases import CANCEL_WORDS
from flows.stage import Stage
from flows.triggers import NO_MATCH, SURE
from flows.turn import Heard, Sent

MAIL_KEPT = 500
"""Messages that wait for a slow action to end, more than anybody writes meanwhile; a flood beyond that
is not answered."""

LONGEST_KEY = 1000
"""Characters of what a press names; no button of ours has more."""

LONGEST = 10_000


def hear(stage: Stage, heard: Heard) -> None:
    """Find out whose a message is, and let it have it."""
    position = stage.position
    if heard.edited:
        _hear_edited(stage, heard)
        return
    if len(heard.text) > LONGEST:
        heard = replace(heard, text=heard.text[:LONGEST])
    position.message = heard.text
    if position.meaning is not None:
        position.meaning = None
    if stage.holder == "bot":
        handing.heal(stage)
    wait = stage.stack[-1].wait if stage.stack else None
    if wait is not None and wait.kind in ("do", "pause"):
        _hear_meanwhile(stage, heard)
    elif stage.holder != "bot" and _with_person(stage):
        _hear_in_queue(stage, heard)
    else:
        _climb(stage, heard)
    if not position.met:
        position.met = True


def _climb(stage: Stage, heard: Heard) -> None:
    text = heard.text
    if heard.button is None:
        stage.position.pressed = []
    else:
        text = _press(stage, heard.button)
        if not text:
            return
        stage.position.message = text
    if (
        heard.button is None
        and text
        and stage.position.last
        and _free_for_offers(stage, text)
        and not triggers.exact_target(stage, text)
    ):
        number = pressing.offer_in_words(stage, text)
        text = text if number is None else pressing.press_offer(stage, number)
        if not text and number is not None:
            return
    part = albums.part(stage, heard.album) if heard.album else "first"
    if part == "late":
        triggers.note(stage, "other", 0.0, None)
    else:
        _climb_with(stage, text, heard.attached, again=part == "next")


def _free_for_offers(stage: Stage, text: str) -> bool:
    """Whether words may name a button of a message: nothing else is asked, or only what one wants."""
    top = pending(stage)
    if top is None:
        return True
    return question_of(stage, top).menu and by_words(stage, top, text) is None


def _press(stage: Stage, payload: str) -> str:
    """Let a press act; gives the text that is to be heard, where the button stands for one."""
    kind, _, rest = payload.partition(":")
    before, stage.position.pressed = stage.position.pressed, []
    if kind == "q" and rest:
        wait, _, key = rest.rpartition(":")
        if len(key) <= LONGEST_KEY and pressing.press_question(stage, wait, key):
            stage.position.pressed = [payload, stage.seconds]
        elif not pressing.twice(stage, payload, before):
            pressing.stale(stage)
    elif kind == "s" and rest.isdigit():
        return pressing.press_offer(stage, rest)
    elif not triggers.exact(stage, payload):
        triggers.note(stage, "other", 0.0, None)
    return ""


def _climb_with(stage: Stage, text: str, attached: Sequence[Sent], *, again: bool = False) -> None:
    """`again` says that another part of the same album has been heard by the same question."""
    top = pending(stage)
    wait = top.wait if top is not None else None
    if wait is not None and wait.missed:
        wait.missed = False
    if stage.position.offer is not None and _answer_offered(stage, text):
        return
    seen = top if wait is not None and not wait.unseen else None
    if seen is not None and text and pressing.answer_by_label(stage, seen, text):
        return
    if text and triggers.exact(stage, text):
        return
    reason = ""
    if seen is not None:
        fit = asking.parse(stage, seen, text, attached)
        if _answer(stage, seen, text, attached, fit):
            return
        reason = fit.reason if isinstance(fit, Misfit) else ""
    if again and not text:
        # What was to be said about the album has been said about its first part.
        triggers.note(stage, "other", 0.0, None)
        return
    if triggers.contained(stage, text, attached) or (text and meanings.ask_model(stage, text)):
        return
    nobody(stage, text, reason, attached)


def _answer_offered(stage: Stage, text: str) -> bool:
    """Whether the message answers «Вы про … или …?», or «Продолжим?»."""
    if meanings.unsure(stage):
        return bool(text) and _answer_doubt(stage, text)
    # One that nobody answered for as long as a task may wait is asked no more.
    return stage.position.offer is not None and pressing.answer_offer(stage, text)


def _unseen(frame: Frame) -> bool:
    """Whether the customer has not read the question yet: it was put while they were away."""
    return frame.wait is not None and frame.wait.unseen


# ---------------------------------------------------------------- 4: the answer


def _answer(
    stage: Stage, frame: Frame, text: str, attached: Sequence[Sent], fit: Fit | Misfit
) -> bool:
    """Take the message as the answer, if the question's type agrees."""
    wait = frame.wait
    assert wait is not None
    if not isinstance(fit, Fit):
        chosen = by_beginning(stage, frame, text)
        if chosen is not None:
            pressing.take_choice(stage, frame, chosen)
        return chosen is not None
    question = question_of(stage, frame)
    kind = question.kind.name
    triggers.note(stage, "answer", SURE, frame.flow, type=kind, step=frame.step or "")
    if wait.confirming:
        wait.confirming = False
    if answering.gathers(stage, question):
        answering.gather(stage, frame, question, text, attached)
    else:
        asking.take_checked(stage, frame, question, fit.value)
    return True


def _hear_edited(stage: Stage, heard: Heard) -> None:
    """A corrected message counts only where the first one was a misfit."""
    top = pending(stage)
    triggers.note(stage, "edited", 0.0, None)
    if top is None or top.wait is None or not top.wait.missed:
        return
    top.wait.missed = False
    stage.position.message = heard.text
    text, attached = heard.text, heard.attached
    fit = asking.parse(stage, top, text, attached)
    if pressing.answer_by_label(stage, top, text) or _answer(stage, top, text, attached, fit):
        stage.rung = "edited"


# ---------------------------------------------------------------- 6: meanings


def choose(stage: Stage, ranked: meanings.Ranked) -> None:
    """The model has chosen; without a choice the message is nobody's."""
    text = meanings.choose(stage, ranked)
    if text:
        _nobodys_text(stage, text)
    elif meanings.unsure(stage):
        returning.say_again(stage)


def _nobodys_text(stage: Stage, text: str) -> None:
    top = pending(stage)
    reason = ""
    if top is not None:
        fit = asking.parse(stage, top, text, ())
        reason = "" if isinstance(fit, Fit) else fit.reason
    nobody(stage, text, reason)


def _answer_doubt(stage: Stage, text: str) -> bool:
    """An answer to «Вы про … или …?»; anything else goes up the ladder."""
    place = meanings.named(stage, text)
    if place is not None and meanings.accept(stage, place, "answer"):
        return True
    if stage.position.offer is None:
        return False
    if answering.yes_or_no(stage, text):
        # It does not say which, nor is it meant for a question that lies beneath.
        triggers.note(stage, "other", 0.0, None)
        returning.say_again(stage)
        return True
    heard = meanings.drop(stage)
    words = triggers.key_of(text)
    if words in CANCEL_WORDS:
        if stage.stack:
            return False
        triggers.note(stage, "exact", SURE, None, words=words)
        endings.cancel(stage)
        return True
    if answering.yes_or_no(stage, text) is False:
        _nobodys_text(stage, heard)
        return True
    return False


# ---------------------------------------------------------------- 7: nobody's


def nobody(stage: Stage, text: str, reason: str, attached: Sequence[Sent] = ()) -> None:
    """Nobody claimed the message: a misfit of the question, or the bot's `event: no_match`."""
    triggers.note(stage, NO_MATCH, 0.0, None)
    top = pending(stage)
    if reason and top is not None:
        stage.because["step"] = top.step or ""
    if top is not None and _unseen(top):
        returning.say_again(stage)
        return
    if text and top is not None and answering.gathering_photos(stage, top):
        # A word between two photos is neither a misfit nor a topic.
        return
    if top is not None and not question_of(stage, top).menu:
        if attached and not text:
            asking.miss_attachment(stage, top, reason)
            return
        asking.miss(stage, top, asking.objection(stage, top, reason))
        return
    greeted = stage.position.met or stage.position.greeting is not None
    listener = triggers.listener(stage) or _doubter(stage)
    start = stage.bot.start
    if start is not None and not guards.may_start(stage, start):
        start = None
    if listener is None and top is None and start is not None:
        tasks.interrupt(stage, start, trigger=text, arguments={})
        stage.intent = start
    elif listener is None:
        stage.tell(stage.phrase("not_understood"))
        returning.say_again(stage)
    elif not greeted and top is None and start is not None:
        stage.position.greeting = text
        tasks.interrupt(stage, start, trigger="", arguments={})
    else:
        target, frame = listener
        triggers.wake(stage, target, frame, text, event=NO_MATCH)


def _doubter(stage: Stage) -> tuple[Target, Frame | None] | None:
    """Where nobody listens for what nobody understood, who listens for little confidence does."""
    found = triggers.doubter(stage, 0.0)
    if found is None:
        return None
    stage.because["doubt"] = f"{found[0]:g}"
    return found[1]


def after_greeting(stage: Stage) -> None:
    """The start flow has greeted a first message that nobody claimed; now it is handled."""
    text = stage.position.greeting
    stage.position.greeting = None
    listener = triggers.listener(stage) or _doubter(stage)
    if text is None or listener is None:
        return
    top = pending(stage)
    if top is not None and question_of(stage, top).menu:
        # The menu comes again when the message has been dealt with.
        stage.unsay_question()
    target, frame = listener
    stage.rung = NO_MATCH
    stage.intent = None
    triggers.wake(stage, target, frame, text, event=NO_MATCH)


# ---------------------------------------------------------------- while something else goes on


def _with_person(stage: Stage) -> bool:
    """Whether the message is a person's to answer, and not a flow's that runs on top of it."""
    if stage.holder != "queue":
        return stage.holder == "operator"
    return pending(stage) is None or handing.waiting(stage) is None


def _hear_in_queue(stage: Stage, heard: Heard) -> None:
    """While a person is waited for, commands and whole words work; all else is the person's."""
    text = heard.text if heard.button is None else heard.button
    if stage.holder == "operator":
        triggers.note(stage, "other", 0.0, None)
    elif heard.button is not None and heard.button.startswith(("q:", "s:")):
        triggers.note(stage, "button", 0.0, None)
        if heard.button.startswith("s:"):
            _press(stage, heard.button)
    elif not text or triggers.greets(stage, text) or not triggers.exact(stage, text):
        triggers.note(stage, "other", 0.0, None)


def _hear_meanwhile(stage: Stage, heard: Heard) -> None:
    """While an action runs messages are kept; only what leaves or cancels acts at once."""
    words = heard.text if heard.button is None else ""
    found = triggers.exact_target(stage, words)
    if found is not None:
        leaves = _leaves(stage, *found, words)
    else:
        leaves = triggers.key_of(words) in CANCEL_WORDS | {"/start"}
    if leaves:
        _leave_action(stage, words)
        return
    triggers.note(stage, "other", 0.0, None)
    if heard.button is not None and heard.button.startswith("q:w"):
        # An impatient second press: no question to come has this button.
        return
    mail = stage.position.mail
    attached = [
        {"kind": one.kind, "ref": one.ref, "details": dict(one.details)} for one in heard.attached
    ]
    if len(mail) < MAIL_KEPT:
        mail.append(
            {"text": heard.text, "button": heard.button, "attached": attached, "album": heard.album}
        )


def _leave_action(stage: Stage, words: str) -> None:
    """Let words act at once; what was written before them was meant for the task that is left."""
    top = stage.top
    under_way = top.wait.id if top is not None and top.wait is not None else ""
    triggers.exact(stage, words)
    running.run(stage)
    waiting = (frame.wait.id for frame in stage.stack if frame.wait is not None)
    if under_way not in waiting:
        stage.position.mail = []


def hear_after_renewal(stage: Stage, heard: Heard) -> None:
    """The question this would have answered is gone: only commands and whole words still count."""
    stage.position.heard = stage.seconds
    stage.position.message = heard.text
    if (
        heard.edited
        or heard.button is not None
        or not heard.text
        or not triggers.exact(stage, heard.text)
    ):
        triggers.note(stage, "other", 0.0, None)


def _leaves(stage: Stage, target: Target, frame: Frame | None, text: str) -> bool:
    """Whether a trigger ends what is under way, by starting anew or by cancelling."""
    if target.entry < 0:
        return target.flow == stage.bot.start and text.lstrip().startswith("/")
    flow = stage.flow(frame) if frame is not None else stage.bot.own
    for operation in flow.code[target.entry :]:
        if isinstance(operation, StartFlow):
            return True
        if isinstance(operation, Go) and operation.where == "cancel":
            return True
        if isinstance(operation, EndHandler):
            break
    return False
