"""Hand-offs in the chapter Dialogs of the ReplyX contract: asked for, taken, given back."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, StringConstraints

from adapters.http.auth import Known
from adapters.http.dialect import attempt, route_class, surface
from adapters.http.idempotency import DOCUMENTED as ONCE
from adapters.http.policy import lets, people
from adapters.http.replyx import dialog_examples as examples
from adapters.http.replyx.dialogs import DialogId, DialogResponse, OperatorId, OperatorName
from adapters.http.replyx.errors import DIALECT, documented

router = APIRouter(
    prefix="/api/dialogs/{id}/handoff",
    tags=["Dialogs"],
    route_class=route_class(DIALECT),
    dependencies=[ONCE, *lets(people("operator"))],
    responses=documented(400, 401, 403, 404, 413, 422, 503),
)


class HandoffRequest(BaseModel):
    """Why a person is needed."""

    model_config = ConfigDict(strict=True, json_schema_extra={"example": examples.HANDOFF_REQUEST})

    reason: Annotated[str, StringConstraints(max_length=500)] = "requested"
    last_user_text: Annotated[str, StringConstraints(max_length=4000)] = ""


class Acting(BaseModel):
    """Who acts, where it is not who calls: for secret keys and leads."""

    model_config = ConfigDict(strict=True, json_schema_extra={"example": examples.TAKE_REQUEST})

    operator_name: OperatorName | None = None
    operator_id: OperatorId | None = None


class RequestedResponse(DialogResponse):
    """`queue_position` is its place among those that wait, from 1; 0 where it does not wait."""

    model_config = ConfigDict(json_schema_extra={"example": examples.REQUESTED_RESPONSE})

    queue_position: int


class Manager(BaseModel):
    """Who has a dialog."""

    id: int
    name: str


class TakenResponse(DialogResponse):
    """The dialog, and who has it now."""

    model_config = ConfigDict(json_schema_extra={"example": examples.TAKEN_RESPONSE})

    manager: Manager


@router.post("/request", summary="Ask for a person")
async def request_handoff(
    id: DialogId, request: Request, caller: Known, body: HandoffRequest | None = None
) -> RequestedResponse:
    """Asking again changes nothing. Where nobody is there and the flow knows what to do about it,
    the bot goes on: `handoff_status` says so.
    """
    services = surface(request).services
    body = body or HandoffRequest()
    shown = await services.dialogs.request(
        caller, id, reason=body.reason, last_words=body.last_user_text, key=attempt(request)
    )
    position = services.handoff.board.position(shown.conversation)
    return RequestedResponse.model_validate(
        {**DialogResponse.of(shown).model_dump(), "queue_position": position}
    )


@router.post("/take", summary="Take a dialog", responses=documented(409))
async def take(
    id: DialogId, request: Request, caller: Known, body: Acting | None = None
) -> TakenResponse:
    """The bot is silent until it is released. Of two who take at once one gets 409, which says who
    has it.
    """
    body = body or Acting()
    shown, who = await surface(request).services.dialogs.take(
        caller, id, operator=body.operator_id, name=body.operator_name, key=attempt(request)
    )
    manager = Manager(id=who.id, name=who.name)
    return TakenResponse.model_validate(
        {**DialogResponse.of(shown).model_dump(), "manager": manager}
    )


@router.post("/release", summary="Give a dialog back to the bot", responses=documented(409))
async def release(
    id: DialogId, request: Request, caller: Known, body: Acting | None = None
) -> DialogResponse:
    """The bot goes on behind the step that called a person."""
    body = body or Acting()
    shown = await surface(request).services.dialogs.release(
        caller, id, operator=body.operator_id, name=body.operator_name, key=attempt(request)
    )
    return DialogResponse.of(shown)
