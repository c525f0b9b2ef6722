"""Questions: put, skipped where the answer is known, repeated, answered, missed."""

from collections.abc import Sequence
from itertools import takewhile
from typing import Any

from flows import given, limits
from flows.answers import Fit, Misfit
from flows.attachments import ATTACHED, given_back
from flows.choices import nothing_to_choose, presses, question_of
from flows.errors import RunError
from flows.frames import BOTTOM, Frame, Wait
from flows.model import Ask, Flow, Operation, Question
from flows.saying import media
from flows.stage import Stage
from flows.text import parse_text
from flows.turn import Sent

QUESTIONS_ALONE = 5
_SHOWN = {
    "phone": parse_text("{{ value | phone }}"),
    "date": parse_text("{{ value | date }}"),
    "time": parse_text("{{ value | time }}"),
    "date_time": parse_text("{{ value | date_time }}"),
    "location": parse_text("{{ value.latitude }}, {{ value.longitude }}"),
}
_PLAINLY = parse_text("{{ value }}")
_NO_TYPE = Misfit()
"""What a message is to a question that is answered by its buttons alone."""


def ask(stage: Stage, frame: Frame, operation: Ask) -> None:
    """Reach a question by walking: it is put, unless its answer is there already."""
    entry = frame.at
    known = "" if frame.jumped else given.before(stage, frame, operation.question, entry)
    if known == "answered":
        frame.at = entry + 1
    else:
        put(stage, frame, entry, operation, confirming=known == "offered")


# ---------------------------------------------------------------- put and repeated


def put(
    stage: Stage,
    frame: Frame,
    entry: int,
    operation: Operation,
    *,
    confirming: bool = False,
    again: bool = False,
) -> None:
    """Put a question and wait for its answer; where there is nothing to choose from, do its `else`.

    `again` says that this very `else` is behind us.
    """
    assert isinstance(operation, Ask)
    question = operation.question
    _stand_at(stage, frame, entry)
    if question.options is not None and nothing_to_choose(stage, frame, question):
        if question.otherwise < 0 or again:
            where = question.options.source
            raise RunError(f"шагу «{frame.step}» не из чего предложить выбор: в «{where}» пусто")
        frame.wait = None
        frame.at = question.otherwise
        return
    limits.count_turn(stage, frame, anew=question.menu)
    position = stage.position
    position.alone += 1
    if position.alone <= QUESTIONS_ALONE and position.heard < stage.seconds and not stage.muted:
        # What the bot asks by itself is given its own time to be answered in, but not for ever.
        position.heard = stage.seconds
    if frame.at != entry:
        frame.at = entry
    frame.latest = entry
    frame.wait = Wait(
        _wait_id(stage, frame, entry, question),
        "ask",
        entry,
        list(question.signature),
        confirming=confirming,
        unseen=stage.muted and not question.menu,
        question=question,
    )
    if not (question.menu or frame.asked):
        frame.asked = True
    try:
        tell(stage, frame, question)
    except RunError:
        # What could not be said was never asked, so nobody leaves it unanswered.
        frame.wait = None
        raise
    if question.reminders or question.timeout is not None:
        _set_timers(stage, frame.wait, question)
    stage.happened_to_question("asked", frame)


def _stand_at(stage: Stage, frame: Frame, entry: int) -> None:
    """Be in the question's own step and list, where it is asked again from others."""
    flow: Flow = frame.known or stage.flow(frame)
    homes = flow.homes
    if not homes:
        return
    home = homes[entry]
    if home.step and not (frame.step == stage.entered == home.step):
        frame.step = stage.entered = home.step
    if not frame.loops:
        return
    both = zip(frame.loops, home.loops, strict=False)
    loops = [loop for loop, _ in takewhile(lambda pair: pair[0][0] == pair[1], both)]
    if len(loops) != len(frame.loops):
        frame.loops = loops
        frame.scope = None


def _wait_id(stage: Stage, frame: Frame, entry: int, question: Question) -> str:
    # A menu that comes round again is the same menu: the buttons sent before still work.
    if question.menu:
        return f"m{frame.id}.{entry}.{frame.version[:4]}"
    return f"w{stage.number()}"


def tell(stage: Stage, frame: Frame, question: Question, *, before: str = "") -> None:
    """Say the question with its buttons."""
    wait = frame.wait
    assert wait is not None
    if wait.unseen and not stage.muted:
        wait.unseen = False
    if wait.confirming:
        _confirm(stage, frame, question)
        return
    buttons = presses(stage, frame, question)
    body = question.body
    text = stage.render(frame, body.text) if body.text is not None else ""
    if before:
        text = f"{before}\n{text}" if text else before
    shown = media(stage, frame, body.media) if body.media else ()
    stage.tell(text, buttons=buttons, asks=True, media=shown)


def _confirm(stage: Stage, frame: Frame, question: Question) -> None:
    """Show the value that is there, a picture as a picture, and ask whether it still holds."""
    base = question.kind.base
    value = stage.read(frame, question.save or "")
    shown = given_back(value, base) if base in ATTACHED and not isinstance(value, str) else []
    words = _SHOWN.get(base, _PLAINLY).render({"value": value}, stage.env)
    text = stage.phrase("right", value=stage.phrase("this") if shown else words)
    stage.tell(text, buttons=presses(stage, frame, question), asks=True, album=tuple(shown))


