"""What an operator does in a test: takes the chat, answers, notes things down, gives it back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from flows.rehearsal import Rehearsal

TAKES = ("take", "answer")
ENDS: Mapping[str, Literal["released", "closed"]] = {"release": "released", "close": "closed"}


@dataclass(slots=True)
class Operator:
    """Whoever works at the desk of a rehearsal, and what is known of the hand-off under way."""

    play: Rehearsal
    name: str = ""
    since: datetime | None = None
    tags: list[str] = field(default_factory=list)
    form: dict[str, Any] = field(default_factory=dict)
    messages: list[dict[str, str]] = field(default_factory=list)

    @property
    def called(self) -> bool:
        """Whether the chat is with people: waits for one, or has one."""
        return self.play.owner != "bot"

    @property
    def busy(self) -> bool:
        return self.play.owner == "operator"

    def take(self, name: str = "") -> None:
        self.name = name or self.name
        self.since = self.since or self.play.now
        self.play.person_comes()

    def answer(self, text: str) -> None:
        """What is said to the customer; who says it has the chat."""
        if not self.busy:
            self.take()
        self.messages.append({"author": "operator", "text": text})

    def hears(self, text: str) -> None:
        """The customer wrote, and not to the bot."""
        self.messages.append({"author": "customer", "text": text})

    def mark(self, tags: Iterable[str]) -> None:
        """Put tags on the chat; one with a minus is taken off."""
        for tag in tags:
            bare = tag.lstrip("+-").removeprefix("#").casefold()
            if bare in self.tags:
                self.tags.remove(bare)
            if not tag.startswith("-"):
                self.tags.append(bare)

    def transfer(self, queue: str) -> None:
        """Give the chat on into a queue."""
        self.name, self.since = "", None
        self.play.transfer(queue)

    def end(self, deed: str, where: str = "") -> None:
        """Give the chat back: to a step or flow, or closed for a reason."""
        since = self.since or self.play.now
        details = {
            "operator": self.name,
            "duration": (self.play.now - since).total_seconds(),
            "tags": self.tags,
            "form": self.form,
            "messages": self.messages,
            "code": where if deed == "close" else "",
        }
        self.name, self.since = "", None
        self.tags, self.form, self.messages = [], {}, []
        step = where if deed == "release" else ""
        self.play.give_back(ENDS[deed], step=step, **details)
