"""`Idempotency-Key`: the same request again gets the first one's answer, for a day."""

import base64
import hashlib
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Protocol

import orjson
import structlog
from cryptography.fernet import Fernet
from fastapi import Depends, Header
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from bots.errors import Conflict, Invalid, Unavailable
from bots.model.once import DONE
from bots.ports import Clock, Shelf

HEADER = "Idempotency-Key"
LONGEST = 255
KEPT = ("X-Site-Token",)
"""Headers that are a part of an answer: what is shown once is shown to whoever lost it on the way."""

RUNNING = "idempotency running"
"""The shelf of keys under which a request is under way, in whichever process."""

SURELY_DEAD = timedelta(seconds=15)
"""How old a key is that another process took, at least, before we look whether that one is still there."""

OVER = timedelta(minutes=10)
"""After so long a request is not under way any more, though nobody let its key go."""

log = structlog.get_logger()


class Claims(Protocol):
    """A shelf on which of several processes one comes first."""

    async def claim(
        self, workspace: int, shelf: str, key: str, value: Any, *, instead: Any = None
    ) -> Any | None:
        """Keep a value where there is nothing, or `instead` of just this; else what is there."""


@dataclass(frozen=True, slots=True)
class Together:
    """Where several processes serve: this one's id, and the ids of those that live."""

    me: str
    alive: Callable[[], Collection[str]]
    claims: Claims


def _documented(
    key: Annotated[
        str | None,
        Header(
            alias=HEADER,
            max_length=LONGEST,
            description="The same key and body again get the first one's answer, for a day.",
        ),
    ] = None,
) -> None:
    """The route's class reads the header; this tells the OpenAPI document of it."""


DOCUMENTED = Depends(_documented)
"""What the class of routes puts before each POST."""


def _never() -> None:
    """The route's class looks for it."""


NEVER = Depends(_never)
"""For POSTs that take no key: logins and refreshed tokens, whose answers nobody may have twice."""


