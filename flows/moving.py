"""Where a frame's place is in another version of the bot, and how the frame gets there."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from flows.frames import Frame
from flows.memory import Memory
from flows.model import Ask, Bot, Flow, Question, Signature


class Spot(NamedTuple):
    """A place in a version: the flow as it is called there, an operation, the loops around it."""

    flow: str
    entry: int
    loops: tuple[int, ...] = ()


def flow_of(bot: Bot | None, name: str) -> Flow | None:
    """A flow of that version ("" is the bot's own), also by the name it had before."""
    if bot is None:
        return None
    if not name:
        return bot.own
    return bot.flows.get(name) or bot.flows.get(bot.former.get(name, ""))


def waiting_at(frame: Frame) -> int:
    """The operation a frame waits at: of one that has called a flow, the one before its next."""
    return frame.wait.entry if frame.wait is not None else frame.at - 1


def signature_at(flow: Flow, entry: int) -> Signature | None:
    """What finds this operation again, if it is one that waits."""
    operation = flow.code[entry] if 0 <= entry < len(flow.code) else None
    if isinstance(operation, Ask):
        return operation.question.signature
    return next((signature for signature, at in flow.waits.items() if at == entry), None)


def counterpart(before: Bot | None, now: Bot, frame: Frame) -> Spot | None:
    """Where a frame that waits stands in the version of now, or None where that is gone.

    `before` is the version it stands on, None where that is not at hand: then only a question,
    whose signature the frame has kept, can be found.
    """
    old, new = flow_of(before, frame.flow), flow_of(now, frame.flow)
    if new is None:
        return None
    kept = frame.wait.signature if frame.wait is not None else None
    signature = Signature(*kept) if kept is not None else None
    if signature is None and old is not None:
        signature = signature_at(old, waiting_at(frame))
    if signature is None:
        return None
    entry = new.questions.get(signature, new.waits.get(signature, -1))
    if entry < 0:
        return None
    loops = new.homes[entry].loops if new.homes else ()
    # In the middle of a list only a question within as many loops is the same place.
    return Spot(new.name, entry, loops) if len(loops) == len(frame.loops) else None


# ---------------------------------------------------------------- a frame moves


def adopt(memory: Memory, frame: Frame, spot: Spot, at: int) -> None:
    """Let a frame stand in the newest version; `at` is its next operation there."""
    _carry_history_over(memory, frame, spot)
    frame.latest = _latest(memory, frame, spot)
    frame.version = memory.bot.version
    # Whoever had to go for want of a place in one version may have it again in the next.
    frame.retired = False
    frame.flow = spot.flow
    frame.known = None
    frame.at = at
    frame.loops = [[begin, *loop[1:]] for begin, loop in zip(spot.loops, frame.loops, strict=True)]
    flow = memory.flow(frame)
    if flow.homes and flow.homes[spot.entry].step:
        frame.step = flow.homes[spot.entry].step
    frame.scope = None


def returned_to(memory: Memory, frame: Frame) -> None:
    """Control comes back to a frame that stood by in an older version: it moves if it can."""
    if frame.version == memory.bot.version or frame.why == "person":
        return
    spot = counterpart(memory.version(frame.version), memory.bot, frame)
    if spot is None:
        return
    wait = frame.wait
    adopt(memory, frame, spot, spot.entry if wait is not None else spot.entry + 1)
    if wait is not None:
        wait.entry = spot.entry
        wait.question = None


def _latest(memory: Memory, frame: Frame, spot: Spot) -> int:
    """Where the frame last asked, in the newest version."""
    new = flow_of(memory.bot, spot.flow)
    if frame.latest < 0 or new is None or not memory.knows(frame):
        return -1
    signature = signature_at(memory.flow(frame), frame.latest)
    return new.questions.get(signature, -1) if signature is not None else -1


def _carry_history_over(memory: Memory, frame: Frame, spot: Spot) -> None:
    """Going back leads to questions of the newest version; past one that is gone it does not."""
    root = memory.root(frame)
    if root is None or not root.history:
        return
    before = memory.flow(frame) if memory.knows(frame) else None
    new = flow_of(memory.bot, spot.flow)
    kept: list[dict[str, Any]] = []
    for made in root.history:
        moved: dict[str, Any] | None = made
        if made.get("frame") == frame.id:
            operation = before.code[made["entry"]] if before is not None else None
            moved = _moved(made, operation, new)
        if moved is not None and "undo" in moved:
            moved = _with_calls_moved(moved, frame, before, new)
        kept = [*kept, moved] if moved is not None else []
    root.history = kept


def _moved(made: Mapping[str, Any], operation: Any, new: Flow | None) -> dict[str, Any] | None:
    if not isinstance(operation, Ask) or new is None:
        return None
    entry = new.questions.get(operation.question.signature)
    if entry is None:
        return None
    home = new.homes[entry] if new.homes else None
    loops = made.get("loops", ())
    if home is not None and len(home.loops) != len(loops):
        return None
    moved = {**made, "entry": entry, "step": home.step if home is not None else made["step"]}
    if home is not None and loops:
        moved["loops"] = [[begin, *loop[1:]] for begin, loop in zip(home.loops, loops, strict=True)]
    return moved


def _with_calls_moved(
    made: dict[str, Any], frame: Frame, before: Flow | None, new: Flow | None
) -> dict[str, Any] | None:
    """The ends of helpers that this frame called lead back to where it calls them now."""
    undo = []
    for change in made["undo"]:
        if change[0] == "end" and change[1] == frame.id:
            kind, caller, at, *rest = change
            signature = signature_at(before, at - 1) if before is not None else None
            entry = new.waits.get(signature, -1) if new is not None and signature else -1
            if entry < 0:
                return None
            change = [kind, caller, entry + 1, *rest]
        undo.append(change)
    return {**made, "undo": undo}


def question_at(memory: Memory, frame: Frame) -> Question | None:
    """The question a frame waits for in its own version, if that is at hand."""
    wait = frame.wait
    if wait is None or not memory.knows(frame):
        return None
    operation = memory.operation(frame, wait.entry)
    return operation.question if isinstance(operation, Ask) else None
