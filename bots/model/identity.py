"""By what a customer is known beside their messenger: a telephone number, what the bot remembers of them."""

from bots.model.conversation import Conversation

PHONES = ("phone", "телефон", "тел")
IDS = ("customer_id", "client_id", "email", "почта")
"""Names under which a bot remembers what is one person's alone."""
SHORTEST = 7
"""Digits that a number has at least."""


def phone_of(chat: Conversation) -> str | None:
    """The number that a messenger or the customer told; of WhatsApp it is who they are."""
    if chat.platform == "whatsapp" and chat.user_id.lstrip("+").isdecimal():
        return f"+{chat.user_id.lstrip('+')}"
    for known in (chat.profile, chat.user):
        for name in PHONES:
            if isinstance(found := known.get(name), str) and found:
                return found
    return None


def digits_of(chat: Conversation) -> str:
    """The number's digits alone, "" where it is none."""
    digits = "".join(sign for sign in phone_of(chat) or "" if sign.isascii() and sign.isdigit())
    return digits if len(digits) >= SHORTEST else ""


def ids_of(chat: Conversation) -> list[str]:
    """What is remembered of them that nobody else has."""
    found = (chat.user.get(name) for name in IDS)
    return [str(one).strip().casefold() for one in found if isinstance(one, str | int) and one]
