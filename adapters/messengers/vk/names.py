"""How our buttons call themselves in VK, and how messages are called that count within their talk."""

BUTTON = "b"
"""Our buttons' payload is an object with this one key."""

OURS = "easyflow"
"""What a message of ours carries, so that it is known when VK tells of it, after a restart too."""

IN_TALK = "cmid:"
"""Before the number of a message that counts within its talk: all VK tells of a pressed message."""


def number_in_talk(message_id: str) -> int:
    """The number of a message that is known by it; 0 for any other id."""
    number = message_id.removeprefix(IN_TALK)
    told = message_id.startswith(IN_TALK) and number.isdecimal() and len(number) < 19
    return int(number) if told else 0
