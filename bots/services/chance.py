"""Unpredictable bytes, and how they are written down."""

from collections.abc import Callable

RandomBytes = Callable[[int], bytes]
"""So many unpredictable bytes, such as `secrets.token_bytes` gives."""

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def base62(data: bytes) -> str:
    """Bytes as digits and letters."""
    number = int.from_bytes(data)
    digits = ""
    while number:
        number, rest = divmod(number, 62)
        digits = _BASE62[rest] + digits
    return digits


def drawn(random_bytes: RandomBytes, length: int) -> str:
    """So many digits and letters, each as likely as another."""
    letters = ""
    while len(letters) < length:
        # Bytes past the last whole round of the alphabet are left out.
        letters += "".join(_BASE62[one % 62] for one in random_bytes(length) if one < 248)
    return letters[:length]
