"""Uploads to a running server: endless ones, hostile ones, many at once, and a kill in between."""

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.adapters.documents.files import EICAR, pdf
from tests.security.bombs import drawing_loop
from tests.servers.assistants import another_key, another_workspace, assistant_of, until_read
from tests.servers.clamd import FakeClamd
from tests.servers.easyflow import KEY, EasyFlow, free_port

Json = dict[str, Any]
ENDLESS = "a-key-of-somebody-who-sends-without-end"
POOR = "a-key-of-a-workspace-with-little-room"
AT_ONCE = "a-key-of-somebody-who-cannot-wait"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EasyFlow]:
    easyflow = EasyFlow(
        tmp_path_factory.mktemp("uploads") / "data",
        clamd=f"127.0.0.1:{free_port()}",
        plans__free__storage_mb="1",
        log__level="warning",
    )
    with easyflow:
        assistant_of(easyflow)
        for key in (ENDLESS, AT_ONCE):
            another_key(easyflow, key)
        yield easyflow


@pytest.fixture(scope="module")
def scanner(server: EasyFlow) -> Iterator[FakeClamd]:
    port = int(server.environ["EASYFLOW_CLAMD"].rpartition(":")[2])
    with FakeClamd(port) as running:
        yield running


@pytest.fixture
async def client(server: EasyFlow) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.base, timeout=60) as made:
        yield made


async def upload(
    client: httpx.AsyncClient, name: str, content: bytes, *, assistant: int = 1, key: str = KEY
) -> httpx.Response:
    return await client.post(
        "/api/documents/upload",
        files={"file": (name, content)},
        data={"assistant_id": str(assistant)},
        headers={"Authorization": f"Bearer {key}"},
    )


async def listed(client: httpx.AsyncClient, *, key: str = KEY) -> dict[int, Json]:
    response = await client.get("/api/documents", headers={"Authorization": f"Bearer {key}"})
    return {one["id"]: one for one in response.json()}


async def read(server: EasyFlow, client: httpx.AsyncClient, id: int) -> Json:
    await until_read(server, id)
    return (await listed(client))[id]


def files(server: EasyFlow) -> list[str]:
    folder = server.data / "documents"
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def code(response: httpx.Response) -> str:
    return str(response.json()["error"]["code"])


async def test_while_the_scanner_is_away_nothing_is_taken_in(
    server: EasyFlow, client: httpx.AsyncClient
) -> None:
    response = await upload(client, "a.txt", b"text")
    assert (response.status_code, code(response)) == (503, "SERVICE_UNAVAILABLE")
    assert "scanner" in response.json()["error"]["details"]["reason"]
    assert int(response.headers["retry-after"]) >= 1
    assert (await listed(client), files(server)) == ({}, [])


async def test_a_virus_is_named_and_not_kept(
    server: EasyFlow, client: httpx.AsyncClient, scanner: FakeClamd
) -> None:
    response = await upload(client, "invoice.txt", b"Hello " + EICAR)
    assert (response.status_code, code(response)) == (422, "VIRUS_DETECTED")
    assert response.json()["error"]["details"]["reason"] == "Eicar-Test-Signature"
    assert (await listed(client), files(server)) == ({}, [])


LATER = 4_000_000_000
"""Seconds since 1970, past any start of these tests: what is that young may just be coming in."""


