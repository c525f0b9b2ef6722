"""The chapter Conversation of the Easy Flow contract."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, StringConstraints

from adapters.http.auth import Known
from adapters.http.client import client_place
from adapters.http.dialect import attempt, attempted, route_class, spend, surface
from adapters.http.easyflow import examples
from adapters.http.easyflow.errors import DIALECT, LIMITED, documented
from adapters.http.easyflow.names import Context, Id, Moment, PathId, message_id, session_id
from adapters.http.idempotency import DOCUMENTED as ONCE
from adapters.http.idempotency import HEADER
from adapters.http.limits import per_minute
from adapters.http.paging import Offset, at_most, has_more
from adapters.http.policy import PAGES, lets, pages, people
from bots.errors import Invalid, NotFound, TakenBefore
from bots.model.account import Caller
from bots.model.answer import Answer
from bots.model.conversation import Conversation, Owner
from bots.model.message import Button
from bots.model.turn import MessageRecord
from bots.services.chat import CHANNEL

LIMIT = per_minute("easyflow conversation", 100)
OF_PAGES = per_minute("easyflow pages", 60)
"""For each place that visitors of a page come from: they name their users as they like."""
LONGEST_MESSAGE = 20_000

router = APIRouter(
    prefix="/api/v1/conversation",
    tags=["Conversation"],
    route_class=route_class(DIALECT),
    dependencies=lets(people()),
    responses={200: {"headers": LIMITED}, **documented(401, 429)},
)


class ChatRequest(BaseModel):
    """A user's message. `context.bot` names the bot where the API key belongs to none."""

    model_config = ConfigDict(strict=True, json_schema_extra={"example": examples.CHAT_REQUEST})

    message: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_MESSAGE)]
    user_id: Id
    session_id: Id | None = None
    platform: Annotated[str, StringConstraints(min_length=1, max_length=64)] = "api"
    context: Context | None = None


class SuggestedAction(BaseModel):
    """A button on offer; `type` is its name in the flow, or `button`.

    What a named button carries is the flow's own; a nameless one shows the address it opens.
    """

    type: str
    text: str
    data: dict[str, Any]

    @classmethod
    def of(cls, button: Button) -> "SuggestedAction":
        data = dict(button.data)
        if button.url is not None and button.name is None:
            data["url"] = button.url
        return cls(type=button.name or "button", text=button.text, data=data)


class ChatResponse(BaseModel):
    """What the bot said; `intent` is `unknown` with a confidence of 0 where nothing took it."""

    model_config = ConfigDict(json_schema_extra={"example": examples.CHAT_RESPONSE})

    message: str
    session_id: str
    intent: str
    entities: dict[str, Any]
    confidence: float
    requires_human: bool
    current_state: str
    suggested_actions: list[SuggestedAction]

    @classmethod
    def of(cls, answer: Answer) -> "ChatResponse":
        conversation, understood = answer.conversation, answer.understood
        return cls(
            message=_text(answer.said),
            session_id=session_id(conversation),
            intent=understood.intent or "unknown",
            entities=dict(understood.entities),
            confidence=understood.confidence,
            requires_human=conversation.owner != "bot",
            current_state=conversation.step or "idle",
            suggested_actions=[SuggestedAction.of(button) for button in answer.suggested],
        )


class Session(BaseModel):
    """One of a user's conversations."""

    session_id: str
    platform: str
    created_at: Moment
    updated_at: Moment
    messages_count: int
    status: Literal["active", "escalated", "closed"]

    @classmethod
    def of(cls, conversation: Conversation, messages: int) -> "Session":
        return cls(
            session_id=session_id(conversation),
            platform=conversation.platform,
            created_at=conversation.created_at,
            updated_at=conversation.updated_at,
            messages_count=messages,
            status=conversation.status,
        )


class SessionsResponse(BaseModel):
    """A user's sessions, newest first."""

    model_config = ConfigDict(json_schema_extra={"example": examples.SESSIONS_RESPONSE})

    sessions: list[Session]


class HistoryMessage(BaseModel):
    """A message of a session; what was understood stands on the bot's answer."""

    message_id: str
    session_id: str
    user_id: str
    content: str
    role: Literal["user", "assistant", "operator"]
    timestamp: Moment
    platform: str
    intent: str | None = None
    confidence: float | None = None

    @classmethod
    def of(cls, record: MessageRecord, conversation: Conversation) -> "HistoryMessage":
        return cls(
            message_id=message_id(record.message_id),
            session_id=session_id(conversation),
            user_id=conversation.user_id,
            content=record.words,
            role=_ROLE[record.author],
            timestamp=record.created_at,
            platform=conversation.platform,
            intent=record.intent if record.direction == "outbound" else None,
            confidence=record.confidence if record.direction == "outbound" else None,
        )


class HistoryResponse(BaseModel):
    """A page of a session's messages, oldest first."""

    model_config = ConfigDict(json_schema_extra={"example": examples.HISTORY_RESPONSE})

    messages: list[HistoryMessage]
    total: int
    has_more: bool


class EscalateRequest(BaseModel):
    """Why a person is needed."""

    model_config = ConfigDict(strict=True, json_schema_extra={"example": examples.ESCALATE_REQUEST})

    session_id: Id
    reason: Annotated[str, StringConstraints(min_length=1, max_length=500)] = "requested"
    priority: Literal["low", "normal", "high", "urgent"] = "normal"
    context: Context | None = None


