"""The errors of VK's API by their numbers, as the fake VK answers them."""

from collections.abc import Mapping
from typing import Any

TEXTS: Mapping[int, str] = {
    1: "Unknown error occurred",
    3: "Unknown method passed",
    5: "User authorization failed",
    6: "Too many requests per second",
    7: "Permission to perform this action is denied",
    8: "Invalid request",
    9: "Flood control",
    10: "Internal server error",
    14: "Captcha needed",
    15: "Access denied",
    18: "User was deleted or banned",
    27: "Group authorization failed",
    29: "Rate limit reached",
    100: "One of the parameters specified was missing or invalid",
    104: "Not found",
    113: "Invalid user id",
    118: "Invalid server",
    121: "Invalid hash",
    125: "Invalid group id",
    129: "Invalid photo",
    900: "Can't send messages for users from blacklist",
    901: "Can't send messages for users without permission",
    902: "Can't send messages to this user due to their privacy settings",
    909: "Can't edit this message, because it's too old",
    911: "Keyboard format is invalid",
    912: "This is a chat bot feature, change this status in settings",
    914: "Message is too long",
    917: "You don't have access to this chat",
    920: "Can't edit this kind of message",
    924: "Can't delete this message for everybody",
    925: "You are not admin of this chat",
    932: "Your community can't interact with this peer",
    936: "Contact not found",
    940: "Too many posts in messages",
    943: "Cannot use this intent",
    945: "Chat was disabled",
    946: "Chat not supported",
    950: "Can't send message, reply timed out",
    985: "Cannot write to notifications only groups",
    2000: "Servers number limit is reached",
}
"""https://dev.vk.com/ru/reference/errors and the errors named on the pages of the methods."""

HIDDEN = ("access_token",)


class Refused(Exception):
    """The call is not done. The HTTP status stays 200: https://dev.vk.com/ru/api/api-requests"""

    def __init__(self, code: int, details: str = "", **extra: Any) -> None:
        text = TEXTS.get(code, "Unknown error occurred")
        super().__init__(f"{text}: {details}" if details else text)
        self.code = code
        self.extra = extra

    def body(self, method: str, values: Mapping[str, str]) -> dict[str, Any]:
        """What VK answers; the parameters are told back without the token."""
        told = [{"key": "method", "value": method}, {"key": "oauth", "value": "1"}]
        told += [{"key": key, "value": value} for key, value in values.items() if key not in HIDDEN]
        error = {"error_code": self.code, "error_msg": str(self), "request_params": told}
        return {"error": error | self.extra}


class Violation(Refused):
    """Refused for what VK's documentation forbids: the caller is wrong, whatever the state is."""
