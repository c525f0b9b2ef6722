"""The table of moves a flow allows, held by a state machine, and its diagram."""

from dataclasses import dataclass
from typing import Any

from transitions import Machine

from flows.graph import entries, ways
from flows.model import Enter, Finish, Flow, Go, Say

# No step can be called so: a name has no colon.
DONE = ":done"
CANCELLED = ":cancelled"

_LONGEST_LABEL = 40
_CLEAN = str.maketrans('":;#', "'∶,№")


@dataclass(frozen=True, slots=True)
class Move:
    """A move between two states; `label` is what the owner called the way."""

    source: str
    target: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Moves:
    """A flow's machine, the pairs it allows, and the moves the owner wrote."""

    machine: Any
    pairs: frozenset[tuple[str, str]]
    written: tuple[Move, ...]


def moves(flow: Flow) -> Moves:
    """Find the moves by following every way from every step."""
    written = _written(flow)
    states = [*flow.steps, DONE, CANCELLED]
    machine: Any = Machine(
        None, states=states, initial=states[0], auto_transitions=False, send_event=True
    )
    pairs = dict.fromkeys((move.source, move.target) for move in written)
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
    return Moves(machine, allowed_pairs, written)


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


def diagram(flow: Flow) -> str:
    """The flow as a Mermaid state diagram; the ways bear the owner's words."""
    names = {step: f"s{number}" for number, step in enumerate(flow.steps)}
    names |= {DONE: "done", CANCELLED: "cancelled"}
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{_clean(step)}" as {names[step]}' for step in flow.steps]
    used: set[str] = set()
    if flow.steps:
        lines.append(f"    [*] --> {names[next(iter(flow.steps))]}")
    for move in (flow.machine or moves(flow)).written:
        label = f" : {_clean(move.label)}" if move.label else ""
        lines.append(f"    {names[move.source]} --> {names[move.target]}{label}")
        used.add(move.target)
    lines += [f"    {names[end]} --> [*]" for end in (DONE, CANCELLED) if end in used]
    return "\n".join(lines) + "\n"


def _clean(words: str) -> str:
    """What Mermaid's grammar would stumble over is left out."""
    plain = " ".join(words.split()).translate(_CLEAN)
    return plain if len(plain) <= _LONGEST_LABEL else plain[: _LONGEST_LABEL - 1] + "…"


def _written(flow: Flow) -> tuple[Move, ...]:
    found: dict[Move, None] = {}
    for step, entry in flow.steps.items():
        found |= dict.fromkeys(_moves_from(flow, step, entry + 1))
    # A handler of the flow may wake in any of its steps.
    for way in entries(flow.scope):
        for move in _moves_from(flow, "", way.target, way.label):
            found |= dict.fromkeys(Move(step, move.target, move.label) for step in flow.steps)
    return tuple(found)


def _button_steps(flow: Flow) -> list[str]:
    """The steps that buttons of messages go to."""
    return [
        button.target
        for operation in flow.code
        if isinstance(operation, Say)
        for button in operation.message.offered
        if button.act == "go" and button.target in flow.steps
    ]


def _moves_from(flow: Flow, step: str, entry: int, called: str = "") -> list[Move]:
    """Follow the ways from an operation until they enter a step or leave the flow."""
    found: list[Move] = []
    ahead: list[tuple[int, str]] = [(entry, called)]
    seen: set[tuple[int, str]] = set()
    while ahead:
        index, label = ahead.pop()
        if (index, label) in seen or index >= len(flow.code):
            continue
        seen.add((index, label))
        operation = flow.code[index]
        if isinstance(operation, Enter):
            found.append(Move(step, operation.step, label))
        elif isinstance(operation, Finish):
            found.append(Move(step, DONE, label))
        elif isinstance(operation, Go) and operation.where == "cancel":
            found.append(Move(step, CANCELLED, label))
        ahead.extend(
            (way.target, way.label or label)
            for way in ways(flow, index)
            if not isinstance(operation, Enter)
        )
    found.reverse()
    return found
