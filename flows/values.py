"""Values of variables: how they are kept as JSON, and what an unquoted YAML scalar means."""

import math
import re
import sys
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from flows.errors import RunError

_SCALARS = frozenset({str, int, float, bool, type(None)})
_TAGS = frozenset({"$date", "$time", "$at", "$seconds"})
_LARGEST = 2**63 - 1
HEAVIEST = 500_000
DEEPEST = 40
_ANY = sys.maxsize

_WORDS = {"null": None, "yes": True, "no": False}
_INTEGER = re.compile(r"-?(0|[1-9]\d{0,17})")
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,17})\.\d{1,18}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def freeze(value: Any) -> Any:
    """The JSON a variable is kept as; dates, times and durations become small tagged records."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return value
    if kind is int:
        return value if -_LARGEST <= value <= _LARGEST else float(value)
    if kind is float:
        return value if math.isfinite(value) else None
    if kind is dict or kind is list:
        frozen: Any = kind()
        _fill(frozen, value, _ANY, _ANY)
        return frozen
    return _frozen(value)


def _frozen(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"$at": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, time):
        return {"$time": value.isoformat()}
    if isinstance(value, timedelta):
        return {"$seconds": value.total_seconds()}
    if isinstance(value, Decimal):
        return (
            freeze(int(value) if value == value // 1 else float(value))
            if value.is_finite()
            else None
        )
    if isinstance(value, Mapping):
        return freeze(dict(value))
    if isinstance(value, (list, tuple, set, frozenset)):
        return freeze(list(value))
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    raise RunError(f"такое значение нельзя запомнить: {type(value).__name__}")


def freeze_light(value: Any) -> Any:
    """`freeze` for what a flow has put together; RunError, as soon as it is found out, for too much.

    Each turn reads and writes a kept value as a whole, and a list that names one long text a hundred
    times weighs little only until it is frozen.
    """
    kind = type(value)
    if kind is dict or kind is list:
        frozen: Any = kind()
        if value:
            _fill(frozen, value, HEAVIEST, DEEPEST)
        return frozen
    return freeze(value)


def _fill(frozen: Any, value: Any, left: int, depth: int) -> int:
    """Freeze a dict or list into an empty one; gives what is left of characters and elements."""
    if not depth:
        raise RunError(f"значение вложено глубже {DEEPEST} уровней")
    left -= len(value)
    if type(value) is list:
        for item in value:
            kind = type(item)
            if kind is str:
                left -= len(item)
                frozen.append(item)
            elif kind is dict or kind is list:
                inner: Any = kind()
                frozen.append(inner)
                left = _fill(inner, item, left, depth - 1)
            else:
                frozen.append(freeze(item))
            if left < 0:
                raise _too_heavy()
        return left
    for key, item in value.items():
        name = key if type(key) is str else str(key)
        left -= len(name)
        kind = type(item)
        if kind is str:
            left -= len(item)
            frozen[name] = item
        elif kind is dict or kind is list:
            inner = frozen[name] = kind()
            left = _fill(inner, item, left, depth - 1)
        else:
            frozen[name] = freeze(item)
        if left < 0:
            raise _too_heavy()
    return left


def _too_heavy() -> RunError:
    return RunError(f"значение больше {HEAVIEST} знаков и элементов")


def thaw(value: Any) -> Any:
    """A value kept by `freeze`, with its dates again; JSON that only looks tagged stays as it is.

    For who only reads it: a part without any dates may be the kept one itself and no copy.
    """
    kind = type(value)
    if kind is dict:
        if len(value) == 1:
            (tag,) = value
            if tag in _TAGS:
                return _thawed(tag, value)
        for item in value.values():
            if type(item) not in _SCALARS:
                return thaw_fields(value)
    elif kind is list:
        for item in value:
            if type(item) not in _SCALARS:
                return [thaw(item) for item in value]
    return value


def thaw_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """`thaw` for named values, in a new dict: a field that is called like a tag is a field."""
    if not fields:
        return {}
    thawed = dict(fields)
    for name, value in fields.items():
        if type(value) not in _SCALARS:
            thawed[name] = thaw(value)
    return thawed


def _thawed(tag: str, tagged: dict[str, Any]) -> Any:
    inner = tagged[tag]
    try:
        if tag == "$seconds":
            return timedelta(seconds=inner)
        if tag == "$date":
            return date.fromisoformat(inner)
        return time.fromisoformat(inner) if tag == "$time" else datetime.fromisoformat(inner)
    except (TypeError, ValueError, OverflowError):
        return tagged


def typed_scalar(text: str) -> Any:
    """What an unquoted scalar of YAML means where no declared type decides.

    `null`, `yes`, `no`, a plain number and an ISO date are typed, all else is text: `0123`,
    `+79991234567` and `12:30` stay what the owner wrote.
    """
    if text in _WORDS:
        return _WORDS[text]
    if not text or not (text[0].isdigit() or text[0] == "-"):
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    if _NUMBER.fullmatch(text):
        return float(text)
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    return text


def to_number(value: Any) -> int | float | None:
    """A number, also from a text such as `1 500,50`; None for what is none."""
    if isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Decimal):
        return float(value)
    if not isinstance(value, str):
        return None
    text = "".join(value.split()).replace(",", ".").replace("−", "-")
    try:
        number = float(text) if len(text) <= 40 and "_" not in text else None
    except ValueError:
        return None
    if number is None or not math.isfinite(number):
        return None
    digits = text.lstrip("+-")
    return int(text) if digits.isdecimal() else number
