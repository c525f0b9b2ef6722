"""What can be wrong with a flow: a complaint the owner reads, and the errors that carry it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands in the owner's files; lines and columns count from 1."""

    file: str
    line: int
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Complaint:
    """One finding about a bot folder, in the owner's words: what was found and what to do.

    `hint` is the part of the text that says what to do, where it says that apart.
    """

    place: Place
    code: str
    text: str
    level: Literal["error", "warning"] = "error"
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.code} {self.text}"


class FlowError(Exception):
    """The root of everything this package raises."""


class LoadError(FlowError):
    """A bot folder that cannot be run; carries every complaint, not only the first."""

    def __init__(self, complaints: Iterable[Complaint]) -> None:
        self.complaints = sorted(complaints, key=lambda complaint: complaint.place)
        super().__init__("\n".join(map(str, self.complaints)))


class RunError(FlowError):
    """A flow that went wrong while running: an endless loop, too deep a call."""
