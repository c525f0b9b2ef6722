"""What assistants know, found by stems of words, behind bots.ports.Library.

The stems are in `passage_words` (storage/words.py), each with its workspace, its assistant and its
kind before it (`w1a2qвозврат`): a search reads its own part of the index, however much others have.
"""

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import log
from typing import Any

from bots.errors import Consumed, EasyFlowError, NotFound, QuotaReached
from bots.model.knowledge import Passage, Piece, Question, Subject
from storage.db import Db, Readers, Writes
from storage.rows import from_json, to_json, to_micros, to_moment
from storage.shelf import comes_first
from storage.sql import inserted
from storage.words import Form, Words

_SHORTEST = 4
"""Letters of the shortest stem that other forms of its word may begin with."""

_KEY = re.compile(r"w\d+a\d+[dq]")
_MOST = 4_000
"""Passages with one word that are counted: in more of them it tells nothing."""
_IN_BODY = 0.8
"""What a word tells in the text, where 1 is one of the heading or the question."""
_KINDS: Mapping[Subject, str] = {"document": "d", "question": "q"}
"""What a passage is of, as a letter before its words."""

_HAVING = (
    "SELECT CAST(? AS BIGINT), CAST(? AS DOUBLE PRECISION), rowid FROM"
    f" ({{having}} LIMIT {_MOST}) AS found"
)
_FOUND = (
    "SELECT p.id, p.document_id, p.question_id, p.title, p.text, d.filename, w.title, w.body"
    " FROM passages p JOIN passage_words w ON w.rowid = p.id"
    " JOIN assistants a ON a.id = p.assistant_id AND a.deleted_at IS NULL"
    " LEFT JOIN documents d ON d.id = p.document_id WHERE p.workspace = ? AND p.id IN "
)
_QUESTION = (
    "q.id, q.workspace, q.assistant_id, q.question, q.answer, q.tags, q.created_at, q.updated_at"
)
_LIVE = " FROM questions q JOIN assistants a ON a.id = q.assistant_id AND a.deleted_at IS NULL"
_WHERE = " WHERE q.workspace = ? AND (CAST(? AS BIGINT) IS NULL OR q.assistant_id = ?)"
_THERE = f"SELECT {_QUESTION}{_LIVE} WHERE q.id = ?"
_QUESTIONS = f"SELECT {_QUESTION}{_LIVE}{_WHERE} ORDER BY q.id LIMIT ? OFFSET ?"
_COUNT = f"SELECT count(*){_LIVE}{_WHERE}"
_ASSISTANTS = "SELECT bot, id FROM assistants WHERE workspace = ? AND deleted_at IS NULL"
_IS_THERE = "SELECT 1 FROM assistants WHERE workspace = ? AND id = ? AND deleted_at IS NULL"


class SqlLibrary:
    """Read beside the writer; a search takes milliseconds."""

    def __init__(self, writer: Writes, reader: Readers, words: Words) -> None:
        self._writer = writer
        self._reader = reader
        self._words = words

    async def search(
        self,
        workspace: int,
        assistant_id: int | None,
        stems: Sequence[str],
        *,
        limit: int,
        only: Subject | None = None,
    ) -> list[Passage]:
        """Words that few passages of the assistant have count more than those that many have."""
        whose = [assistant_id]
        if assistant_id is None:
            whose = list((await self.assistants(workspace)).values())
        kinds = _KINDS.values() if only is None else (_KINDS[only],)
        keys = [f"w{workspace}a{id}{kind}" for id in whose for kind in kinds]
        having = await self._having(keys, list(dict.fromkeys(stems)))
        # Beside the loop: ten common words are in tens of thousands of passages.
        best = await asyncio.to_thread(_best, having, limit)
        marks = ", ".join("?" * len(best))
        rows = await self._rows(f"{_FOUND}({marks})", (workspace, *best)) if best else ()
        found = {row[0]: _passage(row[1:]) for row in rows}
        return [found[id] for id in best if id in found]

    async def _having(
        self, keys: Sequence[str], stems: Sequence[str]
    ) -> Sequence[tuple[int, float, int]]:
        """Which word, how much it tells there, in which passage; one question for all."""
        values: list[Any] = []
        asked: list[str] = []
        for number, stem in enumerate(stems if keys else ()):
            forms = [form for key in keys for form in _forms(key, stem)]
            asked += [_HAVING.format(having=one) for one in (self._words.title, self._words.body)]
            values += (number, 1.0, self._words.in_title(forms))
            values += (number, _IN_BODY, self._words.in_body(forms))
        return await self._rows(" UNION ALL ".join(asked), tuple(values)) if asked else ()

    async def put_question(
        self, question: Question, piece: Piece, *, most: int, once: str | None = None
    ) -> Question:
        kept: Question = await self._writer.do(_put_questions, (question, piece, most, once))
        return kept

    async def questions(
        self, workspace: int, assistant_id: int | None, *, limit: int, offset: int
    ) -> tuple[list[Question], int]:
        whose = (workspace, assistant_id, assistant_id)
        rows = await self._rows(_QUESTIONS, (*whose, limit, offset))
        ((total,),) = await self._rows(_COUNT, whose)
        return [_question(row) for row in rows], total

    async def questions_by_id(self, workspace: int, ids: Sequence[int]) -> list[Question]:
        if not ids:
            return []
        marks = ", ".join("?" * len(ids))
        query = f"SELECT {_QUESTION}{_LIVE} WHERE q.workspace = ? AND q.id IN ({marks})"
        return [_question(row) for row in await self._rows(query, (workspace, *ids))]

    async def assistants(self, workspace: int) -> dict[str, int]:
        return {str(bot): int(id) for bot, id in await self._rows(_ASSISTANTS, (workspace,))}

    async def _rows(self, query: str, values: tuple[Any, ...]) -> Sequence[Any]:
        async with self._reader.connect() as connection:
            return (await connection.exec_driver_sql(query, values)).fetchall()


