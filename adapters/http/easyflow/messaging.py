"""The chapter Messaging of the Easy Flow contract."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from adapters.http.auth import Known
from adapters.http.dialect import attempted, route_class, spend, surface
from adapters.http.easyflow import examples
from adapters.http.easyflow.errors import DIALECT, LIMITED, documented
from adapters.http.easyflow.keyboards import (
    TYPE,
    InlineKeyboard,
    MessageKind,
    ReplyKeyboard,
    SentAttachment,
)
from adapters.http.easyflow.names import Context, Id, Moment, PathId, message_id, session_id
from adapters.http.idempotency import DOCUMENTED as ONCE
from adapters.http.limits import per_minute
from adapters.http.policy import lets, people
from bots.errors import Invalid
from bots.model.answer import Delivery, DeliveryStatus
from bots.model.conversation import Conversation
from bots.model.message import Keyboard, MessageType, Reply
from bots.model.turn import MessageRecord
from bots.services.runtime import Platform

LIMIT = per_minute("easyflow messaging", 30)
LONGEST_TEXT = 20_000
STATUS: Mapping[DeliveryStatus, Literal["sent", "queued", "failed"]] = {
    "queued": "queued",
    "held": "queued",
    "sent": "sent",
    "delivered": "sent",
    "read": "sent",
    "failed": "failed",
}
"""How far a message has come, in the words of the contract."""

router = APIRouter(
    prefix="/api/v1/messaging",
    tags=["Messaging"],
    route_class=route_class(DIALECT),
    dependencies=lets(people()),
    responses=documented(401),
)


class SendRequest(BaseModel):
    """A message to a customer; it needs a text or an attachment."""

    model_config = ConfigDict(strict=True, json_schema_extra={"example": examples.SEND_REQUEST})

    platform: Id
    chat_id: Id
    text: Annotated[str, StringConstraints(max_length=LONGEST_TEXT)] | None = None
    message_type: MessageKind = "text"
    inline_keyboard: InlineKeyboard | None = None
    reply_keyboard: ReplyKeyboard | None = None
    attachments: Annotated[list[SentAttachment], Field(max_length=10)] | None = None
    priority: Annotated[int, Field(ge=0, le=10)] | None = None

    def reply(self, id: str) -> Reply:
        """Raises Invalid for what no messenger could send."""
        if not (self.text or "").strip() and not self.attachments:
            raise Invalid("text", "This field is required where there are no attachments")
        attachments = tuple(each.attachment() for each in self.attachments or ())
        kind: MessageType = TYPE[attachments[0].kind] if attachments else "text"
        return Reply(
            message_id=id,
            text=self.text or "",
            message_type=kind,
            attachments=attachments,
            keyboard=self._keyboard(),
            author="api",
        )

    def _keyboard(self) -> Keyboard | None:
        if self.inline_keyboard and self.reply_keyboard:
            raise Invalid("reply_keyboard", "A message has one keyboard: this or inline_keyboard")
        chosen = self.inline_keyboard or self.reply_keyboard
        keyboard = chosen.keyboard() if chosen else None
        return keyboard if keyboard and keyboard.rows else None


class SendResponse(BaseModel):
    """How far the message has come; a queued one goes out as soon as the messenger takes it."""

    model_config = ConfigDict(json_schema_extra={"example": examples.SEND_RESPONSE})

    success: bool
    message_id: str
    platform_message_id: str | None = None
    delivery_status: Literal["sent", "queued", "failed"]
    sent_at: Moment | None = None
    error: str | None = None

    @classmethod
    def of(cls, record: MessageRecord, delivery: Delivery, now: datetime) -> "SendResponse":
        return cls(
            success=delivery.status != "failed",
            message_id=message_id(record.message_id),
            platform_message_id=delivery.platform_message_id or None,
            delivery_status=STATUS[delivery.status],
            sent_at=now if STATUS[delivery.status] == "sent" else None,
            error=delivery.error,
        )


class ContextResponse(BaseModel):
    """Where a chat stands and what is known in it."""

    model_config = ConfigDict(json_schema_extra={"example": examples.CONTEXT_RESPONSE})

    session_id: str
    platform: str
    chat_id: str
    user_id: str
    current_state: str
    context: dict[str, Any]
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, conversation: Conversation) -> "ContextResponse":
        return cls(
            session_id=session_id(conversation),
            platform=conversation.platform,
            chat_id=conversation.address.chat_id,
            user_id=conversation.user_id,
            current_state=conversation.step or "idle",
            context=dict(conversation.context),
            created_at=conversation.created_at,
            updated_at=conversation.updated_at,
        )


class ContextRequest(BaseModel):
    """Values to merge into the chat's context; flows read them as `chat.*`."""

    model_config = ConfigDict(
        strict=True,
        json_schema_extra={"example": {"context": examples.CONTEXT_RESPONSE["context"]}},
    )

    context: Context


