"""What a text means."""

from collections.abc import Mapping, Sequence
from typing import Protocol


class Understanding(Protocol):
    """Which of the described meanings a text has (rung 6 of the ladder)."""

    async def choose(
        self, text: str, candidates: Mapping[str, str], *, question: str | None, language: str
    ) -> Sequence[tuple[str, float]]:
        """The candidates' keys that come into question, the likeliest first, each with a confidence.

        Below 0.5 nothing happens; two within 0.1 of each other are told apart by the customer.
        """
