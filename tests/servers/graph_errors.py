"""Errors of the Graph API as WhatsApp's clients get them: codes, HTTP statuses and bodies.

https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes
"""

import hashlib
from typing import Any

_KNOWN: dict[int, tuple[int, str]] = {
    0: (401, "AuthException"),
    1: (400, "API Unknown"),
    2: (503, "API Service"),
    3: (500, "API Method"),
    4: (400, "Application request limit reached"),
    10: (403, "Permission Denied"),
    33: (400, "Parameter value is not valid"),
    100: (400, "Invalid parameter"),
    190: (401, "Access token has expired"),
    368: (403, "Temporarily blocked for policies violations"),
    2200: (400, "Callback verification failed"),
    80007: (400, "Rate limit issues"),
    130429: (400, "Rate limit hit"),
    130472: (400, "User's number is part of an experiment"),
    130497: (403, "Business account is restricted from messaging users in this country"),
    131000: (500, "Something went wrong"),
    131005: (403, "Access denied"),
    131008: (400, "Required parameter is missing"),
    131009: (400, "Parameter value is not valid"),
    131016: (500, "Service unavailable"),
    131021: (400, "Recipient cannot be sender"),
    131026: (400, "Message undeliverable"),
    131030: (400, "Recipient phone number not in allowed list"),
    131031: (403, "Account has been locked"),
    131037: (400, "Display name approval needed"),
    131042: (400, "Business eligibility payment issue"),
    131045: (500, "Incorrect certificate"),
    131047: (400, "Re-engagement message"),
    131048: (400, "Spam rate limit hit"),
    131049: (400, "Meta chose not to deliver"),
    131050: (400, "User has stopped receiving marketing messages"),
    131051: (400, "Unsupported message type"),
    131052: (400, "Media download error"),
    131053: (400, "Media upload error"),
    131056: (400, "(Business Account, Consumer Account) pair rate limit hit"),
    131057: (500, "Account in maintenance mode"),
    131062: (400, "Business-scoped user id is not supported for this message"),
    132000: (400, "Number of parameters does not match the expected number of params"),
    132001: (404, "Template name does not exist in the translation"),
    132005: (400, "Translated text too long"),
    132012: (400, "Parameter format does not match format in the created template"),
    132015: (400, "Template is paused"),
    132016: (400, "Template is disabled"),
    133010: (400, "Phone number not registered"),
    133016: (400, "Account register deregister rate limit exceeded"),
}


class Refused(Exception):
    """The call is not done. `wrong` says the caller broke a rule of the platform's documentation."""

    def __init__(
        self,
        code: int,
        details: str = "",
        *,
        message: str = "",
        status: int | None = None,
        subcode: int | None = None,
        wrong: bool = False,
    ) -> None:
        known = _KNOWN.get(code, (400, "Unknown error"))
        super().__init__(message or f"(#{code}) {known[1]}")
        self.code = code
        self.details = details
        self.status = status or known[0]
        self.subcode = subcode
        self.wrong = wrong

    def body(self) -> dict[str, Any]:
        error: dict[str, Any] = {"message": str(self), "type": "OAuthException", "code": self.code}
        if self.subcode is not None:
            error |= {"type": "GraphMethodException", "error_subcode": self.subcode}
        if self.details:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        return {"error": error | {"fbtrace_id": _trace(f"{self}{self.details}")}}

    def of_status(self) -> dict[str, Any]:
        """The same error as it stands in a webhook about a message that failed later."""
        title = str(self).partition(") ")[2] or str(self)
        return {
            "code": self.code,
            "title": title,
            "message": title,
            "error_data": {"details": self.details or title},
            "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
        }


def no_such_object(number: str, verb: str) -> Refused:
    return Refused(
        100,
        message=f"Unsupported {verb.lower()} request. Object with ID '{number}' does not exist, cannot"
        " be loaded due to missing permissions, or does not support this operation. Please read the"
        " Graph API documentation at https://developers.facebook.com/docs/graph-api",
        subcode=33,
        wrong=True,
    )


def bad_token() -> Refused:
    return Refused(190, message="Invalid OAuth access token - Cannot parse access token")


def _trace(seed: str) -> str:
    return "A" + hashlib.sha256(seed.encode()).hexdigest()[:22]
