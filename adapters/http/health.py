"""/livez, /readyz and /metrics: alive, ready, measured."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from adapters.http.metrics import CONTENT_TYPE, Metrics
from bots.model.channel import ChannelState
from bots.model.desk_state import DeskState
from bots.services.health import Health


def health_routes(health: Health, metrics: Metrics | None) -> list[BaseRoute]:
    """Alive, ready, measured; without metrics where a port of their own tells them."""

    async def livez(request: Request) -> Response:
        return JSONResponse({"status": "ok"}, headers=_FRESH)

    async def readyz(request: Request) -> Response:
        troubles = await health.troubles()
        body = {
            "status": "unready" if troubles else "ready",
            "troubles": troubles,
            "channels": {name: _state(one) for name, one in health.channels().items()},
            "desk": _desk(health.desk()),
        }
        return JSONResponse(body, status_code=503 if troubles else 200, headers=_FRESH)

    routes: list[BaseRoute] = [
        Route("/livez", livez),
        Route("/healthz", livez),
        Route("/readyz", readyz),
    ]
    if metrics is not None:
        routes.append(Route("/metrics", _measured(metrics)))
    return routes


def _measured(metrics: Metrics) -> Callable[[Request], Awaitable[Response]]:
    async def measured(request: Request) -> Response:
        return Response(await metrics.text(), media_type=CONTENT_TYPE, headers=_FRESH)

    return measured


def _state(state: ChannelState) -> dict[str, str]:
    since = state.since.isoformat(timespec="seconds").replace("+00:00", "Z")
    return {"status": state.status, "since": since, "why": state.why}


def _desk(state: DeskState) -> dict[str, Any]:
    return {
        "unseen": state.unseen,
        "elsewhere": {"groups": state.elsewhere, "troubled": state.troubled_elsewhere},
        "groups": {
            name: {
                "trouble": one.trouble,
                "saturated": one.saturated,
                "waiting": one.waiting,
                "behind": round(one.behind.total_seconds(), 1),
            }
            for name, one in state.groups.items()
        },
    }


_FRESH = {"Cache-Control": "no-store"}
