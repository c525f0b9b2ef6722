"""What is counted."""

from typing import Protocol

from bots.model.message import Address


class Meter(Protocol):
    """Counts what the runtime does, for `/metrics`; must be quick and must not raise."""

    def accepted(self, fresh: int, repeated: int) -> None:
        """Messages taken in, and those that had come before."""

    def waited(self, bot: str, seconds: float) -> None:
        """So long after it was taken in a message's turn begins."""

    def turned(self, bot: str, rung: str, seconds: float) -> None:
        """A turn was committed; `rung` is how the message was understood, "" for other turns."""

    def acted(self, action: str, outcome: str, seconds: float) -> None:
        """An action was tried: `done`, `failed` or (`late`) given up for its time."""

    def fired(self, seconds: float) -> None:
        """The turn of a timer is over, so long after the timer was due."""

    def delivered(
        self,
        address: Address,
        outcome: str,
        why: str = "",
        *,
        took: float | None = None,
        waited: float | None = None,
    ) -> None:
        """A send ended as `sent`, `retried`, `held`, `failed` or `dropped`, and `why`: one of `bots.outbox.ENDS`.

        `took` are seconds of the messenger's, where it was called; `waited` those since what was
        sent was written.
        """

    def failed(self, what: str) -> None:
        """A `turn` went wrong; a message is `parked` for a person after its last try."""
