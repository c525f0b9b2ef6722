"""The chapter Authentication of the ReplyX contract: register, log in, log out."""

from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from adapters.http.auth import Known
from adapters.http.client import client_address, place_outside
from adapters.http.dialect import route_class, spend, surface
from adapters.http.idempotency import NEVER
from adapters.http.limits import UNCOUNTED, per_minute
from adapters.http.policy import OPEN, lets, signed_in
from adapters.http.replyx.errors import DIALECT, documented
from adapters.http.replyx.money import Roubles
from adapters.http.replyx.words import SITE_TOKEN, Done, Email, Name
from bots.model.account import Account, Caller
from bots.services.emails import folded
from bots.services.sessions import LASTING, Whence
from bots.services.signing_in import Registering, SignedIn

LOGINS = per_minute("replyx login", 5, minutes=5)
REGISTRATIONS = per_minute("replyx registrations", 30, minutes=60)
"""For each address on the internet: each opens a workspace, and is a slow hash besides."""

router = APIRouter(
    prefix="/api/auth",
    tags=["Authentication"],
    route_class=route_class(DIALECT),
    responses=documented(429),
)


class Login(BaseModel):
    """`code` is that of the second factor, where the account has one."""

    model_config = ConfigDict(
        strict=True,
        json_schema_extra={"example": {"email": "user@example.com", "password": "password123"}},
    )

    email: Annotated[str, StringConstraints(min_length=1, max_length=254)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    code: Annotated[str, StringConstraints(max_length=64)] | None = None


class Registration(BaseModel):
    """`invite_code` is asked for where not everybody may register."""

    model_config = ConfigDict(
        strict=True,
        json_schema_extra={
            "example": {
                "email": "user@example.com",
                "password": "password123",
                "first_name": "John",
                "last_name": "Doe",
            }
        },
    )

    email: Email
    password: Annotated[str, StringConstraints(min_length=8, max_length=128)]
    first_name: Name = ""
    last_name: Name = ""
    invite_code: Annotated[str, StringConstraints(max_length=64)] = ""


class User(BaseModel):
    """Who is in now; `balance` is that of their workspace."""

    id: int
    email: str
    is_admin: bool
    balance: Roubles


class Entered(BaseModel):
    """The token is good for a day, or until it is logged out."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "access_token": "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9...",
                "token_type": "bearer",
                "user": {
                    "id": 1,
                    "email": "user@example.com",
                    "is_admin": False,
                    "balance": 1000.0,
                },
            }
        }
    )

    access_token: str
    token_type: Literal["bearer"] = "bearer"
    user: User


@router.post(
    "/login",
    dependencies=[*lets(OPEN), UNCOUNTED, NEVER],
    summary="Log in",
    responses=documented(400, 401, 422, 503),
)
async def login(body: Login, request: Request) -> Entered:
    """Unknown people are told the same as those with a wrong password. Guessing gets slower and slower."""
    await spend(request, LOGINS, folded(body.email))
    entered = await surface(request).services.signing_in.log_in(
        body.email, body.password, LASTING, whence(request), code=body.code
    )
    return await _entered(request, entered)


@router.post(
    "/register",
    status_code=201,
    dependencies=[*lets(OPEN), NEVER],
    summary="Register",
    responses=documented(400, 403, 409, 422, 503),
)
async def register(body: Registration, request: Request, response: Response) -> Entered:
    """Opens a workspace, or takes an invitation into one; whoever registers is logged in.

    Where a workspace was opened, the header `X-Site-Token` of the answer is a key for pages on which
    its first assistant shall answer, shown this once.
    """
    if place_outside(request) is not None:
        await spend(request, REGISTRATIONS)
    who = Registering(
        email=body.email,
        password=body.password,
        first_name=body.first_name,
        last_name=body.last_name,
        invitation=body.invite_code,
    )
    entered = await surface(request).services.signing_in.register(who, LASTING, whence(request))
    if not body.invite_code:
        response.headers.update(await _site_token(request, entered.account))
    return await _entered(request, entered)


@router.post(
    "/logout",
    dependencies=[*lets(signed_in()), NEVER],
    summary="Log out",
    responses=documented(401, 403),
)
async def logout(request: Request, caller: Known) -> Done:
    """The token is worth nothing from now on."""
    await surface(request).services.signing_in.log_out(caller)
    return Done()


async def _site_token(request: Request, account: Account) -> dict[str, str]:
    """Nothing where the workspace has no assistant yet: the next login makes it."""
    assistants = surface(request).services.assistants
    owner = Caller(workspace=account.workspace, account_id=account.id, key_id=None)
    found = assistants.of(owner)
    return {SITE_TOKEN: await assistants.site_token(owner, found[0])} if found else {}


def whence(request: Request) -> Whence:
    """Where somebody signs in from."""
    return Whence(address=client_address(request), agent=request.headers.get("user-agent", ""))


async def _entered(request: Request, entered: SignedIn) -> Entered:
    account = entered.account
    balance = await surface(request).services.billing.balance_of(account.workspace)
    return Entered(
        access_token=entered.tokens.access,
        user=User(
            id=account.id,
            email=account.email,
            is_admin=account.is_admin,
            balance=balance.amount,
        ),
    )
