"""Secrets at rest."""

from typing import Protocol


class Vault(Protocol):
    """Keeps secrets at rest; `about` says whose one is, and only for that it opens again."""

    def seal(self, secret: str, about: str) -> str:
        """What may lie on a disk. Raises Locked where there is no key at all."""

    def open(self, sealed: str, about: str) -> str:
        """The secret. Raises Locked where no key at hand opens it."""
