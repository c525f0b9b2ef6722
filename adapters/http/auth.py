"""Who is calling: an API key, the token of a login or that of a site, to a Caller."""

from typing import Annotated

from fastapi import Request, Security
from starlette.datastructures import Headers

from bots.errors import Unauthorised
from bots.model.account import Caller
from bots.services.accounts import Accounts
from bots.tenancy import answer_for

SITE = "x-site-token"


async def authenticate(headers: Headers, accounts: Accounts) -> Caller:
    """Raises Unauthorised, with words that say what to send, and TokenExpired.

    From here on the request is answered behind the wall of its workspace; administrators look after all.
    """
    found = await _authenticated(headers, accounts)
    if not found.is_admin:
        answer_for(found.workspace)
    return found


async def _authenticated(headers: Headers, accounts: Accounts) -> Caller:
    scheme, _, credential = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and credential.strip():
        return await accounts.caller(credential.strip())
    if "x-api-key" in headers:
        return await accounts.keys.caller(headers["x-api-key"].strip())
    if SITE in headers:
        found = await accounts.keys.caller(headers[SITE].strip())
        if found.kind == "key":
            # Where a page's key is asked for, a secret one has got into a page.
            raise Unauthorised("This is no site's token: secret keys do not belong on pages")
        return found
    raise Unauthorised(
        "Send an API key or the token of a login: Authorization: Bearer <key>; or X-API-Key: <key>"
    )


async def caller(request: Request) -> Caller:
    """For routes: whom the route's class has let in."""
    found: Caller = request.state.caller
    return found


Known = Annotated[Caller, Security(caller)]
"""The caller, as a parameter of a route."""
