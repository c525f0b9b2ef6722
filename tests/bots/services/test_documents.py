"""Documents are taken in whole or not at all, and read one after another, each workspace in turn."""

import asyncio
import contextlib
import io
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import IO, Any

import pytest

from bots.errors import EasyFlowError, NotFound, Unavailable, UnknownFormat, VirusFound
from bots.model.account import Caller
from bots.model.knowledge import Document, FileKind, Kept, Piece, Upload
from bots.services.documents import KEEP_DELETED, Documents, shown_name
from bots.services.knowledge import Knowledge
from tests.adapters.http.libraries import MemoryLibrary

NOW = datetime(2026, 3, 8, 12, tzinfo=UTC)
CALLER = Caller(workspace=1, account_id=1, key_id=None)
UPLOAD = Upload(assistant_id=1, filename="a.txt", content_type="text/plain")


class Store:
    """Implements `bots.ports.Documents`; the same content is the same document."""

    def __init__(self) -> None:
        self.rows: dict[int, Document] = {}
        self.errors: dict[int, str] = {}
        self.deleted_before: datetime | None = None
        self.refuses: EasyFlowError | None = None
        self.gate: asyncio.Event | None = None
        """What `add` waits for once it is written."""
        self.at_the_gate = asyncio.Event()

    async def plan(self, workspace: int) -> str:
        return "trial"

    async def add(self, document: Document, *, room: int | None, most: int) -> Document:
        if self.refuses is not None:
            raise self.refuses
        for one in self.rows.values():
            if one.digest == document.digest:
                return one
        made = replace(document, id=len(self.rows) + 1)
        self.rows[made.id] = made
        if self.gate is not None:
            self.at_the_gate.set()
            await self.gate.wait()
        return made

    async def all(self, workspace: int, assistant_id: int | None) -> list[Document]:
        return list(self.rows.values())

    async def remove(self, workspace: int, id: int, assistant_id: int | None = None) -> Document:
        if id not in self.rows:
            raise NotFound("document", id)
        return self.rows.pop(id)

    async def waiting(self) -> list[Document]:
        return [one for one in self.rows.values() if one.status == "processing"]

    async def finish(self, document: Document, pieces: Sequence[Piece], error: str = "") -> None:
        if document.id in self.rows:
            done = replace(document, status="failed" if error else "completed", error=error)
            self.rows[document.id] = done

    async def tidied(self, deleted_before: datetime) -> set[str]:
        self.deleted_before = deleted_before
        return {one.file for one in self.rows.values()}


