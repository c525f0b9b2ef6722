"""The functions that write a value for people: money, plurals, dates, telephones."""

import datetime
from collections.abc import Callable
from typing import Any

from flows import formats
from flows.env import Env
from flows.moments import Moment, moment_of
from flows.shown import shown
from flows.values import to_number


def plural(value: Any, *forms_and_env: Any) -> str | None:
    env = forms_and_env[-1]
    number = len(value) if isinstance(value, (list, tuple)) else to_number(value)
    if number is None:
        return None if value is None else shown(value, env)
    forms = tuple([shown(form, env) for form in forms_and_env[:-1]])
    return formats.plural(number, forms, env.language)


def money(value: Any, currency: Any, env: Env) -> str | None:
    number = to_number(value)
    if number is None:
        return None if value is None else shown(value, env)
    return formats.money(number, env.language, currency)


def percent(value: Any, env: Env) -> str | None:
    number = to_number(value)
    if number is None:
        return None if value is None else shown(value, env)
    return formats.percent(number, env.language)


def _of_moment(written: Callable[[Moment, Env], str]) -> Callable[[Any, Env], Any]:
    """A filter of dates; a text that is no date stays as the owner's system gave it."""

    def filtered(value: Any, env: Env) -> Any:
        if value is None:
            return None
        moment = moment_of(value, env)
        return shown(value, env) if moment is None else written(moment, env)

    return filtered


@_of_moment
def date(moment: Moment, env: Env) -> str:
    if isinstance(moment, datetime.time):
        return formats.written_time(moment, env)
    return formats.written_date(moment, env)


@_of_moment
def time(moment: Moment, env: Env) -> str:
    """Nothing for a day, which has none."""
    if isinstance(moment, (datetime.datetime, datetime.time)):
        return formats.written_time(moment, env)
    return ""


@_of_moment
def date_time(moment: Moment, env: Env) -> str:
    return formats.written_moment(moment, env)


@_of_moment
def weekday(moment: Moment, env: Env) -> str:
    return "" if isinstance(moment, datetime.time) else formats.weekday(moment, env)


def phone(value: Any, env: Env) -> Any:
    return None if value is None else formats.written_phone(shown(value, env))


def mask(value: Any, env: Env) -> Any:
    return None if value is None else formats.masked(shown(value, env))
