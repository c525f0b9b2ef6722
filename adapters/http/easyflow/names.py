"""How the Easy Flow contract writes our words: session ids, moments, bounded texts."""

from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
from fastapi import Path
from pydantic import AfterValidator, PlainSerializer, StringConstraints

from bots.model.conversation import Conversation
from bots.services.chat import CHANNEL

LARGEST_CONTEXT = 64 * 1024


def session_id(conversation: Conversation) -> str:
    """The client's own for a conversation over the API, else one made of the UUID."""
    if conversation.address.channel == CHANNEL:
        return conversation.address.chat_id
    return f"session_{conversation.uuid}"


def message_id(id: str) -> str:
    """Our id as the contract shows it."""
    return id if id.startswith("msg_") else f"msg_{id}"


def own_id(id: str) -> str:
    """Our id of what the contract shows."""
    return id.removeprefix("msg_")


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _small(value: dict[str, Any]) -> dict[str, Any]:
    if len(orjson.dumps(value)) > LARGEST_CONTEXT:
        raise ValueError(f"must be at most {LARGEST_CONTEXT} bytes of JSON")
    return value


Moment = Annotated[datetime, PlainSerializer(_utc, return_type=str, when_used="json")]
"""`2024-01-10T10:00:00Z`."""

Id = Annotated[str, StringConstraints(min_length=1, max_length=256)]
"""An id that a client chose."""

PathId = Annotated[str, Path(max_length=256)]
"""The same in an address."""

Context = Annotated[dict[str, Any], AfterValidator(_small)]
"""Values of a client's own."""
