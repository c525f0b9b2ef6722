"""Keys of models' providers."""

from datetime import datetime
from typing import Protocol

from bots.model.ai_token import AiKey, AiToken, NewAiToken


class AiTokens(Protocol):
    """Keys of models' providers, of the whole server; days and months are those of UTC."""

    async def all(self, *, now: datetime) -> list[AiToken]:
        """With what was used; those first that are taken first."""

    async def add(self, token: NewAiToken, *, mask: str, now: datetime) -> AiToken:
        """Keep it sealed. Raises Locked where there is no key at all to seal it with."""

    async def use(self, model: str, *, now: datetime) -> AiKey | None:
        """Take the first that is switched on, opens and is within its limits; counted."""

    async def knows(self, model: str) -> bool:
        """Whether there is any for a model."""
