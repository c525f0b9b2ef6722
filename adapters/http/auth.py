"""Who is calling: an API key in `Authorization: Bearer` or `X-API-Key` to a Caller."""

import re
from typing import Annotated

from fastapi import Request, Security
from starlette.datastructures import Headers

from bots.errors import Unauthorised
from bots.model.account import Caller
from bots.services.accounts import Accounts

_JWT = re.compile(r"ey[\w-]+\.[\w-]+\.[\w-]*")


async def authenticate(headers: Headers, accounts: Accounts) -> Caller:
    """Raises Unauthorised, with words that say what to send."""
    return await accounts.caller(_key(headers))


async def caller(request: Request) -> Caller:
    """For routes: whom the route's class has let in."""
    found: Caller = request.state.caller
    return found


Known = Annotated[Caller, Security(caller)]
"""The caller, as a parameter of a route."""


def _key(headers: Headers) -> str:
    scheme, _, credential = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and credential.strip():
        key = credential.strip()
    elif "x-api-key" in headers:
        key = headers["x-api-key"].strip()
    else:
        raise Unauthorised("Send an API key: Authorization: Bearer <key>, or X-API-Key: <key>")
    if _JWT.fullmatch(key):
        raise Unauthorised("This token is not accepted: send an API key")
    return key
