"""The functions of expressions, which are the filters of texts as well."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from flows import filters, formats
from flows.env import Env
from flows.errors import RunError
from flows.moments import MOMENTS, comparable
from flows.operators import bounded, kind_of
from flows.shown import joined, shown
from flows.values import to_number

MANY = 20
"""So many arguments at most for functions that take any number."""


@dataclass(frozen=True, slots=True)
class Function:
    """`call` gets the values, then Env; `least` and `most` count the values."""

    call: Callable[..., Any]
    least: int
    most: int


# ---------------------------------------------------------------- numbers


def _number(value: Any, env: Env) -> Any:
    number = to_number(value)
    return None if number is None else bounded(number)


def _integer(value: Any, env: Env) -> Any:
    number = to_number(value)
    return None if number is None else bounded(int(number))


def _round(value: Any, digits: Any, env: Env) -> Any:
    """Halves go away from zero, as at school."""
    number = to_number(value)
    if number is None:
        return None
    places = to_number(digits) or 0
    if not -15 <= places <= 15:
        raise RunError("округлять можно не дальше 15 знаков")
    exact = Decimal(str(number)).quantize(Decimal(1).scaleb(-int(places)), ROUND_HALF_UP)
    return bounded(float(exact) if places > 0 else int(exact))


def _abs(value: Any, env: Env) -> Any:
    if isinstance(value, timedelta):
        return abs(value)
    number = to_number(value)
    return None if number is None else abs(number)


def _listed(values: tuple[Any, ...]) -> list[Any]:
    """The numbers or dates to choose from: one list, or the arguments; nulls do not count."""
    items = values[0] if len(values) == 1 else values
    if items is None:
        return []
    if isinstance(items, Mapping) or not isinstance(items, (list, tuple)):
        raise RunError(f"здесь нужен список, а это {kind_of(items)}")
    return [item for item in items if item is not None]


def _sum(*values_and_env: Any) -> Any:
    total: Any = 0
    for item in _listed(values_and_env[:-1]):
        number = item if isinstance(item, timedelta) else to_number(item)
        if number is None:
            raise RunError(f"складывают числа, а это {kind_of(item)}")
        if isinstance(number, timedelta):
            total = number if total == 0 else total + number
        else:
            total = bounded(total + number)
    return total


def _least(*values_and_env: Any) -> Any:
    return _extreme(values_and_env, lambda new, best: bool(new < best))


def _greatest(*values_and_env: Any) -> Any:
    return _extreme(values_and_env, lambda new, best: bool(new > best))


def _extreme(values_and_env: tuple[Any, ...], better: Callable[[Any, Any], bool]) -> Any:
    env = values_and_env[-1]
    items = _listed(values_and_env[:-1])
    if not items:
        return None
    best = items[0]
    for item in items[1:]:
        pair: tuple[Any, Any] | None = (item, best)
        if type(item) in MOMENTS or type(best) in MOMENTS:
            pair = comparable(item, best, env)
            if pair is None:
                raise RunError(f"нельзя сравнить: {kind_of(item)} и {kind_of(best)}")
        if pair is not None and better(*pair):
            best = item
    return best


# ---------------------------------------------------------------- lists and emptiness


def _empty(value: Any, env: Env) -> bool:
    """Nothing there: null, a text of blanks, an empty list. Zero and «no» are something."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, (list, tuple, Mapping)) and not value)


def _default(value: Any, instead: Any, env: Env) -> Any:
    return instead if _empty(value, env) else value


def _len(value: Any, env: Env) -> int:
    if value is None:
        return 0
    if isinstance(value, (str, list, tuple, Mapping)):
        return len(value)
    raise RunError(f"длина бывает у текста и списка, а это {kind_of(value)}")


def _join(value: Any, between: Any, env: Env) -> str | None:
    return None if value is None else joined(value, shown(between, env), env)


def _lines(value: Any, env: Env) -> str | None:
    return None if value is None else joined(value, "\n", env)


def _first(value: Any, env: Env) -> Any:
    return value[0] if isinstance(value, (list, tuple, str)) and value else None


