"""A fake MAX, its Bot API and its updates, in a process of its own.

    python -m tests.servers.fake_max --port 0 --bot shop_bot=TOKEN [--quiet]

It takes the calls of https://dev.max.ru/docs-api, uploads and downloads, posts updates to webhooks or
gives them to who asks, and is steered over HTTP: GET /__calls, /__state, /__screen; POST /__script,
/__update, /__press, /__person, /__bot, /__file, /__forget_files, /__reset. tests/servers/max.py wraps
that for tests. With --quiet it keeps of a call only when it came, its method and whom it was for, and
checks nothing.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson
import uvloop

from tests.servers.alone import Platform, options, play
from tests.servers.bodies import parameters_of
from tests.servers.max_api import MaxApi
from tests.servers.max_calls import method_of, wrong_in
from tests.servers.max_delivery import Delivery
from tests.servers.max_state import Bot, Json, Refused, Violation
from tests.servers.max_steering import Steering
from tests.servers.scripted import next_scripted
from tests.servers.tiny_http import Request, Response, json_response

DEFAULT_BOT = "shop_bot=TEST-TOKEN"

Answer = Response | Awaitable[Response | None] | None


class FakeMax(Platform):
    """Routes calls to the API behind a script of failures, and keeps a record."""

    def __init__(self, bots: list[Bot], *, quiet: bool) -> None:
        self._api = MaxApi(bots, checks=not quiet)
        self._delivery = Delivery()
        self._api.subscribed = self._delivery.all_waiting
        self._quiet = quiet
        self._calls: list[Json] = []
        self._script: list[Json] = []
        self._violations: list[Json] = []
        self._steering = Steering(
            self._api,
            self._delivery,
            self._calls,
            self._script,
            self._violations,
            remembers=not quiet,
        )

    async def close(self) -> None:
        await self._delivery.close()

    def at(self, base: str) -> None:
        """The address that stands in what is answered."""
        self._api.files.base = base

    def handle(self, request: Request) -> Answer:
        first, _, rest = request.path.lstrip("/").partition("/")
        if first == "upload":
            return self._behind_script("upload", "", "", lambda: self._upload(rest, request))
        if first == "files":
            return self._behind_script("download", "", "", lambda: self._download(rest))
        if not first.startswith("__"):
            return self._call(request)
        try:
            return self._steering.handle(request)
        except (KeyError, ValueError, TypeError, LookupError) as error:
            return json_response({"error": f"{type(error).__name__}: {error}"}, 400)

    # ------------------------------------------------------------ the API

    def _call(self, request: Request) -> Answer:
        name, _ = method_of(request.method, request.path)
        method = name or f"{request.method} {request.path}"
        token = request.headers.get("authorization", "")
        try:
            bot = self._api.bot(token, request.query)
        except Refused as refused:
            self._note_violation(method, request, refused)
            self._record(method, "", token, request, status=refused.status, code=refused.code)
            return json_response(refused.body, refused.status)
        user_id = self._api.user_of(bot, request.path, request.query)
        do: Callable[[], Answer] = lambda: self._do(bot, method, user_id, request)
        if method == "GET /updates":
            do = lambda: self._poll(bot, request)
        return self._behind_script(method, token, user_id, do, request)

    def _do(self, bot: Bot, method: str, user_id: str, request: Request) -> Response:
        try:
            body = orjson.loads(request.body) if request.body else None
            result = self._api.do(bot, request.method, request.path, request.query, body)
        except orjson.JSONDecodeError:
            return self._refused(bot, method, user_id, request, Violation("the body is no JSON"))
        except Refused as refused:
            return self._refused(bot, method, user_id, request, refused)
        self._record(method, user_id, bot.token, request, result)
        return json_response(result)

    def _refused(
        self, bot: Bot, method: str, user_id: str, request: Request, refused: Refused
    ) -> Response:
        self._note_violation(method, request, refused)
        self._record(method, user_id, bot.token, request, status=refused.status, code=refused.code)
        return json_response(refused.body, refused.status)

    async def _poll(self, bot: Bot, request: Request) -> Response:
        self._record("GET /updates", "", bot.token, request)
        try:
            if wrong := wrong_in("GET /updates", request.query, None):
                raise Violation("; ".join(wrong))
            return json_response(await self._delivery.fetched(bot, request.query))
        except Refused as refused:
            self._note_violation("GET /updates", request, refused)
            return json_response(refused.body, refused.status)

    def _upload(self, key: str, request: Request) -> Response:
        files = parameters_of(request, read_json=False).files
        names = {field: file.name for field, file in files.items()}
        try:
            answer = self._api.files.take(key, files)
        except Refused as refused:
            self._record("upload", "", "", request, status=refused.status, files=names)
            return json_response(refused.body, refused.status)
        self._record("upload", "", "", request, files=names)
        if isinstance(answer, bytes):
            return Response(answer, content_type="text/xml")
        return json_response(answer)

    def _download(self, token: str) -> Response:
        content = self._api.files.contents.get(token)
        if content is None:
            return Response(b"<html>404 Not Found</html>", 404, "text/html")
        return Response(content, content_type="application/octet-stream")

    def _note_violation(self, method: str, request: Request, refused: Refused) -> None:
        if isinstance(refused, Violation):
            body = request.body.decode("utf-8", "replace")
            told = {"method": method, "error": refused.message, "query": request.query}
            self._violations.append({**told, "body": body})

    def _record(
        self,
        method: str,
        user_id: str,
        token: str,
        request: Request,
        result: Any = None,
        *,
        status: int = 200,
        code: str = "",
        files: Mapping[str, str] | None = None,
    ) -> None:
        call: Json = {"at": time.monotonic(), "method": method, "user_id": user_id}
        if not self._quiet:
            json = request.headers.get("content-type", "") == "application/json"
            body = orjson.loads(request.body) if json and request.body else None
            call |= {"token": token, "status": status, "code": code, "response": result}
            call |= {"path": request.path, "query": request.query, "body": body}
            call["files"] = dict(files or {})
        self._calls.append(call)

    # ------------------------------------------------------------ the script

    def _behind_script(
        self,
        method: str,
        token: str,
        user_id: str,
        do: Callable[[], Answer],
        request: Request | None = None,
    ) -> Answer:
        scripted = next_scripted(self._script, method=method, token=token, user_id=user_id)
        if scripted is None:
            return do()
        return self._play(scripted, method, token, user_id, do, request)

    async def _play(
        self,
        scripted: Json,
        method: str,
        token: str,
        user_id: str,
        do: Callable[[], Answer],
        request: Request | None,
    ) -> Response | None:
        await asyncio.sleep(float(scripted.get("delay") or 0))
        action = scripted.get("action") or "answer"
        status = int(scripted.get("status") or 0)
        if action == "swallow" or (action == "answer" and not status):
            answer = do()
            done = await answer if isinstance(answer, Awaitable) else answer
            return None if action == "swallow" else done
        code = scripted.get("code") or ""
        if request is not None:
            answered = 0 if action != "answer" else status
            self._record(method, user_id, token, request, status=answered, code=code)
        if action in ("hang", "drop"):
            await asyncio.sleep(3600 if action == "hang" else 0)
            return None
        headers = scripted.get("headers") or {}
        if code:
            told = {"code": code, "message": scripted.get("message") or ""}
            return Response(orjson.dumps(told), status, headers=headers)
        return Response((scripted.get("body") or "").encode(), status, "text/html", headers)


def main() -> None:
    given = options("MAX", "--bot", "<nick>=<token>")
    named = [text.partition("=") for text in given.bot or [DEFAULT_BOT]]
    bots = [Bot(token, 900 + place, nick) for place, (nick, _, token) in enumerate(named)]
    uvloop.run(play("MAX", lambda: FakeMax(bots, quiet=given.quiet), given))


if __name__ == "__main__":
    main()
