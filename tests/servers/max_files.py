"""Files of the fake MAX: places to upload to, tokens, and where they can be fetched."""

import copy
from collections.abc import Mapping
from typing import Any

from tests.servers.bodies import Upload
from tests.servers.max_state import Json, Refused

KINDS = ("image", "video", "audio", "file")
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*")


class Files:
    def __init__(self) -> None:
        self.base = ""
        self.contents: dict[str, bytes] = {}
        self._kinds: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._waits: dict[str, int] = {}
        self._places: dict[str, tuple[str, str]] = {}
        self._last = 0

    def place(self, kind: str) -> Json:
        """Where a file is uploaded; of videos and sounds the token is told before."""
        token = self._token(kind)
        self._last += 1
        key = f"u{self._last}"
        self._places[key] = (kind, token)
        told = {"url": f"{self.base}upload/{key}"}
        return told | {"token": token} if kind in ("video", "audio") else told

    def take(self, key: str, files: Mapping[str, Upload]) -> bytes | Json:
        """What is answered to an upload. Raises Refused where it is none."""
        kind, token = self._places.pop(key, ("", ""))
        file = files.get("data")
        if not kind or file is None or len(files) != 1:
            raise Refused(400, "upload.error", "one file under the name data, once")
        if kind == "image" and not file.content.startswith(_PICTURES):
            raise Refused(400, "upload.error", "Unsupported image format")
        self._keep(token, kind, file)
        if kind == "image":
            return {"photos": {f"{self._last}x": {"token": token}}}
        return {"token": token, "fileId": self._last} if kind == "file" else b"<retval>1</retval>"

    def given(self, file: Upload) -> str:
        """A file that a customer sent; gives its address."""
        token = self._token("file")
        self._keep(token, "file", file)
        return self._url(token)

    def video(self, token: str) -> Json:
        if self._kinds.get(token) != "video":
            raise Refused(404, "not.found", "Video not found")
        urls = {"mp4_720": self._url(token), "mp4_1080": None}
        return {"token": token, "urls": urls, "width": 9, "height": 9, "duration": 1}

    def told(self, attachment: Mapping[str, Any], mid: str, *, waits: int) -> Json:
        """An attachment as MAX tells it. Raises Refused for a file it has not, or not yet."""
        kind = attachment["type"]
        payload = copy.deepcopy(attachment.get("payload") or {})
        if kind == "inline_keyboard":
            return {"type": kind, "callback_id": f"cb.{mid}", "payload": payload}
        if kind not in KINDS:
            return copy.deepcopy(dict(attachment))
        token = payload.get("token") or self._fetched(payload.get("url", ""))
        if self._kinds.get(token) != kind:
            raise Refused(400, "proto.payload", f"No {kind} with this token")
        if kind != "image" and self._waits.setdefault(token, waits) > 0:
            self._waits[token] -= 1
            raise Refused(
                400, "attachment.not.ready", "Key: errors.process.attachment.file.not.processed"
            )
        told: Json = {"type": kind, "payload": {"token": token, "url": self._url(token)}}
        if kind == "image":
            told["payload"]["photo_id"] = self._last
        if kind == "file":
            told |= {"filename": self._names[token], "size": len(self.contents[token])}
        return told

    def name(self, attachment: Mapping[str, Any]) -> str:
        return self._names.get((attachment.get("payload") or {}).get("token", ""), "")

    def forget(self) -> None:
        """All tokens: whoever kept one has to upload anew."""
        self._kinds.clear()

    def _fetched(self, url: str) -> str:
        """The token of a picture that was given by its address."""
        token = url.removeprefix(f"{self.base}files/")
        if token in self.contents and self.contents[token].startswith(_PICTURES):
            self._kinds[token] = "image"
            return token
        return ""

    def _keep(self, token: str, kind: str, file: Upload) -> None:
        self.contents[token] = file.content
        self._kinds[token] = kind
        self._names[token] = file.name

    def _token(self, kind: str) -> str:
        self._last += 1
        return f"{kind}-{self._last}"

    def _url(self, token: str) -> str:
        return f"{self.base}files/{token}"
