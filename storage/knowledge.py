"""What assistants know, found by stems of words, behind bots.ports.Library.

The stems are in `passage_words`, an index of FTS5. Which workspace, assistant and kind a passage
is of stands there as words too, so that a search looks through its own part only.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from bots.errors import NotFound, QuotaReached
from bots.model.knowledge import Passage, Piece, Question, Subject
from storage.rows import from_json, to_json, to_micros, to_moment
from storage.versions import Writes

_SHORTEST = 4
"""Letters of the shortest stem that other forms of its word may begin with."""

_KIND: Mapping[Subject, str] = {"document": "ofdocument", "question": "ofquestion"}
"""What a passage is of, as a word of its scope."""

_FOUND = (
    "SELECT p.id, p.document_id, p.question_id, p.title, p.text, d.filename, w.title, w.body"
    " FROM passage_words w JOIN passages p ON p.id = w.rowid"
    " JOIN assistants a ON a.id = p.assistant_id AND a.deleted_at IS NULL"
    " LEFT JOIN documents d ON d.id = p.document_id"
    " WHERE passage_words MATCH ? AND p.workspace = ?"
    " ORDER BY bm25(passage_words, 0.0, 3.0, 1.0), p.id LIMIT ?"
)
_QUESTION = (
    "q.id, q.workspace, q.assistant_id, q.question, q.answer, q.tags, q.created_at, q.updated_at"
)
_LIVE = " FROM questions q JOIN assistants a ON a.id = q.assistant_id AND a.deleted_at IS NULL"
_WHERE = " WHERE q.workspace = ? AND (? IS NULL OR q.assistant_id = ?)"
_QUESTIONS = f"SELECT {_QUESTION}{_LIVE}{_WHERE} ORDER BY q.id LIMIT ? OFFSET ?"
_COUNT = f"SELECT count(*){_LIVE}{_WHERE}"
_ASSISTANTS = "SELECT bot, id FROM assistants WHERE workspace = ? AND deleted_at IS NULL"
_IS_THERE = "SELECT 1 FROM assistants WHERE workspace = ? AND id = ? AND deleted_at IS NULL"


class SqlLibrary:
    """Read beside the writer; a search takes milliseconds."""

    def __init__(self, writer: Any, reader: AsyncEngine) -> None:
        self._writer: Writes = writer
        self._reader = reader

    async def search(
        self,
        workspace: int,
        assistant_id: int | None,
        stems: Sequence[str],
        *,
        limit: int,
        only: Subject | None = None,
    ) -> list[Passage]:
        """Those with every word come first: bm25 alone may put a rare word above them."""
        forms = [_any_form(stem) for stem in dict.fromkeys(stems)]
        if not forms:
            return []
        scope = [f"w{workspace}" if assistant_id is None else f"w{workspace}a{assistant_id}"]
        if only is not None:
            scope.append(_KIND[only])
        within = " AND ".join(f'scope : "{word}"' for word in scope)
        found: dict[int, Passage] = {}
        for joined in (" AND ".join(forms), " OR ".join(forms)):
            query = f"{within} AND {{title body}} : ({joined})"
            for row in await self._rows(_FOUND, (query, workspace, limit)):
                found.setdefault(row[0], _passage(row[1:]))
            if len(found) >= limit or len(forms) == 1:
                break
        return list(found.values())[:limit]

    async def put_question(self, question: Question, piece: Piece, *, most: int) -> Question:
        kept: Question = await self._writer.do(_put_questions, (question, piece, most))
        return kept

    async def questions(
        self, workspace: int, assistant_id: int | None, *, limit: int, offset: int
    ) -> tuple[list[Question], int]:
        whose = (workspace, assistant_id, assistant_id)
        rows = await self._rows(_QUESTIONS, (*whose, limit, offset))
        ((total,),) = await self._rows(_COUNT, whose)
        return [_question(row) for row in rows], total

    async def questions_by_id(self, workspace: int, ids: Sequence[int]) -> list[Question]:
        marks = ", ".join("?" * len(ids))
        query = f"SELECT {_QUESTION}{_LIVE} WHERE q.workspace = ? AND q.id IN ({marks})"
        return [_question(row) for row in await self._rows(query, (workspace, *ids))]

    async def assistants(self, workspace: int) -> dict[str, int]:
        return {str(bot): int(id) for bot, id in await self._rows(_ASSISTANTS, (workspace,))}

    async def _rows(self, query: str, values: tuple[Any, ...]) -> Sequence[Any]:
        async with self._reader.connect() as connection:
            return (await connection.exec_driver_sql(query, values)).fetchall()


def _any_form(stem: str) -> str:
    """A stem, and what the stemmer may have cut shorter or longer; see flows.stems.alike."""
    if len(stem) < _SHORTEST:
        return f'"{stem}"'
    shorter = [f'"{stem[:-cut]}"' for cut in (1, 2) if len(stem) - cut >= _SHORTEST]
    return "(" + " OR ".join([f'"{stem}"*', *shorter]) + ")"


def _passage(row: Any) -> Passage:
    document_id, question_id, title, text, filename, title_stems, stems = row
    return Passage(
        document_id=document_id,
        question_id=question_id,
        title=title,
        text=text,
        source=filename or title,
        title_stems=frozenset(title_stems.split()),
        stems=frozenset(stems.split()),
    )


def _question(row: Any) -> Question:
    id, workspace, assistant_id, question, answer, tags, created_at, updated_at = row
    return Question(
        id=id,
        workspace=workspace,
        assistant_id=assistant_id,
        question=question,
        answer=answer,
        tags=tuple(from_json(tags)),
        created_at=to_moment(created_at),
        updated_at=to_moment(updated_at),
    )


# ---------------------------------------------------------------- in the writer's thread


def is_assistant(db: sqlite3.Connection, workspace: int, id: int) -> bool:
    """Whether there is one, not deleted, in the workspace."""
    return db.execute(_IS_THERE, (workspace, id)).fetchone() is not None


def put_pieces(
    db: sqlite3.Connection,
    whose: tuple[int, int],
    of: tuple[int | None, int | None],
    pieces: Iterable[tuple[int, Piece]],
) -> None:
    """Passages of a workspace's assistant, out of a document or a question, with their words."""
    workspace, assistant_id = whose
    kind: Subject = "document" if of[0] is not None else "question"
    scope = f"w{workspace} w{workspace}a{assistant_id} {_KIND[kind]}"
    for number, piece in pieces:
        made = db.execute(
            "INSERT INTO passages (workspace, assistant_id, document_id, question_id, number, title,"
            " text) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*whose, *of, number, piece.title, piece.text),
        )
        db.execute(
            "INSERT INTO passage_words (rowid, scope, title, body) VALUES (?, ?, ?, ?)",
            (made.lastrowid, scope, " ".join(piece.title_stems), " ".join(piece.stems)),
        )


