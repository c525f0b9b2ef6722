"""By what a customer is known beside their messenger: a telephone number, what the bot remembers of them."""

from bots.model.conversation import Conversation

PHONES = ("phone", "телефон", "тел")
IDS = ("customer_id", "client_id", "email", "почта")
"""Names under which a bot remembers what is one person's alone."""
_CALLED = {"client_id": "customer_id", "почта": "email"}
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


def newly_known(before: Conversation, chat: Conversation) -> list[str]:
    """By what a customer is known that they were not: `phone`, `email`, `customer_id`.

    In a new conversation nobody was known before.
    """
    same = before.seq and before.profile is chat.profile
    if same and all(before.user.get(name) == chat.user.get(name) for name in (*PHONES, *IDS)):
        return []
    old = _known(before) if before.seq else {}
    return [name for name, value in _known(chat).items() if old.get(name) != value]


def known_of(chat: Conversation) -> dict[str, str]:
    """All that, as it was told."""
    found = {"phone": phone_of(chat) or ""}
    for name in IDS:
        value = chat.user.get(name)
        if isinstance(value, str | int) and not found.get(_CALLED.get(name, name)):
            found[_CALLED.get(name, name)] = str(value).strip()
    return {name: value for name, value in found.items() if value}


def _known(chat: Conversation) -> dict[str, str]:
    found = {name: value.casefold() for name, value in known_of(chat).items()}
    found["phone"] = digits_of(chat)
    return {name: value for name, value in found.items() if value}
