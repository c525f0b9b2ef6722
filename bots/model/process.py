"""One of the processes that share a database."""

from dataclasses import dataclass

WORK, WEB = "work", "web"
"""What a process was started for: to work through chats, or to serve HTTP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    id: str
    role: str
    host: str
    pid: int
    version: str
    stopping: bool = False
