"""What was interrupted comes back: at once, or after «Продолжим?»."""

from flows import asking, endings, tasks
from flows.choices import pending
from flows.frames import Frame
from flows.stage import Stage
from flows.turn import Press


def resume(stage: Stage) -> None:
    """What was interrupted comes to the top again; `stage.returning` says if it was asked over."""
    asked, stage.returning = stage.returning, None
    top = stage.top
    if top is None or top.wait is None:
        return
    if top.wait.kind == "person" and stage.holder == "bot":
        # What came on top of it has asked for the same person, and that is over.
        outcome = (stage.position.outcome or {}).get("outcome", "released")
        endings.end_waiting(stage, top, outcome)
        return
    if top.wait.kind != "ask" or stage.muted:
        return
    if not stage.knows(top):
        endings.renew(stage, top)
        return
    policy = stage.bot.defaults.resume
    if not asked or policy == "auto" or tasks.is_menu(stage, top):
        asking.repeat(stage, top)
    elif policy == "never":
        root = stage.root(top) or top
        tasks.cut(stage, stage.index(root) + 1)
        tasks.drop(stage, root)
        tasks.leave(stage, root, None, "cancel")
    else:
        _offer(stage)


def _offer(stage: Stage) -> None:
    """Ask which of the interrupted tasks goes on."""
    suspended = [
        frame
        for frame in reversed(stage.stack)
        if frame.wait is not None
        and frame.wait.kind == "ask"
        and stage.knows(frame)
        and not tasks.is_menu(stage, frame)
    ]
    frames = [frame.id for frame in suspended]
    stage.position.offer = {"id": f"w{stage.number()}", "frames": frames}
    text, presses = offered(stage)
    stage.tell(text, buttons=presses, asks=True)


def offered(stage: Stage) -> tuple[str, tuple[Press, ...]]:
    """The question which of the suspended tasks, or of close meanings, and its buttons."""
    offer = stage.position.offer
    assert offer is not None
    if "topics" in offer:
        return _offered_topics(stage, [label for _, label in offer["topics"]], offer["id"])
    frames = [frame for frame in map(stage.by_id, offer["frames"]) if frame is not None]
    names = [tasks.about_of(stage, frame) or frame.flow for frame in frames]
    if len(frames) == 1:
        text = stage.phrase("resume", about=names[0])
        labels = [stage.phrase("yes"), stage.phrase("no")]
    else:
        text = stage.phrase("which")
        labels = [*names, stage.phrase("neither")]
    presses = tuple(
        Press(text=label, payload=f"q:{offer['id']}:{place}") for place, label in enumerate(labels)
    )
    return text, presses


def _offered_topics(stage: Stage, labels: list[str], wait: str) -> tuple[str, tuple[Press, ...]]:
    joined = stage.phrase("or").join(stage.phrase("quoted", text=label) for label in labels)
    presses = tuple(
        Press(text=label, payload=f"q:{wait}:{place}") for place, label in enumerate(labels)
    )
    return stage.phrase("about_which", topics=joined), presses


def accept_offer(stage: Stage, place: int) -> None:
    """The customer chose what goes on (or, with the last button, that nothing does)."""
    offer = stage.position.offer
    assert offer is not None
    stage.position.offer = None
    frames = [frame for frame in map(stage.by_id, offer["frames"]) if frame is not None]
    if place < len(frames):
        _raise_segment(stage, frames[place])
        asking.repeat(stage, frames[place])
    elif len(frames) == 1:
        endings.begin_ending(stage, stage.root(frames[0]) or frames[0], "cancel")
    else:
        _drop_all(stage, frames)


def _raise_segment(stage: Stage, frame: Frame) -> None:
    place = stage.index(frame)
    begins = tasks.segments(stage)
    begin = max(begin for begin in begins if begin <= place)
    end = min((other for other in begins if other > place), default=len(stage.stack))
    segment = stage.stack[begin:end]
    del stage.stack[begin:end]
    stage.stack.extend(segment)


def _drop_all(stage: Stage, frames: list[Frame]) -> None:
    for frame in frames:
        place = stage.index(frame)
        begins = tasks.segments(stage)
        begin = max(begin for begin in begins if begin <= place)
        end = min((other for other in begins if other > place), default=len(stage.stack))
        root = stage.root(frame)
        if root is not None and begin <= stage.index(root):
            begin = stage.index(root)
        for dropped in stage.stack[begin:end]:
            tasks.abandon(stage, dropped)
            if dropped.task and dropped.why != "person":
                stage.happened("task_cancelled", dropped)
        del stage.stack[begin:end]
    if not stage.said:
        stage.tell(stage.phrase("stopped"))
    top = stage.top
    if top is not None:
        tasks.settle_on(stage, top)


def say_again(stage: Stage) -> None:
    top = pending(stage)
    if stage.position.offer is not None:
        text, presses = offered(stage)
        stage.tell(text, buttons=presses, asks=True)
    elif top is not None:
        asking.repeat(stage, top)
