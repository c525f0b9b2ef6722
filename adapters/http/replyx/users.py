"""The chapter Users of the ReplyX contract: one's own profile and password."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, StringConstraints

from adapters.http.auth import Known
from adapters.http.dialect import attempt, route_class, surface
from adapters.http.policy import lets, people, signed_in
from adapters.http.replyx.auth import whence
from adapters.http.replyx.errors import DIALECT, documented
from adapters.http.replyx.money import Roubles
from adapters.http.replyx.names import Moment
from adapters.http.replyx.words import Done, Name
from bots.model.account import Account, Caller

router = APIRouter(
    prefix="/api/users",
    tags=["Users"],
    route_class=route_class(DIALECT),
    dependencies=lets(people(whole=True)),
    responses=documented(401, 403, 429),
)


class Profile(BaseModel):
    """Somebody with their workspace's balance and plan."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": 1,
                "email": "user@example.com",
                "first_name": "John",
                "last_name": "Doe",
                "is_admin": False,
                "balance": 1000.0,
                "welcome_bonus": 500.0,
                "plan": "trial",
                "onboarding_completed": True,
                "created_at": "2025-08-01T10:00:00Z",
            }
        }
    )

    id: int
    email: str
    first_name: str
    last_name: str
    is_admin: bool
    balance: Roubles
    welcome_bonus: Roubles
    plan: str
    onboarding_completed: bool
    created_at: Moment


class ProfileChange(BaseModel):
    """What is not given stays."""

    model_config = ConfigDict(
        strict=True, json_schema_extra={"example": {"first_name": "John", "last_name": "Smith"}}
    )

    first_name: Name | None = None
    last_name: Name | None = None


class PasswordChange(BaseModel):
    """The old one is asked for again."""

    model_config = ConfigDict(
        strict=True,
        json_schema_extra={
            "example": {"current_password": "old_password", "new_password": "new_password123"}
        },
    )

    current_password: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    new_password: Annotated[str, StringConstraints(min_length=8, max_length=128)]


@router.get("/me", summary="One's own profile", responses=documented(404))
async def me(request: Request, caller: Known) -> Profile:
    """With an API key: whoever made it."""
    return await _profile(request, caller, await surface(request).services.members.me(caller))


@router.put("/me", summary="Change one's profile", responses=documented(400, 404, 422))
async def change(body: ProfileChange, request: Request, caller: Known) -> Profile:
    """Names alone can be changed here."""
    account = await surface(request).services.members.rename(
        caller, first_name=body.first_name, last_name=body.last_name
    )
    return await _profile(request, caller, account)


@router.post(
    "/change-password",
    dependencies=lets(signed_in()),
    summary="Change one's password",
    responses=documented(400, 422, 503),
)
async def change_password(body: PasswordChange, request: Request, caller: Known) -> Done:
    """Every other session ends; this one goes on."""
    await surface(request).services.signing_in.change_password(
        caller,
        body.current_password,
        body.new_password,
        whence(request),
        perhaps_again=attempt(request) is not None,
    )
    return Done()


async def _profile(request: Request, caller: Caller, account: Account) -> Profile:
    services = surface(request).services
    balance = await services.billing.balance_of(account.workspace)
    workspace = await services.members.workspace(caller)
    return Profile(
        id=account.id,
        email=account.email,
        first_name=account.first_name,
        last_name=account.last_name,
        is_admin=account.is_admin,
        balance=balance.amount,
        welcome_bonus=balance.bonus,
        plan=workspace.plan,
        onboarding_completed=await services.members.onboarded(account),
        created_at=account.created_at,
    )
