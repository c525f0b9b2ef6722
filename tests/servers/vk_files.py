"""Files of the fake VK: the servers that take uploads, and what is saved from there."""

import hashlib
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from tests.servers.bodies import Upload
from tests.servers.vk_errors import Refused, Violation

PHOTO_BYTES = 50 * 1024 * 1024
DOCUMENT_BYTES = 200 * 1024 * 1024
FORBIDDEN = ("mp3", "exe", "bat", "cmd", "msi", "apk")
"""https://dev.vk.com/ru/api/upload/document-in-profile: no music and nothing that runs."""

_IMAGES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8")
_SIZES = (("s", 75, 50), ("m", 130, 87), ("x", 604, 403), ("y", 807, 538))


@dataclass(slots=True)
class Uploaded:
    """A file between its upload and its saving."""

    kind: str
    upload: Upload
    stored: str


@dataclass(slots=True)
class Files:
    contents: dict[str, bytes] = field(default_factory=dict)
    saved: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    """A file's name and its object of the API by what is attached, `doc-1_2`."""
    _waiting: dict[str, Uploaded] = field(default_factory=dict)
    _places: dict[str, str] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def keep(self, upload: Upload) -> str:
        """Where the content can be fetched, a path below the server's root."""
        digest = hashlib.sha256(upload.content).hexdigest()[:12]
        path = f"files/{next(self._numbers)}-{digest}/{upload.name or 'file'}"
        self.contents[path] = upload.content
        return path

    def place(self, kind: str, base: str) -> str:
        """An address that takes one upload after another of this kind."""
        key = f"{kind}-{next(self._numbers)}"
        self._places[key] = kind
        return f"{base}upload/{key}?act=do_add"

    def take(self, key: str, files: Mapping[str, Upload]) -> dict[str, Any]:
        """What an upload server answers; a file it does not want is told about in `error`."""
        if key not in self._places:
            return {"error": "ERR_UPLOAD_BAD_SERVER: bad upload address"}
        kind = self._places[key]
        upload = files.get("photo" if kind == "photo" else "file")
        if upload is None or not upload.content:
            return {"error": "ERR_UPLOAD_NO_FILE: no file was sent"}
        if kind == "photo":
            return self._take_photo(upload)
        extension = upload.name.rpartition(".")[2].lower()
        if kind == "audio_message" and not upload.content.startswith(b"OggS"):
            return {"error": "ERR_UPLOAD_FILE_NOT_SUPPORTED: voice messages are OGG with Opus"}
        if kind == "doc" and (extension in FORBIDDEN or "." not in upload.name):
            return {"error": f"ERR_UPLOAD_FILE_NOT_SUPPORTED: a file named {upload.name!r}"}
        if len(upload.content) > DOCUMENT_BYTES:
            return {"error": "ERR_UPLOAD_FILE_TOO_BIG: 200 MB are allowed"}
        return {"file": self._wait(kind, upload)}

    def _take_photo(self, upload: Upload) -> dict[str, Any]:
        """What is no image is answered like an image, with an empty list in `photo`."""
        good = upload.content.startswith(_IMAGES) or upload.content[8:12] == b"WEBP"
        if not good or len(upload.content) > PHOTO_BYTES:
            return {"server": 1, "photo": "[]", "hash": "0"}
        handle = self._wait("photo", upload)
        return {"server": 626627, "photo": orjson.dumps([handle]).decode(), "hash": handle[:18]}

    def _wait(self, kind: str, upload: Upload) -> str:
        digest = hashlib.sha256(upload.content).hexdigest()
        handle = f"{digest[:18]}{next(self._numbers)}"
        self._waiting[handle] = Uploaded(kind, upload, self.keep(upload))
        return handle

    # ------------------------------------------------------------ saving

    def save_photo(
        self, values: Mapping[str, str], owner_id: int, date: int, base: str
    ) -> list[dict[str, Any]]:
        handles = self._handles(values["photo"])
        if not handles:
            raise Violation(100, "photos_list is invalid")
        if values["server"] != "626627":
            raise Violation(118)
        if values["hash"] != handles[0][:18]:
            raise Violation(121)
        return [self._save_photo(handle, owner_id, date, base) for handle in handles]

    def _save_photo(self, handle: str, owner_id: int, date: int, base: str) -> dict[str, Any]:
        saved = self._taken(handle, owner_id)
        return self._remember("photo", saved, photo_body(saved, date, base))

    def save_document(
        self, values: Mapping[str, str], owner_id: int, date: int, base: str
    ) -> dict[str, Any]:
        waiting = self._waiting.get(values["file"])
        if waiting is None or waiting.kind == "photo":
            raise Refused(100, "file is invalid")
        saved = self._taken(values["file"], owner_id)
        if waiting.kind == "audio_message":
            body = self._remember("audio_message", saved, audio_message_body(saved, base))
            self.saved[f"doc{owner_id}_{saved['id']}"] = (saved["name"], body)
            return {"type": "audio_message", "audio_message": body}
        title = values.get("title") or waiting.upload.name
        body = self._remember("doc", saved, document_body(saved, title, date, base))
        return {"type": "doc", "doc": body}

    def _handles(self, text: str) -> list[str]:
        try:
            handles = orjson.loads(text)
        except orjson.JSONDecodeError:
            return []
        if not isinstance(handles, list):
            return []
        return [handle for handle in handles if handle in self._waiting]

    def _taken(self, handle: str, owner_id: int) -> dict[str, Any]:
        waiting = self._waiting.pop(handle)
        return {
            "id": next(self._numbers) + 457_239_000,
            "owner_id": owner_id,
            "access_key": hashlib.sha256(handle.encode()).hexdigest()[:18],
            "path": waiting.stored,
            "size": len(waiting.upload.content),
            "name": waiting.upload.name,
        }

    def _remember(
        self, kind: str, saved: Mapping[str, Any], body: dict[str, Any]
    ) -> dict[str, Any]:
        self.saved[f"{kind}{saved['owner_id']}_{saved['id']}"] = (saved["name"], body)
        return body


