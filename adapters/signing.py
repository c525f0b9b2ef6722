"""How what we post to others is signed: a plain HMAC of the body, and Standard Webhooks beside it."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

from bots.model.webhook import PREFIX


def signed(body: bytes, id: str, now: datetime, secrets: Sequence[str]) -> dict[str, str]:
    """The headers of a POST of JSON; the first of the secrets is the newest, one at least.

    `X-Webhook-Signature` is the HMAC-SHA256 of the body with the secret as it is written, in hex, and
    `X-Webhook-Signature-Previous` the same with the one before. `webhook-id`, `webhook-timestamp` and
    `webhook-signature`, which holds a signature for each secret, are those of Standard Webhooks
    (https://www.standardwebhooks.com).
    """
    at = str(int(now.timestamp()))
    content = f"{id}.{at}.".encode() + body
    headers = {
        "Content-Type": "application/json",
        "X-Webhook-Signature": _digest(secrets[0].encode(), body).hex(),
        "webhook-id": id,
        "webhook-timestamp": at,
        "webhook-signature": " ".join(
            f"v1,{base64.b64encode(_digest(key_of(one), content)).decode()}" for one in secrets
        ),
    }
    for one in secrets[1:2]:
        headers["X-Webhook-Signature-Previous"] = _digest(one.encode(), body).hex()
    return headers


def key_of(secret: str) -> bytes:
    """The key of Standard Webhooks: behind `whsec_` it is Base64, any other secret is its own."""
    if secret.startswith(PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except binascii.Error:
            pass
    return secret.encode()


def _digest(key: bytes, content: bytes) -> bytes:
    return hmac.new(key, content, hashlib.sha256).digest()
