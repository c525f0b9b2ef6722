"""Messages, turns and rows as the runtime makes them, with little to say."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bots.model.conversation import Conversation, Opening
from bots.model.message import Address, UnifiedMessage
from bots.model.turn import Intent, MessageRecord, Outgoing, Timer, TurnRecord
from bots.ports import Journal

NOON = datetime(2026, 3, 8, 12, 0, tzinfo=UTC)
ANNA = Address(1, "shop", "telegram:123456", "501")
BORIS = Address(1, "shop", "telegram:123456", "502")
OPENING = Opening(platform="telegram", user_id="501", profile={"first_name": "Анна"})


def message(external_id: str, address: Address = ANNA, **fields: Any) -> UnifiedMessage:
    given: dict[str, Any] = {
        "message_id": f"m-{address.chat_id}-{external_id}",
        "address": address,
        "platform": "telegram",
        "user_id": address.chat_id,
        "external_id": external_id,
        "timestamp": NOON,
        "text": "Где мой заказ?",
    }
    return UnifiedMessage(**(given | fields))


def heard(seq: int, message_id: str = "", **fields: Any) -> MessageRecord:
    given: dict[str, Any] = {
        "message_id": message_id or f"heard-{seq}",
        "seq": seq,
        "direction": "inbound",
        "author": "customer",
        "created_at": NOON,
        "text": "Где мой заказ?",
    }
    return MessageRecord(**(given | fields))


def said(seq: int, message_id: str = "", **fields: Any) -> MessageRecord:
    given = {"direction": "outbound", "author": "bot", "text": "Уже в пути"}
    return heard(seq, message_id or f"said-{seq}", **(given | fields))


def outgoing(conversation: Conversation, seq: int, part: int = 0, **fields: Any) -> Outgoing:
    given: dict[str, Any] = {
        "key": f"said-{seq}:{part}",
        "conversation_id": conversation.id,
        "address": conversation.address,
        "seq": seq,
        "part": part,
        "epoch": conversation.epoch,
        "payload": {"method": "sendMessage", "text": "Уже в пути"},
        "message_id": f"said-{seq}",
        "created_at": NOON,
    }
    return Outgoing(**(given | fields))


def timer(conversation: Conversation, name: str, due: datetime, **fields: Any) -> Timer:
    given: dict[str, Any] = {
        "conversation_id": conversation.id,
        "address": conversation.address,
        "name": name,
        "due": due,
        "payload": {"step": name},
        "epoch": conversation.epoch,
    }
    return Timer(**(given | fields))


def intent(conversation: Conversation, key: str, **fields: Any) -> Intent:
    given: dict[str, Any] = {
        "key": key,
        "conversation_id": conversation.id,
        "address": conversation.address,
        "wait_id": "w",
        "action": "find_order",
        "arguments": {},
        "created_at": NOON,
    }
    return Intent(**(given | fields))


async def opened(journal: Journal, address: Address = ANNA) -> Conversation:
    """A conversation, claimed."""
    return await journal.claim(address, replace(OPENING, user_id=address.chat_id))


async def answer(journal: Journal, conversation: Conversation, **fields: Any) -> Conversation:
    """A turn that hears one message and says one, with whatever else is given; the new state."""
    seq = conversation.seq
    changes = fields.pop("changes", {})
    new = replace(conversation, seq=seq + 2, **changes)
    given: dict[str, Any] = {
        "conversation": new,
        "messages": [heard(seq + 1), said(seq + 2)],
    }
    await journal.commit(TurnRecord(**(given | fields)))
    return new
