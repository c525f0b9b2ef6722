"""Secrets in the arguments of an action: named by a mark, never by their value.

The engine writes marks, whoever carries the action out puts the values in their place. A mark is
chosen so that it stands nowhere in what customers or other systems said: nobody can forge one.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from flows.errors import FlowError


class Unset(FlowError):
    """A secret that has no value."""


HIDDEN = "$secrets"
"""The argument that says how the marks begin; no owner can name one so."""

SHORTEST = 4
"""Characters from which on a text is taken for a secret."""

_END = "⟧"


def marked(
    evaluate: Callable[[Mapping[str, str]], dict[str, Any]], names: tuple[str, ...]
) -> dict[str, Any]:
    """The arguments that `evaluate` makes of secrets (name -> what stands for it), marked."""
    bare = json.dumps(evaluate(dict.fromkeys(names, "")), ensure_ascii=False, default=str)
    number = 0
    while (begins := f"⟦secret {number}:") in bare:
        number += 1
    found = evaluate({name: f"{begins}{name}{_END}" for name in names})
    return {**found, HIDDEN: begins}


def revealed(
    arguments: Mapping[str, Any], value_of: Callable[[str], str | None]
) -> tuple[dict[str, Any], list[str]]:
    """The arguments with values for their marks, and the values that went in.

    Raises Unset for a secret that has no value.
    """
    begins = arguments.get(HIDDEN)
    given = {name: value for name, value in arguments.items() if name != HIDDEN}
    used: list[str] = []
    if not isinstance(begins, str):
        return given, used

    def filled(value: Any) -> Any:
        if isinstance(value, str) and begins in value:
            return _filled(value)
        if isinstance(value, Mapping):
            return {name: filled(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [filled(inner) for inner in value]
        return value

    def _filled(text: str) -> str:
        first, *rest = text.split(begins)
        pieces = [first]
        for part in rest:
            name, _, after = part.partition(_END)
            value = value_of(name)
            if value is None:
                raise Unset(f"the secret {name} has no value")
            used.append(value)
            pieces += [value, after]
        return "".join(pieces)

    return {name: filled(value) for name, value in given.items()}, used


def masked(value: Any, secrets: Iterable[str]) -> Any:
    """What an action gave back, without the secrets it may have repeated, also as addresses and
    JSON write them.

    What is shorter than any real secret stays: half of the words might be made of it.
    """
    written = {way for secret in secrets if len(secret) >= SHORTEST for way in _ways(secret)}
    # Of two that overlap the longer one goes first: nothing of it may be left over.
    return _masked(value, sorted(written, key=len, reverse=True))


def _ways(secret: str) -> Iterator[str]:
    """How others may write a secret."""
    yield secret
    yield from (quote(secret), quote(secret, safe=""), quote_plus(secret))
    yield from (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1])


def _masked(value: Any, written: list[str]) -> Any:
    if isinstance(value, str):
        for one in written:
            value = value.replace(one, "•••")
        return value
    if isinstance(value, Mapping):
        return {_masked(name, written): _masked(inner, written) for name, inner in value.items()}
    if isinstance(value, list):
        return [_masked(inner, written) for inner in value]
    return value
