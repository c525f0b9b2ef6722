"""Where a chat stands and why a message went where it went, for the owner who tries the bot."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from flows.frames import Frame, position_of
from flows.model import Ask, Assign, Bot
from flows.script_nodes import Told
from flows.values import thaw

LONGEST_REASON = 60


class Standing(NamedTuple):
    """A flow under way. `waits` is what for (empty: nothing), `save` what the answer goes to."""

    flow: str
    step: str
    waits: str
    save: str
    tries: int
    variables: dict[str, Any]


def standing(position: Mapping[str, Any]) -> list[Standing]:
    """The flows under way, the one that was begun first at the head."""
    return [_of(frame) for frame in position_of(position).stack]


def only_set(bot: Bot) -> frozenset[str]:
    """The variables that only the owner's own `set` gives values: nothing a customer told."""
    given: set[str] = set()
    learnt: set[str] = set()
    for flow in (bot.own, *bot.flows.values()):
        for operation in flow.code:
            if isinstance(operation, Assign):
                given.update(name for name, _ in operation.values)
            else:
                asked = operation.question if isinstance(operation, Ask) else operation
                learnt.add(getattr(asked, "save", None) or "")
        learnt.update(flow.needs)
    return frozenset(given - learnt)


def _of(frame: Frame) -> Standing:
    wait = frame.wait
    signature = wait.signature if wait is not None else None
    return Standing(
        flow=frame.flow,
        step=frame.step or "",
        waits=wait.kind if wait is not None else "",
        save=signature[1] if signature else "",
        tries=wait.tries if wait is not None else 0,
        variables=thaw(dict(frame.variables)),
    )


def named_variables(
    position: Mapping[str, Any], user: Mapping[str, Any], chat: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    """Everything that flows can read now, by the names they read it by; the top flow's first."""
    for frame in reversed(standing(position)):
        yield from frame.variables.items()
    yield from ((f"user.{name}", thaw(value)) for name, value in user.items())
    yield from ((f"chat.{name}", thaw(value)) for name, value in chat.items())


def reason(rung: str, because: Mapping[str, str], intent: str | None, language: str) -> str:
    """What the bot took a message for, in a few words; empty where nothing is known."""
    told = _RUNGS.get(rung)
    if told is None:
        # `other` is what went past the ladder: to a person, or to wait for an action.
        return "" if rung == "other" else rung
    what = because.get("words") or because.get("label") or ""
    what = what if len(what) <= LONGEST_REASON else what[:LONGEST_REASON].rstrip() + "…"
    of_what = Told(f" «{what}»", f" “{what}”").by(language) if what else ""
    doubt = f" (< {because['doubt']})" if "doubt" in because else ""
    led = f" → {intent}" if intent else ""
    return f"{told.by(language)}{of_what}{doubt}{led}"


_RUNGS: Mapping[str, Told] = {
    "button": Told("кнопка", "button"),
    "exact": Told("точные слова", "exact words"),
    "answer": Told("принято как ответ", "taken as the answer"),
    "contains": Told("слова внутри", "words inside"),
    "means": Told("по смыслу", "by meaning"),
    "no_match": Told("никто не понял", "nobody understood"),
    "edited": Told("исправленное сообщение", "an edited message"),
}
