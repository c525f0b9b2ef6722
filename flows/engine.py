"""One step of a dialog: a position and something that happened in, a position and effects out."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from flows import (
    answering,
    doing,
    endings,
    handing,
    moving,
    occurring,
    returning,
    running,
    timers,
    understand,
    versions,
    waiting,
)
from flows.choices import presses, question_of
from flows.errors import RunError
from flows.frames import Frame, Position, position_of
from flows.model import Bot
from flows.stage import Stage, Watch, stage_of
from flows.turn import (
    CHATLESS,
    Around,
    Chosen,
    Fired,
    GivenBack,
    Heard,
    Input,
    Occurred,
    Press,
    Returned,
    Run,
    Say,
    Sent,
    Step,
    Struck,
    TakenOver,
    Understand,
    Understood,
    Updated,
)
from flows.values import freeze

UNLESS_SAID = timedelta(hours=24)
NO_OLDER: Mapping[str, Bot] = {}


def advance(
    bot: Bot,
    position: Mapping[str, Any],
    what: Input,
    around: Around,
    *,
    older: Mapping[str, Bot] = NO_OLDER,
    watch: Watch | None = None,
) -> Step:
    """Let the dialog take what happened.

    `position` is `{}` for a new chat, afterwards what the last step gave; it is not changed. Where
    the last effect is an `Understand` or a quick `Run`, the turn goes on at once with `Chosen` or
    `Returned`; every other `Run` comes back as a turn of its own. `older` holds the earlier
    versions of the bot (by `Bot.version`) that `versions.needed` names. `watch` is told of every
    operation as it is carried out.
    """
    stage = stage_of(bot, position_of(position), around, older, watch)
    kind = type(what)
    if kind is Returned or kind is Chosen:
        stage.muted = stage.position.muted
    else:
        _forget_what_was_done(stage.position)
    if around.channel == CHATLESS:
        stage.muted = True
    try:
        renewed = bool(stage.stack) and versions.move(stage, retire=kind is Updated)
        if renewed:
            running.run(stage)
        if renewed and isinstance(what, Heard):
            understand.hear_after_renewal(stage, what)
        else:
            _TAKES[kind](stage, what)
    except RunError as error:
        endings.fail(stage, str(error))
    return _step(stage, under_way=_settle(stage))


def _forget_what_was_done(position: Position) -> None:
    # Each is looked at first: that costs a fifth of writing it.
    if position.actions:
        position.actions = 0
    if position.failures:
        position.failures = 0
    if position.told:
        position.told = 0
    if position.ran:
        position.ran = 0
    if position.walked:
        position.walked = []
    if position.took is not None:
        position.took = None
    if position.greeting is not None:
        position.greeting = None
    if position.muted:
        position.muted = False


def _take_heard(stage: Stage, what: Heard) -> None:
    position = stage.position
    if position.fresh:
        _begin_conversation(stage)
    position.heard = stage.seconds
    if position.alone:
        position.alone = 0
    understand.hear(stage, what)


def _take_fired(stage: Stage, what: Fired) -> None:
    timers.fire(stage, what.payload)


def _take_occurred(stage: Stage, what: Occurred) -> None:
    occurring.occur(stage, what.name, what.data)


def _take_struck(stage: Stage, what: Struck) -> None:
    timers.strike(stage, what.key)


def _take_chosen(stage: Stage, what: Chosen) -> None:
    meaning = stage.position.meaning
    if meaning is not None and meaning.id == what.wait:
        understand.choose(stage, what.ranked)


def _take_given_back(stage: Stage, what: GivenBack) -> None:
    # The customer had no reason to write to the bot meanwhile.
    stage.position.heard = stage.seconds
    handing.give_back(stage, what)


def _take_updated(stage: Stage, what: Updated) -> None:
    """Whoever could move has moved, whoever could not begins anew."""


def _begin_conversation(stage: Stage) -> None:
    """After a silence in which an abandoned task would have been closed a conversation is a new one."""
    lifetime = stage.bot.defaults.expires
    silence = stage.seconds - stage.position.heard
    limit = UNLESS_SAID if lifetime == "never" else lifetime
    if silence > limit.total_seconds():
        stage.position.fresh = []


def _take_result(stage: Stage, what: Returned) -> None:
    """A result goes to the frame that waits for it, even if something came on top meanwhile."""
    for frame in stage.stack:
        wait = frame.wait
        if wait is not None and wait.kind == "do" and wait.id == what.wait:
            stage.intent = stage.position.took
            moving.returned_to(stage, frame)
            if stage.knows(frame):
                doing.returned(stage, frame, what.value, what.failed)
            else:
                frame.wait = None
            return


_TAKES: Mapping[type, Callable[[Stage, Any], None]] = {
    Heard: _take_heard,
    Returned: _take_result,
    Fired: _take_fired,
    Occurred: _take_occurred,
    Struck: _take_struck,
    Chosen: _take_chosen,
    TakenOver: handing.take_over,
    GivenBack: _take_given_back,
    Updated: _take_updated,
}


def _settle(stage: Stage) -> bool:
    """Run until everything waits: flows, what was written meanwhile, flows held back.

    True where something will come by itself within seconds.
    """
    while True:
        running.run(stage)
        if waiting.under_way(stage):
            return True
        try:
            if stage.position.greeting is not None:
                understand.after_greeting(stage)
            elif stage.position.mail:
                _open_mail(stage)
            elif stage.position.occurred and waiting.takes_events(stage):
                occurring.take_kept(stage)
            elif not (stage.position.held and timers.release_held(stage)):
                return False
        except RunError as error:
            endings.fail(stage, str(error))


def _open_mail(stage: Stage) -> None:
    """Hear what was written while an action ran."""
    kept = stage.position.mail.pop(0)
    # Each message is answered as in a turn of its own.
    stage.position.actions = 0
    stage.position.walked = []
    attached = tuple(
        Sent(kind=one["kind"], ref=one["ref"], details=one["details"]) for one in kept["attached"]
    )
    album = kept.get("album", "")
    text, button = kept["text"], kept["button"]
    understand.hear(stage, Heard(text=text, button=button, attached=attached, album=album))


# ---------------------------------------------------------------- the outcome


def _step(stage: Stage, *, under_way: bool) -> Step:
    position = stage.position
    if not under_way:
        timers.watch_silence(stage)
        _forget_what_was_done(position)
    else:
        if not _goes_on(stage):
            timers.watch_silence(stage)
            # Where a loop goes through an action, its error names the steps of the whole way.
            position.actions = 0
            position.failures = 0
        position.took = stage.intent
        position.muted = stage.muted
    top = stage.stack[-1] if stage.stack else None
    return Step(
        position=position.to_json(),
        effects=tuple(stage.effects),
        understood=_understood(stage),
        step=stage.entered,
        user=stage.kept_user() if stage.user_changed else None,
        chat=freeze(stage.chat) if stage.chat_changed else None,
        settled=_settled(top),
        offered=_offered(stage, top),
    )


def _goes_on(stage: Stage) -> bool:
    last = stage.effects[-1] if stage.effects else None
    return type(last) is Understand or (type(last) is Run and last.quick)


def _understood(stage: Stage) -> Understood:
    intent = stage.intent
    if intent is None and stage.rung in ("button", "answer"):
        intent = stage.flow_of_button
    if not stage.rung and intent is None and not stage.entities:
        return _NOTHING
    return Understood(
        intent=intent,
        entities=stage.entities,
        confidence=stage.confidence,
        rung=stage.rung,
        because=stage.because,
    )


_NOTHING = Understood()


def _settled(top: Frame | None) -> bool:
    wait = top.wait if top is not None else None
    if top is None or wait is None:
        return True
    return wait.kind not in ("do", "pause") and not (wait.timers and answering.gathering(top))


def _offered(stage: Stage, top: Frame | None) -> tuple[Press, ...]:
    """The buttons the customer may press now: the question's, else those of the last message."""
    if stage.position.offer is not None:
        return returning.offered(stage)[1]
    last = _last_said(stage) if stage.said else None
    wait = top.wait if top is not None else None
    if top is None or wait is None or wait.kind != "ask":
        return last.presses if last is not None else _kept_offers(stage)
    if last is not None and last.asks:
        return last.buttons
    return _pending_presses(stage, top)


def _last_said(stage: Stage) -> Say | None:
    for effect in reversed(stage.effects):
        if type(effect) is Say:
            return effect
    return None


def _pending_presses(stage: Stage, top: Frame) -> tuple[Press, ...]:
    if not stage.knows(top):
        return ()
    try:
        return presses(stage, top, question_of(stage, top))
    except RunError:
        return ()


def _kept_offers(stage: Stage) -> tuple[Press, ...]:
    offers = stage.position.offers
    return tuple(
        Press(text=offers[number]["label"], payload=f"s:{number}")
        for number in stage.position.last
        if number in offers
    )
