"""What the commands of operators work with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo

from adapters.messengers.telegram.desk.answers import Answers
from adapters.messengers.telegram.desk.groups import Groups
from adapters.messengers.telegram.desk.lines import Lines
from adapters.messengers.telegram.desk.outward import Outward
from adapters.messengers.telegram.desk.parts import Parts
from adapters.messengers.telegram.desk.titles import LONG
from bots.errors import NotFound
from bots.model.conversation import Conversation
from bots.model.desk import DeskGroup, Relay
from bots.model.operator import Operator


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """The desk as commands see it; `wake` has a chat's place brought up to date."""

    parts: Parts
    groups: Groups
    lines: Lines
    answers: Answers
    outward: Outward
    wake: Callable[[int], None]

    def language(self, group: DeskGroup) -> str:
        """What a group's desk speaks outside of chats."""
        account = self.parts.account(group.channel)
        return self.parts.language(group.bot or (account.bot if account is not None else ""))

    def zone(self, group: DeskGroup) -> tzinfo:
        """The time that a group reads."""
        account = self.parts.account(group.channel)
        return self.parts.zone(group.bot or (account.bot if account is not None else ""))

    async def name(self, operator: int | None, native: str = "") -> str:
        """What one of ours is called; whoever answers in the messenger itself by its name."""
        if operator is None:
            return LONG.get(native, native) or "?"
        try:
            return (await self.parts.operators.by_id(operator)).name
        except NotFound:
            return f"#{operator}"

    async def noted(
        self, chat: Conversation, who: Operator, text: str, relay: Relay | None = None
    ) -> None:
        """Keep a note of a chat. Raises Consumed for the same `relay` again, and other Problems."""
        await self.parts.handoff.note(chat.address, who, text, relay)
