"""Names in a test that its bot does not have, each with the nearest right one."""

from collections.abc import Iterable, Sequence

from flows.hours import parse_hours
from flows.model import Bot, Do, Goal, Operation
from flows.performance import CLOSED, OPEN
from flows.script_nodes import Mistake, ScriptError, Told, nearest
from flows.scripts import Script
from flows.vocabulary import CHANNELS


def check_script(script: Script, bots: Sequence[Bot]) -> None:
    """Raise ScriptError for what none of the bots (the first, and its edits) has."""
    operations = [
        one for bot in bots for flow in (*bot.flows.values(), bot.own) for one in flow.code
    ]
    actions = {one.action for one in operations if isinstance(one, Do)}
    mistakes = [
        *_unknown(script, "mocks", script.mocks, actions, ("действия", "action")),
        *_unknown(script, "given.user", script.given.user, _fields(bots), ("поля", "field")),
        *_unknown(script, "given.hours", script.given.hours, _hours(bots), ("часов", "hours")),
        *_odd_hours(script),
        *_unknown(
            script, "given.channel", [script.given.channel], set(CHANNELS), ("канала", "channel")
        ),
        *_unknown(
            script, "given.waiting", script.given.waiting, _queues(bots), ("очереди", "queue")
        ),
        *_operators(script, bots),
        *_expected(script, bots, operations, actions),
    ]
    if mistakes:
        raise ScriptError(sorted(mistakes))


def _expected(
    script: Script, bots: Sequence[Bot], operations: Iterable[Operation], actions: set[str]
) -> list[Mistake]:
    expected = script.expected
    if expected is None:
        return []
    steps = {step for bot in bots for flow in bot.flows.values() for step in flow.steps}
    flows = {name for bot in bots for name in bot.flows}
    goals = {one.name for one in operations if isinstance(one, Goal)}
    queues = _queues(bots)
    queue = [str(name) for name in [(expected.handoff or {}).get("queue")] if name]
    step = [expected.step] if expected.step is not None else []
    return [
        *_unknown(script, "expect.step", step, steps, ("шага", "step")),
        *_unknown(script, "expect.done", expected.done or (), flows, ("сценария", "flow")),
        *_unknown(script, "expect.goals", expected.goals or (), goals, ("цели", "goal")),
        *_unknown(script, "expect.called", expected.called, actions, ("действия", "action")),
        *_unknown(script, "expect.handoff", queue, queues, ("очереди", "queue")),
    ]


def _unknown(
    script: Script, part: str, names: Iterable[str], known: set[str] | None, what: tuple[str, str]
) -> list[Mistake]:
    """What is not among the known; None is known to hold anything."""
    mistakes = []
    for name in names:
        if known is None or name in known or "*" in name:
            continue
        place = script.places.get(f"{part}.{name}", script.places.get(part, script.place))
        near = nearest(name, sorted(known))
        ru = f"у бота нет {what[0]} «{name}»{near.ru}"
        en = f"the bot has no {what[1]} “{name}”{near.en}"
        mistakes.append(Mistake(place, Told(ru, en)))
    return mistakes


def _operators(script: Script, bots: Sequence[Bot]) -> list[Mistake]:
    """Queues and places that an operator names in the middle of a chat."""
    queues = _queues(bots)
    steps = {step for bot in bots for flow in bot.flows.values() for step in flow.steps}
    steps |= {name for bot in bots for name in bot.flows}
    mistakes = []
    for line in script.lines:
        if line.deed == "transfer" and line.text not in queues:
            near = nearest(line.text, sorted(queues))
            ru, en = f"у бота нет очереди «{line.text}»", f"the bot has no queue “{line.text}”"
            mistakes.append(Mistake(line.place, Told(ru + near.ru, en + near.en)))
        elif line.deed == "release" and line.text and line.text not in steps:
            near = nearest(line.text, sorted(steps))
            ru = f"у бота нет ни шага, ни сценария «{line.text}»"
            en = f"the bot has neither a step nor a flow “{line.text}”"
            mistakes.append(Mistake(line.place, Told(ru + near.ru, en + near.en)))
    return mistakes


def _queues(bots: Sequence[Bot]) -> set[str]:
    return {name for bot in bots for name in bot.queues}


def _fields(bots: Sequence[Bot]) -> set[str] | None:
    fields = {name for bot in bots for name in bot.user}
    return fields or None


def _hours(bots: Sequence[Bot]) -> set[str]:
    return {name for bot in bots for name in bot.hours}


def _odd_hours(script: Script) -> list[Mistake]:
    mistakes = []
    for name, text in script.given.hours.items():
        try:
            if text not in (*OPEN, *CLOSED):
                parse_hours(text)
        except ValueError:
            place = script.places.get(f"given.hours.{name}", script.place)
            told = Told(
                f"часы «{name}»: пишите open, closed или пн-пт 09:00-18:00",
                f"hours “{name}”: write open, closed or mon-fri 09:00-18:00",
            )
            mistakes.append(Mistake(place, told))
    return mistakes
