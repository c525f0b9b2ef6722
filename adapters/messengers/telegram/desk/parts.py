"""What every part of the desk works with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bots.model.conversation import Conversation
from bots.ports import Channel, Clock, Desks, Episodes, NewId, Sleep
from bots.services.handoff import Handoff
from bots.services.operators import Operators
from bots.services.runtime import Deliveries


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The house as the desk sees it; `language` is what a chat's bot speaks (`ru`, `en`)."""

    workspace: int
    channels: Mapping[str, Channel]
    handoff: Handoff
    episodes: Episodes
    operators: Operators
    desks: Desks
    deliveries: Deliveries
    clock: Clock
    sleep: Sleep
    new_id: NewId
    language: Callable[[str], str]

    def speaks(self, chat: Conversation) -> str:
        """The language of a chat's desk."""
        return self.language(chat.address.bot)
