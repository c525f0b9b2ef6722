"""A bank for workspaces that only plays one: whatever is begun is paid a moment later, by itself."""

from collections.abc import Awaitable, Callable
from html import escape
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bots.model.billing import Outcome, Taken, TopUp
from bots.ports import Clock

PATH = "/pay/top-up"
SECONDS = 2.0
"""How long a payment takes: long enough to be seen pending."""

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src data:; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}

Find = Callable[[str], Awaitable[TopUp | None]]
"""A payment by the provider's own name of it."""


class SandboxTopUps:
    """Implements `bots.ports.TopUpProvider`. A payment's name is the token of its page, not to guess."""

    name = "sandbox"
    every = 1.0

    def __init__(
        self, find: Find, *, base: str, clock: Clock, new_secret: Callable[[], str]
    ) -> None:
        """`base` is the address that people reach the server at."""
        self._find = find
        self._base = base
        self._clock = clock
        self._new_secret = new_secret

    async def begin(self, top_up: TopUp) -> Taken:
        reference = self._new_secret()
        return Taken(reference=reference, url=f"{self._base}{PATH}/{reference}")

    async def outcome(self, reference: str) -> Outcome:
        known = await self._find(reference)
        if known is None:
            return Outcome(status="cancelled", why="The sandbox does not know this payment")
        if (self._clock() - known.created_at).total_seconds() < SECONDS:
            return Outcome(status="pending", top_up=known.id)
        return Outcome(status="paid", amount=known.amount, top_up=known.id)

    def routes(self) -> list[BaseRoute]:
        """The page that a payer is sent to: it waits with them, then sends them back."""
        return [Route(PATH + "/{reference}", self._show, methods=["GET"])]

    async def _show(self, request: Request) -> Response:
        known = await self._find(request.path_params["reference"])
        if known is None:
            return _page("Такого платежа нет", "Вернитесь и начните пополнение заново.", status=404)
        if known.status == "pending":
            sum_ = f"{known.amount / 100:.2f}".replace(".", ",")
            return _page(f"Пополнение на {sum_} ₽", "Учебная оплата: деньги не спишутся.", again=1)
        if known.status == "paid" and urlsplit(known.return_url).scheme in ("http", "https"):
            return RedirectResponse(known.return_url, status_code=303, headers=_HEADERS)
        return _page("Платёж не прошёл", known.error)


def _page(title: str, text: str, *, status: int = 200, again: int = 0) -> Response:
    refresh = f'<meta http-equiv="refresh" content="{again}">' if again else ""
    return HTMLResponse(
        f'<!doctype html><html lang="ru"><meta charset="utf-8">{refresh}'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="icon" href="data:,">'
        f"<main><h1>{escape(title)}</h1><p>{escape(text)}</p></main></html>",
        status_code=status,
        headers=_HEADERS,
    )
