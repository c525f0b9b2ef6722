"""What the services need of the running machinery: the inbox, the outbox and the live bots."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bots.model.answer import Answer, Delivery
from bots.model.conversation import Conversation, Opening
from bots.model.desk import Relay
from bots.model.episode import Asked
from bots.model.message import Address, Reply, UnifiedMessage
from bots.model.turn import MessageRecord
from bots.responder import Move, Turn
from flows.model import Bot


class Inbox(Protocol):
    """The way into the lanes."""

    async def ask(
        self,
        message: UnifiedMessage,
        *,
        context: Mapping[str, Any] | None = None,
        patience: float = 25.0,
    ) -> Answer:
        """Take a message in and wait, at most `patience` seconds, for what the bot says to it.

        Raises TakenBefore where it had come before, or somebody else answers it.
        """

    async def take(self, message: UnifiedMessage) -> bool:
        """Take something in; False where it had come before."""

    async def say(
        self, address: Address, reply: Reply, *, opening: Opening | None = None
    ) -> MessageRecord:
        """Say something in the bot's place. Raises NotFound without a conversation or opening."""

    async def take_over(
        self, address: Address, asked: Asked, *, by: Sequence[Relay] = ()
    ) -> Conversation:
        """Silence the bot and let the chat wait for a person; asking twice changes nothing.

        `by` is what it is asked by: the same again raises Consumed.
        """

    async def move(self, address: Address, move: Move, opening: Opening | None = None) -> Turn:
        """Something happens to a chat's hand-off. Raises NotFound, and what `move` raises."""

    async def update(self, address: Address) -> None:
        """Let a chat leave older versions of its bot at once. Raises NotFound."""

    async def write_context(
        self, address: Address, context: Mapping[str, Any], *, opening: Opening | None = None
    ) -> Conversation:
        """Merge values into the conversation's own."""


class Outbox(Protocol):
    """The way out."""

    async def delivery(self, message_id: str, *, patience: float) -> Delivery:
        """How far a message has come, after at most `patience` seconds of waiting for its end."""


class Deliveries(Outbox, Protocol):
    """The way out, for those who see to it that what failed goes out after all."""

    async def retry(self, message_id: str) -> bool:
        """Send what failed of a message once more; False where nothing of it has failed."""


class Published(Protocol):
    """The live bots."""

    def names(self, workspace: int | None = None) -> Sequence[str]:
        """The bots that answer, of a workspace or of all."""

    def current(self, bot: str) -> Bot:
        """One of them. Raises NotFound."""

    def workspace_of(self, bot: str) -> int:
        """Whose it is. Raises NotFound."""

    def answers(self, bot: str, workspace: int) -> bool:
        """Whether there is such a bot of theirs, and it answers whoever writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """A messenger as clients may list it."""

    name: str
    title: str
    capabilities: Sequence[str]
    webhook: bool
    writes_first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """A bot's account at a platform; `channel` is its name in addresses."""

    channel: str
    bot: str


class Channels(Protocol):
    """Where bots answer."""

    def platforms(self) -> Sequence[Platform]:
        """Every messenger we speak to."""

    def is_up(self, platform: str, workspace: int) -> bool:
        """Whether an account of theirs at this messenger works just now."""

    def accounts(self, platform: str, workspace: int) -> Sequence[Connected]:
        """Their accounts at a messenger, the first kept first."""
