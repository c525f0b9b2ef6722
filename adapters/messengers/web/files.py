"""Files of the page: what visitors send, kept under random names, and what a bot's folder shows."""

import asyncio
import os
import re
import shutil
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import puremagic
from anyio import to_thread
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.types import Message, Receive

from adapters.messengers.web.frames import FILES
from adapters.messengers.web.hub import Hub
from adapters.messengers.web.neighbours import Neighbours
from adapters.messengers.web.visitors import WorkspaceOf, visitors_address
from bots.model.message import Attachment, AttachmentKind
from bots.ports import Clock

BIGGEST = 10 * 1024 * 1024
ENVELOPE = 64 * 1024
"""How much a multipart body may add to its file."""

FILES_PER_CHAT = 60
PERIOD = 600.0

AT_ONCE = 64
"""Uploads under way, of all visitors."""

IN_MEMORY = 4
"""Files looked at and kept at the same time."""

SPARE = 1024 * 1024 * 1024
"""Bytes of the disk that are left to conversations."""

_NAME = re.compile(r"[A-Za-z0-9_-]{16,128}(\.[a-z0-9]{2,4})")
_BOT = re.compile(r"[^/\\\x00]{1,100}")


@dataclass(frozen=True, slots=True)
class _Kind:
    ending: str
    kind: AttachmentKind
    inline: bool = False


# What a first look at the bytes may find; anything else is not taken, least of all HTML and SVG.
_ACCEPTED: Mapping[str, _Kind] = {
    "image/jpeg": _Kind(".jpg", "photo", inline=True),
    "image/png": _Kind(".png", "photo", inline=True),
    "image/webp": _Kind(".webp", "photo", inline=True),
    "image/gif": _Kind(".gif", "photo", inline=True),
    "application/pdf": _Kind(".pdf", "document"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": _Kind(
        ".docx", "document"
    ),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": _Kind(".xlsx", "document"),
    "video/mp4": _Kind(".mp4", "video", inline=True),
    "video/quicktime": _Kind(".mov", "video", inline=True),
    "video/webm": _Kind(".webm", "video", inline=True),
    "audio/mpeg": _Kind(".mp3", "audio", inline=True),
    "audio/mp4": _Kind(".m4a", "audio", inline=True),
    "audio/ogg": _Kind(".ogg", "voice", inline=True),
}
_SAME = {"application/ogg": "audio/ogg"}
_MIMES = {kind.ending: mime for mime, kind in _ACCEPTED.items()}
_MEDIA_MIMES = {
    **{ending: mime for ending, mime in _MIMES.items() if _ACCEPTED[mime].inline},
    ".jpeg": "image/jpeg",
    ".svg": "image/svg+xml",
    ".pdf": "application/pdf",
}
_GUARDS = {
    "X-Content-Type-Options": "nosniff",
    # A picture that turns out to be a page may do nothing at all.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "Cross-Origin-Resource-Policy": "same-site",
}


def kept_file(folder: Path, ref: str) -> Path | None:
    """Where the file of an upload lies; None for what is none."""
    name = ref.removeprefix(FILES)
    match = _NAME.fullmatch(name)
    known = match is not None and match[1] in _MIMES and ref.startswith(FILES)
    path = folder / name
    return path if known and path.is_file() else None


def keep_file(folder: Path, content: bytes, name: str) -> str | None:
    """Written and synced before anybody may refer to it; its path. None for what the page does not show.

    `name` is one that nobody can guess, without an ending.
    """
    kind = _ACCEPTED.get(_sniff(content))
    if kind is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / f"{name}{kind.ending}", content)
    return f"{FILES}{name}{kind.ending}"


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


