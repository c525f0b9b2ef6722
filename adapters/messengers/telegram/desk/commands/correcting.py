"""What an operator said is taken back or said otherwise."""

from adapters.foreign_json import mapping
from adapters.messengers.telegram.desk.corrections import WORDS as CORRECTED
from adapters.messengers.telegram.desk.group_message import plain
from adapters.messengers.telegram.desk.kit import Kit
from adapters.messengers.telegram.desk.order import Command, Order
from adapters.messengers.telegram.desk.words import Words
from adapters.messengers.telegram.fields import id_of
from bots.errors import Invalid
from bots.model.desk import Relay

WORDS = Words(
    {
        "answer_it": (
            "Ответьте этой командой на своё сообщение, которое ушло клиенту.",
            "Answer the message of yours that went to the customer by this command.",
        ),
        "not_said": (
            "Это сообщение клиенту не отправлялось.",
            "This message was not sent to the customer.",
        ),
        "inside": (
            "Так начинается заметка или команда, и клиенту это не уйдёт. У него всё как было.",
            "A note or a command begins like this, and it does not go out. Their copy is as it was.",
        ),
    }
)


async def take_back(order: Order, kit: Kit) -> str:
    """Away with the customer's copy."""
    relay = await _meant(order, kit)
    return await kit.outward.corrections.take_back(order.about, order.who, relay)


async def say_otherwise(order: Order, kit: Kit) -> str:
    """Other words in the customer's copy."""
    relay = await _meant(order, kit)
    if not order.rest.strip():
        return CORRECTED.say(order.language, "no_words")
    if plain(order.rest.strip()).startswith("/"):
        return WORDS.say(order.language, "inside")
    return await kit.outward.corrections.correct(order.about, order.who, relay, order.rest)


async def _meant(order: Order, kit: Kit) -> Relay:
    """The message that the command answers. Raises Invalid where it was not said to the customer."""
    answered = mapping(order.message, "reply_to_message")
    number = id_of(answered.get("message_id"))
    if number is None or "forum_topic_created" in answered:
        raise Invalid("message", WORDS.say(order.language, "answer_it"))
    group = order.group
    relay = await kit.parts.desks.relay(group.channel, group.chat_id, number)
    if relay is None or relay.way != "out" or relay.conversation_id != order.about.id:
        raise Invalid("message", WORDS.say(order.language, "not_said"))
    return relay


COMMANDS = (
    Command(
        name="del",
        also=("удалить",),
        means=(
            "Удалить у клиента (ответом на своё сообщение)",
            "Delete it for the customer (reply)",
        ),
        run=take_back,
    ),
    Command(
        name="edit",
        also=("исправить",),
        takes=("новый текст", "new text"),
        means=("Исправить у клиента (ответом на своё сообщение)", "Correct it for them (reply)"),
        run=say_otherwise,
    ),
)
