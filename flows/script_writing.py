"""Writes the pieces of test files as an owner would: plain where that is safe, quoted elsewhere."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from flows.script_lines import Line
from flows.turn import Sent
from flows.values import typed_scalar

Written = list[str]

LONGEST_SAID = 70

_INLINE = re.compile(r"[A-Za-zА-Яа-яЁё/][^:#\n\r\t\"'{}\[\],&*!|>%@`\\]*")
_ON_A_LINE = re.compile(r"[A-Za-zА-Яа-яЁё«(/][^#\\]*")
_SENTENCE = re.compile(r"[.!?…](?=\s|$)")
_TRUE = frozenset(("true", "false", "on", "off", "y", "n", "~"))


def scalar(text: str) -> str:
    """A text that ends a line, such as what stands after `client:`."""
    whole = f"{text} "
    plain = _ON_A_LINE.fullmatch(text) and ": " not in whole and text == text.strip()
    return text if plain and text.isprintable() and _is_text(text) else quoted(text)


def _inline(text: str) -> str:
    """A text among others, between brackets and commas."""
    plain = _INLINE.fullmatch(text) and text == text.strip()
    return text if plain and text.isprintable() and _is_text(text) else quoted(text)


def quoted(text: str) -> str:
    """A text in double quotes; what YAML does not let stand in a file is escaped."""
    whole = text.encode("utf-8", "replace").decode()
    return _ODD.sub(lambda odd: f"\\u{ord(odd.group()):04x}", json.dumps(whole, ensure_ascii=False))


# Control characters, breaks that are no newline, and what is no character at all.
_ODD = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def _is_text(text: str) -> bool:
    return typed_scalar(text) == text and text.casefold() not in _TRUE


def value(given: Any) -> str:
    """Any value on one line."""
    if given is None or isinstance(given, bool):
        return {None: "null", True: "yes", False: "no"}[given]
    if isinstance(given, Mapping):
        inner = ", ".join(f"{_key(str(key))}: {value(one)}" for key, one in given.items())
        return f"{{{inner}}}"
    if isinstance(given, (list, tuple)):
        return "[" + ", ".join(map(value, given)) + "]"
    if isinstance(given, (int, float)):
        return str(given)
    if isinstance(given, date) and not isinstance(given, datetime):
        return given.isoformat()
    return _inline(_text(given))


def _text(given: Any) -> str:
    if isinstance(given, (datetime, time)):
        return given.isoformat()
    return f"{given.total_seconds():g}s" if isinstance(given, timedelta) else str(given)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[\w.-]+", name) and _is_text(name) else quoted(name)


def shortened(text: str) -> str:
    """What the bot said, on one line; of a long text the first sentence or words, and a star."""
    whole = " ".join(text.split())
    if len(whole) <= LONGEST_SAID:
        return whole
    ends = [found.end() for found in _SENTENCE.finditer(whole) if found.end() <= LONGEST_SAID]
    if ends and ends[-1] >= LONGEST_SAID // 3:
        return whole[: ends[-1]] + "*"
    return whole[:LONGEST_SAID].rpartition(" ")[0] + "*"


def media_lines(line: Line) -> str:
    """What a customer attached, as `{photo: a.jpg, text: …}`."""
    attached = line.attached
    if len(attached) > 1:
        what = f"album: [{', '.join(map(_of_album, attached))}]"
    else:
        what = f"{_kind(attached[0])}: {_content(attached[0])}"
    caption = f", text: {value(line.text)}" if line.text else ""
    return f"{{{what}{caption}}}"


def _of_album(sent: Sent) -> str:
    return _content(sent) if sent.kind == "photo" else f"{{{_kind(sent)}: {_content(sent)}}}"


def _kind(sent: Sent) -> str:
    return "file" if sent.kind == "document" else sent.kind


def _content(sent: Sent) -> str:
    details = sent.details
    if sent.kind == "location":
        return quoted(f"{details.get('latitude')}, {details.get('longitude')}")
    if sent.kind == "contact":
        return quoted(str(details.get("phone", "")))
    return value(str(details.get("name") or sent.ref.rpartition("/")[2] or sent.kind))


def called(calls: Counter[str]) -> Written:
    counts = ", ".join(f"{action}: {count}" for action, count in sorted(calls.items()))
    return [f"  called: {{{counts}}}"] if counts else []