def _forms(key: str, stem: str) -> list[Form]:
    """A stem, and what the stemmer may have cut shorter or longer; see flows.stems.alike."""
    if len(stem) < _SHORTEST:
        return [Form(f"{key}{stem}")]
    shorter = [Form(f"{key}{stem[:-cut]}") for cut in (1, 2) if len(stem) - cut >= _SHORTEST]
    return [Form(f"{key}{stem}", begins=True), *shorter]


def _best(having: Sequence[tuple[int, float, int]], limit: int) -> list[int]:
    """The passages whose words tell most, best first."""
    tells: dict[int, dict[int, float]] = {}
    for number, much, id in having:
        of_word = tells.setdefault(number, {})
        of_word[id] = max(much, of_word.get(id, 0.0))
    seen = len({id for of_word in tells.values() for id in of_word})
    scores: dict[int, float] = {}
    for of_word in tells.values():
        weight = log(1 + seen / len(of_word))
        for id, much in of_word.items():
            scores[id] = scores.get(id, 0.0) + weight * much
    return sorted(scores, key=lambda id: (-scores[id], id))[:limit]


def _passage(row: Any) -> Passage:
    document_id, question_id, title, text, filename, title_stems, stems = row
    return Passage(
        document_id=document_id,
        question_id=question_id,
        title=title,
        text=text,
        source=filename or title,
        title_stems=_without_key(title_stems),
        stems=_without_key(stems),
    )


def _without_key(words: str) -> frozenset[str]:
    return frozenset(_KEY.sub("", word) for word in words.split())


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


def is_assistant(db: Db, workspace: int, id: int) -> bool:
    """Whether there is one, not deleted, in the workspace."""
    return db.execute(_IS_THERE, (workspace, id)).fetchone() is not None


def put_pieces(
    db: Db,
    whose: tuple[int, int],
    of: tuple[int | None, int | None],
    pieces: Iterable[tuple[int, Piece]],
) -> None:
    """Passages of a workspace's assistant, out of a document or a question, with their words."""
    workspace, assistant_id = whose
    kind = _KINDS["document" if of[0] is not None else "question"]
    key = f"w{workspace}a{assistant_id}{kind}"
    for number, piece in pieces:
        made = inserted(
            db,
            "INSERT INTO passages (workspace, assistant_id, document_id, question_id, number, title,"
            " text) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*whose, *of, number, piece.title, piece.text),
        )
        db.execute(
            "INSERT INTO passage_words (rowid, title, body) VALUES (?, ?, ?)",
            (made, _keyed(key, piece.title_stems), _keyed(key, piece.stems)),
        )


def _keyed(key: str, stems: Iterable[str]) -> str:
    """Each word once: where it stands and how often is not asked for."""
    return " ".join(f"{key}{stem}" for stem in dict.fromkeys(stems))


def drop_pieces(db: Db, column: str, id: int) -> None:
    """Those of a document (`document_id`), a question (`question_id`) or an assistant."""
    db.execute(
        f"DELETE FROM passage_words WHERE rowid IN (SELECT id FROM passages WHERE {column} = ?)",
        (id,),
    )
    db.execute(f"DELETE FROM passages WHERE {column} = ?", (id,))


def _put_questions(
    db: Db, items: Sequence[tuple[Question, Piece, int, str | None]]
) -> list[Question | EasyFlowError]:
    return [_put_question(db, *item) for item in items]


def _put_question(
    db: Db, one: Question, piece: Piece, most: int, once: str | None
) -> Question | EasyFlowError:
    whose = one.workspace, one.assistant_id
    if not is_assistant(db, *whose):
        return NotFound("assistant", one.assistant_id)
    folded = " ".join(one.question.casefold().split())
    same = db.execute(
        "SELECT id, created_at FROM questions"
        " WHERE workspace = ? AND assistant_id = ? AND folded = ?",
        (*whose, folded),
    ).fetchone()
    if not comes_first(db, one.workspace, once, one.updated_at):
        if same is None:
            return Consumed("It was added by this request, and removed since")
        return _question(db.execute(_THERE, (same[0],)).fetchone())
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


def _add_question(db: Db, one: Question, folded: str) -> int:
    made = inserted(
        db,
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
    return made
