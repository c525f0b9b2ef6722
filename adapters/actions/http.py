"""Calls of other systems: `http.get` and `http.post`, through the guarded client alone."""

import re
from collections.abc import Mapping
from typing import Any, Literal, Protocol
from urllib.parse import urlencode

import orjson

from adapters.actions.job import Act, Job, by_name, gives, may, needs, spec
from adapters.guarded_http import LONGEST, Answer, Request
from bots.errors import ActionFailed, AddressRefused, RemoteFailed
from flows.model import Example, Input

_TAKES: Mapping[str, Input] = {
    "url": needs(
        "address",
        "адрес; сервер написан прямо в нём, без {{ }}",
        "the address; its server is written out, without {{ }}",
    ),
    "query": may("object", "что дописать после «?»", "what goes after the “?”"),
    "headers": may("object", "заголовки", "headers"),
    "expects": may(
        "text", "json или text; без него решает ответ", "json or text; else the answer says"
    ),
    "timeout": may("number", "сколько секунд ждать, до 10", "how many seconds to wait, up to 10"),
}
_SENDS: Mapping[str, Input] = {
    "json": may("any", "тело в JSON", "a body in JSON"),
    "form": may("object", "тело как у формы", "a body as forms have it"),
    "body": may("text", "тело текстом", "a body of text"),
}
_GIVES = {
    "status": gives("integer", "код ответа", "the status"),
    "ok": gives("yes_no", "код от 200 до 299", "whether it is from 200 to 299"),
    "json": gives("any", "ответ, если это JSON", "the answer, where it is JSON"),
    "text": gives("text", "ответ текстом", "the answer as text"),
    "headers": gives("object", "заголовки, имена строчными", "headers, names in lower case"),
}
_EXPECTS = ("json", "text")
_CHARSET = re.compile(
    r"utf-?8|utf-16([lb]e)?|us-ascii|latin-?1|iso-8859-([1-9]|1[013-6])|windows-125[0-8]"
    r"|cp(437|85[02]|866|125[0-8])|koi8-[ru]|big5|gbk|gb2312|gb18030|shift_jis|euc-(jp|kr)"
)

SPECS = by_name(
    spec(
        "http.get",
        "спросить другой сервис; код от 500, обрыв и тишина — failed",
        "ask another service; a status from 500, a broken line and silence are failed",
        takes=_TAKES,
        gives=_GIVES,
        cost="slow",
        example=Example(
            {"url": "https://api.example.com/rates", "query": {"currency": "EUR"}},
            {"status": 200, "ok": True, "json": {"rate": 98.5}},
        ),
    ),
    spec(
        "http.post",
        "отправить другому сервису; с ключом Idempotency-Key, чтобы повтор ничего не сделал дважды",
        "send to another service; with an Idempotency-Key, so that a repeat does nothing twice",
        takes={**_TAKES, **_SENDS},
        gives=_GIVES,
        effect="yes",
        cost="slow",
        example=Example(
            {"url": "https://api.example.com/leads", "json": {"name": "Аня"}},
            {"status": 201, "ok": True, "json": {"id": 7}},
        ),
    ),
)


class Fetch(Protocol):
    """Makes a call. Raises AddressRefused, RemoteFailed."""

    async def __call__(self, request: Request) -> Answer: ...


class Http:
    """The two actions; every call goes through `fetch`."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self.acts: Mapping[str, Act] = {"http.get": self._get, "http.post": self._post}

    async def _get(self, job: Job) -> dict[str, Any]:
        return await self._call(job, "GET", _headers(job), None)

    async def _post(self, job: Job) -> dict[str, Any]:
        given = _headers(job)
        kind, body = _body(job)
        headers = {"Idempotency-Key": job.key, **({"Content-Type": kind} if kind else {})}
        # An owner's own header wins, however it is written.
        named = {name.casefold() for name in given}
        ours = {name: value for name, value in headers.items() if name.casefold() not in named}
        return await self._call(job, "POST", {**ours, **given}, body)

    async def _call(
        self, job: Job, method: Literal["GET", "POST"], headers: dict[str, str], body: bytes | None
    ) -> dict[str, Any]:
        expects = job.text("expects")
        if expects and expects not in _EXPECTS:
            raise ActionFailed(f"expects is json or text, not {expects!r:.40}")
        seconds = LONGEST if job.arguments.get("timeout") is None else job.number("timeout")
        request = Request(
            method=method, url=_address(job), headers=headers, body=body, seconds=seconds
        )
        try:
            answer = await self._fetch(request)
        except AddressRefused as refused:
            raise ActionFailed(str(refused)) from None
        except RemoteFailed as failed:
            raise ActionFailed(str(failed), transient=True) from None
        if answer.status >= 500:
            raise ActionFailed(f"the server answered {answer.status}", transient=True)
        return _given(answer, expects)


def _address(job: Job) -> str:
    url, query = job.text("url"), _pairs(job, "query")
    if not query:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"


def _pairs(job: Job, name: str) -> dict[str, str]:
    """Names with values as text; those that are empty are left out."""
    given = job.arguments.get(name)
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise ActionFailed(f"{name} must be names with values")
    return {str(one): _plain(value) for one, value in given.items() if value is not None}


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else orjson.dumps(value, default=str).decode().strip('"')


def _headers(job: Job) -> dict[str, str]:
    return _pairs(job, "headers")


def _body(job: Job) -> tuple[str, bytes | None]:
    """The content type and the bytes. Raises ActionFailed where there are two bodies."""
    given = [name for name in _SENDS if job.arguments.get(name) is not None]
    if len(given) > 1:
        raise ActionFailed(f"give one of {', '.join(given)}")
    match given:
        case ["json"]:
            return "application/json", orjson.dumps(job.arguments["json"], default=str)
        case ["form"]:
            return "application/x-www-form-urlencoded", urlencode(_pairs(job, "form")).encode()
        case ["body"]:
            return "text/plain; charset=utf-8", job.text("body").encode()
    return "", None


def _given(answer: Answer, expects: str) -> dict[str, Any]:
    kind = answer.headers.get("content-type", "")
    text = answer.body.decode(_charset(kind), "replace")
    parsed = None
    if expects == "json" or (not expects and "json" in kind):
        try:
            parsed = orjson.loads(answer.body)
        except orjson.JSONDecodeError:
            if expects and answer.status < 300:
                raise ActionFailed("the answer is no JSON") from None
    return {
        "status": answer.status,
        "ok": 200 <= answer.status < 300,
        "json": parsed,
        "text": text,
        "headers": dict(answer.headers),
    }


def _charset(kind: str) -> str:
    """The one that the answer names, where it is one of texts: Python also knows others, slow ones."""
    _, _, named = kind.casefold().partition("charset=")
    name = named.split(";")[0].strip(" \"'")
    return name if _CHARSET.fullmatch(name) else "utf-8"