def _last(value: Any, env: Env) -> Any:
    return value[-1] if isinstance(value, (list, tuple, str)) and value else None


# ---------------------------------------------------------------- texts


def _likened(text: str) -> str:
    return text.casefold().replace("ё", "е")


def _contains(value: Any, part: Any, env: Env) -> bool:
    """Case does not matter, nor does ё; in a list an element has to be equal."""
    if value is None or part is None:
        return False
    if isinstance(value, (list, tuple)):
        wanted = _likened(shown(part, env))
        return any(_likened(shown(item, env)) == wanted for item in value)
    return _likened(shown(part, env)) in _likened(shown(value, env))


def _starts(value: Any, part: Any, env: Env) -> bool:
    if value is None or part is None:
        return False
    return _likened(shown(value, env)).startswith(_likened(shown(part, env)))


def _ends(value: Any, part: Any, env: Env) -> bool:
    if value is None or part is None:
        return False
    return _likened(shown(value, env)).endswith(_likened(shown(part, env)))


def _of_text(change: Callable[[str], str]) -> Callable[[Any, Env], Any]:
    def changed(value: Any, env: Env) -> Any:
        return None if value is None else change(shown(value, env))

    return changed


def _titled(text: str) -> str:
    return " ".join([word[:1].upper() + word[1:] for word in text.split(" ")])


def _str(value: Any, env: Env) -> str | None:
    if value is None:
        return None
    plain = isinstance(value, (bool, int, float, date, time))
    return formats.machine_text(value) if plain else shown(value, env)


def _duration(seconds: int) -> Callable[[Any, Env], Any]:
    """`days(14)` is a duration; `days(a - b)` tells how many whole days a duration has."""

    def duration(value: Any, env: Env) -> Any:
        if isinstance(value, timedelta):
            return int(value.total_seconds() / seconds)
        number = to_number(value)
        if number is None and value is not None:
            raise RunError(f"срок задают числом, а это {kind_of(value)}")
        return None if number is None else timedelta(seconds=number * seconds)

    return duration


def _optional(call: Callable[..., Any], instead: Any) -> Callable[..., Any]:
    """A function whose second value may be left out."""

    def called(*values_and_env: Any) -> Any:
        if len(values_and_env) == 2:
            return call(values_and_env[0], instead, values_and_env[1])
        return call(*values_and_env)

    return called


FUNCTIONS: Mapping[str, Function] = {
    "days": Function(_duration(86_400), 1, 1),
    "hours": Function(_duration(3_600), 1, 1),
    "minutes": Function(_duration(60), 1, 1),
    "weeks": Function(_duration(604_800), 1, 1),
    "empty": Function(_empty, 1, 1),
    "default": Function(_default, 2, 2),
    "len": Function(_len, 1, 1),
    "join": Function(_optional(_join, ", "), 1, 2),
    "lines": Function(_lines, 1, 1),
    "first": Function(_first, 1, 1),
    "last": Function(_last, 1, 1),
    "round": Function(_optional(_round, 0), 1, 2),
    "sum": Function(_sum, 1, MANY),
    "min": Function(_least, 1, MANY),
    "max": Function(_greatest, 1, MANY),
    "abs": Function(_abs, 1, 1),
    "number": Function(_number, 1, 1),
    "int": Function(_integer, 1, 1),
    "str": Function(_str, 1, 1),
    "contains": Function(_contains, 2, 2),
    "starts": Function(_starts, 2, 2),
    "ends": Function(_ends, 2, 2),
    "lower": Function(_of_text(str.lower), 1, 1),
    "upper": Function(_of_text(str.upper), 1, 1),
    "title": Function(_of_text(_titled), 1, 1),
    "plural": Function(filters.plural, 2, 5),
    "money": Function(_optional(filters.money, None), 1, 2),
    "percent": Function(filters.percent, 1, 1),
    "date": Function(filters.date, 1, 1),
    "time": Function(filters.time, 1, 1),
    "date_time": Function(filters.date_time, 1, 1),
    "weekday": Function(filters.weekday, 1, 1),
    "phone": Function(filters.phone, 1, 1),
    "mask": Function(filters.mask, 1, 1),
}
