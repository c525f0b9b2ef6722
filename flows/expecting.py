"""What a test expects at its end, held against what has come of the chat."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from flows.attachments import named
from flows.mocking import agrees, same
from flows.rehearsal import Rehearsal
from flows.scripts import Called, Expected
from flows.telling import Row, Teller, matches, value_of
from flows.turn import RequestPerson, Waiting
from flows.values import thaw


class Ended(NamedTuple):
    """A chat that is over: the calls it made, how often the bot spoke since the last line."""

    play: Rehearsal
    calls: Sequence[tuple[str, Mapping[str, Any]]]
    answers: int


class Wrong(NamedTuple):
    """Something that is otherwise; `key` finds its place in the file."""

    key: str
    rows: list[Row]


def check_end(expected: Expected, ended: Ended, teller: Teller) -> list[Wrong]:
    """Everything that is otherwise at the end."""
    return [wrong for check in _CHECKS for wrong in check(expected, ended, teller)]


def _wrong(teller: Teller, key: str, wanted: str, found: str) -> Wrong:
    rows = [teller.wanted(f"{key}: {wanted}"), teller.got(f"{key}: {found}")]
    return Wrong(f"expect.{key}", rows)


def _step(expected: Expected, ended: Ended, teller: Teller) -> list[Wrong]:
    if expected.step is None or ended.play.step == expected.step:
        return []
    return [_wrong(teller, "step", expected.step, ended.play.step or "—")]


def _variables(expected: Expected, ended: Ended, teller: Teller) -> list[Wrong]:
    found = {name: variable_of(ended.play, name) for name in expected.variables}
    return [
        _wrong(teller, f"vars.{name}", value_of(value), value_of(found[name]))
        for name, value in expected.variables.items()
        if not _equal(value, found[name])
    ]


def _equal(wanted: Any, found: Any) -> bool:
    if wanted is None or found is None:
        return wanted is found
    return same(wanted, found) or same(wanted, named(found))


def _done(expected: Expected, ended: Ended, teller: Teller) -> list[Wrong]:
    done = [one["flow"] for one in ended.play.happenings("task_done")]
    missing = [flow for flow in expected.done or () if flow not in done]
    if not missing:
        return []
    return [_wrong(teller, "done", ", ".join(missing), ", ".join(done) or "—")]


def _goals(expected: Expected, ended: Ended, teller: Teller) -> list[Wrong]:
    goals = [one["goal"] for one in ended.play.happenings("goal")]
    if expected.goals is None or list(expected.goals) == goals:
        return []
    return [_wrong(teller, "goals", value_of(expected.goals), value_of(goals))]


def _called(expected: Expected, ended: Ended, teller: Teller) -> list[Wrong]:
    found = []
    for action, wanted in expected.called.items():
        calls = [arguments for name, arguments in ended.calls if name == action]
        if not _calls_agree(wanted, calls):
            key = f"called.{action}"
            found.append(_wrong(teller, key, _written(wanted), _calls_written(wanted, calls)))
    return found


def _calls_agree(wanted: Called, calls: Sequence[Mapping[str, Any]]) -> bool:
    if wanted.arguments is not None and len(wanted.arguments) > 1:
        return len(calls) == len(wanted.arguments) and all(map(agrees, wanted.arguments, calls))
    if wanted.arguments:
        calls = [call for call in calls if agrees(wanted.arguments[0], call)]
    if wanted.times is None:
        return bool(calls) if wanted.arguments != () else not calls
    return len(calls) == wanted.times


def _written(wanted: Called) -> str:
    counted = [str(wanted.times)] if wanted.times is not None else []
    return " × ".join([*counted, *map(value_of, wanted.arguments or ())])


def _calls_written(wanted: Called, calls: Sequence[Mapping[str, Any]]) -> str:
    if wanted.arguments is None or not calls:
        return str(len(calls))
    return ", ".join(value_of(thaw(dict(call))) for call in calls)


def _silent(expected: Expected, ended: Ended, teller: Teller) -> list[Wrong]:
    if expected.silent is None or expected.silent == (ended.answers == 0):
        return []
    return [_wrong(teller, "silent", value_of(expected.silent), value_of(not expected.silent))]


def _handoff(expected: Expected, ended: Ended, teller: Teller) -> list[Wrong]:
    if expected.handoff is None:
        return []
    requests = ended.play.requests
    last = requests[-1] if requests else None
    found = {} if last is None else _request(ended.play, last)
    asked = {name: str(value) for name, value in expected.handoff.items()}
    fits = all(matches(str(found.get(name, "")), value) for name, value in asked.items())
    if (not asked and not found) or (asked and found and fits):
        return []
    told = asked or {"queue": "", "note": "", "priority": ""}
    shown = {name: found[name] for name in told if name in found}
    return [
        _wrong(
            teller,
            "handoff",
            value_of(asked) if asked else "no",
            value_of(shown) if found else "no",
        )
    ]


def _request(play: Rehearsal, asked: RequestPerson) -> dict[str, Any]:
    return {
        "queue": asked.queue,
        "note": asked.note,
        "priority": asked.priority,
        "position": play.waiting.get(asked.queue, Waiting()).count + 1,
        "source": asked.source,
    }


_CHECKS: tuple[Callable[[Expected, Ended, Teller], list[Wrong]], ...] = (
    _step,
    _variables,
    _done,
    _goals,
    _called,
    _silent,
    _handoff,
)


def variable_of(play: Rehearsal, path: str) -> Any:
    """A variable by its path, of the frame nearest to the top that has it."""
    home, _, rest = path.partition(".")
    if rest and home in ("user", "chat"):
        kept: Any = play.user if home == "user" else play.chat
        return _inside(thaw(kept), rest)
    for frame in reversed(play.position.get("stack", ())):
        variables = frame.get("variables", {})
        if home in variables:
            return _inside(thaw(variables[home]), rest)
    return None


def _inside(value: Any, path: str) -> Any:
    for name in path.split(".") if path else ():
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
