"""Where a chat stands, for those who count chats: the step on top, and the steps beneath it."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Stand(NamedTuple):
    """A step of a flow; `question` is the key of the question that waits there, or empty."""

    flow: str
    step: str
    question: str = ""


NOWHERE = Stand("", "")


def question_key(save: str, kind: str) -> str:
    """Tells the questions of one step apart, in counters and in pictures alike."""
    return f"{save} {kind}"


def standing(position: Mapping[str, Any]) -> list[Stand]:
    """What a kept position waits at, the top first.

    The first is NOWHERE where the top stands in no step, as while a person has the chat; beneath it
    are only steps. An idle chat stands at nothing.
    """
    stack = position.get("stack")
    if not stack:
        return []
    found = [_stand(stack[-1])]
    for frame in stack[-2::-1]:
        stand = _stand(frame)
        if stand is not NOWHERE:
            found.append(stand)
    return found


def asks(position: Mapping[str, Any]) -> bool:
    """Whether the bot waits for the answer to a question of its own; a menu is none."""
    stack = position.get("stack")
    wait = stack[-1].get("wait") if stack else None
    return wait is not None and wait["kind"] != "person" and not str(wait["id"]).startswith("m")


def takes_press(position: Mapping[str, Any], payload: str) -> bool:
    """Whether a button acts, or acts still: one of a question does while the question waits."""
    kind, _, rest = payload.partition(":")
    if kind != "q":
        return True
    wait = rest.rpartition(":")[0]
    offer = position.get("offer")
    if offer is not None and offer["id"] == wait:
        return True
    waits = (frame.get("wait") for frame in position.get("stack") or ())
    return any(one is not None and one["id"] == wait for one in waits)


def _stand(frame: Mapping[str, Any]) -> Stand:
    wait = frame.get("wait")
    if wait is not None and wait["kind"] == "ask" and wait.get("signature"):
        step, save, kind = wait["signature"]
        return Stand(frame["flow"], step, f"{save} {kind}")
    step = frame.get("step")
    return Stand(frame["flow"], step) if step and frame["flow"] else NOWHERE
