"""Ids in addresses, queries and bodies: marked for the tenant matrix, and 404 where none can be.

A parameter that names a thing of a workspace says so: `Annotated[int, in_path("dialog"),
number("dialog")]` in an address; in a body `Field(json_schema_extra=of("assistant"))`.
"""

from functools import partial
from typing import Any

from fastapi import Path, Query
from pydantic import BeforeValidator

from bots.errors import NotFound

FORMAT = "ef-id"
LARGEST = 2**63 - 1


def of(noun: str) -> dict[str, Any]:
    """What the OpenAPI document says of an id: that it is one, and of what."""
    return {"format": FORMAT, "x-names": noun}


def in_path(noun: str) -> Any:
    """An id in an address."""
    return Path(json_schema_extra=of(noun), description=f"Which {noun}")


def in_query(noun: str) -> Any:
    """An id in a query."""
    return Query(json_schema_extra=of(noun), description=f"Which {noun}")


def number_of(noun: str, given: object) -> int:
    """Whole numbers as the store gives them. Whatever else is said names nothing: NotFound."""
    if isinstance(given, int) and not isinstance(given, bool) and 0 < given <= LARGEST:
        return given
    text = str(given)
    if not (text.isascii() and text.isdecimal() and len(text) <= 19):
        raise NotFound(noun, text[:40])
    if not 0 < int(text) <= LARGEST:
        raise NotFound(noun, text)
    return int(text)


def number(noun: str) -> BeforeValidator:
    """The same, for a parameter or a field."""
    return BeforeValidator(partial(number_of, noun))