class Folder:
    """Implements `bots.ports.DocumentFolder`: files by their names, and what is to go wrong."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.wrong: dict[str, EasyFlowError] = {}
        self.reads: list[str] = []
        self.known: Collection[str] = ()
        self.done = asyncio.Event()

    async def keep(self, content: IO[bytes]) -> Kept:
        name = f"f{len(self.files)}"
        self.files[name] = content.read()
        return Kept(name=name, size=len(self.files[name]), digest=self.files[name].hex())

    async def kind_of(self, kept: Kept, upload: Upload) -> FileKind:
        self._go("kind")
        return "txt"

    async def scan(self, kept: Kept) -> None:
        self._go("scan")

    async def read(self, name: str, kind: FileKind) -> list[Piece]:
        self.reads.append(name)
        if len(self.reads) >= len(self.files):
            self.done.set()
        self._go(name)
        return [Piece(title="", text="t", title_stems=(), stems=("t",))]

    async def drop(self, name: str) -> None:
        self.files.pop(name, None)

    async def tidy(self, known: Collection[str]) -> int:
        self.known = known
        return 1

    def _go(self, what: str) -> None:
        if what in self.wrong:
            raise self.wrong[what]


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
async def folder() -> Folder:
    return Folder()


@pytest.fixture
async def documents(store: Store, folder: Folder) -> Documents:
    knowledge = Knowledge(MemoryLibrary(["shop"]), clock=lambda: NOW)
    return Documents(store, folder, knowledge, room=lambda plan: 100, clock=lambda: NOW)


async def upload(documents: Documents, content: bytes, **changes: Any) -> Document:
    return await documents.upload(CALLER, replace(UPLOAD, **changes), io.BytesIO(content))


async def follow(documents: Documents, folder: Folder) -> None:
    """Until everything was tried once."""
    task = asyncio.create_task(documents.follow())
    done = asyncio.create_task(folder.done.wait())
    await asyncio.wait({task, done}, return_when=asyncio.FIRST_COMPLETED)
    await asyncio.sleep(0)
    for one in (task, done):
        one.cancel()
        with contextlib.suppress(asyncio.CancelledError, Unavailable):
            await one


@pytest.mark.parametrize(
    ("where", "error"), [("kind", UnknownFormat("what")), ("scan", VirusFound("it"))]
)
async def test_of_a_file_that_is_refused_nothing_stays(
    documents: Documents, store: Store, folder: Folder, where: str, error: EasyFlowError
) -> None:
    folder.wrong[where] = error
    with pytest.raises(type(error)):
        await upload(documents, b"a")
    assert (folder.files, store.rows) == ({}, {})


async def test_a_file_whose_row_is_refused_goes_too(
    documents: Documents, store: Store, folder: Folder
) -> None:
    store.refuses = Unavailable("disk")
    with pytest.raises(Unavailable):
        await upload(documents, b"a")
    assert folder.files == {}


async def test_for_another_workspaces_assistant_nothing_is_even_kept(
    documents: Documents, folder: Folder
) -> None:
    with pytest.raises(NotFound):
        await upload(documents, b"a", assistant_id=2)
    assert folder.files == {}


async def test_the_same_content_again_leaves_one_file(documents: Documents, folder: Folder) -> None:
    first = await upload(documents, b"a")
    assert await upload(documents, b"a") == first
    assert list(folder.files) == [first.file]
    await documents.remove(CALLER, first.id)
    assert folder.files == {}


async def test_each_workspace_is_read_in_turn(
    documents: Documents, store: Store, folder: Folder
) -> None:
    for number, workspace in enumerate((1, 1, 1, 2, 2, 3)):
        document = await upload(documents, b"%d" % number)
        store.rows[document.id] = replace(document, workspace=workspace)
    await follow(documents, folder)
    by_file = {one.file: one.workspace for one in store.rows.values()}
    assert sorted(by_file[name] for name in folder.reads[:3]) == [1, 2, 3]
    assert [by_file[name] for name in folder.reads[5:]] == [1]
    assert {one.status for one in store.rows.values()} == {"completed"}


async def test_what_cannot_be_read_says_why_and_the_next_is_read(
    documents: Documents, store: Store, folder: Folder
) -> None:
    first, second = await upload(documents, b"a"), await upload(documents, b"b")
    folder.wrong[first.file] = UnknownFormat("It is broken")
    await follow(documents, folder)
    assert (store.rows[first.id].status, store.rows[first.id].error) == ("failed", "It is broken")
    assert store.rows[second.id].status == "completed"
    # Sent again and again, it would fill the disk beside its one row.
    assert list(folder.files) == [second.file]


async def test_who_hangs_up_while_it_is_written_down_loses_no_file(
    documents: Documents, store: Store, folder: Folder
) -> None:
    store.gate = asyncio.Event()
    uploading = asyncio.create_task(upload(documents, b"a"))
    await asyncio.wait_for(store.at_the_gate.wait(), 60)
    uploading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await uploading
    (kept,) = store.rows.values()
    assert list(folder.files) == [kept.file]


async def test_what_cannot_be_read_just_now_waits_on(
    documents: Documents, store: Store, folder: Folder
) -> None:
    first = await upload(documents, b"a")
    folder.wrong[first.file] = Unavailable("no process")
    with pytest.raises(Unavailable):
        await documents.follow()
    assert store.rows[first.id].status == "processing"
    del folder.wrong[first.file]
    await follow(documents, folder)
    assert store.rows[first.id].status == "completed"


async def test_tidying_knows_the_files_of_all_documents(
    documents: Documents, store: Store, folder: Folder
) -> None:
    first = await upload(documents, b"a")
    await documents.tidy()
    assert folder.known == {first.file}
    assert store.deleted_before == NOW - KEEP_DELETED


@pytest.mark.parametrize(
    ("filename", "shown"),
    [
        ("прайс.pdf", "прайс.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\me\\a.txt", "a.txt"),
        ("gpj\u202efdp.exe.txt", "gpjfdp.exe.txt"),
        ("a\0\n\u200bb.txt", "ab.txt"),
        ("/", "document"),
        ("", "document"),
        ("я" * 500 + ".docx", "я" * 195 + ".docx"),
        ("a." + "b" * 500, "a." + "b" * 198),
    ],
)
def test_a_name_is_shown_without_what_nobody_sees(filename: str, shown: str) -> None:
    assert shown_name(filename) == shown
