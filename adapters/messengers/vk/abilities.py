"""What a customer's program can show, as VK tells it with every message."""

from typing import Any, NamedTuple

from adapters.foreign_json import mapping
from adapters.messengers.vk.fields import person


class Abilities(NamedTuple):
    """What a customer's program can show: https://dev.vk.com/ru/api/bots/development/messages"""

    keyboard: bool = True
    inline: bool = True
    callback: bool = False
    carousel: bool = False


UNKNOWN = Abilities()
"""Buttons that write their label work in every program."""


def abilities_of(event: Any) -> tuple[str, Abilities] | None:
    """Whose program can do what, where the event tells it."""
    body = mapping(event, "object")
    if isinstance(event, dict) and event.get("type") == "message_event":
        # Whoever pressed such a button has a program that can.
        peer = person(body.get("peer_id"))
        return (str(peer), Abilities(callback=True)) if peer else None
    told = mapping(body, "client_info")
    peer = person(mapping(body, "message").get("peer_id"))
    if not told or not peer:
        return None
    actions = told.get("button_actions")
    return str(peer), Abilities(
        keyboard=told.get("keyboard") is not False,
        inline=told.get("inline_keyboard") is not False,
        callback=isinstance(actions, list) and "callback" in actions,
        carousel=told.get("carousel") is True,
    )
