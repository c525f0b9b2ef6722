"""Values as they stand in texts for people."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any

from flows import formats
from flows.env import Env
from flows.errors import RunError
from flows.operators import LONGEST_TEXT


def shown(value: Any, env: Env) -> str:
    """A value as it stands in a text for people; null is nothing."""
    if type(value) is str:
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return _YES_NO.get(env.language, ("no", "yes"))[value]
    if isinstance(value, (int, float)):
        return formats.plain_number(value)
    if isinstance(value, (date, time)):
        return formats.written_moment(value, env)
    if isinstance(value, timedelta):
        return formats.written_span(value, env.language)
    if isinstance(value, (list, tuple)):
        return joined(value, ", ", env)
    if isinstance(value, Mapping):
        if "kind" in value and isinstance(value.get("ref"), str):
            # Something a customer sent; of what it is made only the name is for people.
            return str(value.get("name") or value["ref"])
        return ", ".join(f"{key}: {shown(item, env)}" for key, item in value.items())
    return str(value)


_YES_NO = {"ru": ("нет", "да"), "en": ("no", "yes"), "uz": ("yo‘q", "ha")}


def joined(value: Any, between: Any, env: Env) -> str:
    if not isinstance(value, (list, tuple)):
        return shown(value, env)
    pieces: list[str] = []
    between, length = str(between), 0
    for item in value:
        piece = shown(item, env)
        length += len(piece) + (len(between) if pieces else 0)
        if length > LONGEST_TEXT:
            raise RunError(f"текст длиннее {LONGEST_TEXT} знаков")
        pieces.append(piece)
    return str(between).join(pieces)
