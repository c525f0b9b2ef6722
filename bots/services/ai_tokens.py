"""Keys of models' providers: kept sealed, shown masked, taken by priority within their limits."""

from dataclasses import replace

from bots.errors import Locked, Unavailable
from bots.model.ai_token import AiKey, AiToken, NewAiToken
from bots.ports import AiTokens as Store
from bots.ports import Clock

SHOWN = 4
"""Characters of a key that are shown, of one that is long enough to keep its secret all the same."""
LONG = 20


class AiTokens:
    """They are the server's, not a workspace's: only its administrator sees them."""

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def all(self) -> list[AiToken]:
        """Those first that are taken first."""
        return await self._store.all(now=self._clock())

    async def add(self, token: NewAiToken) -> AiToken:
        """Keep a key; it is never shown again. Raises Unavailable where nothing can be sealed."""
        one = replace(token, models=tuple(dict.fromkeys(token.models)))
        try:
            return await self._store.add(one, mask=masked(one.token), now=self._clock())
        except Locked as error:
            raise Unavailable(str(error)) from None

    async def use(self, model: str) -> AiKey | None:
        """A key for one call of a model, counted; None where nobody gave one for it.

        Raises Unavailable where there are some, and all are switched off, used up or locked.
        """
        key = await self._store.use(model, now=self._clock())
        if key is None and await self._store.knows(model):
            raise Unavailable(f"Every key for {model} is used up or cannot be opened")
        return key


def masked(token: str) -> str:
    """`sk-...WxYz`: how a key begins, where that is a word of its provider, and how it ends."""
    start, dash, _ = token.partition("-")
    start = start + dash if dash and start.isalnum() and len(start) <= SHOWN else ""
    return f"{start}...{token[-SHOWN:] if len(token) >= LONG else ''}"
