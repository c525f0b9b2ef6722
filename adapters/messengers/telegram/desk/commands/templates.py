"""The command that writes to a customer whose messenger takes templates only."""

import shlex

from adapters.messengers.telegram.desk.answers import Answer
from adapters.messengers.telegram.desk.kit import Kit
from adapters.messengers.telegram.desk.order import Command, Order
from adapters.messengers.telegram.desk.words import Words
from bots.model.message import Reply
from flows.messengers import BY_NAME

WORDS = Words(
    {
        "none": (
            "Шаблоны есть только у WhatsApp: здесь пишите просто так.",
            "Only WhatsApp has templates: here just write.",
        ),
        "how": (
            "Так: /tpl имя значение «второе значение» (имя из WhatsApp Manager, с языком: имя/en_US).",
            "So: /tpl name value “second value” (the name of WhatsApp Manager, or name/en_US).",
        ),
    }
)
_QUOTES = str.maketrans("«»“”„", '"""""')


async def template(order: Order, kit: Kit) -> Answer | str | None:
    """Send an approved template; it goes out after the window has closed, too."""
    chat = order.about
    messenger = BY_NAME.get(chat.platform)
    if messenger is None or not messenger.templates:
        return WORDS.say(order.language, "none")
    words = _split(order.rest)
    if not words:
        return WORDS.say(order.language, "how")
    name, *values = words
    reply = Reply(
        message_id=kit.parts.new_id(),
        text=" · ".join([f"📋 {name}", *values]),
        template={"template": name, "values": values},
        author="operator",
    )
    relay = order.relay("out")
    await kit.parts.handoff.say(chat.address, order.who, reply, relay)
    return None


def _split(text: str) -> list[str]:
    """Values with blanks stand in quotes; whoever forgets one still says what they meant."""
    try:
        return shlex.split(text.translate(_QUOTES))
    except ValueError:
        return text.split()


COMMANDS = (
    Command(
        name="tpl",
        run=template,
        takes=("имя значения", "name values"),
        means=("отправить шаблон WhatsApp", "send a template of WhatsApp"),
        also=("шаблон",),
    ),
)
