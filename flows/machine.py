"""The table of moves a flow allows, held by a state machine."""

from dataclasses import dataclass
from typing import Any

from transitions import Machine

from flows.graph import entries, ways
from flows.model import Enter, Finish, Flow, Go, Say, StartFlow

# No step can be called so: a name has no colon.
DONE = ":done"
CANCELLED = ":cancelled"


@dataclass(frozen=True, slots=True)
class Moves:
    """A flow's machine, and the pairs of states it allows to move between."""

    machine: Any
    pairs: frozenset[tuple[str, str]]


def moves(flow: Flow) -> Moves:
    """Find the moves by following every way from every step."""
    states = [*flow.steps, DONE, CANCELLED]
    machine: Any = Machine(
        None, states=states, initial=states[0], auto_transitions=False, send_event=True
    )
    pairs = dict.fromkeys(_written(flow))
    # In any step, whatever the flow says: to cancel, and to press a button of an older message.
    anywhere = (CANCELLED, *_button_steps(flow))
    pairs.update(dict.fromkeys((step, target) for step in flow.steps for target in anywhere))
    for source, target in pairs:
        machine.add_transition(target, source, target)
    allowed_pairs = frozenset(
        (transition.source, transition.dest)
        for event in machine.events.values()
        for transitions in event.transitions.values()
        for transition in transitions
    )
    return Moves(machine, allowed_pairs)


def allowed(flow: Flow, source: str, target: str) -> bool:
    """Whether a dialog may move so; an empty source is the flow's beginning.

    For moves ahead alone: going back is not in the table. A step that an edited flow no longer has
    may be left for any other.
    """
    if source == "":
        return target == next(iter(flow.steps), DONE)
    if source not in flow.steps:
        return target in flow.steps
    return flow.machine is None or (source, target) in flow.machine.pairs


def _written(flow: Flow) -> list[tuple[str, str]]:
    """The moves the owner wrote."""
    found = [
        (step, target) for step, entry in flow.steps.items() for target in _ends(flow, entry + 1)
    ]
    # A handler of the flow may wake in any of its steps.
    for way in entries(flow.scope):
        found += [(step, target) for target in _ends(flow, way.target) for step in flow.steps]
    return found


def _button_steps(flow: Flow) -> list[str]:
    """The steps that buttons of messages go to."""
    return [
        button.target
        for operation in flow.code
        if isinstance(operation, Say)
        for button in operation.message.offered
        if button.act == "go" and button.target in flow.steps
    ]


def _ends(flow: Flow, entry: int) -> list[str]:
    """Follow the ways from an operation until they enter a step or leave the flow."""
    found: dict[str, None] = {}
    ahead = [entry]
    seen: set[int] = set()
    while ahead:
        index = ahead.pop()
        if index in seen or not 0 <= index < len(flow.code):
            continue
        seen.add(index)
        operation = flow.code[index]
        if isinstance(operation, Enter):
            found[operation.step] = None
            continue
        if isinstance(operation, Finish):
            found[DONE] = None
        elif isinstance(operation, Go) and operation.where == "cancel":
            found[CANCELLED] = None
        elif isinstance(operation, StartFlow):
            # Where the other flow may not start (`only_if`), this one goes on.
            ahead.append(index + 1)
        ahead.extend(way.target for way in ways(flow, index))
    return list(found)
