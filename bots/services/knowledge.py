"""What assistants know: questions with answers and documents, and the passages that fit a question."""

from collections.abc import Sequence

from bots.errors import Conflict, Consumed, NotFound
from bots.model.account import Caller
from bots.model.knowledge import Found, Passage, Piece, Question, Subject
from bots.ports import Clock, Library
from flows.stems import alike, stems

LONGEST_QUERY = 4_000
"""Characters of a question that are looked at; a longer one is no question."""
MOST_WORDS = 16
MOST_QUESTIONS = 10_000
"""How many one workspace keeps."""

_LOOKED_AT = 100
"""Passages the index gives to be compared word by word."""
_ANOTHER_FORM = 0.9
_IN_BODY = 0.8
"""What a word tells that stands in the text, where 1 is one of the heading or the question."""


class Knowledge:
    """Questions with their answers, and the search through everything an assistant knows."""

    def __init__(self, library: Library, *, clock: Clock) -> None:
        self._library = library
        self._clock = clock

    async def search(
        self,
        workspace: int,
        assistant_id: int | None,
        text: str,
        limit: int = 5,
        *,
        only: Subject | None = None,
    ) -> list[Found]:
        """What has words in common with a text, in any form of them, best first."""
        words = list(dict.fromkeys(stems(text[:LONGEST_QUERY])))[:MOST_WORDS]
        passages = await self._library.search(
            workspace, assistant_id, words, limit=max(_LOOKED_AT, limit), only=only
        )
        # Sorting keeps the index's own order among equals: there the rarer words stand first.
        scored = sorted(
            ((_score(words, passage), passage) for passage in passages), key=lambda one: -one[0]
        )
        return [_found(passage, score) for score, passage in scored[:limit] if score > 0]

    async def add_question(
        self,
        caller: Caller,
        assistant_id: int,
        question: str,
        answer: str,
        tags: Sequence[str],
        *,
        once: str | None = None,
    ) -> Question:
        """The same question again gets a new answer, the same `once` again none.

        Raises NotFound, QuotaReached, Conflict where what `once` added is there no more.
        """
        await self.whose(caller, assistant_id)
        now = self._clock()
        made = Question(
            id=0,
            workspace=caller.workspace,
            assistant_id=assistant_id,
            question=question.strip(),
            answer=answer.strip(),
            tags=tuple(dict.fromkeys(tag.strip() for tag in tags if tag.strip())),
            created_at=now,
            updated_at=now,
        )
        piece = Piece(
            title=made.question,
            text=made.answer,
            title_stems=stems(f"{made.question} {' '.join(made.tags)}"),
            stems=stems(made.answer),
        )
        try:
            return await self._library.put_question(made, piece, most=MOST_QUESTIONS, once=once)
        except Consumed as gone:
            raise Conflict(str(gone)) from gone

    async def questions(
        self,
        caller: Caller,
        assistant_id: int | None,
        text: str | None,
        *,
        limit: int,
        offset: int,
    ) -> tuple[list[Question], int]:
        """All, or those a text asks for, best first; and how many there are in all."""
        assistant_id = await self.whose(caller, assistant_id)
        if text is None or not text.strip():
            return await self._library.questions(
                caller.workspace, assistant_id, limit=limit, offset=offset
            )
        found = await self.search(
            caller.workspace, assistant_id, text, limit=_LOOKED_AT, only="question"
        )
        ids = [one.question_id for one in found if one.question_id is not None]
        page = ids[offset : offset + limit]
        known = await self._library.questions_by_id(caller.workspace, page)
        by_id = {one.id: one for one in known}
        return [by_id[id] for id in page if id in by_id], len(ids)

    async def whose(self, caller: Caller, assistant_id: int | None) -> int | None:
        """Which assistant a list is of; None: all. A key of one bot sees that bot's alone.

        Raises NotFound for an assistant that is not there, or not for this caller.
        """
        bots = await self._library.assistants(caller.workspace)
        if caller.bot is not None:
            bots = {bot: id for bot, id in bots.items() if bot == caller.bot}
            if not bots:
                raise NotFound("assistant", caller.bot)
            assistant_id = assistant_id or bots[caller.bot]
        if assistant_id is not None and assistant_id not in bots.values():
            raise NotFound("assistant", assistant_id)
        return assistant_id


def _score(words: Sequence[str], passage: Passage) -> float:
    """The share of the words that a passage has, less where only its text or another form fits."""
    fits = [
        max(_fit(word, passage.title_stems), _IN_BODY * _fit(word, passage.stems)) for word in words
    ]
    return round(sum(fits) / len(words), 3)


def _fit(word: str, among: frozenset[str]) -> float:
    if word in among:
        return 1.0
    return _ANOTHER_FORM if any(alike(word, other) for other in among) else 0.0


def _found(passage: Passage, score: float) -> Found:
    return Found(
        title=passage.title,
        text=passage.text,
        source=passage.source,
        score=score,
        document_id=passage.document_id,
        question_id=passage.question_id,
    )
