"""What comes onto the stack, and what leaves it."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Literal

from flows import asking, given, moving, promises
from flows.choices import question_of
from flows.errors import RunError
from flows.frames import BOTTOM, Frame, Outcome, Wait, Why
from flows.memory import has_barrier
from flows.model import Bot, Flow
from flows.stage import Stage
from flows.turn import DropRun, WithdrawRequest
from flows.values import freeze, thaw_fields

CALLS_DEEP = 20
INTERRUPTIONS_DEEP = 5


# ---------------------------------------------------------------- begun


def push_flow(
    stage: Stage,
    name: str,
    arguments: Mapping[str, Any],
    *,
    why: Why,
    task: bool,
    trigger: str | None,
    save: str | None = None,
    caller: Frame | None = None,
) -> Frame:
    """Put a flow on top of the stack, in the newest version that has it."""
    name = stage.called(name)
    bot = _bot_with(stage, name, caller)
    arguments = accepted(stage, bot, name, arguments)
    if stage.stack:
        asking.cover(stage, stage.stack[-1])
    frame = Frame(stage.number(), name, bot.version, 0, why, task=task, trigger=trigger, save=save)
    frame.known = bot.flows[name]
    stage.stack.append(frame)
    for variable, value in arguments.items():
        frame.variables[variable] = value
    if task:
        stage.happened("task_started", frame)
    if why == "call":
        _refuse_endless_calls(stage)
    else:
        _forget_oldest(stage)
    return frame


def accepted(stage: Stage, bot: Bot, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as the flow needs them, ready to be kept. Raises RunError for one of a wrong type."""
    if not arguments:
        return {}
    given_to = promises.given_to(bot, bot.flows[name], thaw_fields(arguments), stage.env)
    return {variable: freeze(value) for variable, value in given_to.items()}


def fits(stage: Stage, name: str, arguments: Mapping[str, Any]) -> bool:
    """Whether a flow may be given these from outside of any task; if not, the owner is told why."""
    try:
        accepted(stage, _bot_with(stage, name, None), name, arguments)
    except RunError as error:
        stage.happened("error", reason=str(error), flow=name)
        return False
    return True


def _bot_with(stage: Stage, name: str, caller: Frame | None) -> Bot:
    """The newest version; an older caller may still call what the newest has no more."""
    older = stage.version(caller.version) if caller is not None else None
    for bot in (stage.bot, older):
        if bot is not None and name in bot.flows:
            return bot
    raise RunError(f"сценария «{name}» больше нет")


def _refuse_endless_calls(stage: Stage) -> None:
    calls = 0
    for frame in reversed(stage.stack):
        if frame.why != "call":
            break
        calls += 1
    if calls > CALLS_DEEP:
        chain = " → ".join(frame.flow for frame in stage.stack[-4:])
        raise RunError(f"сценарии вызывают друг друга без конца: {chain}")


def interrupt(stage: Stage, name: str, *, trigger: str, arguments: Mapping[str, Any]) -> None:
    """A trigger, a button of a message or `later` begins a flow, on top of whatever waits."""
    again = running(stage, name)
    if again is not None:
        arguments = accepted(stage, _bot_with(stage, name, None), again.flow, arguments)
    if again is None:
        push_flow(stage, name, arguments, why="task", task=True, trigger=trigger)
    elif _about_another(again, arguments) or given.finds_another(stage, again, trigger):
        _begin_anew(stage, again, trigger, arguments)
    else:
        come_back_to(stage, again)


def begin_unasked(stage: Stage, name: str, arguments: Mapping[str, Any]) -> None:
    """`later` begins a flow: anew where it only holds a menu open, else on top of whatever waits."""
    again = running(stage, name)
    open_menus = [] if again is None else stage.stack[stage.index(again) :]
    if again is not None and all(one.wait is None or is_menu(stage, one) for one in open_menus):
        # A flow that calls itself every day would be one copy deeper every day.
        bot = _bot_with(stage, name, None)
        _begin_anew(stage, again, "", accepted(stage, bot, again.flow, arguments))
    else:
        push_flow(stage, name, arguments, why="task", task=True, trigger="")


