"""Those who wait for the answer to a message they brought."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec import structs

from bots.model.conversation import Conversation
from bots.model.message import Button
from bots.model.turn import MessageRecord
from bots.responder import Turn
from flows.turn import Understood


@dataclass(slots=True, eq=False)
class Watch:
    """Somebody waits for the answer to one message."""

    arrival: int | None = None
    said: list[MessageRecord] = field(default_factory=list)
    understood: Understood = field(default_factory=Understood)
    conversation: Conversation | None = None
    offered: Sequence[Button] = ()
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    failure: BaseException | None = None

    def hears(self, turn: Turn, arrival: int | None) -> None:
        if self.settled.is_set() or (self.conversation is None and arrival != self.arrival):
            return
        if self.conversation is None:
            self.understood = turn.understood
        elif turn.understood.entities:
            entities = {**self.understood.entities, **turn.understood.entities}
            self.understood = structs.replace(self.understood, entities=entities)
        self.conversation = turn.conversation
        self.said.extend(turn.said)
        self.offered = turn.offered
        if turn.settled:
            self.settled.set()

    async def over(self, patience: float) -> bool:
        """Whether the bot was done with it within so many seconds."""
        try:
            async with asyncio.timeout(patience):
                await self.settled.wait()
        except TimeoutError:
            return False
        return True
