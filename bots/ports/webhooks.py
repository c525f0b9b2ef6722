"""Endpoints that are told of events: what they are, what waits for them, and who calls them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from bots.model.webhook import Answered, Aside, Attempt, Endpoint, Facts, Health, Progress


class WebhookEndpoints(Protocol):
    """The endpoints of workspaces as their owners see them; secrets are sealed."""

    async def all(self, workspace: int) -> list[Endpoint]:
        """The oldest first."""

    async def one(self, workspace: int, id: str) -> Endpoint:
        """Raises NotFound."""

    async def add(self, endpoint: Endpoint, *, most: int) -> None:
        """Keep a new one. Raises Conflict where the workspace has so many, Locked without a key."""

    async def change(self, endpoint: Endpoint, *, skip: bool = False, afresh: bool = False) -> None:
        """Keep what its owner may say of it, its version one higher.

        `skip` moves its cursor on to the one given, `afresh` forgets that it failed. Raises NotFound,
        Locked, and Conflict where somebody else changed it meanwhile.
        """

    async def remove(self, workspace: int, id: str) -> bool:
        """With its log, and what it was not told yet; False where there was none."""

    async def noted(self, endpoint: Endpoint, attempt: Attempt) -> None:
        """Keep a call that its owner asked for."""

    async def log(self, workspace: int, id: str, *, limit: int) -> list[Attempt]:
        """Its last calls, the newest first."""

    async def health(self, workspace: int) -> dict[str, Health]:
        """By endpoint, what was set aside and what was given up; those that have none are left out."""

    async def again(self, workspace: int, id: str, *, now: datetime) -> int:
        """What was given up is due once more; how much."""


class WebhookDeliveries(Protocol):
    """What whoever tells endpoints of events reads and notes, over all workspaces."""

    async def changed(self) -> tuple[int, int, str]:
        """Another value whenever an owner changed, added or removed anything."""

    async def active(self) -> list[Endpoint]:
        """Those that are to be told."""

    async def facts(
        self, workspace: int, conversation: int, seq: int | None, operator: int | None
    ) -> Facts | None:
        """What a body is made of; None where it was erased, or is another workspace's."""

    async def note(
        self, endpoint: Endpoint, progress: Progress, attempts: Sequence[Attempt]
    ) -> None:
        """Keep how far it is, which is never moved back, and the last calls."""

    async def disable(self, endpoint: Endpoint, why: str) -> None:
        """Switch it off, where nobody changed it meanwhile."""

    async def set_aside(self, endpoint: Endpoint, one: Aside) -> None:
        """Keep what is to be told by itself; in place of what was kept of it."""

    async def aside(self, endpoint: str) -> list[Aside]:
        """What was set aside and not given up, the first due first; a thousand at most."""

    async def settle(self, endpoint: str, id: str) -> None:
        """It was told."""

    async def give_up(self, endpoint: str, id: str, *, now: datetime) -> None:
        """It is told no more, and kept where its owner sees it."""


class WebhookSender(Protocol):
    """Calls an endpoint; see `bots.model.webhook`."""

    async def check(self, workspace: int, url: str) -> None:
        """Whether it may be called at all. Raises AddressRefused, RemoteFailed for an unknown name."""

    async def send(self, endpoint: Endpoint, id: str, body: Mapping[str, Any]) -> Answered:
        """One POST, signed; never raises."""


class WebhookMeter(Protocol):
    """Counts what becomes of events that are to be told; must be quick and must not raise."""

    def called(self, workspace: int, outcome: str, *, waited: float | None = None) -> None:
        """A call ended; see `Answered.outcome`. `waited` are seconds since what it took happened."""

    def gave_up(self, workspace: int, what: str) -> None:
        """An `event` is told no more, or an `address` was switched off."""
