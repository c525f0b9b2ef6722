"""What a conversation needs of a messenger: how customers act there, and what they see."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

PHOTO = b"\xff\xd8\xff\xe0a photo"
VOICE = b"OggS a voice"
PAPER = b"%PDF-1.4 a paper"
PLACE = (55.75222, 37.61556)

BOTS = ("showcase", "shop", "salon")
"""Who answers on every messenger, each behind an account of its own."""


class Nowhere(LookupError):
    """There is no such button to press."""


class Side(ABC):
    """One messenger: a fake server in a process of its own, and the people in it.

    `chat` is the number of a customer; each messenger makes an id of its own of it.
    """

    name: str
    edits = True
    """Whether customers can change what they wrote."""
    reactions = True
    colleagues = True
    """Whether a person of the business can write to a customer beside the bot."""

    @abstractmethod
    def settings(self) -> dict[str, str]:
        """Of the server under test, so that it finds this messenger."""

    @abstractmethod
    async def connect(self, base: str) -> None:
        """Whatever an owner does by hand, or wait until the bot has done it. `base` is the server."""

    @abstractmethod
    def stop(self) -> None: ...

    def id_of(self, chat: int) -> str:
        """What the messenger calls the chat."""
        return str(chat)

    # ------------------------------------------------------------ what customers do

    @abstractmethod
    def says(self, bot: str, chat: int, text: str, *, copies: int = 1) -> None: ...

    @abstractmethod
    def presses(self, bot: str, chat: int, label: str, *, copies: int = 1) -> None:
        """The newest button or row with this label. Raises Nowhere."""

    @abstractmethod
    def opens(self, bot: str, chat: int, payload: str) -> None:
        """By a deep link, for the first time."""

    @abstractmethod
    def sends_photos(self, bot: str, chat: int, count: int, caption: str = "") -> None:
        """One photo, or as many as an album."""

    @abstractmethod
    def sends_voice(self, bot: str, chat: int) -> None: ...

    @abstractmethod
    def sends_file(self, bot: str, chat: int, name: str) -> None: ...

    @abstractmethod
    def sends_place(self, bot: str, chat: int) -> None: ...

    @abstractmethod
    def shares_phone(self, bot: str, chat: int, label: str, phone: str) -> None:
        """By the button where there is one, else typed."""

    def changes(self, bot: str, chat: int, text: str) -> None:
        """The last message of the customer's."""
        raise NotImplementedError

    def reacts(self, bot: str, chat: int, emoji: str) -> None:
        """To the bot's last message; empty takes the reaction away."""
        raise NotImplementedError

    @abstractmethod
    def blocks(self, bot: str, chat: int) -> None: ...

    # ------------------------------------------------------------ what else happens

    def colleague_says(self, bot: str, chat: int, text: str) -> None:
        raise NotImplementedError

    @abstractmethod
    def throttle(self, bot: str, chat: int, *, long: bool = False) -> float:
        """The next message to this customer is refused: too many. Gives the seconds to wait."""

    @abstractmethod
    def break_down(
        self, bot: str, chat: int | None, *, times: int = 1, hangs_up: bool = False
    ) -> None:
        """The next messages to this customer, or to anybody, are not taken.

        They are answered by a server in front of the messenger, or not at all.
        """

    @abstractmethod
    def forward(self, seconds: float) -> None:
        """Time passes in the messenger, where it has a clock of its own."""

    @abstractmethod
    def bodies(self, bot: str) -> st.SearchStrategy[Any]:
        """Whatever the messenger may post to this bot."""

    @abstractmethod
    def headers(self, bot: str, body: bytes) -> dict[str, str]:
        """That prove a body to be the messenger's."""

    # ------------------------------------------------------------ what is seen

    @abstractmethod
    def said(self, bot: str, chat: int) -> list[str]:
        """In the lines of tests/servers/screen.py."""

    @abstractmethod
    def typed(self, bot: str, chat: int) -> bool:
        """Whether the customer has seen the bot type."""

    @abstractmethod
    async def settled(self) -> None:
        """Everything that happened was acknowledged."""

    @abstractmethod
    def wrongs(self) -> Sequence[str]:
        """Rules of the platform that calls broke."""

    @abstractmethod
    def unspecified(self) -> Sequence[str]:
        """What the platform's machine-readable specification holds against the calls that were done.

        Skips the test where this machine has no such specification.
        """
