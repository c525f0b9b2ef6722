"""`/pay/<token>`: the pages of the sandbox, where pressing a button is paying."""

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Literal

from babel.numbers import format_currency
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from adapters.payments.sandbox import TOKENS
from bots.errors import NotFound, Unavailable
from bots.model.payment import Invoice
from bots.ports import Shelf
from bots.services.payments import Payments

Language = Literal["ru", "en"]

_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,64}")
_WORDS: Mapping[Language, Mapping[str, str]] = {
    "ru": {
        "title": "Оплата",
        "note": "Учебная оплата: деньги не спишутся.",
        "pay": "Оплатить",
        "paid": "Оплачено. Можно вернуться в чат.",
        "refunded": "Деньги возвращены.",
        "unknown": "Такого счёта нет. Вернитесь в чат и попросите новый.",
        "later": "Сейчас не получилось. Нажмите ещё раз через минуту.",
    },
    "en": {
        "title": "Payment",
        "note": "A sandbox: no money will be taken.",
        "pay": "Pay",
        "paid": "Paid. You can go back to the chat.",
        "refunded": "The money was given back.",
        "unknown": "There is no such invoice. Go back to the chat and ask for a new one.",
        "later": "That did not work just now. Press again in a minute.",
    },
}
_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: Canvas; }
main { box-sizing: border-box; width: min(24rem, calc(100vw - 2rem)); padding: 2rem;
  border: 1px solid color-mix(in srgb, CanvasText 15%, Canvas); border-radius: 1rem; }
h1 { margin: 0; font-size: 1rem; font-weight: 500; overflow-wrap: anywhere; }
.sum { margin: .25rem 0 1.25rem; font-size: 2rem; font-weight: 650; }
.note { margin: 1rem 0 0; font-size: .875rem; opacity: .7; }
.done { margin: 0; font-weight: 600; color: light-dark(#17663a, #6fdc9c); }
button { width: 100%; padding: .8rem; border: 0; border-radius: .6rem; font: inherit;
  font-weight: 600; color: #fff; background: #1f6feb; cursor: pointer; }
button:focus-visible { outline: 3px solid color-mix(in srgb, #1f6feb 50%, Canvas); }
"""
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; img-src data:; style-src 'sha256-{_HASH}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}


class SandboxPages:
    """`/pay/<token>`: what is to be paid, and the button that pays it."""

    def __init__(
        self,
        shelf: Shelf,
        payments: Payments,
        *,
        workspace: int,
        language: Callable[[str], str],
    ) -> None:
        """`language` gives a bot's."""
        self._shelf = shelf
        self._payments = payments
        self._workspace = workspace
        self._language = language

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/pay/{token}", self._show, methods=["GET"]),
            Route("/pay/{token}", self._pay, methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        try:
            invoice = await self._invoice(request)
        except NotFound:
            return _page("ru", "unknown", status=404)
        return _invoice_page(invoice, _spoken(self._language(invoice.address.bot)))

    async def _pay(self, request: Request) -> Response:
        try:
            invoice = await self._invoice(request)
        except NotFound:
            return _page("ru", "unknown", status=404)
        try:
            await self._payments.paid(self._workspace, invoice.id)
        except Unavailable:
            return _page(_spoken(self._language(invoice.address.bot)), "later", status=503)
        # A page that was posted would be posted again by a reload.
        return RedirectResponse(request.url.path, status_code=303, headers=_HEADERS)

    async def _invoice(self, request: Request) -> Invoice:
        token = request.path_params["token"]
        id = None
        if _TOKEN.fullmatch(token):
            id = await self._shelf.get(self._workspace, TOKENS, token)
        if id is None:
            raise NotFound("invoice", token)
        return await self._payments.by_id(self._workspace, id)


def _spoken(language: str) -> Language:
    return "en" if language == "en" else "ru"


def _invoice_page(invoice: Invoice, language: Language) -> Response:
    words = _WORDS[language]
    amount = format_currency(invoice.amount, invoice.currency, locale=language)
    if invoice.status == "pending":
        below = f'<form method="post"><button>{words["pay"]}</button></form>'
        below += f'<p class="note">{words["note"]}</p>'
    else:
        below = f'<p class="done" role="status">{words[invoice.status]}</p>'
    return _html(
        language, f'<h1>{escape(invoice.title)}</h1><p class="sum">{escape(amount)}</p>{below}'
    )


def _page(language: Language, what: str, *, status: int) -> Response:
    return _html(language, f"<h1>{_WORDS[language][what]}</h1>", status=status)


def _html(language: Language, body: str, *, status: int = 200) -> Response:
    title = _WORDS[language]["title"]
    return HTMLResponse(
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{title}</title><link rel="icon" href="data:,"><style>{_STYLE}</style>'
        f"<main>{body}</main></html>",
        status_code=status,
        headers=_HEADERS,
    )
