"""What operators of expressions mean: Python's own, safe with null, aware of dates, bounded."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from flows.env import Env
from flows.errors import RunError
from flows.moments import MOMENTS, comparable, moment_of, moved

LONGEST_TEXT = 10_000
LONGEST_LIST = 10_000
LARGEST_NUMBER = 2**63 - 1
"""JSON of other programs ends here."""

_NUMBERS = frozenset({int, float, bool})
_KINDS = {
    int: "число",
    float: "число",
    bool: "да/нет",
    str: "текст",
    list: "список",
    dict: "запись",
    date: "дата",
    datetime: "дата и время",
    time: "время",
    timedelta: "срок",
}


def kind_of(value: Any) -> str:
    """The owner's word for the type of a value."""
    return _KINDS.get(type(value), "значение")


def attribute(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None


def element(value: Any, key: Any) -> Any:
    if value is None or key is None:
        return None
    if isinstance(value, Mapping):
        return value.get(key)
    if isinstance(value, (list, tuple, str)) and isinstance(key, int):
        return value[key] if -len(value) <= key < len(value) else None
    raise RunError(f"элемент берут из списка или записи, а это {kind_of(value)}")


# ---------------------------------------------------------------- comparison


def equal(left: Any, right: Any, env: Env) -> bool:
    if left == right:
        return True
    if type(left) is type(right) and type(left) is not datetime:
        return False
    if type(left) in MOMENTS or type(right) in MOMENTS:
        pair = comparable(left, right, env)
        return pair is not None and bool(pair[0] == pair[1])
    return False


def ordered(
    compare: Callable[[Any, Any], bool], left: Any, right: Any, env: Env, sign: str
) -> bool:
    """`left < right` and its kin where plain Python cannot tell: dates beside ISO strings."""
    if type(left) in MOMENTS or type(right) in MOMENTS:
        pair = comparable(left, right, env)
        if pair is not None:
            return compare(*pair)
    raise RunError(f"нельзя сравнить: {kind_of(left)} {sign} {kind_of(right)}")


def within(item: Any, whole: Any, env: Env) -> bool:
    if whole is None:
        return False
    if isinstance(whole, str):
        if item is None:
            return False
        if not isinstance(item, str):
            raise RunError(f"искать в тексте можно только текст, а это {kind_of(item)}")
        return item in whole
    if isinstance(whole, Mapping):
        return item in whole
    if isinstance(whole, (list, tuple)):
        if item in whole:
            return True
        return type(item) in MOMENTS and any(equal(item, other, env) for other in whole)
    raise RunError(f"«in» ищет в списке или тексте, а это {kind_of(whole)}")


# ---------------------------------------------------------------- arithmetic


def bounded(number: Any) -> Any:
    """A number that still fits into JSON; the error names what happened."""
    if -LARGEST_NUMBER <= number <= LARGEST_NUMBER:
        return number
    raise RunError("получилось слишком большое число")


def add(left: Any, right: Any, env: Env) -> Any:
    if type(left) in _NUMBERS and type(right) in _NUMBERS:
        return bounded(left + right)
    if left is None or right is None:
        return None
    if isinstance(left, str) and isinstance(right, str):
        if len(left) + len(right) > LONGEST_TEXT:
            raise RunError(f"текст длиннее {LONGEST_TEXT} знаков")
        return left + right
    if isinstance(left, list) and isinstance(right, list):
        if len(left) + len(right) > LONGEST_LIST:
            raise RunError(f"в списке больше {LONGEST_LIST} элементов")
        return left + right
    if isinstance(left, timedelta):
        left, right = right, left
    if isinstance(right, timedelta):
        if isinstance(left, timedelta):
            return left + right
        moment = moment_of(left, env)
        if moment is not None:
            return moved(moment, right, env)
    return _plain(left, right, "+", lambda a, b: a + b)


def subtract(left: Any, right: Any, env: Env) -> Any:
    if type(left) in _NUMBERS and type(right) in _NUMBERS:
        return bounded(left - right)
    if left is None or right is None:
        return None
    if isinstance(right, timedelta):
        if isinstance(left, timedelta):
            return left - right
        moment = moment_of(left, env)
        if moment is not None:
            return moved(moment, -right, env)
    elif type(left) in MOMENTS or type(right) in MOMENTS:
        pair = comparable(left, right, env)
        if pair is not None:
            return _span(*pair)
    return _plain(left, right, "-", lambda a, b: a - b)


def _span(left: Any, right: Any) -> timedelta:
    if isinstance(left, time):
        day = date(2000, 1, 1)
        left, right = datetime.combine(day, left), datetime.combine(day, right)
    difference: timedelta = left - right
    return difference


def multiply(left: Any, right: Any, env: Env) -> Any:
    if type(left) in _NUMBERS and type(right) in _NUMBERS:
        return bounded(left * right)
    return _scaled(left, right, "*", lambda a, b: a * b)


def divide(left: Any, right: Any, env: Env) -> Any:
    if type(left) in _NUMBERS and type(right) in _NUMBERS:
        return bounded(left / _divisor(right))
    return _scaled(left, right, "/", lambda a, b: a / _divisor(b))


def floor_divide(left: Any, right: Any, env: Env) -> Any:
    if type(left) in _NUMBERS and type(right) in _NUMBERS:
        return bounded(left // _divisor(right))
    return _scaled(left, right, "//", lambda a, b: a // _divisor(b))


def modulo(left: Any, right: Any, env: Env) -> Any:
    if type(left) in _NUMBERS and type(right) in _NUMBERS:
        return bounded(left % _divisor(right))
    return _scaled(left, right, "%", lambda a, b: a % _divisor(b))


def negative(value: Any) -> Any:
    if value is None:
        return None
    if type(value) in _NUMBERS or isinstance(value, (timedelta, Decimal)):
        return -value
    raise RunError(f"минус бывает у числа, а это {kind_of(value)}")


def positive(value: Any) -> Any:
    return -negative(value) if value is not None else None


def _divisor(value: Any) -> Any:
    if not value:
        raise RunError("деление на ноль")
    return value


def _scaled(left: Any, right: Any, sign: str, operation: Callable[[Any, Any], Any]) -> Any:
    """Durations may be multiplied and divided; texts and lists may not."""
    if left is None or right is None:
        return None
    if isinstance(left, timedelta) or isinstance(right, timedelta):
        if isinstance(left, str) or isinstance(right, str):
            raise _nonsense(left, right, sign)
        return operation(left, right)
    return _plain(left, right, sign, operation)


def _plain(left: Any, right: Any, sign: str, operation: Callable[[Any, Any], Any]) -> Any:
    left, right = _number(left), _number(right)
    if type(left) in _NUMBERS and type(right) in _NUMBERS:
        return bounded(operation(left, right))
    raise _nonsense(left, right, sign)


def _number(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _nonsense(left: Any, right: Any, sign: str) -> RunError:
    return RunError(f"так не считают: {kind_of(left)} {sign} {kind_of(right)}")
