"""Easy Flow's own contract under /api/v1: conversation and messaging."""

from fastapi import APIRouter

from adapters.http.easyflow import conversation, messages, messaging
from adapters.http.easyflow.errors import DIALECT

__all__ = ["DIALECT", "routers"]


def routers() -> list[APIRouter]:
    """One router per chapter of the document."""
    return [conversation.router, messaging.router, messages.router, messaging.webhooks]
