"""The chapter Dialogs of the ReplyX contract: lists, messages, words of operators, hand-offs."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from adapters.http.auth import Known
from adapters.http.dialect import attempt, route_class, surface
from adapters.http.idempotency import DOCUMENTED as ONCE
from adapters.http.ids import LARGEST, in_path, number
from adapters.http.paging import FURTHEST, Offset, at_most, has_more
from adapters.http.policy import lets, people
from adapters.http.replyx import dialog_examples as examples
from adapters.http.replyx.errors import DIALECT, documented
from adapters.http.replyx.names import (
    Moment,
    Status,
    names_of,
    own_platform,
    platform_of,
)
from bots.model.answer import DeliveryStatus
from bots.model.dialog import Handed, Listed, Shown, Sought, Told
from bots.model.turn import MessageRecord

LONGEST_TEXT = 20_000

router = APIRouter(
    prefix="/api/dialogs",
    tags=["Dialogs"],
    route_class=route_class(DIALECT),
    dependencies=lets(people()),
    responses=documented(401, 422, 503),
)
ACTS = lets(people("operator"))
"""What changes a chat is for operators and above."""

_SENDER: Mapping[str, Literal["user", "assistant", "operator"]] = {
    "customer": "user",
    "bot": "assistant",
    "api": "assistant",
    "operator": "operator",
}

DialogId = Annotated[int, in_path("dialog"), number("dialog")]
OperatorName = Annotated[str, StringConstraints(max_length=256)]
OperatorId = Annotated[int, Field(ge=0, le=LARGEST)]


# ---------------------------------------------------------------- lists


class Dialog(BaseModel):
    """A dialog in a list."""

    id: int
    assistant_id: int | None
    platform: str
    telegram_chat_id: str | None
    telegram_username: str | None
    first_name: str | None
    last_name: str | None
    status: Status
    handoff_status: Handed
    is_taken_over: bool
    last_message: str | None
    last_message_time: Moment | None
    created_at: Moment

    @classmethod
    def of(cls, listed: Listed) -> "Dialog":
        return cls(
            id=listed.id,
            assistant_id=listed.assistant,
            **_customer(listed.platform, listed.address.chat_id, listed.profile),
            status="archived" if listed.closed else "active",
            handoff_status=listed.handoff,
            is_taken_over=listed.handoff == "active",
            last_message=text_of(listed.last) if listed.last is not None else None,
            last_message_time=listed.last.created_at if listed.last is not None else None,
            created_at=listed.created_at,
        )


class DialogsResponse(BaseModel):
    """A page of dialogs, the newest activity first."""

    model_config = ConfigDict(json_schema_extra={"example": examples.DIALOGS_RESPONSE})

    dialogs: list[Dialog]
    total: int
    has_more: bool


@router.get("", summary="List dialogs")
async def dialogs(
    request: Request,
    caller: Known,
    status: Annotated[Status | None, Query(description="archived: closed by a person")] = None,
    handoff_status: Handed | None = None,
    platform: Annotated[
        str | None,
        Query(max_length=64, description="telegram, website, whatsapp, vk, max, api"),
    ] = None,
    limit: Annotated[int, at_most(200)] = 50,
    offset: Offset = 0,
) -> DialogsResponse:
    """Those that something happened in last come first."""
    sought = Sought(
        closed=None if status is None else status == "archived",
        handoff=handoff_status,
        platform=own_platform(platform),
    )
    page = await surface(request).services.dialogs.listed(
        caller, sought, limit=limit, offset=offset
    )
    return DialogsResponse(
        dialogs=[Dialog.of(one) for one in page.chats],
        total=page.total,
        has_more=has_more(offset, len(page.chats), page.total),
    )


# ---------------------------------------------------------------- one


class DialogResponse(BaseModel):
    """A dialog, and who has it."""

    model_config = ConfigDict(json_schema_extra={"example": examples.DIALOG_RESPONSE})

    id: int
    assistant_id: int | None
    assistant_name: str | None
    platform: str
    telegram_chat_id: str | None
    telegram_username: str | None
    first_name: str | None
    last_name: str | None
    status: Status
    handoff_status: Handed
    handoff_reason: str | None
    handoff_requested_at: Moment | None
    is_taken_over: bool
    taken_over_by: str | None
    created_at: Moment

    @classmethod
    def of(cls, shown: Shown, **more: Any) -> "DialogResponse":
        chat = shown.conversation
        episode = chat.episode
        return cls(
            id=chat.id,
            assistant_id=shown.assistant,
            assistant_name=shown.assistant_name or None,
            **_customer(chat.platform, chat.address.chat_id, chat.profile),
            status="archived" if chat.status == "closed" else "active",
            handoff_status=episode.state if episode is not None else "none",
            handoff_reason=(episode.reason or episode.note or None) if episode else None,
            handoff_requested_at=episode.requested_at if episode is not None else None,
            is_taken_over=bool(episode and episode.state == "active"),
            taken_over_by=shown.taken_by or None,
            created_at=chat.created_at,
            **more,
        )


@router.get("/{id}", summary="Read a dialog", responses=documented(404))
async def dialog(id: DialogId, request: Request, caller: Known) -> DialogResponse:
    """`handoff_reason` and what follows are of its last hand-off."""
    return DialogResponse.of(await surface(request).services.dialogs.one(caller, id))


def _customer(platform: str, chat_id: str, profile: Mapping[str, Any]) -> dict[str, Any]:
    """Who it is with; what only Telegram has is null elsewhere."""
    telegram = platform == "telegram"
    first, last = names_of(profile)
    return {
        "platform": platform_of(platform),
        "telegram_chat_id": chat_id if telegram else None,
        "telegram_username": profile.get("username") if telegram else None,
        "first_name": first,
        "last_name": last,
    }


# ---------------------------------------------------------------- messages


class Message(BaseModel):
    """A message of a dialog; `deleted_at` is when an operator took it back."""

    id: int
    sender: Literal["user", "assistant", "operator"]
    text: str
    operator_name: str | None = None
    created_at: Moment
    deleted_at: Moment | None = None

    @classmethod
    def of(cls, record: MessageRecord, operator_name: str | None = None) -> "Message":
        return cls(
            id=record.seq,
            sender=_SENDER[record.author],
            text=text_of(record),
            operator_name=operator_name,
            created_at=record.created_at,
            deleted_at=record.deleted_at,
        )


class MessagesResponse(BaseModel):
    """Messages, the oldest first."""

    model_config = ConfigDict(json_schema_extra={"example": examples.MESSAGES_RESPONSE})

    messages: list[Message]

    @classmethod
    def of(cls, told: Told) -> "MessagesResponse":
        names = told.names
        return cls(
            messages=[
                Message.of(one, names.get(one.operator) if one.operator is not None else None)
                for one in told.messages
            ]
        )


class SayRequest(BaseModel):
    """Words of an operator. `once` lets a lead answer in a dialog that somebody else has."""

    model_config = ConfigDict(strict=True, json_schema_extra={"example": examples.SAY_REQUEST})

    text: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEXT)]
    operator_name: OperatorName | None = None
    operator_id: OperatorId | None = None
    once: bool = False


class SayResponse(Message):
    """The message, and how far it has come: a held one waits until the customer writes again."""

    model_config = ConfigDict(json_schema_extra={"example": examples.SAY_RESPONSE})

    delivery_status: DeliveryStatus


@router.get(
    "/{id}/messages",
    summary="Read a dialog's messages",
    response_model_exclude_none=True,
    responses=documented(404),
)
async def messages(
    id: DialogId,
    request: Request,
    caller: Known,
    limit: Annotated[int, at_most(1000, "messages")] = 200,
    offset: Annotated[
        int | None, Query(ge=0, le=FURTHEST, description="Skip so many of the oldest")
    ] = None,
    after: Annotated[
        int | None, Query(ge=0, le=FURTHEST, description="Only those behind this message's id")
    ] = None,
) -> MessagesResponse:
    """Oldest first. The last `limit` of them, unless `offset` or `after` says where to begin."""
    told = await surface(request).services.dialogs.messages(
        caller, id, limit=limit, offset=offset, after=after
    )
    return MessagesResponse.of(told)


@router.post(
    "/{id}/messages",
    dependencies=[ONCE, *ACTS],
    summary="Say something as an operator",
    response_model_exclude_none=True,
    responses=documented(400, 403, 404, 409, 413),
)
async def say(id: DialogId, body: SayRequest, request: Request, caller: Known) -> SayResponse:
    """Only in a dialog that the operator has: take it first."""
    services = surface(request).services
    record, who = await services.dialogs.say(
        caller,
        id,
        body.text,
        operator=body.operator_id,
        name=body.operator_name,
        once=body.once,
        key=attempt(request),
    )
    delivery = await services.messaging.delivery(record)
    message = Message.of(record, who.name)
    return SayResponse(**message.model_dump(), delivery_status=delivery.status)


def text_of(record: MessageRecord) -> str:
    """Its words; of one without words, what hangs on it."""
    return record.words or " ".join(f"[{one.name or one.kind}]" for one in record.attachments)
