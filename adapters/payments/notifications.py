"""`POST /pay/yookassa`: YooKassa says that a payment moved. Anybody could say so: it is asked back."""

from typing import Any

import orjson
import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bots.errors import RemoteFailed, Unavailable
from bots.services.top_ups import TopUps

PATH = "/pay/yookassa"
LARGEST = 256 * 1024
LONGEST_ID = 64

log = structlog.get_logger()


class Notifications:
    """https://yookassa.ru/developers/using-api/webhooks: whatever is not 200 comes again for a day."""

    def __init__(self, top_ups: TopUps) -> None:
        self._top_ups = top_ups

    def routes(self) -> list[BaseRoute]:
        return [Route(PATH, self._told, methods=["POST"])]

    async def _told(self, request: Request) -> Response:
        reference, top_up = _named(await _read(request))
        if not reference:
            return JSONResponse({"error": "this is no notification"}, status_code=400)
        try:
            known = await self._top_ups.told(reference, top_up)
        except (RemoteFailed, Unavailable) as error:
            log.warning("A payment that was told of cannot be asked after", why=str(error))
            return JSONResponse({"error": "try again"}, status_code=503)
        if known is None:
            log.info("Somebody told of a payment that is not ours")
        return JSONResponse({})


async def _read(request: Request) -> Any:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            return None
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _named(notification: Any) -> tuple[str, str]:
    """The payment's names, theirs and ours; "" where there is none."""
    told = notification.get("object") if isinstance(notification, dict) else None
    told = told if isinstance(told, dict) else {}
    metadata = told.get("metadata")
    ours = metadata.get("top_up") if isinstance(metadata, dict) else None
    return _id(told.get("id")), _id(ours)


def _id(found: Any) -> str:
    return found if isinstance(found, str) and len(found) <= LONGEST_ID and found.isascii() else ""