def start(
    stage: Stage,
    name: str,
    *,
    trigger: str,
    arguments: Mapping[str, Any],
    caller: Frame | None = None,
) -> None:
    """Leave everything and begin a flow."""
    clear(stage)
    withdraw(stage)
    push_flow(stage, name, arguments, why="task", task=True, trigger=trigger, caller=caller)


def call(
    stage: Stage, caller: Frame, name: str, arguments: Mapping[str, Any], save: str | None
) -> None:
    """`call`: a handler's flow is a task of its own and never a second copy of a running one."""
    from_handler = caller.why == "handler"
    if from_handler:
        again = running(stage, name)
        if again is not None:
            come_back_to(stage, again)
            return
    name = stage.called(name)
    task = from_handler or _bot_with(stage, name, caller).flows[name].is_task
    trigger = None if from_handler or not task else ""
    push_flow(
        stage, name, arguments, why="call", task=task, trigger=trigger, save=save, caller=caller
    )


def running(stage: Stage, name: str) -> Frame | None:
    """The frame of a flow that is under way."""
    name = stage.called(name)
    for frame in reversed(stage.stack):
        if frame.flow == name and not frame.ending:
            return frame
    return None


def handling(stage: Stage, flow: str, event: str) -> bool:
    """Whether a handler of this flow ("" is the bot's) is at work on an event."""
    return any(
        frame.why == "handler" and frame.flow == flow and frame.event == event
        for frame in stage.stack
    )


def _about_another(frame: Frame, arguments: Mapping[str, Any]) -> bool:
    """Whether what is given differs from what the flow under way works on."""
    return any(frame.variables.get(name) != value for name, value in arguments.items())


def _begin_anew(stage: Stage, frame: Frame, trigger: str, arguments: Mapping[str, Any]) -> None:
    """The customer wants the flow for another thing than the one it is asking about."""
    cut(stage, stage.index(frame) + 1)
    drop(stage, frame)
    stage.stack[-1] = Frame(
        stage.number(),
        frame.flow,
        stage.bot.version,
        0,
        frame.why,
        task=frame.task,
        save=frame.save,
        trigger=trigger if frame.task else None,
        asked=frame.asked,
        variables=dict(arguments),
    )
    if frame.task:
        stage.happened("task_started", stage.stack[-1])


def come_back_to(stage: Stage, frame: Frame) -> None:
    """Drop what came on top of a task that is under way, and put its question again."""
    place = stage.index(frame) + 1
    while place < len(stage.stack):
        above = stage.stack[place]
        if above.task or above.why != "call":
            break
        place += 1
    cut(stage, place)
    settle_on(stage, stage.stack[-1])


def settle_on(stage: Stage, frame: Frame) -> None:
    if not stage.knows(frame):
        # Its version is at hand no more: it is begun anew as soon as it goes on.
        abandon(stage, frame)
    elif frame.wait is not None and frame.wait.kind == "ask":
        asking.repeat(stage, frame)


def handle(
    stage: Stage,
    flow: str,
    version: str,
    entry: int,
    *,
    of: int = BOTTOM,
    trigger: str | None = None,
    event: str = "",
) -> None:
    """Put a handler's block on top of what it interrupts."""
    if stage.stack:
        asking.cover(stage, stage.stack[-1])
    frame = Frame(
        stage.number(),
        flow,
        version,
        entry,
        "handler",
        of=of,
        trigger=trigger,
        event=event,
    )
    stage.stack.append(frame)
    _forget_oldest_handler(stage)


def wait_for_person(stage: Stage, frame: Frame, entry: int) -> Wait:
    """The frame waits until the chat is the bot's again."""
    frame.wait = Wait(f"w{stage.number()}", "person", entry)
    return frame.wait


