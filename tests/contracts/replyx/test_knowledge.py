"""Every JSON example of the chapter of documents and knowledge, against the running server."""

from typing import Any

import httpx
import pytest

from tests.contracts.likeness import assert_like
from tests.servers.assistants import another_key, another_workspace, assistant_of, until_read
from tests.servers.easyflow import EasyFlow

Json = dict[str, Any]

UPLOADED: Json = {
    "id": 1,
    "filename": "document.pdf",
    "size": 1024000,
    "content_type": "application/pdf",
    "status": "processing",
    "assistant_id": 1,
    "created_at": "2025-09-01T10:00:00Z",
}
LISTED: Json = {
    "id": 1,
    "filename": "document.pdf",
    "size": 1024000,
    "status": "completed",
    "chunks_count": 25,
    "assistant_id": 1,
    "created_at": "2025-09-01T10:00:00Z",
}
QUESTION: Json = {
    "assistant_id": 1,
    "question": "Как настроить бота?",
    "answer": "Для настройки бота перейдите в раздел...",
    "tags": ["настройка", "бот"],
}
FOREIGN = "a-key-of-another-workspace"


@pytest.fixture(scope="module")
def assistant(server: EasyFlow) -> int:
    return assistant_of(server)


@pytest.fixture(scope="module")
def foreign(server: EasyFlow) -> int:
    """The assistant of somebody else's workspace."""
    return assistant_of(server, workspace=another_workspace(server, FOREIGN), bot="assistant.900")


async def upload(client: httpx.AsyncClient, assistant: int, name: str, text: str) -> httpx.Response:
    return await client.post(
        "/api/documents/upload",
        files={"file": (name, text.encode(), "text/markdown")},
        data={"assistant_id": str(assistant)},
    )


async def read(server: EasyFlow, client: httpx.AsyncClient, id: int) -> Json:
    """A document once it is read."""
    await until_read(server, id)
    listed = (await client.get("/api/documents")).json()
    (document,) = [one for one in listed if one["id"] == id]
    found: Json = document
    return found


async def test_a_document_is_uploaded_read_listed_found_and_removed(
    server: EasyFlow, client: httpx.AsyncClient, assistant: int
) -> None:
    text = "# Гарантия\nНа чайники гарантия два года.\n# Возврат\nВернём деньги за три дня."
    response = await upload(client, assistant, "../правила\u202e.md", text)
    assert response.status_code == 201, response.text
    uploaded = response.json()
    assert_like(UPLOADED, uploaded)
    assert uploaded["status"] == "processing"
    assert (uploaded["filename"], uploaded["size"]) == ("правила.md", len(text.encode()))
    assert (uploaded["content_type"], uploaded["assistant_id"]) == ("text/markdown", assistant)
    assert response.headers["x-ratelimit-limit"] == "10"
    document = await read(server, client, uploaded["id"])
    assert_like(LISTED, document)
    assert (document["status"], document["chunks_count"]) == ("completed", 2)
    again = await upload(client, assistant, "other.md", text)
    assert (again.status_code, again.json()["id"]) == (201, uploaded["id"])
    found = (await client.get("/api/documents", params={"q": "гарантии чайника"})).json()
    assert [one["id"] for one in found] == [uploaded["id"]]
    gone = await client.delete(f"/api/documents/{uploaded['id']}")
    assert (gone.status_code, gone.json()) == (200, {"success": True})
    assert (await client.delete(f"/api/documents/{uploaded['id']}")).status_code == 404
    listed = (await client.get("/api/documents")).json()
    assert uploaded["id"] not in [one["id"] for one in listed]
    assert (await client.get("/api/documents", params={"q": "гарантия"})).json() == []


async def test_a_question_is_added_as_printed_and_found_by_its_words(
    client: httpx.AsyncClient, assistant: int
) -> None:
    response = await client.post("/api/qa-knowledge", json={**QUESTION, "assistant_id": assistant})
    assert response.status_code == 201, response.text
    added = response.json()
    assert_like({"id": 1, **QUESTION, "created_at": "2025-09-01T10:00:00Z"}, added)
    assert {**added, "assistant_id": 1} == {
        **QUESTION,
        "id": added["id"],
        "created_at": added["created_at"],
    }
    params: Json = {"assistant_id": assistant, "q": "настройки ботов"}
    assert (await client.get("/api/qa-knowledge", params=params)).json() == [added]
    everything = await client.get("/api/qa-knowledge")
    assert added in everything.json()
    assert everything.headers["x-total-count"] == str(len(everything.json()))
    assert (await client.get("/api/qa-knowledge", params={"q": "слонёнок"})).json() == []


