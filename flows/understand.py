"""The ladder: whose is this message - a button's, a command's, the question's, a topic's, nobody's."""

from collections.abc import Iterator
from dataclasses import replace

from flows import asking, handing, running, tasks
from flows.answers import Fit
from flows.frames import BOTTOM, Frame, Meaning
from flows.matching import fold
from flows.model import CallFlow, EndHandler, Go, Scope, StartFlow, Target
from flows.phrases import BACK_WORDS, CANCEL_WORDS
from flows.stage import Stage
from flows.turn import Heard, Press, Understand

MAIL_KEPT = 20
LONGEST = 10_000
SURE = 1.0
QUITE_SURE = 0.95
NO_MATCH = "no_match"

# The level of the scopes beneath every question and flow: no frame belongs to it.
Level = tuple[Scope, Frame | None]


def hear(stage: Stage, heard: Heard) -> None:
    """Find out whose a message is, and let it have it."""
    position = stage.position
    if heard.edited:
        _hear_edited(stage, heard)
        return
    position.message = heard.text[:LONGEST]
    position.meaning = None
    if len(heard.text) > LONGEST:
        heard = replace(heard, text=heard.text[:LONGEST])
    handing.heal(stage)
    top = stage.top
    if top is not None and top.wait is not None and top.wait.kind == "do":
        _hear_meanwhile(stage, heard)
    elif _with_person(stage):
        _hear_in_queue(stage, heard)
    else:
        _climb(stage, heard)
    position.met = True


def _climb(stage: Stage, heard: Heard) -> None:
    if heard.button is not None:
        _press(stage, heard)
        return
    top = asking.pending(stage)
    if top is not None and top.wait is not None:
        top.wait.missed = False
    text = heard.text
    if stage.position.offer is not None and _answer_offer(stage, text):
        return
    if top is not None and text and _by_label(stage, top, text):
        return
    if text and (_exact(stage, text) or (top is None and _last_offer(stage, text))):
        return
    reason = ""
    if top is not None:
        if _answer(stage, top, heard):
            return
        fit = asking.parse(stage, top, text, heard.attached)
        reason = "" if isinstance(fit, Fit) else fit.reason
    if text and (_contained(stage, text) or _ask_model(stage, text)):
        return
    nobody(stage, text, reason)


def _note(stage: Stage, rung: str, confidence: float, intent: str | None) -> None:
    stage.rung = rung
    stage.confidence = confidence
    stage.intent = intent


# ---------------------------------------------------------------- 1: buttons


def _press(stage: Stage, heard: Heard) -> None:
    payload = heard.button or ""
    kind, _, rest = payload.partition(":")
    if kind == "q" and rest:
        wait, _, key = rest.rpartition(":")
        if not _press_question(stage, wait, key):
            _stale(stage)
    elif kind == "s" and rest.isdigit():
        _press_offer(stage, rest)
    elif not _exact(stage, payload):
        _note(stage, "other", 0.0, None)


def _press_question(stage: Stage, wait_id: str, key: str) -> bool:
    offer = stage.position.offer
    if offer is not None and offer["id"] == wait_id and key.isdigit():
        _note(stage, "button", SURE, _intent_of_top(stage))
        tasks.accept_offer(stage, int(key))
        return True
    top = asking.pending(stage)
    if top is None or top.wait is None or top.wait.id != wait_id:
        return False
    question = asking.question_of(stage, top)
    if top.wait.confirming:
        if key not in ("yes", "other"):
            return False
        _note(stage, "button", SURE, top.flow)
        _confirm(stage, top, key == "yes")
        return True
    chosen = [one for one in asking.choices(stage, top, question) if one.key == key]
    if not chosen or not chosen[0].answers:
        return False
    stage.position.offer = None
    _note(stage, "button", SURE, None if chosen[0].entry >= 0 else top.flow)
    stage.flow_of_button = top.flow
    asking.choose(stage, top, chosen[0])
    return True


def _intent_of_top(stage: Stage) -> str | None:
    top = stage.top
    root = stage.root(top) if top is not None else None
    return root.flow if root is not None else None


def _stale(stage: Stage) -> None:
    """A button of an earlier question never acts."""
    _note(stage, "button", 0.0, None)
    stage.tell(stage.phrase("stale"))
    _say_again(stage)


def _say_again(stage: Stage) -> None:
    top = asking.pending(stage)
    if stage.position.offer is not None:
        text, presses = tasks.offered(stage)
        stage.tell(text, buttons=presses, asks=True)
    elif top is not None:
        asking.repeat(stage, top)


