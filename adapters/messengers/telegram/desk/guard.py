"""The leak guard: whether what was written in a group goes to the customer. Pure.

What is not plainly the words of whoever answers the chat does not go out.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from adapters.messengers.telegram.desk.group_message import INTERNAL
from bots.model.conversation import Conversation
from bots.model.operator import Operator

Why = Literal[
    "anonymous",
    "stranger",
    "viewer",
    "foreign",
    "borrowed",
    "addressed",
    "at_bot",
    "waits",
    "natively",
    "others",
    "blocked",
    "inside",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A message of a group that belongs to a chat, as far as the guard looks.

    `anonymous`: in the name of the group or of a channel; `foreign`: made by somebody else's bot;
    `to_colleague`: it answers a message of another person in the group, or a note. `borrowed`: it
    repeats or answers what was said elsewhere. `addressed`: it begins with a colleague's or the bot's
    user name. `write` is the queue's policy; where its words stay inside by default, `inside` says
    that this one was not marked as one for the customer.
    """

    chat: Conversation
    who: Operator | None
    text: str = ""
    anonymous: bool = False
    foreign: bool = False
    to_colleague: bool = False
    borrowed: bool = False
    addressed: bool = False
    write: Literal["assignee", "department", "any"] = "assignee"
    inside: bool = False


@dataclass(frozen=True, slots=True)
class Sends:
    """It goes to the customer."""


@dataclass(frozen=True, slots=True)
class Notes:
    """It stays inside, as a note of this text."""

    text: str


@dataclass(frozen=True, slots=True)
class Refused:
    """It goes nowhere, and whoever wrote it is told why, with buttons of these verbs."""

    why: Why
    buttons: tuple[str, ...] = ()


Verdict = Sends | Notes | Refused


def judged(written: Written) -> Verdict:
    """What is to become of a message."""
    who = written.who
    if written.anonymous:
        return Refused("anonymous")
    if who is None or not who.active:
        return Refused("stranger")
    if not who.may("operator"):
        return Refused("viewer")
    if written.text.startswith(INTERNAL):
        return Notes(written.text[len(INTERNAL) :].strip())
    if written.to_colleague:
        return Notes(written.text)
    if written.foreign:
        return Refused("foreign")
    if written.inside and written.text.strip():
        return Notes(written.text)
    verdict = _by_state(written, who)
    if written.inside and isinstance(verdict, Sends):
        # A file without words would be a note of nothing.
        return Refused("inside", ("anyway",))
    doubt: Why | None = "borrowed" if written.borrowed else None
    if written.addressed:
        doubt = "addressed"
    if doubt is not None and isinstance(verdict, Sends):
        return Refused(doubt, ("anyway", "note"))
    return verdict


def _by_state(written: Written, who: Operator) -> Verdict:
    chat, episode = written.chat, written.chat.episode
    if chat.blocked:
        return Refused("blocked", ("note",))
    if episode is None or not episode.open:
        return Refused("at_bot", ("take", "note"))
    if episode.state == "requested":
        return Refused("waits", ("take", "note"))
    if episode.assignee == who.id:
        return Sends()
    if who.writes(episode.queue, written.write):
        return Sends()
    if episode.assignee is None and chat.owner == "operator":
        return Refused("natively", ("take", "note"))
    lead = ("force", "once") if who.may("lead") else ()
    return Refused("others", (*lead, "note"))


class Hints:
    """Of ten messages in a row one is answered: the same person, chat and reason, once a minute."""

    def __init__(self, every: float = 60.0) -> None:
        self._every = every
        self._told: dict[tuple[int, str, str], datetime] = {}

    def due(self, chat: int, user: str, why: str, now: datetime) -> bool:
        """Whether this one is to be told; then the others wait."""
        fresh = {
            key: at for key, at in self._told.items() if (now - at).total_seconds() < self._every
        }
        self._told = fresh
        key = (chat, user, why)
        if key in fresh:
            return False
        fresh[key] = now
        return True

    def forget(self, chat: int, user: str, why: str) -> None:
        """The next one is told."""
        self._told.pop((chat, user, why), None)
