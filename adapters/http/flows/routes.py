"""The routes of the page `/flows`: itself, its assets, and the data it asks for."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from adapters.http.dialect import answer as told_of
from adapters.http.easyflow.errors import DIALECT
from adapters.http.faults import fault_of
from adapters.http.flows.access import Access
from adapters.http.flows.shapes import bot_shape, figures_shape, picture_shape
from bots.errors import NotFound
from bots.model.account import Caller
from bots.services.funnel import Funnel
from bots.services.runtime import Published
from flows.model import Bot
from flows.picture_style import PAGE_STYLE

STATIC = Path(__file__).parents[1] / "static" / "flows"
PICTURES_KEPT = 64

_FRESH = {"Cache-Control": "no-store"}
_ASKED_AGAIN = {"Cache-Control": "no-cache"}

Answer = Callable[[Request, Caller], Awaitable[Any]]


class _Assets(StaticFiles):
    """Static files that a browser asks about again, so that an upgrade shows at once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(_ASKED_AGAIN)
        return response


def flow_routes(*, access: Access, published: Published, funnel: Funnel) -> list[BaseRoute]:
    """The page and its assets are for everybody; all that it shows is for whom `access` lets in."""
    data = _Data(published, funnel)
    return [
        Route("/flows", _page, methods=["GET"]),
        Route("/flows/picture.css", _picture_style, methods=["GET"]),
        Mount("/flows/static", _Assets(directory=STATIC)),
        *(
            Route(f"/flows/data/{name}", _guarded(access, answer), methods=["GET"])
            for name, answer in (
                ("bots", data.bots),
                ("picture", data.picture),
                ("figures", data.figures),
            )
        ),
    ]


async def _page(request: Request) -> Response:
    return FileResponse(STATIC / "index.html", media_type="text/html", headers=_ASKED_AGAIN)


async def _picture_style(request: Request) -> Response:
    return Response(PAGE_STYLE, media_type="text/css", headers=_ASKED_AGAIN)


def _guarded(access: Access, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    async def route(request: Request) -> Response:
        try:
            found = await answer(request, await access.caller(request))
        except Exception as error:  # noqa: BLE001 - the boundary: every error is answered
            told = told_of(DIALECT, fault_of(error), request)
            told.headers.update(_FRESH)
            return told
        return Response(orjson.dumps(found), headers=_FRESH, media_type="application/json")

    return route


class _Data:
    """What the page asks for; pictures are drawn beside the loop and kept for a version."""

    def __init__(self, published: Published, funnel: Funnel) -> None:
        self._published = published
        self._funnel = funnel
        self._drawn: OrderedDict[tuple[str, str, str], dict[str, Any]] = OrderedDict()

    async def bots(self, request: Request, caller: Caller) -> Any:
        own = self._published.names(caller.workspace)
        names = [name for name in own if caller.bot in (None, name)]
        return {"bots": [bot_shape(self._published.current(name)) for name in names]}

    async def picture(self, request: Request, caller: Caller) -> Any:
        bot = self._bot(request, caller)
        flow = request.query_params.get("flow", "")
        if flow and flow not in bot.flows:
            raise NotFound("flow", flow)
        key = (bot.folder, bot.version, flow)
        drawn = self._drawn.pop(key, None)
        if drawn is None:
            drawn = await asyncio.to_thread(partial(picture_shape, bot, flow))
        self._drawn[key] = drawn
        while len(self._drawn) > PICTURES_KEPT:
            self._drawn.popitem(last=False)
        return drawn

    async def figures(self, request: Request, caller: Caller) -> Any:
        bot = self._bot(request, caller)
        period = request.query_params.get("period", "7d")
        figures = await self._funnel.figures(caller.workspace, bot.folder, period)
        return figures_shape(figures, bot)

    def _bot(self, request: Request, caller: Caller) -> Bot:
        name = request.query_params.get("bot", "")
        own = self._published.answers(name, caller.workspace)
        if not own or caller.bot not in (None, name):
            raise NotFound("bot", name)
        return self._published.current(name)
