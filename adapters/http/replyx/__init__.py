"""The ReplyX contract: a file for each chapter of its document."""

from fastapi import APIRouter

from adapters.http.replyx import (
    admin,
    assistants,
    auth,
    balance,
    dialogs,
    handoffs,
    knowledge,
    socket,
    users,
)
from adapters.http.replyx.errors import DIALECT

__all__ = ["DIALECT", "routers"]


def routers() -> list[APIRouter]:
    """Its routes, in the order of the document."""
    return [
        auth.router,
        users.router,
        assistants.router,
        dialogs.router,
        handoffs.router,
        knowledge.router,
        balance.router,
        admin.router,
        socket.router,
    ]
