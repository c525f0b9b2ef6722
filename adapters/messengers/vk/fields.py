"""Single values out of VK's JSON, whatever stands there: none of these raises."""

from typing import Any

import orjson

from adapters.foreign_json import whole

CHATS = 2_000_000_000
"""Talks of several people have numbers from here on, https://dev.vk.com/ru/method/messages.send"""

MOST_CHATS = 100_000_000


def person(value: Any) -> int:
    """The number of somebody who writes to us alone: no community, no chat of several; else 0."""
    number = whole(value)
    return number if number > 0 and not CHATS <= number <= CHATS + MOST_CHATS else 0


def written(text: str) -> Any:
    """What a text of JSON holds; None where it is none."""
    try:
        return orjson.loads(text) if text else None
    except orjson.JSONDecodeError:
        return None
