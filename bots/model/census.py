"""A person who signs in, with what their workspace has and does: for the server's administrator."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Money, assistants and dialogs are their workspace's; `balance` is None until it is opened."""

    id: int
    workspace: int
    email: str
    first_name: str
    last_name: str
    is_admin: bool
    created_at: datetime
    last_login_at: datetime | None
    balance: int | None
    spent: int
    assistants: int
    conversations: int
