"""The chapter Assistants of the ReplyX contract: bots that are made, changed and taken away over HTTP."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from adapters.http.auth import Known
from adapters.http.dialect import attempt, route_class, surface
from adapters.http.ids import in_path, number
from adapters.http.policy import lets, people
from adapters.http.replyx.errors import DIALECT, documented
from adapters.http.replyx.names import Moment
from adapters.http.replyx.words import SITE_TOKEN, Done
from bots.model.assistant import Assistant
from bots.services.assistant_account import Seat
from bots.services.assistants import Wanted

MOST_DOMAINS = 50
LONGEST_PROMPT = 20_000

router = APIRouter(
    prefix="/api/assistants",
    tags=["Assistants"],
    route_class=route_class(DIALECT),
    dependencies=lets(people()),
    responses=documented(401, 403, 429),
)


def _printable(text: str) -> str:
    if not text.isprintable():
        raise PydanticCustomError("printable", "Только буквы, цифры и знаки в одну строку")
    return text


def _domain(text: str) -> str:
    """`shop.example`, or with a port; of another script as browsers write it."""
    name, colon, port = text.strip().lower().partition(":")
    try:
        host = name.encode("idna").decode()
    except UnicodeError:
        host = ""
    labels = host.split(".")
    plain = all(
        label and not label.strip("abcdefghijklmnopqrstuvwxyz0123456789-") for label in labels
    )
    if not plain or (colon and not (port.isascii() and port.isdigit() and len(port) <= 5)):
        raise PydanticCustomError("domain", "Нужен домен вроде example.com, без https:// и пути")
    return f"{host}{colon}{port}"


AssistantId = Annotated[int, in_path("assistant"), number("assistant")]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    AfterValidator(_printable),
]
Description = Annotated[str, StringConstraints(max_length=2_000)]
Prompt = Annotated[str, StringConstraints(max_length=LONGEST_PROMPT)]
Model = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    AfterValidator(_printable),
]
Token = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Domain = Annotated[str, StringConstraints(max_length=253), AfterValidator(_domain)]
Domains = Annotated[list[Domain], Field(max_length=MOST_DOMAINS)]

_MADE: Any = {
    "name": "Мой ассистент",
    "description": "Описание ассистента",
    "system_prompt": "Системный промпт для AI",
    "ai_model": "gpt-3.5-turbo",
    "telegram_bot_token": "1234567890:ABC...",
    "website_integration": True,
    "allowed_domains": ["example.com", "test.com"],
}
_CHANGED: Any = {"name": "Обновленное имя", "system_prompt": "Новый промпт", "is_active": False}
_SHOWN: Any = {
    "id": 1,
    "name": "Техподдержка",
    "description": "Помощник по техническим вопросам",
    "system_prompt": "Ты техподдержка компании...",
    "ai_model": "gpt-3.5-turbo",
    "is_active": True,
    "telegram_bot_token": "1234567890:ABC...",
    "telegram_bot_username": "my_support_bot",
    "website_integration": True,
    "allowed_domains": ["example.com"],
    "created_at": "2025-08-01T10:00:00Z",
}


class _Said(BaseModel):
    """What both requests may say."""

    description: Description | None = None
    system_prompt: Prompt | None = None
    ai_model: Model | None = None
    is_active: bool | None = None
    telegram_bot_token: Token | None = None
    website_integration: bool | None = None
    allowed_domains: Domains | None = None

    def wanted(self, name: str | None) -> Wanted:
        domains = self.allowed_domains
        token = self.telegram_bot_token
        if token is None and "telegram_bot_token" in self.model_fields_set:
            # A null that is said takes the account away; one that is left out says nothing.
            token = ""
        return Wanted(
            name=name,
            description=self.description,
            system_prompt=self.system_prompt,
            ai_model=self.ai_model,
            active=self.is_active,
            website=self.website_integration,
            domains=None if domains is None else tuple(dict.fromkeys(domains)),
            token=token,
        )


class CreateRequest(_Said):
    """A new assistant; what is left out is empty, and its chat is open on pages."""

    model_config = ConfigDict(strict=True, json_schema_extra={"example": _MADE})

    name: Name


class UpdateRequest(_Said):
    """What is to be changed; what is left out stays. A token of null takes Telegram away."""

    model_config = ConfigDict(strict=True, json_schema_extra={"example": _CHANGED})

    name: Name | None = None


class AssistantResponse(BaseModel):
    """An assistant; of its token only the beginning is shown."""

    model_config = ConfigDict(json_schema_extra={"example": _SHOWN})

    id: int
    name: str
    description: str
    system_prompt: str
    ai_model: str
    is_active: bool
    telegram_bot_token: str | None
    telegram_bot_username: str | None
    website_integration: bool
    allowed_domains: Sequence[str]
    created_at: Moment

    @classmethod
    def of(cls, one: Assistant, seat: Seat | None) -> "AssistantResponse":
        return cls(
            id=one.id,
            name=one.name,
            description=one.description,
            system_prompt=one.system_prompt,
            ai_model=one.ai_model,
            is_active=one.active,
            telegram_bot_token=seat.token if seat is not None else None,
            telegram_bot_username=seat.username or None if seat is not None else None,
            website_integration=one.website,
            allowed_domains=one.domains,
            created_at=one.created_at,
        )


async def _shown(request: Request, *found: Assistant) -> list[AssistantResponse]:
    seats = await surface(request).services.assistants.seats(found)
    return [AssistantResponse.of(one, seats.get(one.id)) for one in found]


@router.get("", summary="List assistants")
async def listed(request: Request, caller: Known) -> list[AssistantResponse]:
    """Those of the workspace, the oldest first."""
    return await _shown(request, *surface(request).services.assistants.of(caller))


@router.post(
    "",
    status_code=201,
    summary="Make an assistant",
    dependencies=lets(people("admin")),
    responses=documented(400, 402, 409, 413, 422, 502, 503),
)
async def create(
    request: Request, response: Response, body: CreateRequest, caller: Known
) -> AssistantResponse:
    """Make an assistant and start it at once: in Telegram, with a token of a bot, and on pages.

    The header `X-Site-Token` of the answer is a key for pages of its domains, shown this once.
    An assistant that could not answer a single message for want of money is not made.
    """
    await surface(request).services.billing.require(caller.workspace)
    assistants = surface(request).services.assistants
    made = await assistants.create(caller, body.wanted(body.name), once=attempt(request))
    response.headers[SITE_TOKEN] = await assistants.site_token(caller, made)
    return (await _shown(request, made))[0]


@router.put(
    "/{id}",
    summary="Change an assistant",
    dependencies=lets(people("admin")),
    responses=documented(400, 404, 409, 413, 422, 502, 503),
)
async def update(
    request: Request, id: AssistantId, body: UpdateRequest, caller: Known
) -> AssistantResponse:
    """Change an assistant; what is said of its account takes effect at once."""
    assistants = surface(request).services.assistants
    wanted = body.wanted(body.name)
    changed = await assistants.change(caller, id, wanted)
    return (await _shown(request, changed))[0]


@router.delete(
    "/{id}",
    summary="Take an assistant away",
    dependencies=lets(people("admin")),
    responses=documented(404, 409, 503),
)
async def remove(request: Request, id: AssistantId, caller: Known) -> Done:
    """Take an assistant away: it answers no more, its dialogs stay."""
    await surface(request).services.assistants.remove(caller, id)
    return Done()
