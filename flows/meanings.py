"""Rung 6: which described meaning a text has, and «Вы про …?» where two come close."""

from collections.abc import Iterable, Sequence
from typing import Any

from flows import asking, guards, triggers
from flows.answering import gathering
from flows.asides import named_among_asides
from flows.choices import pending, question_of
from flows.frames import BOTTOM, Frame, Meaning
from flows.matching import which
from flows.model import CallFlow, StartFlow, Target
from flows.stage import Stage
from flows.turn import Understand

ENOUGH = 0.5
"""Confidence below which nothing happens."""

CLOSE = 0.1
"""Two meanings whose confidences differ by no more are asked about."""

MOST_TOPICS = 3

DOUBT = "unsure"
"""What a handler sees as the name of its event where too little confidence woke it."""

Ranked = Sequence[tuple[str, float]]
Leads = list[Any]


# ---------------------------------------------------------------- asking a model


def ask_model(stage: Stage, text: str) -> bool:
    """Ask which of the described meanings the text has, if there are any."""
    sentences, targets = candidates(stage)
    if not sentences:
        return False
    wait = f"w{stage.number()}"
    stage.position.meaning = Meaning(wait, text, targets)
    stage.effects.append(
        Understand(wait=wait, text=text, candidates=sentences, question=_pending_text(stage))
    )
    return True


def candidates(stage: Stage) -> tuple[dict[str, str], dict[str, Leads]]:
    """The meanings that are listened for: their sentences, and where each leads, by a name."""
    sentences: dict[str, str] = {}
    targets: dict[str, Leads] = {}
    for scope, frame in triggers.levels(stage):
        for sentence, target in scope.means:
            if not guards.listens(stage, target, frame):
                continue
            key = candidate(stage, target, frame, sentence)
            known = targets.get(key)
            leads: Leads = [target.flow, target.entry, frame.id if frame is not None else BOTTOM]
            if known is not None and known != leads:
                key = sentence
            if key in sentences:
                sentences[key] = f"{sentences[key]}\n{sentence}"
            else:
                sentences[key] = sentence
                targets[key] = leads
    return sentences, targets


def candidate(stage: Stage, target: Target, frame: Frame | None, sentence: str) -> str:
    """A name for a choice: the flow it leads to, where it leads to one."""
    if target.entry < 0:
        return target.flow
    flow = stage.flow(frame) if frame is not None else stage.bot.own
    operation = flow.code[target.entry]
    if isinstance(operation, (CallFlow, StartFlow)):
        return operation.flow
    return sentence


def _pending_text(stage: Stage) -> str | None:
    top = pending(stage)
    if top is None:
        return None
    text = question_of(stage, top).body.text
    return stage.render(top, text) if text is not None else None


# ---------------------------------------------------------------- what it said


def choose(stage: Stage, ranked: Ranked) -> str:
    """Take the model's choice, or ask which of several close ones is meant.

    Gives the text itself where it means nothing that is listened for.
    """
    meaning = stage.position.meaning
    assert meaning is not None
    stage.position.meaning = None
    close = _close(stage, ranked, meaning.targets)
    if not close:
        return meaning.text
    if _doubted(stage, meaning.text, *close[0]):
        return ""
    if len(close) > 1 and _ask_which(stage, meaning.text, close):
        return ""
    key, confidence = close[0]
    _wake(stage, key, meaning.targets[key], meaning.text, "means", confidence)
    return ""


def _doubted(stage: Stage, text: str, key: str, confidence: float) -> bool:
    """Whether the owner would rather not act on a meaning that is no surer."""
    found = triggers.doubter(stage, confidence)
    if found is None:
        return False
    limit, (target, frame) = found
    intent = triggers.intent_of(target, frame)
    triggers.note(stage, "means", confidence, intent, words=key, doubt=f"{limit:g}")
    triggers.wake(stage, target, frame, text, event=DOUBT)
    return True