def takes_key(dependencies: list[Any]) -> bool:
    """Whether a POST route takes a key."""
    return all(each.dependency is not _never for each in dependencies)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request under a key; `name` is unique to the caller, the address and the key."""

    workspace: int
    name: str
    digest: str
    seal: bytes

    @property
    def message_id(self) -> str:
        """As ids look, but for the 8 of what was not made of a time."""
        digits = hashlib.sha256(f"{self.name}\n{self.digest}".encode()).hexdigest()
        return f"{digits[:12]}8{digits[13:32]}"


class Idempotency:
    """Answers are kept on a shelf per day, so that yesterday's can be cleared as a whole.

    Only answers that tell of success are kept: a refused request has changed nothing and may be
    tried again. They are sealed by the request itself, its key and its body, which are not kept:
    whoever reads the database reads no tokens in them.
    """

    def __init__(self, shelf: Shelf, clock: Clock, together: Together | None = None) -> None:
        """`together` keeps a key for one process among several while its request is under way."""
        self._together = together
        self._shelf = shelf
        self._clock = clock
        self._running: dict[str, Attempt] = {}
        self._cleared: dict[int, str] = {}

    async def begin(
        self, workspace: int, who: str, key: str, path: str, body: bytes
    ) -> Attempt | Response:
        """The first one's answer, or the attempt that this request now is.

        `body` may be a digest of it. Raises Conflict while the first is under way, Invalid for
        another body under the same key. A stranger, of workspace 0, is told nothing of other
        bodies: theirs is another request.
        """
        if not 1 <= len(key) <= LONGEST:
            raise Invalid(HEADER, f"must have from 1 to {LONGEST} characters")
        attempt = _attempt(workspace, who, key, path, body)
        running = self._running.get(attempt.name)
        if running is not None:
            _same(running.digest, attempt)
            raise Conflict("The first request with this Idempotency-Key is still under way")
        self._running[attempt.name] = attempt
        try:
            await self._come_first(attempt)
        except BaseException:
            self._running.pop(attempt.name, None)
            raise
        try:
            kept = await self._kept(attempt)
        except BaseException:
            await self.release(attempt)
            raise
        if kept is None:
            return attempt
        await self.release(attempt)
        _same(kept["digest"], attempt)
        return _response(kept, attempt)

    async def finish(self, attempt: Attempt, response: Response) -> None:
        """Keep the answer, if it is worth keeping, and let the key go.

        One that cannot be kept is given all the same: a refusal now would tell that nothing was
        done, and what was done would be done again.
        """
        try:
            if 200 <= response.status_code < 300:
                await self._keep(attempt, response)
        except Unavailable as problem:
            log.warning("An answer under an Idempotency-Key is not kept", why=str(problem))
        finally:
            await self.release(attempt)

    async def release(self, attempt: Attempt) -> None:
        """The request is over, or came to nothing: the key may be used again."""
        try:
            if self._together is not None:
                # What cannot be taken away is passed over by us at once, by others after a while.
                with suppress(Unavailable):
                    await self._shelf.put(attempt.workspace, RUNNING, attempt.name, None)
        finally:
            self._running.pop(attempt.name, None)

    async def _come_first(self, attempt: Attempt) -> None:
        """Take the key for this process. Raises Conflict where another one has it, and lives."""
        if self._together is None:
            return
        mark = {
            "by": self._together.me,
            "digest": attempt.digest,
            "at": self._clock().isoformat(),
        }
        where = attempt.workspace, RUNNING, attempt.name
        found = await self._together.claims.claim(*where, mark)
        if found is not None and not self._is_under_way(found):
            found = await self._together.claims.claim(*where, mark, instead=found)
        if found is not None:
            _same(found["digest"], attempt)
            raise Conflict("The first request with this Idempotency-Key is still under way")

    def _is_under_way(self, mark: Mapping[str, Any]) -> bool:
        assert self._together is not None
        age = self._clock() - datetime.fromisoformat(mark["at"])
        if mark["by"] == self._together.me or age >= OVER:
            return False
        return age < SURELY_DEAD or mark["by"] in self._together.alive()

    async def _kept(self, attempt: Attempt) -> Mapping[str, Any] | None:
        now = self._clock()
        for day in (now, now - timedelta(days=1)):
            kept = await self._shelf.get(attempt.workspace, _shelf(day), attempt.name)
            if (
                kept
                and "answer" in kept
                and now - datetime.fromisoformat(kept["at"]) < timedelta(days=1)
            ):
                return dict(kept)
        return None

    async def _keep(self, attempt: Attempt, response: Response) -> None:
        now = self._clock()
        answer = {
            "status": response.status_code,
            "type": response.headers.get("content-type", ""),
            "body": bytes(response.body).decode(),
            "headers": {name: response.headers[name] for name in KEPT if name in response.headers},
        }
        sealed = Fernet(attempt.seal).encrypt(orjson.dumps(answer)).decode()
        value = {"digest": attempt.digest, "at": now.isoformat(), "answer": sealed}
        await self._shelf.put(attempt.workspace, _shelf(now), attempt.name, value)
        await self._clear(attempt.workspace, _shelf(now - timedelta(days=2)))

    async def _clear(self, workspace: int, shelf: str) -> None:
        """Once a day, and after each start, empty what is past its time."""
        if self._cleared.get(workspace) == shelf:
            return
        self._cleared[workspace] = shelf
        if self._together is not None:
            for name, mark in (await self._shelf.all(workspace, RUNNING)).items():
                if not self._is_under_way(mark) and name not in self._running:
                    await self._shelf.put(workspace, RUNNING, name, None)
        old = (self._clock() - timedelta(days=2)).isoformat()
        for name, done in (await self._shelf.all(workspace, DONE)).items():
            if done["at"] < old:
                await self._shelf.put(workspace, DONE, name, None)
        for name, value in (await self._shelf.all(workspace, shelf)).items():
            if value is not None:
                await self._shelf.put(workspace, shelf, name, None)


def _shelf(day: datetime) -> str:
    return f"idempotency {day:%Y-%m-%d}"


def _same(digest: str, attempt: Attempt) -> None:
    if digest != attempt.digest:
        raise Invalid(HEADER, "was used with another body")


def _attempt(workspace: int, who: str, key: str, path: str, body: bytes) -> Attempt:
    request = hashlib.sha256(key.encode() + b"\n" + hashlib.sha256(body).digest())
    digest = request.hexdigest()
    whose = f"{workspace}\n{who}\n{path}\n{key}" + ("" if workspace else digest)
    name = hashlib.sha256(whose.encode()).hexdigest()
    request.update(b"seal")
    return Attempt(workspace, name, digest, base64.urlsafe_b64encode(request.digest()))


async def form_digest(form: FormData) -> bytes:
    """What is the same for the same form, whatever its parts are divided by."""
    digest = hashlib.sha256()
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            content = hashlib.sha256()
            while piece := await value.read(1 << 18):
                content.update(piece)
            await value.seek(0)
            part = [name, value.filename, value.content_type, content.hexdigest()]
        else:
            part = [name, value]
        digest.update(orjson.dumps(part) + b"\n")
    return digest.digest()


def _response(kept: Mapping[str, Any], attempt: Attempt) -> Response:
    answer = orjson.loads(Fernet(attempt.seal).decrypt(kept["answer"]))
    headers = {"Idempotency-Replayed": "true", "Content-Type": answer["type"]}
    headers |= answer.get("headers", {})
    return Response(answer["body"], status_code=answer["status"], headers=headers)
