"""Reading a request's body: not too large, and JSON without what would break things later."""

from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request

LARGEST = 1 << 20
DEEPEST = 32


class TooLarge(HTTPException):
    """More than a JSON body may have."""

    def __init__(self) -> None:
        super().__init__(413, f"The body is larger than {LARGEST} bytes", {"Connection": "close"})


class Unreadable(HTTPException):
    """JSON, but not such that it can be kept and written again."""

    def __init__(self, why: str) -> None:
        super().__init__(400, detail=why)


class CheckedRequest(Request):
    """A request whose body is bounded and whose JSON is strict.

    orjson refuses NaN, Infinity and lone surrogates, which Python's own parser takes and which
    cannot be written again; NUL characters and nesting deeper than a store can take are refused
    here.
    """

    async def body(self) -> bytes:
        if not hasattr(self, "_body"):
            self._body = await self._bounded()
        return self._body

    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            body = await self.body()
            parsed = orjson.loads(body)
            _check(parsed, 0)
            self._json = parsed
        return self._json

    async def _bounded(self) -> bytes:
        declared = self.headers.get("content-length", "")
        if declared.isdecimal() and (len(declared) > 12 or int(declared) > LARGEST):
            raise TooLarge
        chunks = bytearray()
        async for chunk in self.stream():
            chunks += chunk
            if len(chunks) > LARGEST:
                raise TooLarge
        return bytes(chunks)


def _check(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise Unreadable("The body is nested too deeply")
    if isinstance(value, str):
        if "\0" in value:
            raise Unreadable("The body holds a NUL character")
    elif isinstance(value, list):
        for item in value:
            _check(item, depth + 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            _check(key, depth)
            _check(item, depth + 1)