def endless(server: EasyFlow, headers: str, head: bytes, most: int) -> tuple[bytes, int]:
    """Send without end; what is answered, and after how many bytes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as one:
        one.sendall(
            f"POST /api/documents/upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ENDLESS}\r\n"
            f"Content-Type: multipart/form-data; boundary=x\r\n{headers}\r\n\r\n".encode()
        )
        sent, piece = 0, b"a" * 65_536
        try:
            one.sendall(_chunk(head) if "chunked" in headers else head)
            while sent < most:
                one.sendall(_chunk(piece) if "chunked" in headers else piece)
                sent += len(piece)
        except OSError:
            pass
        try:
            return one.recv(65_536), sent
        except OSError:
            return b"", sent


def _chunk(content: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(content), content)


def memory(server: EasyFlow) -> int:
    """Bytes the server has in memory now."""
    status = Path(f"/proc/{server.process_id}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


def test_a_body_without_end_is_ended_and_costs_no_memory(server: EasyFlow) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    before = memory(server)
    _, sent = endless(server, "Transfer-Encoding: chunked", head, 200 << 20)
    assert sent < 64 << 20
    said, sent = endless(server, "Content-Length: 99999999999", head, 1 << 20)
    assert b" 413 " in said or sent < 1 << 20
    assert memory(server) - before < 48 << 20
    assert files(server) == []


async def test_the_largest_file_is_taken_and_a_larger_one_is_not(
    server: EasyFlow, client: httpx.AsyncClient, scanner: FakeClamd
) -> None:
    largest = 20 << 20
    taken = await upload(client, "a.txt", b"word. " * (largest // 6) + b"aa")
    assert taken.status_code == 201, taken.text
    assert taken.json()["size"] == largest
    refused = await upload(client, "b.txt", b"word. " * (largest // 6) + b"aaa")
    assert (refused.status_code, code(refused)) == (413, "FILE_TOO_LARGE")
    assert "20 MiB" in refused.text
    document = await read(server, client, taken.json()["id"])
    assert (document["status"], "1000000 characters" in document["error"]) == ("failed", True)
    gone = await client.delete(
        f"/api/documents/{document['id']}", headers={"Authorization": f"Bearer {KEY}"}
    )
    assert gone.status_code == 200
    assert files(server) == []


async def test_the_same_file_many_times_at_once_is_one_document(
    server: EasyFlow, client: httpx.AsyncClient, scanner: FakeClamd
) -> None:
    content = pdf(["Same for everybody."])
    answers = await asyncio.gather(
        *(upload(client, f"{number}.pdf", content, key=AT_ONCE) for number in range(8))
    )
    assert {answer.status_code for answer in answers} == {201}
    (id,) = {answer.json()["id"] for answer in answers}
    assert (await read(server, client, id))["chunks_count"] == 1
    assert list(await listed(client)) == [id]
    assert len(files(server)) == 1


async def test_a_workspace_keeps_as_much_as_its_plan_allows(
    server: EasyFlow, client: httpx.AsyncClient, scanner: FakeClamd
) -> None:
    poor = another_workspace(server, POOR, plan="free")
    assistant = assistant_of(server, workspace=poor, bot="assistant.700")
    before = files(server)
    first = await upload(client, "a.txt", b"a." * 300_000, assistant=assistant, key=POOR)
    assert first.status_code == 201
    second = await upload(client, "b.txt", b"b." * 300_000, assistant=assistant, key=POOR)
    assert (second.status_code, code(second)) == (403, "UPLOAD_QUOTA_EXCEEDED")
    assert "allows 1000000" in second.json()["error"]["details"]["reason"]
    assert list(await listed(client, key=POOR)) == [first.json()["id"]]
    assert len(files(server)) == len(before) + 1


async def test_while_a_bomb_is_read_the_server_answers(
    server: EasyFlow, client: httpx.AsyncClient, scanner: FakeClamd
) -> None:
    response = await upload(client, "bomb.pdf", drawing_loop())
    assert response.status_code == 201
    reading = asyncio.create_task(until_read(server, response.json()["id"]))
    slowest = 0.0
    while not reading.done():
        started = time.monotonic()
        assert (await client.get("/healthz")).status_code == 200
        slowest = max(slowest, time.monotonic() - started)
        await asyncio.sleep(0.05)
    await reading
    assert (await listed(client))[response.json()["id"]]["status"] == "failed"
    assert slowest < 5


async def test_what_a_kill_interrupted_is_read_and_what_it_left_is_tidied_away(
    server: EasyFlow, client: httpx.AsyncClient, scanner: FakeClamd
) -> None:
    # A page so deep that reading takes longer than the kill.
    response = await upload(client, "deep.html", b"<div>" * 150_000 + b"the end")
    assert response.status_code == 201
    server.kill()
    orphan, young = (server.data / "documents" / f"{name}.upload" for name in ("old", "young"))
    for path in (orphan, young):
        path.write_bytes(b"nobody's")
    os.utime(orphan, (1, 1))
    os.utime(young, (LATER, LATER))
    server.start()
    document = await read(server, client, response.json()["id"])
    assert (document["status"], document["chunks_count"]) == ("completed", 1)
    assert not orphan.exists()
    assert young.exists()
