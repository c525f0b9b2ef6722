"""Whether a webhook is Meta's: the signature of a POST, the token of the GET that comes before.

https://developers.facebook.com/docs/graph-api/webhooks/getting-started
"""

import hashlib
import hmac
from collections.abc import Mapping

from bots.errors import Unauthorised

SIGNATURE_HEADER = "x-hub-signature-256"
LONGEST_CHALLENGE = 512


def check_signature(headers: Mapping[str, str], body: bytes, *, app_secret: bytes) -> None:
    """Over the bytes as they came, in constant time. Raises Unauthorised."""
    given = headers.get(SIGNATURE_HEADER, "").encode("utf-8", "replace")
    digest = hmac.new(app_secret, body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(given, f"sha256={digest}".encode()):
        raise Unauthorised(f"The header {SIGNATURE_HEADER} is missing or wrong")


def challenge_of(query: Mapping[str, str], *, verify_token: bytes) -> str:
    """What Meta wants back when the address is filled in. Raises Unauthorised."""
    given = query.get("hub.verify_token", "").encode("utf-8", "replace")
    right = hmac.compare_digest(given, verify_token)
    if query.get("hub.mode") != "subscribe" or not right:
        raise Unauthorised("hub.verify_token is missing or wrong")
    return query.get("hub.challenge", "")[:LONGEST_CHALLENGE]
