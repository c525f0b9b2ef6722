"""Routes calls to the fake Cloud API behind a script of failures, and keeps a record of them."""

import asyncio
import hashlib
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import orjson

from tests.servers.alone import Platform
from tests.servers.bodies import Parameters, Upload, parameters_of
from tests.servers.graph_api import GraphApi, Phone
from tests.servers.graph_errors import Refused, bad_token, no_such_object
from tests.servers.graph_steering import Steering
from tests.servers.scripted import next_scripted
from tests.servers.tiny_http import Request, Response, json_response

_VERSION = re.compile(r"v\d+\.\d+")
Answer = Response | Awaitable[Response | None] | None


class FakeGraph(Platform):
    def __init__(self, phones: Sequence[Phone], *, quiet: bool) -> None:
        self.api = GraphApi({phone.id: phone for phone in phones}, checks=not quiet)
        self._quiet = quiet
        self._calls: list[dict[str, Any]] = []
        self._violations: list[dict[str, Any]] = []
        self._script: list[dict[str, Any]] = []
        self._steering = Steering(self.api, self._calls, self._violations, self._script)

    async def close(self) -> None:
        await self._steering.close()

    def at(self, base: str) -> None:
        """The address that stands in what is answered."""
        self.api.base = base.rstrip("/")

    def handle(self, request: Request) -> Answer:
        if request.path.startswith("/__"):
            return self._steering.handle(request)
        try:
            phone, method, do = self._route(request)
        except Refused as refused:
            self._blame(refused, request.path, "", {})
            return json_response(refused.body(), refused.status)
        try:
            parameters = parameters_of(request)
        except orjson.JSONDecodeError:
            spoilt = Refused(100, message="(#100) Request body is not valid JSON", wrong=True)
            self._blame(spoilt, method, phone.id, {})
            return json_response(spoilt.body(), spoilt.status)
        call = self._call(phone, method, request, parameters)
        scripted = next_scripted(
            self._script,
            method=call["method"],
            kind=parameters.values.get("type"),
            phone=phone.id,
            chat_id=call["chat_id"],
        )
        if scripted is not None:
            return self._play(scripted, phone, call, lambda: self._do(call, do, parameters))
        return self._do(call, do, parameters)

    # ------------------------------------------------------------ the Graph API

    def _route(self, request: Request) -> "tuple[Phone, str, Callable[[Parameters], Any]]":
        """Whose call it is, what it is called here, and what it does."""
        api, verb, query = self.api, request.method, request.query
        parts = [part for part in request.path.split("/") if part]
        if parts and _VERSION.fullmatch(parts[0]):
            parts = parts[1:]
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        token = token or query.get("access_token", "")
        mine = [phone for phone in api.phones.values() if phone.token == token]
        if not mine:
            raise bad_token()
        match (verb, *parts):
            case ("GET", "debug_token"):
                asked = query.get("input_token", "")
                return mine[0], "debug_token", lambda given: api.token_info(asked)
            case ("GET", "whatsapp_business", "attachments"):
                phone = self._of_media(mine, query.get("mid", ""))
                return phone, "download", lambda given: self._send_file(phone, query)
            case (_, number, "subscribed_apps"):
                return self._subscription(mine, number, verb)
            case (_, number, *_) if number in api.phones:
                return self._of_phone(_own(mine, number, verb), verb, parts[1:], query)
            case ("GET" | "DELETE", number) if number in api.media:
                phone = self._of_media(mine, number)
                if verb == "GET":
                    return phone, "media_info", lambda given: api.media_info(phone, number, verb)
                return phone, "media_delete", lambda given: api.forget_media(phone, number)
        raise no_such_object("/".join(parts), verb)

    def _of_phone(
        self, phone: Phone, verb: str, rest: list[str], query: dict[str, str]
    ) -> "tuple[Phone, str, Callable[[Parameters], Any]]":
        api = self.api
        match (verb, *rest):
            case ("GET",):
                return phone, "phone", lambda given: api.phone_info(phone, query)
            case ("POST", "messages"):
                return phone, "messages", lambda given: api.message(phone, given.values)
            case ("POST", "media"):
                return phone, "media", lambda given: api.upload(phone, given.values, given.files)
        raise no_such_object("/".join([phone.id, *rest]), verb)

    def _subscription(
        self, mine: Sequence[Phone], waba: str, verb: str
    ) -> "tuple[Phone, str, Callable[[Parameters], Any]]":
        phone = next((phone for phone in mine if phone.waba == waba), None)
        if phone is None or verb not in ("GET", "POST", "DELETE"):
            raise no_such_object(waba, verb)
        if verb == "GET":
            return phone, "subscribed_apps", lambda given: self.api.subscriptions(phone)
        if verb == "DELETE":
            return phone, "subscribed_apps", lambda given: self._steering.unsubscribe(phone)
        return phone, "subscribed_apps", lambda given: self._steering.subscribe(phone, given.values)

    def _of_media(self, mine: Sequence[Phone], number: str) -> Phone:
        """The phone whose file it is, if the token is its own; else any, which will not find it."""
        media = self.api.media.get(number)
        return next((phone for phone in mine if media and phone.id == media.phone), mine[0])

    def _send_file(self, phone: Phone, query: dict[str, str]) -> Response:
        media = self.api.download(phone, query)
        if media is None:
            return Response(b"", 404, "text/html")
        return Response(media.content, content_type=media.mime)

    def _do(
        self, call: dict[str, Any], do: Callable[[Parameters], Any], parameters: Parameters
    ) -> Answer:
        try:
            result = do(parameters)
        except Refused as refused:
            self._record(call, refused.status)
            self._blame(refused, call["method"], call.get("phone", ""), parameters.values)
            return json_response(refused.body(), refused.status)
        if isinstance(result, Awaitable):
            return self._do_later(call, result, parameters)
        return self._answer(call, result)

    async def _do_later(
        self, call: dict[str, Any], result: Awaitable[Any], parameters: Parameters
    ) -> Response:
        try:
            return self._answer(call, await result)
        except Refused as refused:
            self._record(call, refused.status)
            self._blame(refused, call["method"], call.get("phone", ""), parameters.values)
            return json_response(refused.body(), refused.status)

    def _answer(self, call: dict[str, Any], result: Any) -> Response:
        if isinstance(result, Response):
            self._record(call, result.status)
            return result
        sent = result.get("messages") if isinstance(result, dict) else None
        self._record(call, 200, sent[0]["id"] if sent else None)
        return json_response(result)

    # ------------------------------------------------------------ the record

    def _call(
        self, phone: Phone, method: str, request: Request, parameters: Parameters
    ) -> dict[str, Any]:
        values = parameters.values
        to = values.get("to") or values.get("recipient")
        chat = self.api.chat_of(to) if isinstance(to, str) else ""
        method = "read" if method == "messages" and "status" in values else method
        call: dict[str, Any] = {"at": time.monotonic(), "method": method, "chat_id": chat}
        if not self._quiet:
            call |= {
                "phone": phone.id,
                "verb": request.method,
                "path": request.path,
                "parameters": values or dict(request.query),
                "files": {key: _described(file) for key, file in parameters.files.items()},
            }
        return call

    def _record(self, call: dict[str, Any], status: int, message_id: str | None = None) -> None:
        if not self._quiet:
            call |= {"status": status, "message_id": message_id}
        self._calls.append(call)

    def _blame(self, refused: Refused, method: str, phone: str, values: dict[str, Any]) -> None:
        if refused.wrong:
            says = f"{refused} {refused.details}".strip()
            self._violations.append(
                {"method": method, "phone": phone, "code": refused.code, "says": says}
                | {"parameters": values}
            )

    # ------------------------------------------------------------ the script

    async def _play(
        self,
        scripted: dict[str, Any],
        phone: Phone,
        call: dict[str, Any],
        do: Callable[[], Answer],
    ) -> Response | None:
        await asyncio.sleep(float(scripted.get("delay") or 0))
        action = scripted.get("action") or "answer"
        if action in ("hang", "drop"):
            self._record(call, 0)
            if action == "hang":
                await asyncio.sleep(3600)
            return None
        refused = _scripted_error(scripted)
        if action == "swallow":
            await _now(do())
            return None
        if action == "fail":
            assert refused is not None
            self._steering.fail_next(phone, refused)
            return await _now(do())
        if scripted.get("body") is not None:
            status = int(scripted.get("status") or 500)
            self._record(call, status)
            headers = scripted.get("headers") or {}
            return Response(scripted["body"].encode(), status, "text/html; charset=utf-8", headers)
        if refused is None:
            return await _now(do())
        self._record(call, refused.status)
        headers = scripted.get("headers") or {}
        return Response(orjson.dumps(refused.body()), refused.status, headers=headers)


def _own(mine: Sequence[Phone], number: str, verb: str) -> Phone:
    for phone in mine:
        if phone.id == number:
            return phone
    raise no_such_object(number, verb)


async def _now(answer: Answer) -> Response | None:
    return await answer if isinstance(answer, Awaitable) else answer


def _scripted_error(scripted: dict[str, Any]) -> Refused | None:
    if scripted.get("code") is None:
        return None
    return Refused(
        int(scripted["code"]), scripted.get("details") or "", status=scripted.get("status")
    )


def _described(file: Upload) -> dict[str, Any]:
    return {
        "name": file.name,
        "content_type": file.content_type,
        "size": len(file.content),
        "sha256": hashlib.sha256(file.content).hexdigest(),
    }
