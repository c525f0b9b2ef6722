"""What a messenger is to the house: its name, what an account of it needs, and how one is opened."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bots.elsewhere import Elsewhere, nothing_elsewhere
from bots.ports import Clock, Invoices, MessengerChannel, NewId, Shelf, Sleep


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """Something an account is opened with; `meaning` says where the owner finds it.

    What is `made` is made up by us where the owner gives none. `pattern` is a regular expression
    that the whole value has to fit, `form` says it in words.
    """

    name: str
    meaning: str
    secret: bool = True
    required: bool = True
    made: bool = False
    pattern: str = ""
    form: str = ""


def as_meant(written: str) -> str:
    """A credential without blanks around it and the quotes that an env file of Docker leaves."""
    text = written.strip()
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1].strip() if quoted else text


AskedInline = Callable[[str, dict[str, Any]], Awaitable[None]]
"""Takes an account's name and what is typed behind it; never raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account to be opened. `credentials` are by the names of `Messenger.credentials`.

    `folder` gives the bot's folder, in which paths of media are looked up, `language` what the bot
    speaks now; `api_base` is where the messenger's API is, without a slash at its end. `invoices`
    are there where money can be taken. `is_desk` says of a channel's group whether operators work in
    it: what happens there comes in as `desk`; `asked_inline` answers whoever types behind an account's name. `elsewhere` fetches a file that another channel keeps.
    """

    workspace: int
    bot: str
    credentials: Mapping[str, str]
    api_base: str
    shelf: Shelf
    clock: Clock
    new_id: NewId
    sleep: Sleep
    folder: Callable[[], Path | None]
    language: Callable[[], str] = lambda: "ru"
    invoices: Invoices | None = None
    is_desk: Callable[[str, str], bool] = lambda channel, chat_id: False
    asked_inline: AskedInline | None = None
    elsewhere: Elsewhere = nothing_elsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Messenger:
    """`channel.py` of a messenger's folder calls its own MESSENGER; by that it is found.

    `capabilities` are what the HTTP contract lists. `writes_first` says that a chat's id is the
    messenger's own, so that we may write before the customer does.

    `open` does not go anywhere yet: raises ChannelUnauthorised for what cannot be a credential.
    """

    name: str
    title: str
    capabilities: Sequence[str]
    credentials: Sequence[Credential]
    api_base: str
    open: Callable[[Account], MessengerChannel]
    webhook: bool = True
    writes_first: bool = True
