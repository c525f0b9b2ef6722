"""What flows may call, and the secrets they may use."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from bots.model.message import Address


class Actions(Protocol):
    """The named actions behind `do:`."""

    async def run(
        self, action: str, arguments: Mapping[str, Any], *, address: Address, key: str
    ) -> Any:
        """Carry it out; the same `key` again has no second effect. Raises ActionFailed."""


Secrets = Callable[[str], str | None]
"""The value of a bot's secret by its name, None where it has none."""
