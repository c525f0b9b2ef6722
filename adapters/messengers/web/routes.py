"""Everything the web chat answers to: the page on `/`, its assets, its socket, its files."""

import secrets
from collections.abc import Callable, Sequence
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from adapters.messengers.web.files import Files, Media
from adapters.messengers.web.hub import Hub
from adapters.messengers.web.inside import InsideRoutes, OwnerHere
from adapters.messengers.web.neighbours import Neighbours
from adapters.messengers.web.socket import BotCard, ChatSocket, FindBot, Intake
from adapters.messengers.web.visitors import WorkspaceOf
from adapters.messengers.web.wire import Limits
from bots.model.message import Address
from bots.ports import Clock, Conversations, NewId
from bots.services.recording import Recorder

STATIC = Path(__file__).parent / "static"

PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' https: blob: data:; media-src 'self' https: blob:; "
        "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=()",
    "Cache-Control": "no-cache",
}


class _Assets(StaticFiles):
    """Static files that a browser asks about again, so that an upgrade shows at once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def web_routes(
    *,
    inbox: Intake,
    conversations: Conversations,
    hub: Hub,
    bots: Callable[[], Sequence[BotCard]],
    find_bot: FindBot | None = None,
    any_of: Callable[[str], bool] = lambda host: False,
    media_folder: Callable[[str], Path | None],
    files_folder: Path,
    clock: Clock,
    new_id: NewId,
    workspace_of: WorkspaceOf,
    allowed_origins: Sequence[str] = (),
    new_secret: Callable[[], str] = secrets.token_urlsafe,
    limits: Limits | None = None,
    recorder: Recorder | None = None,
    owner_here: OwnerHere = lambda request: False,
    typed: Callable[[Address], None] = lambda address: None,
) -> list[BaseRoute]:
    """The routes of the web chat.

    `bots` gives the bots to choose from, the first one being met first; `find_bot` one by its name,
    of those or another that may be asked for, and `any_of` tells whether a host is among the domains
    of any. `media_folder` gives the
    folder a bot's pictures lie in. `allowed_origins` are pages of other hosts that may open the
    socket, such as `https://example.com`; the page's own host always may. With a `recorder`,
    whoever is `owner_here` sees what goes on inside and makes tests of what they tried. `typed` hears
    of visitors who are writing.
    """
    neighbours = Neighbours(clock)
    files = Files(
        files_folder,
        hub=hub,
        workspace_of=workspace_of,
        clock=clock,
        new_secret=new_secret,
        neighbours=neighbours,
    )
    socket = ChatSocket(
        inbox=inbox,
        conversations=conversations,
        hub=hub,
        bots=bots,
        find_bot=find_bot or (lambda name: next((one for one in bots() if one.name == name), None)),
        any_of=any_of,
        find_file=files.find,
        clock=clock,
        new_id=new_id,
        new_secret=new_secret,
        workspace_of=workspace_of,
        neighbours=neighbours,
        allowed_origins=allowed_origins,
        limits=limits,
        typed=typed,
    )
    return [
        Route("/", _page, methods=["GET"]),
        Mount("/web/static", _Assets(directory=STATIC)),
        WebSocketRoute("/ws/chat", socket.serve),
        Route("/web/files", files.upload, methods=["POST"]),
        Route("/web/files/{name}", files.serve, methods=["GET"]),
        Route("/media/{bot}/{path:path}", Media(media_folder).serve, methods=["GET"]),
        *InsideRoutes(recorder, owner_here, workspace_of).routes(),
    ]


def _page(request: Request) -> Response:
    return FileResponse(STATIC / "index.html", media_type="text/html", headers=PAGE_HEADERS)
