"""The OmniSupport contract: so far what it says of errors under its parts of /api/v1."""

from fastapi import APIRouter

from adapters.http.omnisupport.errors import DIALECT

__all__ = ["DIALECT", "routers"]


def routers() -> list[APIRouter]:
    """Its routes, in the order of the document."""
    return []
