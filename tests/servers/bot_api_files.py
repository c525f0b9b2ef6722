"""The files of a fake Bot API: what bots uploaded, what customers sent, what was fetched by its link."""

import hashlib
import itertools
from collections.abc import Mapping
from typing import Any

from tests.servers.bodies import Parameters, Upload
from tests.servers.bot_api_refused import Refused

LARGEST_DOWNLOAD = 20 * 1024 * 1024
LARGEST_UPLOADS = {"photo": 10 * 1024 * 1024}
LARGEST_OTHER_UPLOAD = 50 * 1024 * 1024

KINDS = {
    "sendPhoto": "photo",
    "sendVideo": "video",
    "sendAudio": "audio",
    "sendVoice": "voice",
    "sendDocument": "document",
    "sendSticker": "sticker",
    "sendAnimation": "animation",
    "sendVideoNote": "video_note",
}
_NEEDS: Mapping[str, Mapping[str, Any]] = {
    "video": {"width": 640, "height": 360, "duration": 3},
    "animation": {"width": 320, "height": 240, "duration": 2},
    "audio": {"duration": 60},
    "voice": {"duration": 4},
    "video_note": {"length": 240, "duration": 5},
    "sticker": {
        "type": "regular",
        "width": 512,
        "height": 512,
        "is_animated": False,
        "is_video": False,
    },
}
"""What a message always tells of a file of its kind."""


class Files:
    """By their ids; `checks` says whether sizes and kinds are looked at."""

    def __init__(self, *, checks: bool) -> None:
        self.contents: dict[str, bytes] = {}
        self.names: dict[str, str] = {}
        self._kinds: dict[str, str] = {}
        self._checks = checks
        self._numbers = itertools.count(1)

    def keep(self, upload: Upload) -> str:
        """Keep a file, a customer's or the bot's own, and name it."""
        digest = hashlib.sha256(upload.content).hexdigest()[:12]
        file_id = f"file{next(self._numbers)}-{digest}"
        self.contents[file_id] = upload.content
        self.names[file_id] = upload.name
        return file_id

    def sent(self, kind: str, parameters: Parameters, *, keep: bool = True) -> dict[str, Any]:
        """The field of a message for a file that a bot sends as an upload, an id or a link."""
        given = parameters.values.get(kind)
        upload = parameters.files.get(kind)
        if isinstance(given, str) and given.startswith("attach://"):
            upload = parameters.files.get(given.removeprefix("attach://"))
        if upload is not None:
            if self._checks and len(upload.content) > LARGEST_UPLOADS.get(
                kind, LARGEST_OTHER_UPLOAD
            ):
                raise Refused(413, "Request Entity Too Large")
            file_id = self.keep(upload) if keep else ""
        elif isinstance(given, str) and given in self.contents:
            self._same_kind(given, kind)
            file_id = given
        elif isinstance(given, str) and "://" in given:
            file_id = self.keep(Upload(given.rpartition("/")[2], given.encode())) if keep else ""
        else:
            raise Refused(400, "Bad Request: wrong file identifier/HTTP URL specified")
        return self._field(kind, file_id)

    def _field(self, kind: str, file_id: str) -> dict[str, Any]:
        info: dict[str, Any] = {
            "file_id": file_id,
            "file_unique_id": f"u{file_id}",
            "file_size": len(self.contents.get(file_id, b"")),
        }
        self._kinds[file_id] = kind
        if kind == "photo":
            # The smaller one is a file of its own.
            small = {**info, "file_id": f"{file_id}-small", "width": 90, "height": 60}
            self.contents[small["file_id"]] = self.contents.get(file_id, b"")
            self._kinds[small["file_id"]] = kind
            return {"photo": [small, {**info, "width": 900, "height": 600}]}
        if self.names.get(file_id) and kind in ("document", "audio", "video", "animation"):
            info["file_name"] = self.names[file_id]
        field = {kind: {**info, **_NEEDS.get(kind, {})}}
        # Older bots look for a document where an animation is.
        return {**field, "document": info} if kind == "animation" else field

    def _same_kind(self, file_id: str, kind: str) -> None:
        known = self._kinds.get(file_id, kind)
        if self._checks and known != kind:
            raise Refused(
                400, f"Bad Request: can't use file of type {known.title()} as {kind.title()}"
            )

    def info(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """What getFile tells; a bot may download 20 MB at most."""
        file_id = str(values.get("file_id"))
        if file_id not in self.contents:
            raise Refused(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        size = len(self.contents[file_id])
        if size > LARGEST_DOWNLOAD:
            raise Refused(400, "Bad Request: file is too big")
        return {
            "file_id": file_id,
            "file_unique_id": f"u{file_id}",
            "file_size": size,
            "file_path": f"files/{file_id}",
        }
