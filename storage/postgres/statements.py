"""Statements as the stores write them, in the words of PostgreSQL."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

_VARIABLE = re.compile(
    r"'(?:[^']|'')*'"  # a text stays what it is
    r"|::"
    r"|(?P<hint> INDEXED BY \w+)"
    r"|(?P<ordered>CROSS (?=JOIN \w+ \w+ ON\b))"
    r"|(?P<isnot>\bIS\s+NOT\s+)?(?P<is>\bIS\s+)?(?P<mark>\?(?P<number>\d*)|:(?P<name>[a-z_]\w*))"
)


class Statement(NamedTuple):
    """`sql` with `$1…`, and what puts the values given for the original in their order."""

    sql: str
    arguments: Callable[[Any], Sequence[Any]]


@lru_cache(maxsize=4096)
def statement(sql: str) -> Statement:
    """`?`, `?1` and `:name` become `$n`; `x IS ?` compares as SQLite does, NULL being equal to NULL.

    What tells SQLite which index to take, and which table to read first, is left out.
    """
    names: list[str] = []
    count = 0

    def put(found: re.Match[str]) -> str:
        nonlocal count
        if found["hint"] or found["ordered"]:  # PostgreSQL knows which way is the shortest
            return ""
        if found["mark"] is None:
            return found[0]
        if found["name"] is not None:
            if found["name"] not in names:
                names.append(found["name"])
            number = names.index(found["name"]) + 1
        elif found["number"]:
            number = int(found["number"])
        else:
            count += 1
            number = count
        compared = ""
        if found["isnot"]:
            compared = "IS DISTINCT FROM "
        elif found["is"]:
            compared = "IS NOT DISTINCT FROM "
        return f"{compared}${number}"

    return Statement(_VARIABLE.sub(put, sql), _named(tuple(names)) if names else _in_order)


def _named(names: tuple[str, ...]) -> Callable[[Any], Sequence[Any]]:
    return lambda values: [clean(values[name]) for name in names]


def _in_order(values: Any) -> Sequence[Any]:
    return [clean(value) for value in values]


def clean(value: Any) -> Any:
    """PostgreSQL keeps no NUL in a text: whoever sends one loses it, and nothing else."""
    if type(value) is str and "\0" in value:
        return value.replace("\0", "")
    return value