# ---------------------------------------------------------------- objects of the API


def photo_body(saved: Mapping[str, Any], date: int, base: str) -> dict[str, Any]:
    """https://dev.vk.com/ru/reference/objects/photo; the sizes stand in no order, as at VK."""
    url = base + saved["path"]
    sizes = [
        {"type": kind, "url": f"{url}?size={kind}", "width": width, "height": height}
        for kind, width, height in (*_SIZES[2:], *_SIZES[:2])
    ]
    return {
        "album_id": -64,
        "date": date,
        "id": saved["id"],
        "owner_id": saved["owner_id"],
        "access_key": saved["access_key"],
        "has_tags": False,
        "sizes": sizes,
        "text": "",
    }


def document_body(saved: Mapping[str, Any], title: str, date: int, base: str) -> dict[str, Any]:
    """https://dev.vk.com/ru/reference/objects/doc"""
    return {
        "id": saved["id"],
        "owner_id": saved["owner_id"],
        "title": title,
        "size": saved["size"],
        "ext": str(saved["name"]).rpartition(".")[2],
        "date": date,
        "type": 8,
        "url": base + saved["path"],
        "access_key": saved["access_key"],
    }


def audio_message_body(saved: Mapping[str, Any], base: str) -> dict[str, Any]:
    """https://dev.vk.com/ru/reference/objects/audio-message"""
    url = base + saved["path"]
    return {
        "id": saved["id"],
        "owner_id": saved["owner_id"],
        "duration": 3,
        "waveform": [0, 5, 12, 31, 12, 5, 0],
        "link_ogg": url,
        "link_mp3": f"{url}?as=mp3",
        "access_key": saved["access_key"],
    }
