"""The chapter Messaging, of messages that are there: one as it is, and the files that hang on it."""

import mimetypes
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Request, Response

from adapters.http.auth import Known
from adapters.http.dialect import route_class, surface
from adapters.http.easyflow.errors import DIALECT, documented
from adapters.http.easyflow.names import PathId, own_id
from adapters.http.easyflow.unified import UnifiedMessage
from adapters.http.policy import lets, people
from bots.ports import File

UNKNOWN = "application/octet-stream"
LONGEST_NAME = 200

router = APIRouter(
    prefix="/api/v1/messaging",
    tags=["Messaging"],
    route_class=route_class(DIALECT),
    dependencies=lets(people()),
    responses=documented(401),
)


@router.get(
    "/messages/{message_id}",
    summary="Read a message",
    response_model_exclude_none=True,
    responses=documented(404, 422),
)
async def message(message_id: PathId, request: Request, caller: Known) -> UnifiedMessage:
    """As it was said, by whichever messenger, and how far it has come."""
    services = surface(request).services
    conversation, record = await services.conversations.message(caller, own_id(message_id))
    delivery = None
    if record.direction == "outbound":
        delivery = await services.messaging.delivery(record)
    return UnifiedMessage.of(record, conversation, delivery)


@router.get(
    "/files/{message_id}/{number}",
    summary="Read a file that a customer sent",
    response_class=Response,
    responses={
        200: {"description": "The file", "content": {UNKNOWN: {}}},
        **documented(404, 409, 422, 503),
    },
)
async def file(
    message_id: PathId,
    number: Annotated[int, Path(ge=1, le=1000)],
    request: Request,
    caller: Known,
) -> Response:
    """An attachment of a message, the first being 1, fetched from the messenger.

    409 for a file that the messenger does not give out, such as one over 20 MB on Telegram.
    """
    found = await surface(request).services.files.of(caller, own_id(message_id), number)
    mime = _type(found)
    headers = {
        # Whatever a stranger sent, no browser shows it as a page of ours.
        "Content-Disposition": f"attachment; filename*=UTF-8''{_name(found, number, mime)}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, max-age=3600",
    }
    return Response(found.content, media_type=mime, headers=headers)


def _type(file: File) -> str:
    if file.mime.isascii() and file.mime.isprintable() and file.mime.count("/") == 1:
        return file.mime
    # Takes a while to import, and few files come without a type.
    import puremagic

    try:
        return puremagic.from_string(file.content[:4096], mime=True) or UNKNOWN
    except (puremagic.PureError, ValueError):
        return UNKNOWN


def _name(file: File, number: int, mime: str) -> str:
    """Percent-encoded: what a customer calls a file may have any characters."""
    name = file.name.replace("\\", "/").rpartition("/")[2].strip()
    name = name or f"file-{number}{mimetypes.guess_extension(mime) or ''}"
    return quote(name[-LONGEST_NAME:], safe="")