def _press_offer(stage: Stage, number: str) -> None:
    """A button of a message: it carries what it does and stays good."""
    offer = stage.position.offers.get(number)
    if offer is None:
        _stale(stage)
        return
    act, target = offer["act"], offer["target"]
    arguments = offer.get("arguments", {})
    if act == "text":
        stage.position.message = target
        _climb(stage, Heard(text=target))
        return
    if act == "go":
        _press_go(stage, offer["frame"], target)
        return
    _note(stage, "button", SURE, target)
    stage.position.offer = None
    if act == "start":
        tasks.start(stage, target, trigger="", arguments=arguments)
    else:
        tasks.interrupt(stage, target, trigger="", arguments=arguments)


def _press_go(stage: Stage, frame_id: int, step: str) -> None:
    frame = stage.by_id(frame_id)
    if frame is None or not stage.knows(frame) or step not in stage.flow(frame).steps:
        _stale(stage)
        return
    _note(stage, "button", SURE, frame.flow)
    tasks.cut(stage, stage.index(frame) + 1)
    tasks.abandon(stage, frame)
    running.jump_to(stage, frame, step)


def _last_offer(stage: Stage, text: str) -> bool:
    """With nothing asked, the label of a button of the last message counts as a press of it."""
    words = fold(text)
    for number in stage.position.last:
        offer = stage.position.offers.get(number)
        if offer is not None and words and fold(offer["label"]) == words:
            _press_offer(stage, number)
            return True
    return False


# ---------------------------------------------------------------- 2: the question's own words


def _answer_offer(stage: Stage, text: str) -> bool:
    """An answer to «Продолжим?»; anything else is heard as if the suspended question were asked."""
    _, presses = tasks.offered(stage)
    place = _which_press(presses, text, numbered=len(presses) > 2)
    if place is None and len(presses) == 2:
        said = asking.yes_or_no(stage, text)
        place = None if said is None else (0 if said else 1)
    if place is None:
        stage.position.offer = None
        return False
    _note(stage, "answer", SURE, _intent_of_top(stage))
    tasks.accept_offer(stage, place)
    return True


def _which_press(presses: tuple[Press, ...], text: str, *, numbered: bool) -> int | None:
    words = fold(text)
    if numbered and words.isdigit() and 1 <= int(words) <= len(presses):
        return int(words) - 1
    return next((place for place, one in enumerate(presses) if fold(one.text) == words), None)


def _confirm(stage: Stage, frame: Frame, right: bool) -> None:
    question = asking.question_of(stage, frame)
    wait = frame.wait
    assert wait is not None
    stage.position.offer = None
    if right:
        asking.take(stage, frame, stage.read(frame, question.save or ""))
        return
    wait.confirming = False
    asking.tell(stage, frame, question)


def _by_label(stage: Stage, frame: Frame, text: str) -> bool:
    wait = frame.wait
    assert wait is not None
    if wait.confirming:
        said = asking.yes_or_no(stage, text)
        if said is None and fold(text) == fold(stage.phrase("other")):
            said = False
        if said is None:
            return False
        _note(stage, "answer", SURE, frame.flow)
        _confirm(stage, frame, said)
        return True
    chosen = asking.by_words(stage, frame, text)
    if chosen is not None:
        _take_choice(stage, frame, chosen)
    return chosen is not None


def _take_choice(stage: Stage, frame: Frame, chosen: asking.Choice) -> None:
    _note(stage, "answer", SURE, None if chosen.entry >= 0 else frame.flow)
    stage.flow_of_button = frame.flow
    asking.choose(stage, frame, chosen)


# ---------------------------------------------------------------- 3 and 5: triggers


def _levels(stage: Stage) -> Iterator[Level]:
    """The scopes that listen, the nearest first: question, flow, bot, starts of flows."""
    top = stage.top
    if top is not None:
        wait = top.wait
        if wait is not None and wait.kind == "ask" and stage.knows(top):
            yield asking.question_of(stage, top).scope, top
        for frame in stage.task_frames(top):
            if frame.why not in ("handler", "person") and stage.knows(frame):
                yield stage.flow(frame).scope, frame
    yield stage.bot.own.scope, None
    yield stage.bot.starts, None


def _key(text: str) -> str:
    """What exact triggers are looked up by: a command, or folded words."""
    text = text.strip()
    if text.startswith("/"):
        command = text.split(None, 1)[0].lower()
        return command.partition("@")[0]
    return fold(text)


def _exact(stage: Stage, text: str) -> bool:
    found = _exact_target(stage, text)
    if found is None:
        return _own_words(stage, text)
    target, frame = found
    _note(stage, "exact", SURE, _intent(target, frame))
    _wake(stage, target, frame, text)
    return True


def _exact_target(stage: Stage, text: str) -> tuple[Target, Frame | None] | None:
    key = _key(text)
    if key:
        for scope, frame in _levels(stage):
            target = scope.exact.get(key)
            if target is not None:
                return target, frame
    return None


