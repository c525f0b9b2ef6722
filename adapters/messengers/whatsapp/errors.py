"""What the Cloud API and the network say, in the words of our error tree: one table of codes.

https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

from adapters.answers import not_the_api, object_in, seconds_in
from bots.errors import (
    ChannelBusy,
    ChannelDown,
    ChannelError,
    ChannelUnauthorised,
    Rejected,
    Unreachable,
    WindowClosed,
)

Verdict = Literal["busy", "down", "unauthorised", "stopped", "window", "unreachable", "rejected"]
"""`unauthorised` is about the credentials, `stopped` about the account they are of."""

TABLE: Mapping[int, Verdict] = {
    # The app, the account or the number writes too much.
    **dict.fromkeys((4, 17, 32, 613, 80007, 130429, 131048, 131056, 131064, 133016), "busy"),
    # Meta's own trouble; the account is being moved.
    **dict.fromkeys((1, 2, 131000, 131016, 131057, 133004), "down"),
    **dict.fromkeys((0, 3, 10, 102, 190, 131005, *range(200, 300)), "unauthorised"),
    # Restricted, locked, unpaid, not registered, its name not approved.
    **dict.fromkeys(
        (33, 368, 130497, 131031, 131037, 131042, 131044, 131045, 133010, 133015), "stopped"
    ),
    131047: "window",
    # Not on WhatsApp, or on one too old.
    131026: "unreachable",
}
"""What is not here is refused for what it is: parameters, templates, files."""

FIRST_WAIT: Mapping[int, float] = {131056: 6.0, 131048: 60.0, 4: 30.0, 80007: 30.0}
"""Seconds of the first wait of those who say no time, where one is not enough."""

LONGEST_WAIT = 900.0

ADVICE: Mapping[int, str] = {
    33: "the number was deleted from the account: connect another one",
    190: (
        "WhatsApp does not accept the token: make a permanent one for a system user in Meta's"
        " Business settings and put it in place of this channel's `token`"
    ),
    368: "Meta has restricted the account: see Account quality in WhatsApp Manager",
    130497: "Meta does not let this account write to people of this country",
    131031: "Meta has locked the account: see Account quality in WhatsApp Manager",
    131037: "the number's display name is not approved: see Phone numbers in WhatsApp Manager",
    131042: "there is trouble with the payment: see Billing in WhatsApp Manager",
    131044: "there is trouble with the payment: see Billing in WhatsApp Manager",
    131045: "the number is not registered with the Cloud API: register it in WhatsApp Manager",
    133010: "the number is not registered with the Cloud API: register it in WhatsApp Manager",
    133015: "the number was deleted a moment ago: wait five minutes and register it again",
}
PERMISSIONS = (
    "WhatsApp does not let the token do this: it needs whatsapp_business_messaging and"
    " whatsapp_business_management, and its system user the WhatsApp account as an asset"
)
WRONG_NUMBER = (
    "WhatsApp does not know this phone number id, or the token may not use it: copy `phone_id` from"
    " the page API Setup of your app (it is not the number itself)"
)
TEST_NUMBER = "a test number writes only to numbers that are added on the page API Setup"

_NO_SUCH_OBJECT = 33
"""Subcode of 100: nothing has this id, or it is somebody else's."""


class Missing(Rejected):
    """Nothing has the id that stood in the address of a call."""


def result_of(status: int, body: bytes, *, retry_after: str | None = None, tries: int = 0) -> Any:
    """What an answer holds, or our error. `tries` is how often we were told to wait already."""
    answer = object_in(body)
    if answer is not None:
        error = answer.get("error")
        if status < 400 and not isinstance(error, dict):
            return answer
        if isinstance(error, dict):
            raise problem(error, status, retry_after=retry_after, tries=tries)
    raise _not_the_api(status, retry_after, tries)


def problem(
    error: Mapping[str, Any], status: int, *, retry_after: str | None = None, tries: int = 0
) -> ChannelError:
    """The error that Meta's `error` object stands for."""
    code = error.get("code")
    if type(code) is not int:
        return _not_the_api(status, retry_after, tries)
    if code == 100 and error.get("error_subcode") == _NO_SUCH_OBJECT:
        return Missing("100/33 nothing has this id")
    match _verdict(code, status, error):
        case "busy":
            return ChannelBusy(waiting(code, retry_after, tries))
        case "down":
            return ChannelDown(_said(code, error), sent=False)
        case "unauthorised":
            # Its own words are left out: they may repeat the token.
            return ChannelUnauthorised(f"{code} {ADVICE[190] if code == 190 else PERMISSIONS}")
        case "stopped":
            return ChannelUnauthorised(f"{code} {ADVICE[code]}")
        case "window":
            return WindowClosed(_said(code, error))
        case "unreachable":
            return Unreachable(_said(code, error))
        case "rejected" if code == 131030:
            return Rejected(f"{code} {TEST_NUMBER}")
    return Rejected(_said(code, error))


def waiting(code: int, retry_after: str | None, tries: int) -> float:
    """Seconds to wait: as Meta says, else four times as long as the last time."""
    told = seconds_in(retry_after)
    if told is not None:
        return min(told, LONGEST_WAIT)
    return float(min(FIRST_WAIT.get(code, 1.0) * 4 ** min(tries, 8), LONGEST_WAIT))


@contextmanager
def translated() -> Iterator[None]:
    """Turns what pywa raises into ours, and what its HTTP client raises, which pywa lets through."""
    import httpx  # with pywa, which few calls need
    from pywa.errors import WhatsAppError

    try:
        yield
    except WhatsAppError as error:
        status = error.status_code or 500
        if error.code == status:
            # An answer that is not the API's own.
            raise _not_the_api(status, None, 0) from None
        raise problem(error.raw, status) from None
    except httpx.TimeoutException:
        raise ChannelDown("No answer in time") from None
    except httpx.HTTPError as error:
        raise ChannelDown(f"The connection broke: {type(error).__name__}") from None
    except (ValueError, KeyError, TypeError) as error:
        # pywa reads an answer without looking whether it is one.
        raise ChannelDown(f"The answer was not the API's: {type(error).__name__}") from None


def _verdict(code: int, status: int, error: Mapping[str, Any]) -> Verdict:
    known = TABLE.get(code)
    if known is not None:
        return known
    if error.get("is_transient") is True or status >= 500:
        return "down"
    return "busy" if status == 429 else "rejected"


def _said(code: int, error: Mapping[str, Any]) -> str:
    data = error.get("error_data")
    details = data.get("details") if isinstance(data, dict) else data
    said = [str(text) for text in (error.get("message"), details) if text]
    return ": ".join(dict.fromkeys([str(code), *said]))


def _not_the_api(status: int, retry_after: str | None, tries: int) -> ChannelError:
    return not_the_api(status, whose="the API's", wait=waiting(0, retry_after, tries))