async def test_a_document_that_cannot_be_read_says_why(
    server: EasyFlow, client: httpx.AsyncClient, assistant: int
) -> None:
    response = await upload(client, assistant, "empty.md", "   \n\n  ")
    document = await read(server, client, response.json()["id"])
    assert (document["status"], document["chunks_count"]) == ("failed", 0)
    assert "There is no text in it" in document["error"]


async def test_what_is_of_no_kind_or_says_otherwise_is_refused(
    client: httpx.AsyncClient, assistant: int
) -> None:
    response = await client.post(
        "/api/documents/upload",
        files={"file": ("a.pdf", b"\0\0\0\x18ftypmp42", "application/pdf")},
        data={"assistant_id": str(assistant)},
    )
    assert response.status_code == 415
    assert response.json()["error"]["code"] == "UNSUPPORTED_FORMAT"
    assert "video/mp4" in response.json()["error"]["details"]["reason"]


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b'{"file": "a.txt", "assistant_id": 1}', {"Content-Type": "application/json"}),
        (b"file=a.txt&assistant_id=1", {"Content-Type": "application/x-www-form-urlencoded"}),
        (b"--x\r\n", {"Content-Type": "multipart/form-data; boundary=x"}),
        (b"", {"Content-Type": "multipart/form-data"}),
        (
            b'--x\r\nContent-Disposition: form-data; name="p"\r\n\r\n1\r\n' * 10_000 + b"--x--",
            {"Content-Type": "multipart/form-data; boundary=x"},
        ),
    ],
    ids=["json", "urlencoded", "cut off", "no boundary", "10,000 parts"],
)
async def test_what_is_no_form_with_a_file_is_refused(
    server: EasyFlow, client: httpx.AsyncClient, content: bytes, headers: dict[str, str]
) -> None:
    # A key of its own: ten uploads in five minutes are for everything else here.
    key = f"a-key-for-forms-{len(content)}-long"
    another_key(server, key)
    sent = {**headers, "Authorization": f"Bearer {key}"}
    response = await client.post("/api/documents/upload", content=content, headers=sent)
    assert response.status_code in (400, 415, 422), response.text
    assert response.json()["error"]["code"]


@pytest.mark.parametrize(
    "changes",
    [
        {"question": "   "},
        {"answer": ""},
        {"question": "а" * 2_001},
        {"answer": "а" * 20_001},
        {"tags": ["t"] * 51},
        {"tags": "бот"},
        {"question": None},
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(
    client: httpx.AsyncClient, assistant: int, changes: Json
) -> None:
    body = {**QUESTION, "assistant_id": assistant, **changes}
    response = await client.post("/api/qa-knowledge", json=body)
    assert response.status_code == 422
    assert response.json()["error"]["details"]["field"].startswith(next(iter(changes)))


async def test_what_is_another_workspaces_is_not_there(
    client: httpx.AsyncClient, assistant: int, foreign: int
) -> None:
    theirs = {"Authorization": f"Bearer {FOREIGN}"}
    body = {**QUESTION, "assistant_id": assistant}
    assert (await client.post("/api/qa-knowledge", json=body)).status_code == 201
    mine = (await upload(client, assistant, "mine.md", "Моё и только моё.")).json()["id"]
    for id in (assistant, 10**18, 0, -1):
        asked = {**QUESTION, "assistant_id": id}
        added = await client.post("/api/qa-knowledge", json=asked, headers=theirs)
        assert added.status_code == 404, id
        sent = await client.post(
            "/api/documents/upload",
            files={"file": ("a.txt", b"text", "text/plain")},
            data={"assistant_id": str(id)},
            headers=theirs,
        )
        assert sent.status_code == 404
        for path in ("/api/documents", "/api/qa-knowledge"):
            listed = await client.get(path, params={"assistant_id": id}, headers=theirs)
            assert listed.status_code == 404
    assert (await client.delete(f"/api/documents/{mine}", headers=theirs)).status_code == 404
    for path in ("/api/documents", "/api/qa-knowledge"):
        assert (await client.get(path, headers=theirs)).json() == []
        assert (await client.get(path, params={"q": "бот моё"}, headers=theirs)).json() == []
    assert mine in [one["id"] for one in (await client.get("/api/documents")).json()]


async def test_the_eleventh_upload_in_five_minutes_is_refused(
    server: EasyFlow, client: httpx.AsyncClient, foreign: int
) -> None:
    key = "a-key-that-uploads-all-day"
    another_key(server, key)
    statuses = []
    for _ in range(11):
        response = await client.post(
            "/api/documents/upload", headers={"Authorization": f"Bearer {key}"}
        )
        statuses.append(response.status_code)
    assert statuses == [422] * 10 + [429]
    assert response.json()["error"]["code"] == "RATE_LIMIT_EXCEEDED"
    assert 1 <= int(response.headers["retry-after"]) <= 300
