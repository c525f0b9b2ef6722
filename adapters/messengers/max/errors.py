"""What MAX's API and the network say, in the words of our error tree: one table for all calls."""

from typing import Any

from adapters.answers import not_the_api, object_in, seconds_in
from bots.errors import (
    ChannelBusy,
    ChannelDown,
    ChannelError,
    ChannelUnauthorised,
    Rejected,
    Unreachable,
)

DEFAULT_WAIT = 1.0
"""Seconds to wait where MAX throttles without saying for how long: it allows so many calls a second."""

PROCESSING_WAIT = 2.0
"""Seconds after which a file that MAX is still working on is tried again."""

WRONG_TOKEN = (
    "MAX does not accept the bot's token: copy the current one from business.max.ru («Чат-боты»,"
    " the bot, «Интеграция») into EASYFLOW_MAX__TOKEN or wherever this channel has its token from"
)
NO_CERTIFICATE = (
    "the certificate of MAX's server is not trusted here: it is issued by the Russian Ministry of"
    " Digital Development, install its root certificate (docs/max.md)"
)

GONE = ("chat.not.found", "dialog.not.found", "user.not.found", "chat.denied", "dialog.suspended")
"""In the code or the words of a refusal: this customer cannot be written to any more."""

NOT_READY = ("attachment.not.ready", "not.processed")
TOKEN = ("verify.token", "access.token")
BUSY = ("too.many.requests",)


class Processing(ChannelBusy):
    """MAX is still working on a file of the message."""


def result_of(status: int, body: bytes, *, retry_after: str | None = None) -> dict[str, Any]:
    """The answer, or our error. `retry_after` is the HTTP header of that name, in seconds."""
    answer = object_in(body)
    if answer is None:
        raise not_the_api(status, whose="the API's of MAX", wait=_seconds(retry_after))
    if status == 200 and answer.get("success") is False:
        raise Rejected(
            f"MAX did not do it: {_text(answer.get('message')) or 'it does not say why'}"
        )
    if status == 200:
        return answer
    raise problem(status, _text(answer.get("code")), _text(answer.get("message")), retry_after)


def problem(status: int, code: str, message: str, retry_after: str | None = None) -> ChannelError:
    """The table. `code` is MAX's word for an error, such as `chat.denied`."""
    said = " ".join(filter(None, (str(status), code, message)))
    told = f"{code} {message}".lower()
    if any(part in told for part in NOT_READY):
        return Processing(PROCESSING_WAIT)
    if status == 429 or any(part in told for part in BUSY):
        return ChannelBusy(_seconds(retry_after))
    if status == 401 or any(part in told for part in TOKEN):
        return ChannelUnauthorised(f"{WRONG_TOKEN} ({said})")
    if any(part in told for part in GONE):
        return Unreachable(said)
    if 400 <= status < 500:
        return Rejected(said)
    return ChannelDown(said)


def explained(error: ChannelDown) -> ChannelDown:
    """A failure before any answer; what only the server's administrator can cure says how."""
    if "certificate" in str(error).lower():
        return ChannelDown(f"{error}: {NO_CERTIFICATE}", sent=False)
    return error


def _seconds(given: str | None) -> float:
    told = seconds_in(given)
    return DEFAULT_WAIT if told is None else told


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
