"""Documents that were uploaded and what was read out of them, behind bots.ports.Documents."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bots.errors import NotFound, QuotaReached
from bots.model.knowledge import Document, Piece
from bots.ports import Clock
from bots.tenancy import over_all
from storage.db import Db, Readers, Writes
from storage.knowledge import drop_pieces, is_assistant, put_pieces
from storage.rows import to_micros, to_moment
from storage.sql import inserted

_COLUMNS = (
    "d.id, d.workspace, d.assistant_id, d.filename, d.file, d.kind, d.size, d.content_type,"
    " d.digest, d.status, d.error, d.chunks, d.created_at, d.updated_at"
)
_LIVE = (
    f"SELECT {_COLUMNS} FROM documents d"
    " JOIN assistants a ON a.id = d.assistant_id AND a.deleted_at IS NULL"
)
_ALL = f"{_LIVE} WHERE d.workspace = ? AND (CAST(? AS BIGINT) IS NULL OR d.assistant_id = ?) ORDER BY d.id"
_ONE = f"{_LIVE} WHERE d.workspace = ? AND d.id = ? AND (CAST(? AS BIGINT) IS NULL OR d.assistant_id = ?)"
_SAME = (
    f"SELECT {_COLUMNS} FROM documents d"
    " WHERE d.workspace = ? AND d.assistant_id = ? AND d.digest = ?"
)
_WAITING = f"{_LIVE} WHERE d.status = 'processing' ORDER BY d.id"
_KEPT = (
    "SELECT coalesce(CAST(sum(d.size) AS BIGINT), 0), count(*) FROM documents d"
    " JOIN assistants a ON a.id = d.assistant_id AND a.deleted_at IS NULL WHERE d.workspace = ?"
)
_DELETED = (
    "SELECT assistant_id FROM documents WHERE assistant_id IN"
    " (SELECT id FROM assistants WHERE deleted_at < ?)"
    " UNION SELECT assistant_id FROM questions WHERE assistant_id IN"
    " (SELECT id FROM assistants WHERE deleted_at < ?)"
)
# Of what could not be read no file is kept.
_FILES = "SELECT file FROM documents WHERE status <> 'failed'"
_STILL = "SELECT 1 FROM documents WHERE id = ? AND status = 'processing'"

AT_ONCE = 25
"""Pieces that are written in one go: turns of customers wait for the same thread."""


class SqlDocuments:
    """Few rows; their pieces are many, and written some at a time."""

    def __init__(self, writer: Writes, reader: Readers, *, clock: Clock) -> None:
        self._writer = writer
        self._reader = reader
        self._clock = clock

    async def plan(self, workspace: int) -> str:
        rows = await self._rows("SELECT plan FROM workspaces WHERE id = ?", (workspace,))
        return str(rows[0][0]) if rows else ""

    async def add(self, document: Document, *, room: int | None, most: int) -> Document:
        kept: Document = await self._writer.do(_add, (document, room, most))
        return kept

    async def all(self, workspace: int, assistant_id: int | None) -> list[Document]:
        rows = await self._rows(_ALL, (workspace, assistant_id, assistant_id))
        return [_document(row) for row in rows]

    async def remove(self, workspace: int, id: int, assistant_id: int | None = None) -> Document:
        gone: Document = await self._writer.do(_remove, (workspace, id, assistant_id))
        return gone

    @over_all
    async def waiting(self) -> list[Document]:
        return [_document(row) for row in await self._rows(_WAITING, ())]

    async def finish(self, document: Document, pieces: Sequence[Piece], error: str = "") -> None:
        if not await self._writer.do(_begin, document.id):
            return
        numbered = list(enumerate(pieces))
        for start in range(0, len(numbered), AT_ONCE):
            await self._writer.do(_put_some, (document, numbered[start : start + AT_ONCE]))
        status = "failed" if error else "completed"
        done = (status, error, len(pieces), to_micros(self._clock()), document.id)
        await self._writer.do(_finish, done)

    @over_all
    async def tidied(self, deleted_before: datetime) -> set[str]:
        before = to_micros(deleted_before)
        for (id,) in await self._rows(_DELETED, (before, before)):
            await self._writer.do(_forget, id)
        return {str(row[0]) for row in await self._rows(_FILES, ())}

    async def _rows(self, query: str, values: tuple[Any, ...]) -> Sequence[Any]:
        async with self._reader.connect() as connection:
            return (await connection.exec_driver_sql(query, values)).fetchall()


def _document(row: Any) -> Document:
    return Document(
        id=row[0],
        workspace=row[1],
        assistant_id=row[2],
        filename=row[3],
        file=row[4],
        kind=row[5],
        size=row[6],
        content_type=row[7],
        digest=row[8],
        status=row[9],
        error=row[10],
        chunks=row[11],
        created_at=to_moment(row[12]),
        updated_at=to_moment(row[13]),
    )


# ---------------------------------------------------------------- in the writer's thread


def _add(
    db: Db, items: Sequence[tuple[Document, int | None, int]]
) -> list[Document | NotFound | QuotaReached]:
    return [_add_one(db, *item) for item in items]


def _add_one(
    db: Db, one: Document, room: int | None, most: int
) -> Document | NotFound | QuotaReached:
    if not is_assistant(db, one.workspace, one.assistant_id):
        return NotFound("assistant", one.assistant_id)
    same = db.execute(_SAME, (one.workspace, one.assistant_id, one.digest)).fetchone()
    if same is not None:
        known = _document(same)
        return known if known.status != "failed" else _again(db, known, one)
    kept, count = db.execute(_KEPT, (one.workspace,)).fetchone()
    if room is not None and kept + one.size > room:
        return QuotaReached(
            f"The workspace keeps {kept} bytes of files, this one has {one.size}, and its plan"
            f" allows {room}: delete documents, or take a larger plan"
        )
    if count >= most:
        return QuotaReached(f"A workspace keeps {most} documents: delete some first")
    made = inserted(
        db,
        "INSERT INTO documents (workspace, assistant_id, filename, file, kind, size, content_type,"
        " digest, status, error, chunks, created_at, updated_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0, ?, ?)",
        (
            *(one.workspace, one.assistant_id, one.filename, one.file, one.kind, one.size),
            *(one.content_type, one.digest, one.status),
            *(to_micros(one.created_at), to_micros(one.updated_at)),
        ),
    )
    return replace(one, id=made)


def _again(db: Db, known: Document, one: Document) -> Document:
    """What failed is read once more, under the name that its file came with now."""
    db.execute(
        "UPDATE documents SET filename = ?, file = ?, kind = ?, content_type = ?,"
        " status = 'processing', error = '', updated_at = ? WHERE id = ?",
        (one.filename, one.file, one.kind, one.content_type, to_micros(one.updated_at), known.id),
    )
    return replace(one, id=known.id, created_at=known.created_at)


def _remove(db: Db, items: Sequence[tuple[int, int, int | None]]) -> list[Document | NotFound]:
    return [_remove_one(db, *item) for item in items]


def _remove_one(db: Db, workspace: int, id: int, assistant_id: int | None) -> Document | NotFound:
    row = db.execute(_ONE, (workspace, id, assistant_id, assistant_id)).fetchone()
    if row is None:
        return NotFound("document", id)
    drop_pieces(db, "document_id", id)
    db.execute("DELETE FROM documents WHERE id = ?", (id,))
    return _document(row)


def _begin(db: Db, ids: Sequence[int]) -> list[bool]:
    """Away with what an earlier try has left; False for what is gone or done."""
    return [_begin_one(db, id) for id in ids]


def _begin_one(db: Db, id: int) -> bool:
    if db.execute(_STILL, (id,)).fetchone() is None:
        return False
    drop_pieces(db, "document_id", id)
    return True


def _put_some(db: Db, items: Sequence[tuple[Document, Sequence[tuple[int, Piece]]]]) -> list[None]:
    for document, pieces in items:
        if db.execute(_STILL, (document.id,)).fetchone() is not None:
            whose = document.workspace, document.assistant_id
            put_pieces(db, whose, (document.id, None), pieces)
    return [None] * len(items)


def _forget(db: Db, ids: Sequence[int]) -> list[None]:
    """All that an assistant knew."""
    for id in ids:
        drop_pieces(db, "assistant_id", id)
        db.execute("DELETE FROM documents WHERE assistant_id = ?", (id,))
        db.execute("DELETE FROM questions WHERE assistant_id = ?", (id,))
    return [None] * len(ids)


def _finish(db: Db, items: Sequence[tuple[Any, ...]]) -> list[None]:
    for item in items:
        db.execute(
            "UPDATE documents SET status = ?, error = ?, chunks = ?, updated_at = ?"
            " WHERE id = ? AND status = 'processing'",
            item,
        )
    return [None] * len(items)
