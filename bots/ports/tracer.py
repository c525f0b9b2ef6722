"""Whoever follows a message on its way."""

from contextlib import AbstractContextManager
from typing import Protocol

from bots.model.message import Address
from bots.model.turn import Outgoing
from bots.under_way import Cause


class Tracer(Protocol):
    """Follows what comes of a message through the house, for whoever looks at where the time goes."""

    def turn(self, address: Address, cause: Cause) -> AbstractContextManager[None]:
        """A turn, from its claim to its commit."""

    def send(self, row: Outgoing) -> AbstractContextManager[None]:
        """One try to send a row."""
