"""Whether an event is VK's: its secret stands in the body, and is looked for before that is parsed.

https://dev.vk.com/ru/api/callback/getting-started
"""

import hmac
import re
from itertools import islice

import orjson

from adapters.foreign_json import string

UNSIGNED = 4096
"""Bytes of what may come without the secret: VK's question for the confirmation string has a hundred.

Whoever has no secret would make us parse 4 MiB else, once for each community.
"""

_SECRET = re.compile(rb'"secret"\s*:\s*("(?:[^"\\]|\\.){0,400}")')
_LOOKED_AT = 8
"""Places in which the secret is looked for; no customer can write a key of VK's JSON."""


def may_be_vks(body: bytes, secret: bytes) -> bool:
    """Whether the body is worth parsing; which of its secrets counts is seen after that."""
    if len(body) <= UNSIGNED:
        return True
    found = islice(_SECRET.finditer(body), _LOOKED_AT)
    return any(is_secret(_text(one[1]), secret) for one in found)


def is_secret(given: str, secret: bytes) -> bool:
    """In constant time; without a secret of ours none is right."""
    return bool(secret) and hmac.compare_digest(given.encode(), secret)


def _text(written: bytes) -> str:
    try:
        return string(orjson.loads(written))
    except orjson.JSONDecodeError:
        return ""
