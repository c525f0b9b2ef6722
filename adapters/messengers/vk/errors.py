"""What VK's API and the network say, in the words of our error tree: one table for all calls."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from adapters.answers import not_the_api, object_in
from bots.errors import (
    ChannelBusy,
    ChannelDown,
    ChannelError,
    ChannelUnauthorised,
    Rejected,
    Unreachable,
)

WRONG_TOKEN = (
    "VK does not accept the community's token: make a new one (the community's page, «Управление»,"
    " «Дополнительно», «Работа с API») with the right «Сообщения сообщества» and put it into"
    " EASYFLOW_VK__TOKEN or wherever this channel has its token from"
)
NO_RIGHT = (
    "The community's token may not send messages: make one with the right «Сообщения сообщества»"
    " and see that messages are switched on in the community"
)
NO_BOT_FEATURES = 912
BAD_KEYBOARD = 911

DEFAULT_WAIT = 5.0
"""Seconds to wait where not VK itself throttles, but something before it."""

_CAPTCHA_WAIT = 60.0
_SCOPES = ("access to call this method", "current scopes")


class NoRight(ChannelUnauthorised):
    """The token may not call this method, whatever else it may: some rights can be done without."""

    def __init__(self, said: str) -> None:
        """`said` is what VK tells."""
        self.said = said
        super().__init__(f"{NO_RIGHT} ({said})")


class Verdict(NamedTuple):
    """What an error is to us; `wait` is in seconds."""

    kind: Literal["busy", "down", "unauthorised", "unreachable", "rejected"]
    wait: float = 0.0


_DOWN = Verdict("down")
_UNAUTHORISED = Verdict("unauthorised")
_UNREACHABLE = Verdict("unreachable")
_REJECTED = Verdict("rejected")

TABLE: Mapping[int, Verdict] = {
    1: _DOWN,
    2: _UNAUTHORISED,
    5: _UNAUTHORISED,
    6: Verdict("busy", 1.0),
    9: Verdict("busy", 10.0),
    10: _DOWN,
    14: Verdict("busy", _CAPTCHA_WAIT),
    17: _UNAUTHORISED,
    18: _UNREACHABLE,
    22: _DOWN,
    27: _UNAUTHORISED,
    28: _UNAUTHORISED,
    29: Verdict("busy", 300.0),
    32: Verdict("busy", 5.0),
    36: _DOWN,
    37: _UNREACHABLE,
    39: _UNREACHABLE,
    42: _UNAUTHORISED,
    43: _DOWN,
    105: _DOWN,
    113: _UNREACHABLE,
    900: _UNREACHABLE,
    901: _UNREACHABLE,
    902: _UNREACHABLE,
    917: _UNREACHABLE,
    922: _UNREACHABLE,
    925: _UNREACHABLE,
    927: _UNREACHABLE,
    932: _UNREACHABLE,
    935: _UNREACHABLE,
    936: _UNREACHABLE,
    945: _UNREACHABLE,
    946: _UNREACHABLE,
    950: _UNREACHABLE,
    962: _UNREACHABLE,
    983: _UNREACHABLE,
    985: _UNREACHABLE,
    987: _UNREACHABLE,
    988: _UNREACHABLE,
    1012: _UNREACHABLE,
    1105: Verdict("busy", 60.0),
    1117: _UNAUTHORISED,
    3300: Verdict("busy", _CAPTCHA_WAIT),
    3609: _UNAUTHORISED,
    3610: _UNREACHABLE,
    3611: _UNREACHABLE,
}
"""Every other number is a message that will never be taken: https://dev.vk.com/ru/reference/errors"""

CAPTCHA = frozenset({14, 3300})


class Refused(Rejected):
    """VK's own no to a call; `code` is its number of the error."""

    def __init__(self, code: int, said: str) -> None:
        self.code = code
        super().__init__(said)


class Captcha(ChannelBusy):
    """VK takes us for a robot that floods: only waiting helps a server."""


def result_of(status: int, body: bytes) -> Any:
    """The `response` of an answer, or our error.

    An answer without it is none of the API's, whatever the status says: nobody knows what was done.
    """
    answer = object_in(body)
    if answer is not None:
        error = answer.get("error")
        if isinstance(error, dict):
            raise problem(error.get("error_code"), error.get("error_msg"))
        if "response" in answer:
            return answer["response"]
    raise not_the_api(status, whose="VK's API's", wait=DEFAULT_WAIT)


def problem(code: Any, message: Any) -> ChannelError:
    """The table, applied to an error as VK tells it."""
    number = code if type(code) is int else 0
    text = message if isinstance(message, str) and message else "without a description"
    said = f"{number} {text}"
    if number == 15 and any(part in text.lower() for part in _SCOPES):
        # The same number says of one message that its attachment is not ours.
        return NoRight(said)
    verdict = TABLE.get(number, _REJECTED)
    if number in CAPTCHA:
        return Captcha(verdict.wait)
    match verdict.kind:
        case "busy":
            return ChannelBusy(verdict.wait)
        case "down":
            return ChannelDown(said, sent=False if number == 43 else None)
        case "unauthorised":
            return ChannelUnauthorised(f"{WRONG_TOKEN} ({said})")
        case "unreachable":
            return Unreachable(said)
    return Refused(number, said)