def _close(stage: Stage, ranked: Ranked, targets: dict[str, Leads]) -> list[tuple[str, float]]:
    """The best choice and those as good, each leading elsewhere."""
    sure = [(key, score) for key, score in ranked if key in targets and score >= ENOUGH]
    sure.sort(key=lambda one: -one[1])
    found: dict[str, tuple[str, float]] = {}
    for key, score in sure:
        if sure[0][1] - score <= CLOSE:
            found.setdefault(_subject(stage, key, targets[key]), (key, score))
    return list(found.values())[:MOST_TOPICS]


def _subject(stage: Stage, key: str, leads: Leads) -> str:
    target, frame = _target(stage, leads)
    return candidate(stage, target, frame, key)


def _target(stage: Stage, leads: Leads) -> tuple[Target, Frame | None]:
    flow, entry, frame_id = leads
    return Target(flow, entry), stage.by_id(frame_id) if frame_id != BOTTOM else None


def _wake(stage: Stage, key: str, leads: Leads, text: str, rung: str, confidence: float) -> None:
    target, frame = _target(stage, leads)
    intent = triggers.intent_of(target, frame)
    scope = triggers.scope_of(stage, target, frame)
    triggers.note(stage, rung, confidence, intent, words=key, scope=scope)
    triggers.wake(stage, target, frame, text)


# ---------------------------------------------------------------- «Вы про … или …?»


def _ask_which(stage: Stage, text: str, close: Iterable[tuple[str, float]]) -> bool:
    """Ask the customer; not while an answer is being put together, which nothing may cut in two."""
    top = pending(stage)
    if top is not None and gathering(top):
        return False
    keys = [key for key, _ in close]
    triggers.note(stage, "means", 0.0, None, close=", ".join(keys))
    if top is not None:
        asking.cover(stage, top)
    stage.position.offer = {
        "id": f"w{stage.number()}",
        "text": text,
        "topics": [[key, _label(stage, key)] for key in keys],
        "at": stage.seconds,
    }
    stage.happened("unsure", top, topics=keys)
    return True


def _label(stage: Stage, key: str) -> str:
    flow = stage.bot.flows.get(stage.called(key))
    words = (flow.about or flow.name) if flow is not None else key
    # The examples are for the model.
    plain = words.partition("«")[0] if flow is None else words
    return plain.strip(" .,:;—-") or words


def unsure(stage: Stage) -> bool:
    """Whether the customer has just been asked which of close meanings was meant.

    A question that lay unanswered for as long as a task may is asked no more.
    """
    offer = stage.position.offer
    if offer is None or "topics" not in offer:
        return False
    lifetime = stage.bot.defaults.expires
    age = stage.seconds - offer["at"]
    if lifetime != "never" and age > lifetime.total_seconds():
        drop(stage)
        return False
    return True


def named(stage: Stage, text: str) -> int | None:
    """The topic that a text names, by its words or its number."""
    offer = stage.position.offer
    assert offer is not None
    labels = [label for _, label in offer["topics"]]
    place = which(text, labels)
    return named_among_asides(text, labels, len(labels)) if place is None else place


def accept(stage: Stage, place: int, rung: str) -> bool:
    """The topic the customer chose takes the message they wrote first."""
    offer = stage.position.offer
    assert offer is not None
    if place >= len(offer["topics"]):
        return False
    drop(stage)
    key, _ = offer["topics"][place]
    leads = candidates(stage)[1].get(key)
    if leads is None:
        # The owner has taken it out meanwhile.
        return False
    _wake(stage, key, leads, offer["text"], rung, triggers.SURE)
    return True


def drop(stage: Stage) -> str:
    """Nobody waits for that answer any more; gives the message it was about."""
    offer = stage.position.offer
    assert offer is not None
    stage.position.offer = None
    top = pending(stage)
    if top is not None and stage.knows(top):
        asking.wake_timers(stage, top)
    return str(offer["text"])