class EscalateResponse(BaseModel):
    """The bot is silent while `status` is `escalated`; the user's messages wait for a person.

    Where nobody is there and the flow knows what to do about it, the bot goes on: `success` is false.
    """

    model_config = ConfigDict(json_schema_extra={"example": examples.ESCALATE_RESPONSE})

    success: bool
    session_id: str
    status: Literal["active", "escalated", "closed"]
    escalated_at: Moment
    message: str

    @classmethod
    def of(cls, conversation: Conversation) -> "EscalateResponse":
        episode = conversation.episode
        return cls(
            success=conversation.owner != "bot",
            session_id=session_id(conversation),
            status=conversation.status,
            escalated_at=episode.requested_at if episode else conversation.updated_at,
            message=_TOLD[conversation.owner],
        )


@router.post(
    "/chat",
    dependencies=[ONCE, *lets(pages())],
    summary="Talk to the bot",
    responses=documented(400, 403, 409, 413, 422, 503),
)
async def chat(body: ChatRequest, request: Request, caller: Known) -> ChatResponse:
    """The same turn as in a messenger; waits at most 25 seconds for what the bot says.

    A page's key talks to its own bot in sessions that were opened here; its `context` is ignored,
    and whoever talks is known by their session: to be somebody's `user_id` is not believed.
    """
    here = surface(request)
    if caller.kind in PAGES:
        body = await _of_a_page(body, request, caller)
    await spend(request, LIMIT, body.user_id)
    context = dict(body.context or {})
    bot = _taken_out(context, "bot")
    try:
        answer = await here.services.chat.ask(
            caller,
            text=body.message,
            chat_id=body.session_id or f"session_{here.new_id()}",
            user_id=body.user_id,
            platform=body.platform,
            context=context,
            bot=bot,
            external_id=attempt(request),
            message_id=attempted(request),
        )
    except TakenBefore as other:
        raise Invalid(HEADER, "was used with another body") from other
    except NotFound as missing:
        if missing.noun != "bot":
            raise
        raise Invalid("context.bot", f"There is no bot {missing.id}") from missing
    return ChatResponse.of(answer)


@router.get("/sessions/{user_id}", summary="A user's sessions", responses=documented(422))
async def sessions(user_id: PathId, request: Request, caller: Known) -> SessionsResponse:
    """Empty for a user nobody has heard of."""
    await spend(request, LIMIT, user_id)
    found = await surface(request).services.conversations.of_user(caller, user_id)
    return SessionsResponse(sessions=[Session.of(each, count) for each, count in found])


@router.get(
    "/history/{session_id}",
    summary="A session's messages",
    response_model_exclude_none=True,
    responses=documented(404, 422),
)
async def history(
    session_id: PathId,
    request: Request,
    caller: Known,
    limit: Annotated[int, at_most(500, "messages")] = 50,
    offset: Offset = 0,
) -> HistoryResponse:
    """Oldest first; `offset` counts from the session's first message."""
    service = surface(request).services.conversations
    conversation = await service.one(caller, session_id)
    await spend(request, LIMIT, conversation.user_id)
    records, total = await service.history(conversation, limit=limit, offset=offset)
    return HistoryResponse(
        messages=[HistoryMessage.of(record, conversation) for record in records],
        total=total,
        has_more=has_more(offset, len(records), total),
    )


@router.post(
    "/escalate",
    dependencies=[*lets(people("operator")), ONCE],
    summary="Hand a session to a person",
    responses=documented(400, 404, 413, 422, 503),
)
async def escalate(body: EscalateRequest, request: Request, caller: Known) -> EscalateResponse:
    """Asking again for a session that waits already changes nothing.

    `context.queue` names a queue; without it the session waits in the bot's first one.
    """
    here = surface(request)
    context = dict(body.context or {})
    queue = _taken_out(context, "queue")
    known = await here.services.conversations.one(caller, body.session_id)
    await spend(request, LIMIT, known.user_id)
    try:
        conversation = await here.services.handoff.request(
            caller,
            body.session_id,
            reason=body.reason,
            priority=body.priority,
            queue=queue or "",
            context=context,
            key=attempt(request),
        )
    except Invalid as wrong:
        if wrong.field != "queue":
            raise
        raise Invalid("context.queue", wrong.error) from wrong
    return EscalateResponse.of(conversation)


async def _of_a_page(body: ChatRequest, request: Request, caller: Caller) -> ChatRequest:
    """What strangers may say through a page's key. Raises NotFound for a session of elsewhere.

    Who could choose a user would be told what the bot remembers of them, and use up their calls.
    """
    await spend(request, OF_PAGES, caller.key_id, client_place(request))
    if body.session_id is not None:
        known = await surface(request).services.conversations.one(caller, body.session_id)
        if known.address.channel != CHANNEL or not _MADE_HERE.fullmatch(body.session_id):
            raise NotFound("conversation", body.session_id)
    session = body.session_id or f"session_{surface(request).new_id()}"
    return body.model_copy(
        update={"platform": "web", "context": None, "session_id": session, "user_id": session}
    )


_MADE_HERE = re.compile(r"session_[0-9a-f]{32}")

_ROLE: dict[str, Literal["user", "assistant", "operator"]] = {
    "customer": "user",
    "bot": "assistant",
    "api": "assistant",
    "operator": "operator",
}


_TOLD: dict[Owner, str] = {
    "queue": "The conversation waits for a person; the bot is silent until then",
    "operator": "A person has the conversation; the bot is silent until it is given back",
    "bot": "Nobody can take the conversation now; the bot goes on",
}


def _taken_out(context: dict[str, Any], name: Literal["bot", "queue"]) -> str | None:
    """It says whom to ask, not what is known of the user."""
    wanted = context.pop(name, None)
    if wanted is not None and not (isinstance(wanted, str) and wanted):
        raise Invalid(f"context.{name}", f"must be the name of a {name}")
    return wanted


def _text(said: Sequence[MessageRecord]) -> str:
    return "\n\n".join(record.words for record in said if record.words)