def _own_words(stage: Stage, text: str) -> bool:
    """Cancel, back and start work without the owner saying a word about them."""
    key = _key(text)
    if key == "/start" and stage.bot.start is not None:
        _note(stage, "exact", SURE, stage.bot.start)
        tasks.start(stage, stage.bot.start, trigger=text, arguments={})
    elif stage.stack and key in CANCEL_WORDS:
        _note(stage, "exact", SURE, _intent_of_top(stage))
        tasks.cancel(stage)
    elif stage.stack and key in BACK_WORDS:
        _note(stage, "exact", SURE, _intent_of_top(stage))
        tasks.back(stage)
    else:
        return False
    return True


def _intent(target: Target, frame: Frame | None) -> str | None:
    """The flow that takes the message; for a handler of the bot, the flow it will call."""
    if target.entry < 0:
        return target.flow
    return frame.flow if frame is not None else None


def _contained(stage: Stage, text: str) -> bool:
    words = f" {fold(text)}"
    for scope, frame in _levels(stage):
        for phrase, target in scope.contains:
            if isinstance(phrase, str):
                found = f" {phrase}" in words
            else:
                found = phrase.search(text) is not None
            if found:
                _note(stage, "contains", QUITE_SURE, _intent(target, frame))
                _wake(stage, target, frame, text)
                return True
    return False


def _wake(stage: Stage, target: Target, frame: Frame | None, text: str, *, event: str = "") -> None:
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
        if asking.pending(stage) is not None:
            stage.position.offer = None
            _say_again(stage)
            return
    stage.position.offer = None
    tasks.interrupt(stage, name, trigger=text, arguments={})


# ---------------------------------------------------------------- 4: the answer


def _answer(stage: Stage, frame: Frame, heard: Heard) -> bool:
    """Take the message as the answer, if the question's type agrees."""
    wait = frame.wait
    assert wait is not None
    fit = asking.parse(stage, frame, heard.text, heard.attached)
    if not isinstance(fit, Fit):
        chosen = asking.by_beginning(stage, frame, heard.text)
        if chosen is not None:
            _take_choice(stage, frame, chosen)
        return chosen is not None
    _note(stage, "answer", SURE, frame.flow)
    wait.confirming = False
    if asking.gathers(asking.question_of(stage, frame)):
        asking.gather(stage, frame, heard.text, heard.attached)
    else:
        asking.take_checked(stage, frame, fit.value)
    return True


def _hear_edited(stage: Stage, heard: Heard) -> None:
    """A corrected message counts only where the first one was a misfit."""
    top = asking.pending(stage)
    _note(stage, "edited", 0.0, None)
    if top is None or top.wait is None or not top.wait.missed:
        return
    top.wait.missed = False
    stage.position.message = heard.text
    if _by_label(stage, top, heard.text) or _answer(stage, top, heard):
        stage.rung = "edited"


# ---------------------------------------------------------------- 6: meanings


def _ask_model(stage: Stage, text: str) -> bool:
    """Ask which of the described meanings the text has, if there are any."""
    sentences: dict[str, str] = {}
    targets: dict[str, list[object]] = {}
    for scope, frame in _levels(stage):
        for sentence, target in scope.means:
            key = _candidate(stage, target, frame, sentence)
            known = targets.get(key)
            leads = [target.flow, target.entry, frame.id if frame is not None else BOTTOM]
            if known is not None and known != leads:
                key = sentence
            if key in sentences:
                sentences[key] = f"{sentences[key]}\n{sentence}"
            else:
                sentences[key] = sentence
                targets[key] = leads
    if not sentences:
        return False
    wait = f"w{stage.number()}"
    stage.position.meaning = Meaning(wait, text, targets)
    stage.effects.append(
        Understand(wait=wait, text=text, candidates=sentences, question=_pending_text(stage))
    )
    return True


def _candidate(stage: Stage, target: Target, frame: Frame | None, sentence: str) -> str:
    """A name for a choice: the flow it leads to, where it leads to one."""
    if target.entry < 0:
        return target.flow
    flow = stage.flow(frame) if frame is not None else stage.bot.own
    operation = flow.code[target.entry]
    if isinstance(operation, (CallFlow, StartFlow)):
        return operation.flow
    return sentence


def _pending_text(stage: Stage) -> str | None:
    top = asking.pending(stage)
    if top is None:
        return None
    text = asking.question_of(stage, top).body.text
    return stage.render(top, text) if text is not None else None


def choose(stage: Stage, key: str | None, confidence: float) -> None:
    """The model has chosen; without a choice the message is nobody's."""
    meaning = stage.position.meaning
    assert meaning is not None
    stage.position.meaning = None
    text = meaning.text
    if key is None or key not in meaning.targets:
        top = asking.pending(stage)
        reason = ""
        if top is not None:
            fit = asking.parse(stage, top, text, ())
            reason = "" if isinstance(fit, Fit) else fit.reason
        nobody(stage, text, reason)
        return
    flow, entry, frame_id = meaning.targets[key]
    frame = stage.by_id(frame_id) if frame_id != BOTTOM else None
    target = Target(flow, entry)
    _note(stage, "means", confidence, _intent(target, frame))
    _wake(stage, target, frame, text)


