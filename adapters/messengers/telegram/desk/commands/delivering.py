"""Buttons under a message that did not reach the customer as it is."""

from dataclasses import replace
from typing import Any

from adapters.foreign_json import mapping
from adapters.messengers.telegram.desk.answers import Answer
from adapters.messengers.telegram.desk.failures import WORDS as FAILED
from adapters.messengers.telegram.desk.kit import Kit
from adapters.messengers.telegram.desk.order import Order
from adapters.messengers.telegram.desk.outward import WORDS
from bots.errors import Unavailable
from bots.model.desk import Relay
from bots.model.message import Reply
from bots.model.turn import MessageRecord


async def send_so(order: Order, kit: Kit) -> Answer | str | None:
    """What will look otherwise at the customer's goes all the same."""
    line = kit.lines.of(order.group)
    message = _remarked(order)
    if line is None:
        raise Unavailable("The account of the group is not connected")
    if not message:
        return Answer(text=FAILED.say(order.language, "forgotten"), alert=True)
    await kit.outward.pass_on(order.about, order.who, message, order.group, line, knowingly=True)
    return _settled(order, kit, WORDS.say(order.language, "sent"))


async def drop(order: Order, kit: Kit) -> Answer | str | None:
    """It stays unsent."""
    return _settled(order, kit, WORDS.say(order.language, "dropped"))


async def retry(order: Order, kit: Kit) -> Answer | str | None:
    """What failed is sent once more."""
    record = await _failed(order, kit)
    if record is None:
        return Answer(text=FAILED.say(order.language, "forgotten"), alert=True)
    again = await kit.parts.deliveries.retry(record.message_id)
    if not again:
        delivery = await kit.parts.deliveries.delivery(record.message_id, patience=0)
        if delivery.status == "failed":
            # The messenger had taken it, and told of its failure afterwards.
            reply = Reply(
                message_id=kit.parts.new_id(),
                text=record.text,
                entities=record.entities,
                attachments=record.attachments,
                message_type=record.message_type,
                reply_to=record.reply_to,
                author="operator",
            )
            await _say(order, kit, reply)
            again = True
    told = FAILED.say(order.language, "again" if again else "nothing_failed")
    return _settled(order, kit, told)


async def as_text(order: Order, kit: Kit) -> Answer | str | None:
    """The words alone, without files and forms; the same press again says nothing twice."""
    record = await _failed(order, kit)
    if record is None or not record.text.strip():
        return Answer(text=FAILED.say(order.language, "forgotten"), alert=True)
    reply = Reply(message_id=kit.parts.new_id(), text=record.text, author="operator")
    await _say(order, kit, reply)
    return _settled(order, kit, WORDS.say(order.language, "sent"))


async def _say(order: Order, kit: Kit, reply: Reply) -> None:
    """Once for each remark. Raises Consumed."""
    remark = order.relay("out")
    # The remark itself is noted as ours; what is said by its button has a number that no message has.
    relay = replace(remark, message_id=f"-{remark.message_id}")
    await kit.parts.handoff.say(order.about.address, order.who, reply, relay)


def _settled(order: Order, kit: Kit, told: str) -> str:
    """What was pressed is done: no button is left that would do it again."""
    kit.answers.unbutton(order.group, order.message)
    return told


def _remarked(order: Order) -> dict[str, Any]:
    """The operator's message that ours stands under."""
    return mapping(order.message, "reply_to_message")


async def _failed(order: Order, kit: Kit) -> MessageRecord | None:
    """The message of the chat that the remark is about."""
    parts = kit.parts
    own = _own(order)
    relay = await parts.desks.relay(own.channel, own.chat_id, own.message_id)
    if relay is None or relay.conversation_id != order.about.id or not relay.seq:
        return None
    found = await parts.episodes.messages(order.about.id, after=relay.seq - 1, limit=1)
    return found[0] if found and found[0].seq == relay.seq else None


def _own(order: Order) -> Relay:
    return order.relay("own")
