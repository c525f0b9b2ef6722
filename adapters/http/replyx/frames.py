"""The socket's language: what follows in a dialog becomes events, a client's texts become orders."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple

import orjson

from adapters.http.faults import Fault
from adapters.http.ids import LARGEST
from adapters.http.replyx.dialogs import LONGEST_TEXT, Message
from adapters.http.replyx.errors import render
from adapters.http.replyx.names import utc
from bots.errors import Invalid
from bots.model.course import ENDED, Move
from bots.model.turn import MessageRecord
from bots.services.following import Told, Typing

PING, PONG = "__ping__", "__pong__"
LONGEST_ID = 64

_REASONS = {"phrase": "keyword"}


class SendMessage(NamedTuple):
    """Words for the dialog; `who` is "" where the dialog decides whose they are."""

    text: str
    who: Literal["", "operator", "user"]
    operator_id: int | None = None
    operator_name: str | None = None


class Types(NamedTuple):
    """The one at the socket is writing."""


# ---------------------------------------------------------------- from a client


def read(text: str | None) -> SendMessage | Types:
    """Raises Invalid for a frame that says nothing we understand."""
    frame = _object(text)
    match frame.get("type"):
        case "send_message":
            return _send_message(frame)
        case "typing":
            return Types()
    raise Invalid("type", 'Expected "send_message" or "typing"')


def id_of(text: str | None) -> str | None:
    """What a client calls its frame, so that an error can name it."""
    try:
        id = _object(text).get("id")
    except Invalid:
        return None
    return id if isinstance(id, str) and len(id) <= LONGEST_ID else None


def _object(text: str | None) -> Mapping[str, Any]:
    if text is None:
        raise Invalid("frame", "Expected a text, found bytes")
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Invalid("frame", 'Expected JSON such as {"type": "typing"}') from None
    if not isinstance(value, dict):
        raise Invalid("frame", "Expected an object")
    return value


def _send_message(frame: Mapping[str, Any]) -> SendMessage:
    text, who = frame.get("text"), frame.get("as", "")
    if not isinstance(text, str) or not text.strip():
        raise Invalid("text", "Expected a text that is not empty")
    if "\0" in text:
        raise Invalid("text", "Found a NUL character, which nothing can show")
    if len(text) > LONGEST_TEXT:
        raise Invalid("text", f"At most {LONGEST_TEXT} characters, found {len(text)}")
    if who not in ("", "operator", "user"):
        raise Invalid("as", 'Expected "operator" or "user"')
    id, name = frame.get("operator_id"), frame.get("operator_name")
    if id is not None and (type(id) is not int or not 0 <= id <= LARGEST):
        raise Invalid("operator_id", "Expected a whole number, such as 5")
    if name is not None and not isinstance(name, str):
        raise Invalid("operator_name", "Expected a text")
    return SendMessage(text, who, id, name)


# ---------------------------------------------------------------- to a client


def event(dialog: int, what: Told | Typing, now: datetime) -> str:
    """What happened in a dialog, as the document prints it."""
    if isinstance(what, Typing):
        return _text(_typing(dialog, what), now)
    fields = (
        _said(dialog, what) if isinstance(what.point.what, MessageRecord) else _moved(dialog, what)
    )
    return _text({**fields, "seq": what.point.seq}, what.point.at)


def connected(dialog: int, seq: int, reset: str, now: datetime) -> str:
    """From where on somebody who asked for a number is told; `reset` says why not from there."""
    fields = {"type": "connected", "dialog_id": dialog, "seq": seq, "reset": reset or None}
    return _text(fields, now)


def error(dialog: int, fault: Fault, id: str | None, now: datetime) -> str:
    """What could not be done, in the envelope of every error."""
    named = {"id": id} if id is not None else {}
    return _text({"type": "error", "dialog_id": dialog, **named, **render(fault, "")}, now)


def _said(dialog: int, told: Told) -> dict[str, Any]:
    record = told.point.what
    assert isinstance(record, MessageRecord)
    message = Message.of(record, told.operator.name if told.operator is not None else None)
    shown = message.model_dump(mode="json", exclude_none=True)
    return {"type": "new_message", "dialog_id": dialog, "message": shown}


def _moved(dialog: int, told: Told) -> dict[str, Any]:
    move = told.point.what
    assert isinstance(move, Move)
    data = move.data
    if move.name in ENDED:
        reason = data.get("outcome")
        return {"type": "handoff_released", "dialog_id": dialog, "reason": reason}
    if move.name == "handoff.accepted" or data.get("to") is not None:
        return {"type": "handoff_started", "dialog_id": dialog, "manager": _manager(told, move)}
    return {
        "type": "handoff_requested",
        "dialog_id": dialog,
        "reason": _reason(data),
        "queue_position": told.place,
    }


def _reason(data: Mapping[str, Any]) -> str:
    """Whoever asked may have said why; else what brought it about."""
    source = str(data.get("source") or data.get("why") or "")
    return str(data.get("reason") or _REASONS.get(source, source))


def _manager(told: Told, move: Move) -> dict[str, Any]:
    """Who has it now; of a person in the messenger itself only the messenger is known."""
    who = told.operator
    if who is None:
        return {"id": None, "name": str(move.data.get("by") or ""), "avatar": None}
    return {"id": who.id, "name": who.name, "avatar": None}


def _typing(dialog: int, typing: Typing) -> dict[str, Any]:
    if not typing.name:
        return {"type": "user_typing", "dialog_id": dialog}
    return {"type": "operator_typing", "dialog_id": dialog, "operator_name": typing.name}


def _text(fields: Mapping[str, Any], at: datetime) -> str:
    return orjson.dumps({**fields, "timestamp": utc(at)}).decode()