def _set_timers(stage: Stage, wait: Wait, question: Question) -> None:
    now = stage.around.now
    dues = [stage.not_in_quiet(now + reminder.after) for reminder in question.reminders]
    for place, due in enumerate(dues):
        # Of those that the quiet hours put off to the same morning, one is enough.
        if due in dues[:place]:
            continue
        name = f"remind:{wait.id}:{place}"
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
    wake_timers(stage, frame)


def wake_timers(stage: Stage, frame: Frame) -> None:
    """The question is pending again: timers that were stopped start anew."""
    wait = frame.wait
    assert wait is not None
    if not wait.timers:
        _set_timers(stage, wait, question_of(stage, frame))


def cover(stage: Stage, frame: Frame) -> None:
    """Something else comes on top of a waiting frame: its timers stop."""
    wait = frame.wait
    if wait is not None and wait.kind == "ask":
        stage.drop_timers(wait)
        wait.collected = []


# ---------------------------------------------------------------- answered, or not


def parse(stage: Stage, frame: Frame, text: str, attached: Sequence[Sent]) -> Fit | Misfit:
    """What the question's own type makes of a message."""
    question = question_of(stage, frame)
    if question.menu or question.kind.base in ("choice", "many"):
        return _NO_TYPE
    return question.kind.parse(text, attached, stage.env)


def take_checked(stage: Stage, frame: Frame, question: Question, value: Any) -> None:
    """Take an answer that fits its type, if the owner's checks agree."""
    objection = given.broken(stage, frame, question, value) if question.checks else None
    if objection is None:
        take(stage, frame, question, value)
    else:
        miss(stage, frame, objection)


def take(stage: Stage, frame: Frame, question: Question, value: Any) -> None:
    """Save the answer and go on."""
    wait = frame.wait
    assert wait is not None
    stage.note_answer(frame, wait.entry)
    if wait.timers:
        stage.drop_timers(wait)
    stage.happened_to_question("answered", frame)
    frame.wait = None
    frame.at = wait.entry + 1
    if question.save is not None:
        given.keep(stage, frame, question.save, value)


def abandon_by_timeout(stage: Stage, frame: Frame) -> None:
    """The question is gone, its variable empty; the flow goes on at `timeout: then`."""
    wait = frame.wait
    assert wait is not None
    question = question_of(stage, frame)
    stage.drop_timers(wait)
    stage.happened_to_question("silent", frame)
    frame.wait = None
    frame.at = question.timeout_entry if question.timeout_entry >= 0 else wait.entry + 1
    if question.save is not None:
        stage.write(frame, question.save, None)


def miss(
    stage: Stage, frame: Frame, reason: str = "", *, before: str = "", counts: bool = True
) -> None:
    """An answer that does not fit; where it was one too many, `else` is due.

    Without a `reason` the question is put again, after what is to be said `before` it.
    """
    wait = frame.wait
    assert wait is not None
    question = question_of(stage, frame)
    wait.tries += counts
    wait.missed = True
    stage.happened_to_question("misfit", frame)
    limit = question.tries if question.tries is not None else stage.bot.defaults.tries
    if counts and wait.tries >= limit and _has_else(stage, question):
        stage.exhausted = frame
    elif reason:
        stage.tell(reason, buttons=presses(stage, frame, question), asks=True)
    else:
        tell(stage, frame, question, before=before)


def miss_attachment(stage: Stage, frame: Frame, reason: str) -> None:
    """Something was sent where words are wanted, a photo that came late for example."""
    question = question_of(stage, frame)
    own = question.retry if question.retry is not None else question.kind.retry
    # The sixth photo of five is no failure to answer the question after them.
    counts = not _just_sent(stage, frame)
    if own is not None or question.kind.base in ATTACHED:
        miss(stage, frame, objection(stage, frame, reason), counts=counts)
        return
    note = stage.phrase("not_here")
    miss(stage, frame, f"{note} {reason}" if reason else "", before=note, counts=counts)


def _just_sent(stage: Stage, frame: Frame) -> bool:
    """Whether the question before this one was answered by something attached."""
    root = stage.root(frame)
    last = root.history[-1] if root is not None and root.history else {}
    asked = stage.by_id(last.get("frame", BOTTOM))
    if asked is None or not stage.knows(asked):
        return False
    operation = stage.operation(asked, last["entry"])
    return isinstance(operation, Ask) and operation.question.kind.base in ATTACHED


def _has_else(stage: Stage, question: Question) -> bool:
    return question.otherwise >= 0 or stage.bot.defaults.otherwise >= 0


def objection(stage: Stage, frame: Frame, reason: str) -> str:
    """What to say to an answer that does not fit: the owner's words before ours."""
    question = question_of(stage, frame)
    retry = question.retry if question.retry is not None else question.kind.retry
    return stage.render(frame, retry) if retry is not None else reason