class PlatformStatus(BaseModel):
    """A messenger; `inactive` where no bot is connected to it."""

    name: str
    display_name: str
    capabilities: list[str]
    webhook_supported: bool
    status: Literal["active", "inactive"]

    @classmethod
    def of(cls, platform: Platform, connected: bool) -> "PlatformStatus":
        return cls(
            name=platform.name,
            display_name=platform.title,
            capabilities=list(platform.capabilities),
            webhook_supported=platform.webhook,
            status="active" if connected else "inactive",
        )


class PlatformsResponse(BaseModel):
    """Every messenger we speak to."""

    model_config = ConfigDict(json_schema_extra={"example": examples.PLATFORMS_RESPONSE})

    platforms: list[PlatformStatus]


@router.post(
    "/send",
    dependencies=[*lets(people("operator")), ONCE],
    summary="Write to a customer",
    response_model_exclude_none=True,
    responses={200: {"headers": LIMITED}, **documented(400, 404, 413, 422, 429, 503)},
)
async def send(body: SendRequest, request: Request, caller: Known) -> SendResponse:
    """Waits a few seconds for the messenger; what is still on its way then is `queued`."""
    here = surface(request)
    await spend(request, LIMIT, body.platform, body.chat_id)
    id = attempted(request)
    record, delivery = await here.services.messaging.send(
        caller,
        platform=body.platform,
        chat_id=body.chat_id,
        reply=body.reply(id or here.new_id()),
        perhaps_again=id is not None,
    )
    return SendResponse.of(record, delivery, here.clock())


@router.get(
    "/context/{platform}/{chat_id}/{user_id}",
    summary="Read a chat's context",
    responses=documented(404, 422),
)
async def context(
    platform: PathId, chat_id: PathId, user_id: PathId, request: Request, caller: Known
) -> ContextResponse:
    """Where the chat's dialog stands, and the values kept with it."""
    messaging = surface(request).services.messaging
    return ContextResponse.of(await messaging.context(caller, platform, chat_id, user_id))


@router.put(
    "/context/{platform}/{chat_id}/{user_id}",
    dependencies=lets(people("operator")),
    summary="Write a chat's context",
    responses=documented(400, 404, 413, 422, 503),
)
async def write_context(
    platform: PathId,
    chat_id: PathId,
    user_id: PathId,
    body: ContextRequest,
    request: Request,
    caller: Known,
) -> ContextResponse:
    """Values given are set, others stay; a messenger's chat nobody wrote in yet is opened."""
    messaging = surface(request).services.messaging
    written = await messaging.write_context(caller, platform, chat_id, user_id, body.context)
    return ContextResponse.of(written)


@router.get("/platforms", summary="The messengers we speak to")
async def platforms(request: Request, caller: Known) -> PlatformsResponse:
    """With `status` telling whether a bot is connected."""
    found = surface(request).services.messaging.platforms(caller)
    return PlatformsResponse(platforms=[PlatformStatus.of(each, on) for each, on in found])


webhooks = APIRouter(prefix="/api/v1/messaging", tags=["Easy Flow: Messaging"])
"""Documents the intake's address; requests to it never come this far."""


@webhooks.post(
    "/webhook/{platform}",
    summary="A messenger's webhook",
    response_class=PlainTextResponse,
    responses=documented(400, 401, 404, 413, 503),
    openapi_extra={
        "parameters": [
            {"name": "platform", "in": "path", "required": True, "schema": {"type": "string"}}
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"type": "object"},
                    "example": examples.TELEGRAM_UPDATE,
                }
            },
        },
    },
)
async def webhook() -> str:
    """Called by the messenger itself, with its own signature (Telegram: the secret-token header).

    Answered once the messages are safe on disk; a repeated update is taken once. Updates that no
    bot serves are acknowledged and ignored. Bodies may have 4 MiB; no rate limit applies.
    """
    raise AssertionError("the intake answers this address")


@webhooks.get(
    "/webhook/{platform}",
    summary="A messenger asks whether the address is ours",
    response_class=PlainTextResponse,
    responses=documented(403),
    openapi_extra={
        "parameters": [
            {"name": "platform", "in": "path", "required": True, "schema": {"type": "string"}}
        ]
    },
)
async def verification() -> str:
    """WhatsApp's `hub.challenge` is given back where `hub.verify_token` is a connected account's.

    Only messengers that ask this way are answered; for the others there is no GET.
    """
    raise HTTPException(405, headers={"Allow": "POST"})
