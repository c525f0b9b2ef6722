"""What is said while its channel is not there: kept as it is, and made into calls when it comes back."""

from collections.abc import Mapping
from typing import Any

import msgspec

from bots.model.message import Reply

_KEY = "unrendered"


def put_off(reply: Reply) -> dict[str, Any]:
    """A payload of the outbox that no channel has made."""
    return {_KEY: msgspec.to_builtins(reply), "template": bool(reply.template)}


def reply_of(payload: Mapping[str, Any]) -> Reply | None:
    """The reply that was put off; None for a payload that is a call."""
    kept = payload.get(_KEY)
    return msgspec.convert(kept, Reply) if kept is not None else None