# ---------------------------------------------------------------- known of what lies there


def segments(stage: Stage) -> list[int]:
    """Where in the stack each task that interrupted another begins."""
    return [place for place, frame in enumerate(stage.stack) if frame.why != "call"]


def is_menu(stage: Stage, frame: Frame) -> bool:
    wait = frame.wait
    if wait is None or wait.kind != "ask" or not stage.knows(frame):
        return False
    return question_of(stage, frame).menu


def about_of(stage: Stage, frame: Frame) -> str:
    """What a task is about, as the customer is told."""
    root = stage.root(frame) or frame
    flow = flow_if_known(stage, root)
    if flow is None or not flow.name:
        return ""
    return (flow.about or flow.name).rstrip(". ")


def flow_if_known(stage: Stage, frame: Frame) -> Flow | None:
    return stage.flow(frame) if stage.knows(frame) else None


def _forget_oldest(stage: Stage) -> None:
    begins = segments(stage)
    if len(begins) <= INTERRUPTIONS_DEEP + 1:
        return
    for begin, end in pairwise(begins):
        if not is_menu(stage, stage.stack[end - 1]):
            _forget(stage, begin, end)
            return


def _forget_oldest_handler(stage: Stage) -> None:
    """Handlers that wait, too, are not piled up without end; one that speaks for an ending stays."""
    waiting = [
        (begin, end)
        for begin, end in pairwise(segments(stage))
        if stage.stack[begin].why == "handler" and not (begin and stage.stack[begin - 1].ending)
    ]
    if len(waiting) > INTERRUPTIONS_DEEP:
        _forget(stage, *waiting[0])


def _forget(stage: Stage, begin: int, end: int) -> None:
    about = about_of(stage, stage.stack[end - 1])
    for frame in stage.stack[begin:end]:
        drop(stage, frame)
    del stage.stack[begin:end]
    if about:
        stage.tell(stage.phrase("dropped", about=about))


# ---------------------------------------------------------------- left


def abandon(stage: Stage, frame: Frame) -> None:
    """Nobody waits any more for what this frame waited for."""
    wait = frame.wait
    if wait is None:
        return
    if wait.kind == "ask":
        stage.happened_to_question("left", frame)
    frame.wait = None
    stage.drop_timers(wait)
    if wait.kind == "do":
        stage.effects.append(DropRun(wait=wait.id))
    elif wait.kind == "person":
        withdraw(stage)


def drop(stage: Stage, frame: Frame) -> None:
    """The frame is about to go, and with it the task it began."""
    abandon(stage, frame)
    if frame.task and frame.why != "person":
        stage.happened("task_dropped", frame)


def withdraw(stage: Stage, outcome: Literal["cancel", "unanswered"] = "cancel") -> None:
    """The chat is the bot's again, before a person came."""
    if stage.holder == "queue":
        stage.holder = "bot"
        stage.effects.append(WithdrawRequest(outcome=outcome))


def cut(stage: Stage, place: int) -> None:
    """Drop the frames from a place on."""
    stage.position.offer = None
    for frame in reversed(stage.stack[place:]):
        drop(stage, frame)
    del stage.stack[place:]


def clear(stage: Stage) -> None:
    cut(stage, 0)


def leave(stage: Stage, frame: Frame, value: Any, outcome: Outcome) -> None:
    """Take the frame off the stack; what is beneath goes on, or is returned to if interrupted.

    `value` and `outcome` are for the flow that called it.
    """
    beneath = stage.beneath(frame)
    stage.stack.pop()
    if beneath is None:
        return
    if frame.why != "call":
        stage.returning = frame.asked
        return
    beneath.asked = beneath.asked or frame.asked
    moving.returned_to(stage, beneath)
    if not frame.task:
        stage.note_end(frame, beneath)
    elif has_barrier(frame.history):
        stage.note_barrier(beneath)
    stage.note_outcome(beneath, outcome)
    if frame.save:
        stage.write(beneath, frame.save, value)
