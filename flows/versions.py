"""Where a waiting chat stands in an edited flow: what moves at once, what stays, what begins anew."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from flows import endings
from flows.frames import Frame, position_of, versions_of
from flows.model import Bot, CallFlow, Question
from flows.moving import adopt, counterpart, flow_of, question_at, returned_to
from flows.stage import Stage

Fate = Literal["moves", "stays", "retired"]


class Impact(NamedTuple):
    """What becomes of a chat when a version is published, and the step that decides it."""

    fate: Fate
    version: str
    flow: str
    step: str | None


_WORST: Mapping[Fate, int] = {"moves": 0, "stays": 1, "retired": 2}


def needed(position: Mapping[str, Any]) -> set[str]:
    """The versions of the bot that a kept position stands on."""
    return set(versions_of(position))


def impact(
    new: Bot, position: Mapping[str, Any], older: Mapping[str, Bot], *, retire: bool = False
) -> Impact | None:
    """What publishing `new` means for a chat; None where it is in no flow of another version.

    `older` holds by `Bot.version` what the position stands on, the version live until now among
    it. A chat moves if every part of it does; with `retire` nobody stays. Of several parts the
    worst one is told of, and of equals the one on top.
    """
    found: Impact | None = None
    for frame in reversed(position_of(position).stack):
        if frame.version == new.version or frame.why == "person":
            continue
        fate = _fate(older.get(frame.version), new, frame, retire=retire)
        if found is None or _WORST[fate] > _WORST[found.fate]:
            found = Impact(fate, frame.version, frame.flow, frame.step)
    return found


def _fate(before: Bot | None, new: Bot, frame: Frame, *, retire: bool) -> Fate:
    if counterpart(before, new, frame) is not None:
        return "moves"
    at_hand = before is not None and (not frame.flow or frame.flow in before.flows)
    return "stays" if at_hand and not retire and not frame.retired else "retired"


class Unmet(NamedTuple):
    """A call of an older version that the newest can no more serve as it should.

    `name` is an input that the called flow needs now and is not given (`asks`), or a result that
    it no more gives.
    """

    flow: str
    called: str
    name: str
    asks: bool


def unmet_calls(new: Bot, before: Bot) -> list[Unmet]:
    """What chats that stay on `before` would miss: the flows they call are the newest ones."""
    found: dict[Unmet, None] = {}
    for flow in (*before.flows.values(), before.own):
        for operation in flow.code:
            if isinstance(operation, CallFlow):
                found |= dict.fromkeys(_unmet(flow.name, operation, new, before))
    return list(found)


def _unmet(flow: str, call: CallFlow, new: Bot, before: Bot) -> Iterator[Unmet]:
    now, then = flow_of(new, call.flow), flow_of(before, call.flow)
    if now is None or then is None:
        return
    for name, need in now.needs.items():
        if not need.optional and name not in call.arguments:
            yield Unmet(flow, now.name, name, True)
    if call.save:
        lost = [name for name in then.gives if name not in now.gives]
        yield from (Unmet(flow, now.name, name, False) for name in lost)


# ---------------------------------------------------------------- at the chat's next event


def move(stage: Stage, *, retire: bool = False) -> bool:
    """Bring every waiting frame to the newest version whose question is still there.

    A frame whose question is gone stays on its own version where that is at hand; where it is not,
    or with `retire`, its task begins anew (True). A frame that waits for a flow it called, a time,
    an event, an action or a person moves when control returns to it.
    """
    newest = stage.bot.version
    for frame in stage.stack:
        if frame.version != newest:
            _move(stage, frame)
    if retire:
        _retire(stage)
    if not stage.stack or stage.knows(top := stage.stack[-1]):
        return False
    if top.wait is not None and top.wait.kind in ("do", "person"):
        # What is under way comes to its end first.
        return False
    endings.renew(stage, top)
    return True


def _move(stage: Stage, frame: Frame) -> None:
    if frame.why == "person":
        frame.version = stage.bot.version
        frame.known = None
        return
    wait = frame.wait
    if wait is not None and wait.kind in ("pause", "wait") and not stage.knows(frame):
        # Nothing could be done with its own version when the time or the event comes.
        returned_to(stage, frame)
    if wait is None or wait.kind != "ask":
        return
    spot = counterpart(stage.version(frame.version), stage.bot, frame)
    if spot is None:
        return
    before = question_at(stage, frame)
    adopt(stage, frame, spot, spot.entry)
    frame.latest = spot.entry
    wait.entry = spot.entry
    wait.question = None
    after = question_at(stage, frame)
    assert after is not None
    wait.signature = list(after.signature)
    if before is None or not _same_buttons(before, after):
        # A press on the old buttons may mean something else by now.
        wait.id = f"w{stage.number()}"
        wait.picked = []


def _retire(stage: Stage) -> None:
    """Nobody stays on an older version: what cannot move begins anew when its turn comes."""
    for frame in stage.stack:
        if frame.version == stage.bot.version:
            continue
        if counterpart(stage.version(frame.version), stage.bot, frame) is None:
            frame.retired = True
            frame.known = None


def _same_buttons(before: Question, after: Question) -> bool:
    olds = [button.label.source for button in before.body.buttons]
    return olds == [button.label.source for button in after.body.buttons]
