"""Reading a request's body: not too large, and JSON without what would break things later."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import orjson
from fastapi import Depends
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Receive, Scope

LARGEST = 1 << 20
DEEPEST = 32
SMALL = 1 << 16
"""What the server has read anyway before anybody asks."""


class TooLarge(HTTPException):
    """More than the body of a route may have."""

    def __init__(self, largest: int = LARGEST) -> None:
        self.is_file = largest != LARGEST
        most = f"{largest // 1024**2} MiB" if self.is_file else f"{largest} bytes"
        super().__init__(413, f"The body is larger than {most}", {"Connection": "close"})


@dataclass(frozen=True, slots=True)
class Bound:
    """How many bytes the body of a route may have."""

    largest: int

    def __call__(self) -> None:
        """A dependency that does nothing: the route's class looks for it."""


def up_to(largest: int) -> Any:
    """A route's own bound as one of its dependencies, for uploads."""
    return Depends(Bound(largest))


def largest_of(dependencies: list[Any]) -> int:
    """How many bytes a route takes."""
    own = [each.dependency for each in dependencies if isinstance(each.dependency, Bound)]
    return own[-1].largest if own else LARGEST


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

    def __init__(self, scope: Scope, receive: Receive, *, largest: int = LARGEST) -> None:
        super().__init__(scope, receive)
        self._largest = largest

    @property
    def left_unread(self) -> bool:
        """Whether a large body, or one of unknown size, was not read to its end."""
        if self._stream_consumed or hasattr(self, "_body"):
            return False
        declared = self.headers.get("content-length", "")
        large = declared.isdecimal() and (len(declared) > 12 or int(declared) > SMALL)
        return large or "transfer-encoding" in self.headers

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """The body as it comes, counted: forms are read by this as well."""
        declared = self.headers.get("content-length", "")
        if declared.isdecimal() and (len(declared) > 12 or int(declared) > self._largest):
            raise TooLarge(self._largest)
        size = 0
        async for chunk in super().stream():
            size += len(chunk)
            if size > self._largest:
                raise TooLarge(self._largest)
            yield chunk

    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            body = await self.body()
            parsed = orjson.loads(body)
            _check(parsed, 0)
            self._json = parsed
        return self._json

    async def _get_form(self, **limits: Any) -> FormData:
        try:
            form = await super()._get_form(**limits)
        except (ValueError, LookupError) as error:
            raise Unreadable("The form cannot be read") from error
        texts = [
            (name, (value.filename or "") if isinstance(value, UploadFile) else value)
            for name, value in form.multi_items()
        ]
        if not _can_be_kept("".join(map("".join, texts))):
            await form.close()
            raise Unreadable("The form holds NUL characters or halves of characters")
        return form


def _can_be_kept(text: str) -> bool:
    """A form names its own charset: some of them can write what UTF-8 cannot."""
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


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
