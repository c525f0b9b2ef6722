"""Secrets at rest: sealed with AES-256-GCM by the first key of a ring, opened by any of them."""

import base64
import secrets
from collections.abc import Callable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bots.errors import Locked

_FORM = "v1"
SHORTEST = 32
"""Characters of a key."""

_NONCE = 12
"""Bytes, as https://doi.org/10.6028/NIST.SP.800-38D has it; a fresh one for each sealing."""


class KeyRing:
    """Implements `bots.ports.Vault`. `keys` gives the keys, each a long random text.

    They are asked for anew whenever something is met that was sealed with another key. One that is
    too short to be random, such as what is left of a spoilt file, is none.
    """

    def __init__(self, keys: Callable[[], Sequence[str]]) -> None:
        self._keys = keys
        self._ring: dict[str, AESGCM] = {}

    def seal(self, secret: str, about: str) -> str:
        number, key = self._first()
        nonce = secrets.token_bytes(_NONCE)
        sealed = nonce + key.encrypt(nonce, secret.encode(), about.encode())
        return f"{_FORM}.{number}.{base64.urlsafe_b64encode(sealed).decode()}"

    def open(self, sealed: str, about: str) -> str:
        form, _, rest = sealed.partition(".")
        number, _, text = rest.partition(".")
        if form != _FORM or not text:
            raise Locked("This was not sealed by this version of Easy Flow")
        if number not in self._ring:
            self._take_keys()
        key = self._ring.get(number)
        if key is None:
            raise Locked(f"It is sealed with the key {number}, which is not in EASYFLOW_KEYS")
        try:
            content = base64.urlsafe_b64decode(text)
            return key.decrypt(content[:_NONCE], content[_NONCE:], about.encode()).decode()
        except (InvalidTag, ValueError):
            raise Locked("It was changed or moved since it was sealed") from None

    def _first(self) -> tuple[str, AESGCM]:
        self._take_keys()
        if not self._ring:
            raise Locked(f"There is no key of {SHORTEST} characters or more: see EASYFLOW_KEYS")
        return next(iter(self._ring.items()))

    def _take_keys(self) -> None:
        self._ring = dict(_made(key) for key in self._keys() if len(key) >= SHORTEST)


def _made(key: str) -> tuple[str, AESGCM]:
    """A key's number, which tells nothing of it, and the key itself."""
    made = HKDF(algorithm=SHA256(), length=36, salt=None, info=b"easyflow vault v1").derive(
        key.encode()
    )
    return made[32:].hex(), AESGCM(made[:32])
