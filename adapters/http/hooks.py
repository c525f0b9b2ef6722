"""POST /hooks/events: other programs tell a chat's flow what has happened."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from adapters.http.auth import Known
from adapters.http.dialect import route_class, surface
from adapters.http.easyflow.errors import DIALECT, documented
from adapters.http.easyflow.names import Id
from adapters.http.policy import lets, people

EXAMPLE: dict[str, Any] = {
    "event": "payment.paid",
    "platform": "telegram",
    "chat_id": "123456789",
    "data": {"order": "12345", "amount": 1990},
    "id": "pay_8f1c",
}

router = APIRouter(
    prefix="/hooks",
    tags=["Events"],
    route_class=route_class(DIALECT),
    dependencies=lets(people("operator")),
    responses=documented(401),
)


class EventRequest(BaseModel):
    """Something that happened around a chat. `id` is the sender's own: told again, it counts once."""

    model_config = ConfigDict(strict=True, extra="forbid", json_schema_extra={"example": EXAMPLE})

    event: Annotated[str, StringConstraints(min_length=3, max_length=100)]
    platform: Id
    chat_id: Id
    data: Annotated[dict[str, Any], Field(default_factory=dict)]
    id: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class EventResponse(BaseModel):
    """`accepted` once it is safe on disk, `repeated` where this id had come before."""

    model_config = ConfigDict(json_schema_extra={"example": {"status": "accepted"}})

    status: str


@router.post(
    "/events",
    summary="Tell a chat what has happened",
    responses=documented(400, 404, 413, 422, 503),
)
async def event(body: EventRequest, request: Request, caller: Known) -> EventResponse:
    """A flow that waits for the event goes on; else a handler or a flow that listens to it wakes.

    Whatever the flow then says goes to the customer through their messenger. An event that nobody
    waits for is taken and has no effect.
    """
    fresh = await surface(request).services.events.emit_for(
        caller,
        body.event,
        platform=body.platform,
        chat_id=body.chat_id,
        data=body.data,
        id=body.id,
    )
    return EventResponse(status="accepted" if fresh else "repeated")
