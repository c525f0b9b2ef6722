"""Easy Flow's own contract under /api/v1: a file for each chapter of its document."""

from fastapi import APIRouter

from adapters.http.easyflow import analytics, conversation, integration, messages, messaging
from adapters.http.easyflow.errors import DIALECT

__all__ = ["DIALECT", "routers"]


def routers() -> list[APIRouter]:
    """One router per chapter of the document."""
    return [
        conversation.router,
        messaging.router,
        messages.router,
        messaging.webhooks,
        integration.router,
        analytics.router,
    ]