# ---------------------------------------------------------------- 7: nobody's


def nobody(stage: Stage, text: str, reason: str) -> None:
    """Nobody claimed the message: a misfit of the question, or the bot's `event: no_match`."""
    _note(stage, NO_MATCH, 0.0, None)
    top = asking.pending(stage)
    if top is not None and not asking.question_of(stage, top).menu:
        asking.miss(stage, top, asking.objection(stage, top, reason))
        return
    greeted = stage.position.met or stage.position.greeting is not None
    listener = _listener(stage)
    start = stage.bot.start
    if listener is None and top is None and start is not None:
        tasks.interrupt(stage, start, trigger=text, arguments={})
        stage.intent = start
    elif listener is None:
        stage.tell(stage.phrase("not_understood"))
        _say_again(stage)
    elif not greeted and top is None and start is not None:
        stage.position.greeting = text
        tasks.interrupt(stage, start, trigger="", arguments={})
    else:
        target, frame = listener
        _wake(stage, target, frame, text, event=NO_MATCH)


def after_greeting(stage: Stage) -> None:
    """The start flow has greeted a first message that nobody claimed; now it is handled."""
    text = stage.position.greeting
    stage.position.greeting = None
    listener = _listener(stage)
    if text is None or listener is None:
        return
    top = asking.pending(stage)
    if top is not None and asking.question_of(stage, top).menu:
        # The menu comes again when the message has been dealt with.
        stage.unsay_question()
    target, frame = listener
    stage.rung = NO_MATCH
    stage.intent = None
    _wake(stage, target, frame, text, event=NO_MATCH)


def _listener(stage: Stage) -> tuple[Target, Frame | None] | None:
    for scope, frame in _levels(stage):
        target = scope.events.get(NO_MATCH)
        if target is not None:
            return target, frame
    return None


# ---------------------------------------------------------------- while something else goes on


def _with_person(stage: Stage) -> bool:
    """Whether the message is a person's to answer, and not a flow's that runs on top of it."""
    if stage.holder != "queue":
        return stage.holder == "operator"
    return asking.pending(stage) is None or handing.waiting(stage) is None


def _hear_in_queue(stage: Stage, heard: Heard) -> None:
    """While a person is waited for, commands and whole words work; all else is the person's."""
    text = heard.text if heard.button is None else heard.button
    if stage.holder == "operator":
        _note(stage, "other", 0.0, None)
    elif heard.button is not None and heard.button.startswith(("q:", "s:")):
        _note(stage, "button", 0.0, None)
        if heard.button.startswith("s:"):
            _press(stage, heard)
    elif not text or not _exact(stage, text):
        _note(stage, "other", 0.0, None)


def _hear_meanwhile(stage: Stage, heard: Heard) -> None:
    """While an action runs messages are kept; only what leaves or cancels acts at once."""
    found = _exact_target(stage, heard.text) if heard.text and heard.button is None else None
    if found is not None and _leaves(stage, *found, heard.text):
        _exact(stage, heard.text)
        return
    if found is None and heard.button is None and _key(heard.text) in CANCEL_WORDS | {"/start"}:
        _exact(stage, heard.text)
        return
    _note(stage, "other", 0.0, None)
    mail = stage.position.mail
    attached = [
        {"kind": one.kind, "ref": one.ref, "details": dict(one.details)} for one in heard.attached
    ]
    mail.append({"text": heard.text, "button": heard.button, "attached": attached})
    del mail[:-MAIL_KEPT]


def hear_after_renewal(stage: Stage, heard: Heard) -> None:
    """The question this would have answered is gone: only commands and whole words still count."""
    stage.position.heard = stage.around.now.timestamp()
    stage.position.message = heard.text
    if heard.edited or heard.button is not None or not heard.text or not _exact(stage, heard.text):
        _note(stage, "other", 0.0, None)


def _leaves(stage: Stage, target: Target, frame: Frame | None, text: str) -> bool:
    """Whether a trigger ends what is under way, by starting anew or by cancelling."""
    if target.entry < 0:
        return target.flow == stage.bot.start and text.lstrip().startswith("/")
    flow = stage.flow(frame) if frame is not None else stage.bot.own
    for operation in flow.code[target.entry : target.entry + 8]:
        if isinstance(operation, StartFlow):
            return True
        if isinstance(operation, Go) and operation.where == "cancel":
            return True
        if isinstance(operation, EndHandler):
            break
    return False
