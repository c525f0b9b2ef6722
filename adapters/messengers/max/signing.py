"""Whether MAX vouches for a contact: the hash beside a card that was shared by a button.

https://dev.max.ru/docs-api: HMAC-SHA256 of the card with the bot's token. What a customer sends without
the button has none, and any number may stand in it.
"""

import hashlib
import hmac


def vouched(card: str, given: str, *, token: bytes) -> bool:
    """In constant time."""
    digest = hmac.new(token, card.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
    return hmac.compare_digest(given.lower().encode("utf-8", "replace"), digest.encode())
