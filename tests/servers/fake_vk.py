"""A fake VK, its API and its events, in a process of its own.

    python -m tests.servers.fake_vk --port 0 --group 222111:shop=vk1.a.TEST [--quiet]

It takes `/method/<name>` as a form or in the query, uploads and downloads, serves the long poll, and
is steered over HTTP: GET /__calls, /__state, /__screen; POST /__script, /__update, /__press,
/__person, /__group, /__callback, /__long_poll, /__file, /__clock, /__reset. tests/servers/vk.py
wraps that for tests. With --quiet it keeps of a call only when it came, its method and its peer,
and checks nothing.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson
import uvloop

from tests.servers.alone import Platform, options, play
from tests.servers.bodies import Upload, parameters_of
from tests.servers.scripted import next_scripted
from tests.servers.tiny_http import Request, Response, json_response
from tests.servers.vk_api import VkApi
from tests.servers.vk_delivery import polled
from tests.servers.vk_errors import HIDDEN, Refused, Violation
from tests.servers.vk_group import Group
from tests.servers.vk_steering import Steering

DEFAULT_GROUP = "222111:shop=vk1.a.TEST-TOKEN"

Answer = Response | Awaitable[Response | None] | None


class FakeVk(Platform):
    """Routes calls to the API behind a script of failures, and keeps a record."""

    def __init__(self, groups: list[Group], *, quiet: bool) -> None:
        self._api = VkApi(groups, checks=not quiet)
        self._quiet = quiet
        self._calls: list[dict[str, Any]] = []
        self._script: list[dict[str, Any]] = []
        self._violations: list[dict[str, Any]] = []
        self._steering = Steering(
            self._api, self._calls, self._script, self._violations, remembers=not quiet
        )

    async def close(self) -> None:
        await self._steering.close()

    def at(self, base: str) -> None:
        """The address that stands in what is answered."""
        self._api.at(base)

    def handle(self, request: Request) -> Answer:
        first, _, rest = request.path.lstrip("/").partition("/")
        if first == "method":
            return self._call(rest, request)
        if first == "whp":
            return self._behind_script("longpoll", "", rest, lambda: self._poll(rest, request))
        if first == "upload":
            return self._behind_script("upload", "", "", lambda: self._upload(rest, request))
        if first == "files":
            return self._behind_script("download", "", "", lambda: self._download(request.path))
        try:
            return self._steering.handle(request)
        except (KeyError, ValueError, TypeError, LookupError) as error:
            return json_response({"error": f"{type(error).__name__}: {error}"}, 400)

    # ------------------------------------------------------------ the API

    def _call(self, method: str, request: Request) -> Answer:
        values = _values(request)
        token = values.get("access_token", "")
        kept = {key: value for key, value in values.items() if key not in HIDDEN}
        peer_id = values.get("peer_id") or values.get("user_id") or ""
        try:
            group = self._api.group(token)
        except Refused as refused:
            self._record(method, peer_id, token, kept, code=refused.code)
            return json_response(refused.body(method, kept))
        return self._behind_script(
            method, token, peer_id, lambda: self._do(group, method, peer_id, kept), kept
        )

    def _do(self, group: Group, method: str, peer_id: str, values: Mapping[str, str]) -> Response:
        try:
            result = self._api.do(group, method, values)
        except (Refused, KeyError, ValueError) as error:
            refused = error if isinstance(error, Refused) else Refused(100, str(error))
            if isinstance(refused, Violation):
                self._violations.append(
                    {"method": method, "code": refused.code, "error": str(refused)}
                    | {"parameters": dict(values)}
                )
            self._record(method, peer_id, group.token, values, code=refused.code)
            return json_response(refused.body(method, values))
        self._record(method, peer_id, group.token, values, result)
        return json_response({"response": result})

    async def _poll(self, group_id: str, request: Request) -> Response:
        self._record("longpoll", "", "", request.query)
        return json_response(await polled(self._api.groups[int(group_id)], request.query))

    def _upload(self, key: str, request: Request) -> Response:
        files = parameters_of(request).files
        self._record("upload", "", "", {"to": key}, files=files)
        answer = self._api.files.take(key, files)
        if "error" in answer and not self._quiet:
            told = {"method": "upload", "code": 0, "error": answer["error"], "parameters": {}}
            self._violations.append(told)
        return json_response(answer)

    def _download(self, path: str) -> Response:
        content = self._api.files.contents.get(path.lstrip("/"))
        if content is None:
            return Response(b"<html>404 Not Found</html>", 404, "text/html")
        return Response(content, content_type="application/octet-stream")

    def _record(
        self,
        method: str,
        peer_id: str,
        token: str,
        values: Mapping[str, str],
        result: Any = None,
        *,
        status: int = 200,
        code: int = 0,
        files: Mapping[str, Upload] | None = None,
    ) -> None:
        call: dict[str, Any] = {"at": time.monotonic(), "method": method, "peer_id": peer_id}
        if not self._quiet:
            call |= {"token": token, "status": status, "code": code, "response": result}
            call |= {"parameters": dict(values)}
            call["files"] = {key: file.name for key, file in (files or {}).items()}
        self._calls.append(call)

    # ------------------------------------------------------------ the script

    def _behind_script(
        self,
        method: str,
        token: str,
        peer_id: str,
        do: Callable[[], Answer],
        values: Mapping[str, str] | None = None,
    ) -> Answer:
        scripted = next_scripted(self._script, method=method, token=token, peer_id=peer_id)
        if scripted is None:
            return do()
        return self._play(scripted, method, token, peer_id, do, values or {})

    async def _play(
        self,
        scripted: Mapping[str, Any],
        method: str,
        token: str,
        peer_id: str,
        do: Callable[[], Answer],
        values: Mapping[str, str],
    ) -> Response | None:
        await asyncio.sleep(float(scripted.get("delay") or 0))
        action = scripted.get("action") or "answer"
        if action in ("hang", "drop"):
            self._record(method, peer_id, token, values, status=0)
            await asyncio.sleep(3600 if action == "hang" else 0)
            return None
        status, code = scripted.get("status"), scripted.get("code")
        if action == "swallow" or (status is None and code is None):
            answer = do()
            done = await answer if isinstance(answer, Awaitable) else answer
            return None if action == "swallow" else done
        self._record(method, peer_id, token, values, status=status or 200, code=code or 0)
        headers = scripted.get("headers") or {}
        if code is None:
            body = scripted.get("body") or ""
            return Response(body.encode(), int(status or 200), "text/html", headers)
        extra = scripted.get("extra") or {}
        if code == 14:
            extra = {"captcha_sid": "239633676097", "captcha_img": "https://vk.com/c.php"} | extra
        refused = Refused(int(code), scripted.get("description") or "", **extra)
        content = orjson.dumps(refused.body(method, values))
        return Response(content, int(status or 200), headers=headers)


def _values(request: Request) -> dict[str, str]:
    """Query and form as the texts they are; VK reads no JSON bodies."""
    kind = request.headers.get("content-type", "")
    values = dict(request.query)
    if not kind.startswith("application/json"):
        values |= parameters_of(request, read_json=False).values
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and "access_token" not in values:
        values["access_token"] = token
    return values


def _group(text: str) -> Group:
    names, token = text.split("=", 1)
    number, _, screen_name = names.partition(":")
    return Group(int(number), token, screen_name or f"club{number}")


def main() -> None:
    given = options("VK", "--group", "<id>:<name>=<token>")
    groups = [_group(text) for text in given.group or [DEFAULT_GROUP]]
    uvloop.run(play("VK", lambda: FakeVk(groups, quiet=given.quiet), given))


if __name__ == "__main__":
    main()
