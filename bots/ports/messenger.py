"""A messenger as bots see it: what comes in by a webhook or by asking, and what goes out."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple, Protocol

from bots.errors import NotFound, Rejected
from bots.model.message import Address, Reply, UnifiedMessage
from bots.model.receipt import Receipt
from bots.model.record import record
from bots.model.turn import Outgoing
from bots.ports.payments import MessengersBank


@record(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A raw request of a platform; header names are in lower case."""

    headers: Mapping[str, str]
    body: bytes
    query: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"


@record(frozen=True, slots=True, kw_only=True)
class Received:
    """What a webhook held, and what to answer. `after` is done at once, beside the lanes.

    A `reply` that `is_json` may be a call of the messenger's API, where the messenger takes one so.
    `more` says that the request holds parts of other accounts too: each of them takes its own.
    """

    messages: Sequence[UnifiedMessage] = ()
    receipts: Sequence[Receipt] = ()
    status: int = 200
    reply: str = "ok"
    is_json: bool = False
    after: Sequence[Callable[[], Awaitable[None]]] = ()
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that a customer or an operator sent; `mime` is "" where nobody says."""

    content: bytes
    name: str = ""
    mime: str = ""


class Pace(NamedTuple):
    """How fast a messenger takes messages: `burst` at once, then one in every `seconds`."""

    burst: int
    seconds: float


class Channel(Protocol):
    """One account at one messenger, as the running machinery sees it.

    `name` is its name in addresses, such as `telegram:123456`; `platform` is telegram, web …
    `window` is for how long after the customer's last message anything but a template may be sent,
    `pace` how fast one chat may be written to, where the messenger refuses more, `per_second` how many
    messages the account may send to all together, as the outbox should count them. For as long as
    `knows_again` after a row was made, the same row sent again shows nothing twice. `asked_by_get`
    says that the messenger asks with a GET whether the webhook's address is ours, `keeps` that files of
    other channels are to be given it (`keep`) before they can be sent; with `our_ids` a message of ours
    is called there by our own id.
    """

    name: str
    platform: str
    window: timedelta | None = None
    pace: Pace | None = None
    per_second: float | None = None
    knows_again: timedelta = timedelta()
    asked_by_get: bool = False
    keeps: bool = False
    our_ids: bool = False

    bank: MessengersBank | None = None

    async def receive(self, webhook: Webhook) -> Received:
        """Verify and parse. Raises Unauthorised for a wrong secret, Invalid for what is no update."""

    def render(self, address: Address, reply: Reply) -> list[dict[str, Any]]:
        """The calls that say it, each JSON and one row of the outbox; downgraded where it must be.

        A call with a true `template` may go out after the window has closed.
        """

    def taken_back(self, address: Address, message_ids: Sequence[str]) -> list[dict[str, Any]]:
        """The calls that take the parts of a message of ours away; none where the messenger cannot."""
        return []

    def reacted(self, address: Address, message_id: str, emoji: str) -> list[dict[str, Any]]:
        """The calls that put a sign under a message, "" for none; no calls where the messenger cannot."""
        return []

    def pressed(self, address: Address, message_id: str, label: str) -> list[dict[str, Any]]:
        """The calls that show which button of a message was taken, so that it is not pressed again."""
        return []

    async def send(self, row: Outgoing) -> str:
        """Make one call; the platform's message id ("" if it gives none). Raises a ChannelError."""

    async def typing(self, address: Address) -> None:
        """Show that an answer is on its way; never raises."""

    async def keep(self, file: File) -> str:
        """Keep a file, and give the reference that it can be sent by. Raises Rejected for what it cannot show."""
        raise Rejected(f"{self.platform} keeps no files")

    async def fetch(self, ref: str) -> File:
        """What hides behind an attachment's `ref`. Raises a ChannelError; NotFound for no file."""
        raise NotFound("file", ref)


class Listening(Protocol):
    """Where a channel that listens brings what it hears."""

    async def accept(self, messages: Sequence[UnifiedMessage]) -> None:
        """Keep messages; returns once they are on disk. Raises Unavailable."""

    async def note(self, receipts: Sequence[Receipt]) -> None:
        """Keep what was told of messages of ours; the same. Raises Unavailable."""


class MessengerChannel(Channel, Protocol):
    """A channel of a messenger outside, which has to be connected to; `bot` answers there.

    `trouble` is what keeps it from hearing just now, in a sentence; None where all is well.
    """

    bot: str
    trouble: str | None = None

    async def load(self) -> None:
        """Import what is heavy now, so that no call has to wait for it."""
        return

    async def check(self) -> str:
        """Ask the messenger who we are: a name for people, such as `@shop_bot`.

        Raises ChannelUnauthorised, with what to do, for a credential it refuses; another
        ChannelError where it does not answer.
        """

    async def listen(self, into: Listening, url: str | None) -> None:
        """Have messages brought until cancelled: by webhooks to `url`, by asking where there is none.

        What goes wrong on the way is logged once and tried again; raises ChannelUnauthorised only.
        """

    async def begin(self, url: str | None) -> None:
        """Have the messenger bring messages as `listen` will want them. Raises a ChannelError.

        Whoever connects an account is told so at once what does not go.
        """
        return

    async def end(self) -> None:
        """Have the messenger bring nothing more: the account is let go of. Raises a ChannelError."""
        return

    async def announce(self, commands: Sequence[tuple[str, str]]) -> None:
        """Show customers what they can write: commands (without the slash) and their meanings."""

    async def close(self) -> None:
        """Let go of connections; a call after it opens them again."""
