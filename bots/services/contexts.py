"""How much a client may let a conversation remember."""

import json
from collections.abc import Mapping
from typing import Any

from bots.errors import Invalid
from bots.model.conversation import Conversation

LARGEST = 256 * 1024


def refuse_growth(known: Conversation | None, more: Mapping[str, Any]) -> None:
    """Raises Invalid where `more`, merged into what is known, would be too much.

    A conversation is read and written as a whole at every turn.
    """
    if not more:
        return
    merged = {**(known.context if known else {}), **more}
    if len(json.dumps(merged, ensure_ascii=False, default=str)) > LARGEST:
        raise Invalid("context", f"would grow past {LARGEST} characters with what is there already")