class Files:
    """Uploads of visitors under `folder`; only who has a chat open may add to them."""

    def __init__(
        self,
        folder: Path,
        *,
        hub: Hub,
        workspace_of: WorkspaceOf,
        clock: Clock,
        new_secret: Callable[[], str],
        neighbours: Neighbours,
        spare: int = SPARE,
    ) -> None:
        self._folder = folder
        self._hub = hub
        self._workspace_of = workspace_of
        self._clock = clock
        self._new_secret = new_secret
        self._neighbours = neighbours
        self._spare = spare
        self._recent: dict[str, deque[float]] = {}
        self._under_way = 0
        self._hands = asyncio.Semaphore(IN_MEMORY)

    def find(self, ref: str) -> Attachment | None:
        """The file behind a path this page was given by an upload."""
        path = kept_file(self._folder, ref)
        if path is None:
            return None
        mime = _MIMES[path.suffix]
        return Attachment(kind=_ACCEPTED[mime].kind, ref=ref, mime=mime, size=path.stat().st_size)

    async def upload(self, request: Request) -> Response:
        """POST of a form: `bot` and one `file`; the visitor's token is in `X-Visitor-Token`."""
        chat = self._open_chat(request)
        if chat is None:
            return _refusal(request, 401, "unauthorized", "Open the chat first")
        host = request.client.host if request.client else None
        if not self._allowed(chat) or not self._neighbours.may_send(host):
            return _refusal(request, 429, "rate_limited", "Too many files, wait a few minutes")
        if self._under_way >= AT_ONCE or not await to_thread.run_sync(self._has_room):
            return _refusal(request, 503, "service_unavailable", "Files cannot be taken just now")
        self._under_way += 1
        try:
            return await self._take(request, host)
        finally:
            self._under_way -= 1

    async def _take(self, request: Request, host: str | None) -> Response:
        async with _sent_form(request) as form:
            upload = form.get("file")
            if not isinstance(upload, UploadFile):
                raise HTTPException(400, "A form with one file is expected")
            async with self._hands:
                content = await upload.read(BIGGEST + 1)
                if len(content) > BIGGEST:
                    raise HTTPException(413, "At most 10 MB")
                mime = await to_thread.run_sync(_sniff, content)
                kind = _ACCEPTED.get(mime)
                if kind is None:
                    wanted = "Send a picture, a PDF, DOCX, XLSX, a video or a recording"
                    return _refusal(request, 415, "unsupported_file", wanted)
                name = self._new_secret() + kind.ending
                await to_thread.run_sync(self._keep, name, content)
        self._neighbours.sent(host, len(content))
        return JSONResponse(
            {"ref": FILES + name, "kind": kind.kind, "mime": mime, "size": len(content)},
            status_code=201,
        )

    def _has_room(self) -> bool:
        there = next(one for one in (self._folder, *self._folder.parents) if one.exists())
        return shutil.disk_usage(there).free > self._spare

    def _open_chat(self, request: Request) -> str | None:
        token = request.headers.get("x-visitor-token", "")
        bot = request.query_params.get("bot", "")
        address = visitors_address(bot, token, self._workspace_of)
        return address.chat_id if address is not None and self._hub.present(address) else None

    def _allowed(self, chat: str) -> bool:
        now = self._clock().timestamp()
        for quiet in [key for key, times in self._recent.items() if times[-1] < now - PERIOD]:
            del self._recent[quiet]
        times = self._recent.setdefault(chat, deque(maxlen=FILES_PER_CHAT))
        if len(times) == times.maxlen and times[0] > now - PERIOD:
            return False
        times.append(now)
        return True

    def _keep(self, name: str, content: bytes) -> None:
        """Written and synced before anybody may refer to it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        _write(self._folder / name, content)

    def serve(self, request: Request) -> Response:
        """GET of an uploaded file: pictures are shown, everything else is downloaded."""
        found = self.find(request.url.path)
        if found is None or found.mime is None:
            raise HTTPException(404)
        headers = {**_GUARDS, "Cache-Control": "private, max-age=31536000, immutable"}
        if not _ACCEPTED[found.mime].inline:
            # Without a name here, the page's own `download` gives the file the visitor's name.
            headers["Content-Disposition"] = "attachment"
        path = self._folder / found.ref.removeprefix(FILES)
        return FileResponse(path, media_type=found.mime, headers=headers)


class Media:
    """What flows show: files inside a bot's media folder and nothing around it."""

    def __init__(self, media_folder: Callable[[str], Path | None]) -> None:
        self._media_folder = media_folder

    def serve(self, request: Request) -> Response:
        path = self._find(request.path_params["bot"], request.path_params["path"])
        mime = _MEDIA_MIMES.get(path.suffix.lower()) if path else None
        if path is None or mime is None:
            raise HTTPException(404)
        headers = {**_GUARDS, "Cache-Control": "public, max-age=300"}
        return FileResponse(path, media_type=mime, headers=headers)

    def _find(self, bot: str, name: str) -> Path | None:
        folder = self._media_folder(bot) if _BOT.fullmatch(bot) else None
        if folder is None or "\x00" in name:
            return None
        # Resolved first, so that neither `..` nor a link leads out of the folder.
        path = (folder / name).resolve()
        try:
            return path if path.is_relative_to(folder.resolve()) and path.is_file() else None
        except OSError:
            # A name longer than a file system takes.
            return None


@asynccontextmanager
async def _sent_form(request: Request) -> AsyncIterator[FormData]:
    """A form with one file, its body never longer than the limit of them."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > BIGGEST + ENVELOPE:
        raise HTTPException(413, "At most 10 MB")
    counted = Request(request.scope, _at_most(BIGGEST + ENVELOPE, request.receive))
    async with counted.form(max_files=1, max_fields=4) as form:
        yield form


def _at_most(limit: int, receive: Receive) -> Receive:
    left = limit

    async def counted() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise HTTPException(413, "At most 10 MB")
        return message

    return counted


def _sniff(content: bytes) -> str:
    """The type the bytes themselves speak of; "" where they say nothing."""
    try:
        guesses = puremagic.magic_string(content)
    except (puremagic.PureError, ValueError):
        return ""
    types = (_SAME.get(guess.mime_type, guess.mime_type) for guess in guesses)
    return next((mime for mime in types if mime in _ACCEPTED), "")


def _refusal(request: Request, status: int, kind: str, message: str) -> Response:
    id = str(request.scope.get("state", {}).get("request_id", ""))
    error = {"type": kind, "message": message, "details": [], "request_id": id}
    return JSONResponse({"error": error}, status_code=status)
