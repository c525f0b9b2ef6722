"""Going back: the last answered question is put again, and all since then undone."""

from typing import Any

from flows import asking, endings, tasks
from flows.frames import Frame, frame_of
from flows.model import Ask
from flows.stage import Stage


def back(stage: Stage) -> None:
    """`go: back`: the last answered question of the task is put again, its answer forgotten."""
    top = stage.top
    root = stage.root(top) if top is not None else None
    if root is not None and not root.history and root.why == "call" and _caller_can(stage, root):
        tasks.cut(stage, stage.index(root) + 1)
        tasks.abandon(stage, root)
        stage.stack.pop()
        stage.happened("task_cancelled", root)
        top = stage.stack[-1]
        root = stage.root(top)
    entry = _last_answer(stage, root) if root is not None else None
    if root is not None and entry is not None:
        _put_again(stage, root, entry)
        return
    stage.tell(stage.phrase("nowhere_back"))
    if stage.turning is not None and stage.turning[0] is top:
        frame, at = stage.turning
        asking.put(stage, frame, at, stage.operation(frame, at))
    elif top is not None:
        tasks.settle_on(stage, top)


def _last_answer(stage: Stage, root: Frame) -> dict[str, Any] | None:
    """Undo what was done since the last answered question, up to a barrier."""
    while root.history and "frame" in root.history[-1]:
        entry: dict[str, Any] = root.history.pop()
        for change in reversed(entry.get("undo", ())):
            _undo(stage, change)
        # What a handler asked is over with the handler; only what it changed is undone.
        if stage.by_id(entry["frame"]) is not None:
            return entry
    return None


def _put_again(stage: Stage, root: Frame, entry: dict[str, Any]) -> None:
    frame = stage.by_id(entry["frame"])
    assert frame is not None
    tasks.cut(stage, stage.index(frame) + 1)
    tasks.abandon(stage, frame)
    frame.step = entry["step"]
    frame.loops = [list(loop) for loop in entry.get("loops", ())]
    frame.at = entry["entry"]
    frame.scope = None
    if not stage.knows(frame):
        endings.renew(stage, frame)
        return
    operation = stage.operation(frame, frame.at)
    assert isinstance(operation, Ask)
    save = operation.question.save
    if save in root.given:
        root.given.remove(save)
    stage.entered = frame.step
    stage.happened("back", frame)
    asking.put(stage, frame, frame.at, operation)


def _caller_can(stage: Stage, root: Frame) -> bool:
    caller = stage.beneath(root)
    if caller is None or caller.why == "handler":
        return False
    task = stage.root(caller)
    return task is not None and bool(task.history) and "frame" in task.history[-1]


def _undo(stage: Stage, change: list[Any]) -> None:
    if change[0] == "set":
        _, frame_id, path, value = change
        frame = stage.by_id(frame_id)
        if frame is None and path.startswith(("user.", "chat.")):
            frame = stage.top
        if frame is not None:
            stage.put_back(frame, path, value)
        return
    _, caller_id, at, step, loops, kept = change
    caller = stage.by_id(caller_id)
    if caller is None:
        return
    tasks.cut(stage, stage.index(caller) + 1)
    tasks.abandon(stage, caller)
    caller.at, caller.step = at, step
    caller.loops = [list(loop) for loop in loops]
    caller.scope = None
    stage.stack.append(frame_of(kept))
