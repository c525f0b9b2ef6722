"""What a flow promises about its values: the types of inputs, results and answers, and keeping them."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from flows import operators
from flows.answers import BASE_TYPES, AnswerType, Fit
from flows.attachments import ATTACHED
from flows.env import Env
from flows.errors import RunError
from flows.model import Ask, Assign, Bot, CallFlow, Do, Flow

ANY = "any"
_WHATEVER = frozenset({"any", "choice"})
_LISTS = frozenset({"many", "photos"})
_NUMBERS = frozenset({"number", "integer", "rating"})


def given_to(bot: Bot, flow: Flow, arguments: Mapping[str, Any], env: Env) -> dict[str, Any]:
    """The arguments as the flow's `needs` want them. Raises RunError for one that does not fit.

    What is empty fits every type: the flow may ask for it. What the flow has no need of is left out.
    """
    return {
        name: _kept(bot, need.kind, arguments[name], env, f"«{name}» сценария «{flow.name}»")
        for name, need in flow.needs.items()
        if name in arguments
    }


def given_by(bot: Bot, flow: Flow, results: Mapping[str, Any], env: Env) -> dict[str, Any]:
    """The results as the flow's `gives` promises them. Raises RunError for one that does not fit."""
    return {
        name: _kept(bot, flow.gives[name], value, env, f"результат «{name}» сценария «{flow.name}»")
        if name in flow.gives
        else value
        for name, value in results.items()
    }


def _kept(bot: Bot, kind: str, value: Any, env: Env, what: str) -> Any:
    fit = conform(kind_of(bot, kind), value, env)
    if fit is None:
        # Not the value itself: what a customer wrote has no place among errors.
        raise RunError(f"{what} — это {kind}, а дали {_shape(value)}")
    return fit.value


def _shape(value: Any) -> str:
    shape = operators.kind_of(value)
    return f"{shape} ({len(value)})" if isinstance(value, (str, list, tuple)) else shape


def kind_of(bot: Bot, name: str) -> AnswerType:
    """A type by its name; one that is gone is any."""
    return bot.types.get(name) or BASE_TYPES.get(name) or BASE_TYPES[ANY]


# ---------------------------------------------------------------- one value


def conform(kind: AnswerType, value: Any, env: Env) -> Fit | None:
    """The value as this type has it, or None where it is none of it."""
    base = kind.base
    if value is None or base in _WHATEVER:
        return Fit(value)
    if base in _LISTS:
        return Fit(list(value)) if isinstance(value, (list, tuple)) else None
    if base in ATTACHED:
        return Fit(value) if isinstance(value, (str, Mapping)) else None
    if base == "yes_no" and isinstance(value, bool):
        return Fit(value)
    typed = _typed(base, value)
    if typed is not None and base not in _NUMBERS:
        return Fit(typed)
    return _written(kind, value if typed is None else typed, env)


def _typed(base: str, value: Any) -> Any:
    """A moment given as one, or in the form of ISO; a number that is one."""
    if base in _NUMBERS:
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return value if number else None
    if base == "date":
        if isinstance(value, datetime):
            return value.date()
        return value if isinstance(value, date) else _iso(date.fromisoformat, value)
    if base == "time":
        return value if isinstance(value, time) else _iso(time.fromisoformat, value)
    if base == "date_time":
        return value if isinstance(value, datetime) else _iso(datetime.fromisoformat, value)
    return None


def _iso(read: Any, value: Any) -> Any:
    try:
        return read(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _written(kind: AnswerType, value: Any, env: Env) -> Fit | None:
    """What a customer could have written for this value; of a text its type says what fits."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float, date, time)):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value)
    if not text.strip():
        return Fit(value if kind.base == "text" and kind.matches is None else None)
    if kind.base == "text" and kind.matches is None and kind.clean is None:
        return Fit(text)
    if isinstance(value, (int, float)) and kind.base in ("number", "integer"):
        return _within(kind, value)
    fit = kind.parse(text, (), env)
    return fit if isinstance(fit, Fit) else None


def _within(kind: AnswerType, value: float) -> Fit | None:
    if kind.base == "integer" and not isinstance(value, int):
        return None
    low = kind.min is None or value >= kind.min
    return Fit(value) if low and (kind.max is None or value <= kind.max) else None


# ---------------------------------------------------------------- the variables of a flow


def types_of(flow: Flow) -> dict[str, str]:
    """The variables of a flow and the name of each one's type; `any` where nothing declares it."""
    found: dict[str, str] = {}
    for operation in flow.code:
        if isinstance(operation, Ask) and operation.question.save:
            found[operation.question.save] = operation.question.kind.name
        elif isinstance(operation, Assign):
            found |= {name: found.get(name, ANY) for name, _ in operation.values}
        elif isinstance(operation, (Do, CallFlow)) and operation.save:
            found.setdefault(operation.save, ANY)
    return found | {name: need.kind for name, need in flow.needs.items()}


def still_there(
    variables: Mapping[str, Any], before: Flow | None, after: Flow, bot: Bot, env: Env
) -> set[str]:
    """The names of the variables that an edited flow has too, with the same type.

    Without the flow as it was (`before`) a value that fits counts as one of the same type.
    """
    old = types_of(before) if before is not None else {}
    kept = set()
    for name, kind in types_of(after).items():
        if name not in variables:
            continue
        same = kind == ANY or old.get(name, kind) == kind
        if same and (before is not None or _fits(bot, kind, variables[name], env)):
            kept.add(name)
    return kept


def _fits(bot: Bot, kind: str, value: Any, env: Env) -> bool:
    return conform(kind_of(bot, kind), value, env) is not None
