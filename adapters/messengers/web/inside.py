"""What the page shows to the owner alone, at their own machine: the bot's inside, and a recorder."""

from collections.abc import Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from adapters.messengers.web.frames import PLATFORM
from adapters.messengers.web.visitors import WorkspaceOf, visitors_address
from bots.errors import NotFound
from bots.model.message import Address
from bots.services.recording import Recorded, Recorder
from flows.errors import LoadError

LONGEST_NAME = 80

OwnerHere = Callable[[Request], bool]
"""Whether the owner sits at this very machine; nobody else is shown anything."""


class InsideRoutes:
    """`/web/inside` says whether there is anything to see, tells it, and records a test."""

    def __init__(
        self, recorder: Recorder | None, owner_here: OwnerHere, workspace_of: WorkspaceOf
    ) -> None:
        self._recorder = recorder
        self._owner_here = owner_here
        self._workspace_of = workspace_of

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/web/inside", self._inside, methods=["GET"]),
            Route("/web/record", self._record, methods=["POST"]),
        ]

    async def _inside(self, request: Request) -> Response:
        """Empty for everybody who is not the owner, so that the page shows nothing."""
        recorder, address = self._recorder, self._address(request)
        if recorder is None or not self._owner_here(request):
            return _json({"owner": False})
        if address is None:
            return _json({"owner": True})
        try:
            inside = await recorder.inside(address, PLATFORM)
        except NotFound:
            return _json({"owner": True})
        return _json(
            {
                "owner": True,
                "state": list(inside.state()),
                "variables": list(inside.variables()),
                "trace": list(inside.trace()),
            }
        )

    async def _record(self, request: Request) -> Response:
        recorder, address = self._recorder, self._address(request)
        if recorder is None or address is None or not self._owner_here(request):
            return _json({"error": "only for the owner"}, status=403)
        name = request.query_params.get("name", "").strip()[:LONGEST_NAME] or "web"
        try:
            return _json(_shown(await recorder.record(address, PLATFORM, name)))
        except NotFound:
            return _json({"error": "nothing has been said yet"}, status=404)
        except LoadError as error:
            return _json({"error": str(error)}, status=409)

    def _address(self, request: Request) -> Address | None:
        """The visitor's own conversation; the token in the header is its key."""
        bot, token = request.query_params.get("bot"), request.headers.get("x-visitor-token")
        return visitors_address(bot or "", token or "", self._workspace_of)


def _shown(recorded: Recorded) -> dict[str, Any]:
    failures = [outcome.failure for outcome in recorded.outcomes if not outcome.passed]
    return {
        "file": recorded.file,
        "text": recorded.text,
        "passed": recorded.passed,
        "failure": "\n".join(failures),
    }


def _json(value: object, *, status: int = 200) -> Response:
    return Response(
        orjson.dumps(value),
        status_code=status,
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
