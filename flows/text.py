"""Texts of flows: plain words with `{{ expressions }}` in them, and nothing else."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from flows.env import Env
from flows.errors import RunError
from flows.expressions import Expression, ExpressionError, parse_expression, shared
from flows.operators import LONGEST_TEXT
from flows.shown import shown

LONGEST_RESULT = 20_000
_NONE: frozenset[str] = frozenset()
_OF_ADDRESSES = re.compile(r"[^\w.~-]")


@dataclass(frozen=True, slots=True)
class Text:
    """A checked text; `names` and `paths` are those of its expressions.

    `_around` are its plain words, with a `%s` for every one of the expressions `_filled_in`.

    In an `address` what is filled in stays one piece of it, whatever signs it holds: otherwise a
    customer's `../` or `?` would choose what the owner's server is asked for.
    """

    source: str
    names: frozenset[str]
    paths: frozenset[str]
    constant: bool
    _around: str = field(repr=False, compare=False)
    _filled_in: tuple[Expression, ...] = field(repr=False, compare=False)
    address: bool = False

    def render(self, scope: Mapping[str, Any], env: Env) -> str:
        """The words for people: null is nothing, a date is written out."""
        if self.constant:
            return self.source
        pieces = []
        for part in self._filled_in:
            piece = part.evaluate(scope, env)
            if type(piece) is not str:
                piece = _shown(piece, part, env)
            if len(piece) > LONGEST_TEXT:
                raise RunError(f"значение длиннее {LONGEST_TEXT} знаков")
            pieces.append(piece)
        text = self._around % tuple(pieces)
        if len(text) > LONGEST_RESULT:
            raise RunError(f"текст длиннее {LONGEST_RESULT} знаков")
        return text

    def holes(self, scope: Mapping[str, Any], env: Env) -> tuple[str, ...]:
        """The expressions that come to nothing, as they are written."""
        parts = self._filled_in
        return tuple(
            part.source.strip()
            for part in parts
            if not _shown(part.evaluate(scope, env), part, env)
        )

    def value(self, scope: Mapping[str, Any], env: Env) -> Any:
        """The value itself, with its type, where the text is exactly one `{{…}}`."""
        if self.constant:
            return self.source
        if self.address:
            return self._around % tuple([_piece(one, scope, env) for one in self._filled_in])
        if self._around == "%s":
            return self._filled_in[0].evaluate(scope, env)
        return self.render(scope, env)


def _piece(part: Expression, scope: Mapping[str, Any], env: Env) -> str:
    piece = _shown(part.evaluate(scope, env), part, env)
    if "secrets" in part.names:
        # What stands for a secret must stay as it is; the owner chose the value that will come.
        return piece
    return _OF_ADDRESSES.sub(lambda sign: quote(sign.group(), safe=""), piece)


def _shown(value: Any, part: Expression, env: Env) -> str:
    try:
        return shown(value, env)
    except (OverflowError, RecursionError) as error:
        # A moment at the edge of the calendar, a list within lists without end.
        raise RunError(f"не получилось показать «{part.source}»") from error


def parse_text(source: str) -> Text:
    """Check a text; ExpressionError names the column of a broken brace or expression."""
    around: list[str] = []
    filled_in: list[Expression] = []
    place = 0
    while True:
        opening = source.find("{{", place)
        closing = source.find("}}", place)
        if closing >= 0 and (opening < 0 or closing < opening):
            raise ExpressionError("скобки }} без {{ перед ними", closing + 1)
        if opening < 0:
            break
        around.append(_plain(source[place:opening]))
        end = _closing(source, opening)
        filled_in.append(_expression(source, opening + 2, end))
        place = end + 2
    if not filled_in:
        return Text(source, _NONE, _NONE, True, "", ())
    around.append(_plain(source[place:]))
    return Text(
        source,
        shared(_NONE.union(*[each.names for each in filled_in])),
        shared(_NONE.union(*[each.paths for each in filled_in])),
        False,
        "%s".join(around),
        tuple(filled_in),
    )


def _plain(words: str) -> str:
    return words.replace("%", "%%")


def _closing(source: str, opening: int) -> int:
    """Where the `}}` of a `{{` stands; braces inside quotes and of records do not count."""
    quote, depth, place = "", 0, opening + 2
    while place < len(source):
        sign = source[place]
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        elif sign == "{":
            depth += 1
        elif sign == "}":
            if not depth and source.startswith("}}", place):
                return place
            depth -= 1
        place += 1
    raise ExpressionError("скобки {{ не закрыты: нужно }}", opening + 1)


def _expression(source: str, start: int, end: int) -> Expression:
    try:
        return parse_expression(source[start:end])
    except ExpressionError as error:
        raise ExpressionError(error.text, start + error.column) from None
