"""What visitors upload and what bots show: only harmless kinds, only from where they belong."""

import struct
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from adapters.messengers.web.files import BIGGEST, FILES_PER_CHAT, Files, Media
from adapters.messengers.web.hub import Hub
from adapters.messengers.web.neighbours import Neighbours
from adapters.messengers.web.visitors import chat_of
from bots.model.message import Address

TOKEN = "t" * 43


def png() -> bytes:
    """A picture of one pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\x00\xff")
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


class Place:
    """Both kinds of files behind an application, with a clock that is set by hand."""

    def __init__(self, folder: Path, *, spare: int = 0, host: str = "127.0.0.1") -> None:
        self.now = datetime(2026, 11, 25, 12, tzinfo=UTC)
        self.hub = Hub()
        self.uploads = folder / "files"
        self.media = folder / "shop" / "media"
        self.media.mkdir(parents=True)
        numbers = iter(range(10_000))
        self.files = Files(
            self.uploads,
            hub=self.hub,
            workspace_of=lambda bot: 1,
            clock=lambda: self.now,
            new_secret=lambda: f"secret-{next(numbers):032}",
            neighbours=Neighbours(lambda: self.now, bytes=1_000),
            spare=spare,
        )
        app = Starlette(
            routes=[
                Route("/web/files", self.files.upload, methods=["POST"]),
                Route("/web/files/{name}", self.files.serve),
                Route(
                    "/media/{bot}/{path:path}",
                    Media(lambda bot: self.media if bot == "shop" else None).serve,
                ),
            ]
        )
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app, client=(host, 1)), base_url="http://page.test"
        )

    async def upload(
        self, content: bytes, name: str = "photo.png", token: str = TOKEN
    ) -> httpx.Response:
        return await self.client.post(
            "/web/files?bot=shop",
            files={"file": (name, content)},
            headers={"X-Visitor-Token": token},
        )


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    place = Place(tmp_path)
    place.hub.join(Address(1, "shop", "web", chat_of(TOKEN)))
    async with place.client:
        yield place


async def test_a_photo_comes_back_as_it_was(place: Place) -> None:
    response = await place.upload(png())
    assert response.status_code == 201
    sent = response.json()
    assert (sent["kind"], sent["mime"], sent["size"]) == ("photo", "image/png", len(png()))
    served = await place.client.get(sent["ref"])
    assert served.content == png()
    assert served.headers["content-type"] == "image/png"
    assert served.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in served.headers["cache-control"]
    assert "content-disposition" not in served.headers


async def test_a_document_is_for_downloading(place: Place) -> None:
    sent = (await place.upload(b"%PDF-1.7\n" + b"x" * 100, "договор.pdf")).json()
    assert sent["kind"] == "document"
    served = await place.client.get(sent["ref"])
    assert served.headers["content-disposition"] == "attachment"


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (b"OggS\x00\x02" + b"\x00" * 22 + b"\x01\x13OpusHead" + b"\x00" * 99, "a.ogg", "voice"),
        (b"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00M4A " + b"\x00" * 99, "a.m4a", "audio"),
        (b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  " + b"\x00" * 99, "a.mov", "video"),
        (b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42" + b"\x00" * 99, "a.mp4", "video"),
    ],
)
async def test_what_phones_record_is_taken_and_shown(
    place: Place, content: bytes, name: str, kind: str
) -> None:
    sent = (await place.upload(content, name)).json()
    assert (sent["kind"], sent["ref"].endswith(name[1:])) == (kind, True)
    served = await place.client.get(sent["ref"])
    assert served.headers["content-type"] == sent["mime"]
    assert "content-disposition" not in served.headers


@pytest.mark.parametrize(
    "content",
    [
        b"<html><script>alert(1)</script></html>",
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b"MZ" + b"\x00" * 200,
        b"#!/bin/sh\nrm -rf /\n",
        b'{"type": "photo"}',
        b"",
    ],
)
async def test_a_page_dressed_as_a_photo_is_refused(place: Place, content: bytes) -> None:
    response = await place.upload(content, "photo.jpg")
    assert response.status_code == 415
    assert not place.uploads.exists()


async def test_a_file_that_is_too_big_is_refused(place: Place) -> None:
    assert (await place.upload(png() + b"\x00" * BIGGEST)).status_code == 413
    assert not place.uploads.exists()


async def test_a_body_that_does_not_say_its_size_is_counted(place: Place) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        for _ in range(200):
            yield b"x" * 100_000

    response = await place.client.post(
        "/web/files?bot=shop",
        content=endless(),
        headers={
            "X-Visitor-Token": TOKEN,
            "Content-Type": "multipart/form-data; boundary=b",
        },
    )
    assert response.status_code == 413


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"{}", "application/json"), (b"garbage", "multipart/form-data; boundary=b"), (b"", "")],
)
async def test_what_is_no_form_with_a_file_is_refused(
    place: Place, content: bytes, kind: str
) -> None:
    response = await place.client.post(
        "/web/files?bot=shop",
        content=content,
        headers={"X-Visitor-Token": TOKEN, "Content-Type": kind},
    )
    assert response.status_code == 400


async def test_only_who_has_the_chat_open_may_upload(place: Place) -> None:
    assert (await place.upload(png(), token="")).status_code == 401
    assert (await place.upload(png(), token="x" * 43)).status_code == 401


async def test_a_chat_uploads_so_many_files_in_ten_minutes(place: Place) -> None:
    for _ in range(FILES_PER_CHAT):
        assert (await place.upload(png())).status_code == 201
    assert (await place.upload(png())).status_code == 429
    place.now += timedelta(minutes=11)
    assert (await place.upload(png())).status_code == 201


async def test_only_uploaded_files_are_found(place: Place) -> None:
    (place.uploads.parent / "secret.jpg").write_bytes(png())
    sent = (await place.upload(png())).json()
    assert place.files.find(sent["ref"]) is not None
    for ref in ("/web/files/../secret.jpg", "/web/files/", "secret.jpg", sent["ref"] + "x", ""):
        assert place.files.find(ref) is None
    for path in ("/web/files/..%2fsecret.jpg", "/web/files/nothing-nothing-nothing.png"):
        assert (await place.client.get(path)).status_code == 404


async def test_a_bot_shows_its_media_and_nothing_around_it(place: Place, tmp_path: Path) -> None:
    (place.media / "my cat.png").write_bytes(png())
    (place.media / "page.html").write_text("<script>")
    (place.media.parent / "bot.yaml").write_text("bot: x")
    (place.media.parent / "out.png").write_bytes(png())
    (place.media / "link.png").symlink_to(place.media.parent / "out.png")
    shown = await place.client.get("/media/shop/my%20cat.png")
    assert shown.content == png()
    assert "sandbox" in shown.headers["content-security-policy"]
    for path in (
        "shop/page.html",
        "shop/..%2fbot.yaml",
        "shop/..%2fout.png",
        "shop/%2e%2e/out.png",
        "shop/link.png",
        "shop/",
        "shop/%00.png",
        "salon/my%20cat.png",
    ):
        assert (await place.client.get(f"/media/{path}")).status_code == 404, path


async def test_a_name_longer_than_a_file_system_takes_is_not_found(place: Place) -> None:
    for name in ("a" * 300, "a/" * 3000 + "b"):
        response = await place.client.get(f"/media/shop/{name}.png")
        assert response.status_code == 404


async def test_the_last_of_the_disk_is_left_to_conversations(tmp_path: Path) -> None:
    place = Place(tmp_path, spare=1 << 62)
    place.hub.join(Address(1, "shop", "web", chat_of(TOKEN)))
    assert (await place.upload(png())).status_code == 503
    assert not place.uploads.exists()


async def test_visitors_of_one_address_share_what_may_be_sent(tmp_path: Path) -> None:
    place = Place(tmp_path, host="93.184.216.34")
    place.hub.join(Address(1, "shop", "web", chat_of(TOKEN)))
    answers = [(await place.upload(png() + bytes(400))).status_code for _ in range(4)]
    assert answers == [201, 201, 201, 429]
    place.now += timedelta(minutes=11)
    assert (await place.upload(png())).status_code == 201
