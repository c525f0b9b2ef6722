"""The land a bot speaks in, guessed from its time zone, else from its language."""

from functools import lru_cache

import phonenumbers
from babel.core import get_global

from flows.env import Env

_MONTH_FIRST = frozenset({"US", "PH"})


def land_of(env: Env) -> str:
    """A territory's code, `RU` or `UZ`; a zone of no land leaves it to the language."""
    return _land(env.language, env.timezone.key)


@lru_cache(256)
def _land(language: str, zone: str | None) -> str:
    land = get_global("zone_territories").get(zone or "")
    if land is not None and land.isalpha() and land != "ZZ":
        return str(land)
    subtags = get_global("likely_subtags").get(language, "ru_Cyrl_RU")
    return str(subtags.rpartition("_")[2])


def month_first(env: Env) -> bool:
    """Whether `3/4` is the fourth of March there."""
    return env.language == "en" and land_of(env) in _MONTH_FIRST


@lru_cache(256)
def sample_phone(land: str) -> str:
    """A mobile number to show how one is written."""
    if land == "RU":
        return "+7 999 123-45-67"
    number = phonenumbers.example_number_for_type(land, phonenumbers.PhoneNumberType.MOBILE)
    if number is None:
        return sample_phone("RU")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