def drop_pieces(db: sqlite3.Connection, column: str, id: int) -> None:
    """Those of a document (`document_id`) or a question (`question_id`)."""
    db.execute(
        f"DELETE FROM passage_words WHERE rowid IN (SELECT id FROM passages WHERE {column} = ?)",
        (id,),
    )
    db.execute(f"DELETE FROM passages WHERE {column} = ?", (id,))


def _put_questions(
    db: sqlite3.Connection, items: Sequence[tuple[Question, Piece, int]]
) -> list[Question | NotFound | QuotaReached]:
    return [_put_question(db, *item) for item in items]


def _put_question(
    db: sqlite3.Connection, one: Question, piece: Piece, most: int
) -> Question | NotFound | QuotaReached:
    whose = one.workspace, one.assistant_id
    if not is_assistant(db, *whose):
        return NotFound("assistant", one.assistant_id)
    folded = " ".join(one.question.casefold().split())
    same = db.execute(
        "SELECT id, created_at FROM questions"
        " WHERE workspace = ? AND assistant_id = ? AND folded = ?",
        (*whose, folded),
    ).fetchone()
    if same is None:
        counted = "SELECT count(*) FROM questions WHERE workspace = ?"
        if db.execute(counted, (one.workspace,)).fetchone()[0] >= most:
            return QuotaReached(f"A workspace keeps {most} questions; there is no room for more")
        kept = replace(one, id=_add_question(db, one, folded))
    else:
        kept = replace(one, id=same[0], created_at=to_moment(same[1]))
        db.execute(
            "UPDATE questions SET question = ?, answer = ?, tags = ?, updated_at = ? WHERE id = ?",
            (one.question, one.answer, to_json(list(one.tags)), to_micros(one.updated_at), kept.id),
        )
        drop_pieces(db, "question_id", kept.id)
    put_pieces(db, whose, (None, kept.id), [(0, piece)])
    return kept


def _add_question(db: sqlite3.Connection, one: Question, folded: str) -> int:
    made = db.execute(
        "INSERT INTO questions (workspace, assistant_id, question, folded, answer, tags, created_at,"
        " updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            one.workspace,
            one.assistant_id,
            one.question,
            folded,
            one.answer,
            to_json(list(one.tags)),
            to_micros(one.created_at),
            to_micros(one.updated_at),
        ),
    )
    assert made.lastrowid is not None
    return made.lastrowid
