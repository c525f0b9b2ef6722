"""Documents to know from: taken in, read one after another beside everything else, removed."""

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta
from typing import IO

import structlog

from bots.errors import FileRefused
from bots.model.account import Caller
from bots.model.knowledge import MIME, Document, Kept, Upload
from bots.ports import Clock, DocumentFolder
from bots.ports import Documents as Store
from bots.services.knowledge import Knowledge

MOST_DOCUMENTS = 1_000
"""How many one workspace keeps; a list shows all of them."""
LONGEST_NAME = 200
KEEP_DELETED = timedelta(days=30)
"""How long what a deleted assistant knew is kept, out of sight, in case it was a mistake."""
_UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
_WANTED = 60

log = structlog.get_logger()


class Documents:
    """`room` says how many bytes of files a workspace of a plan may keep; None: any number."""

    def __init__(
        self,
        store: Store,
        folder: DocumentFolder,
        knowledge: Knowledge,
        *,
        room: Callable[[str], int | None],
        clock: Clock,
    ) -> None:
        self._store = store
        self._folder = folder
        self._knowledge = knowledge
        self._room = room
        self._clock = clock
        self._wake = asyncio.Event()

    async def upload(self, caller: Caller, upload: Upload, content: IO[bytes]) -> Document:
        """Take a file in; what it says is read a moment later, see `Document.status`.

        The same content for the same assistant is the document that is there already. Raises
        NotFound, FileRefused, Unavailable: then nothing is kept.
        """
        await self._knowledge.whose(caller, upload.assistant_id)
        kept = await self._folder.keep(content)
        try:
            document = await self._taken(caller, upload, kept)
        except asyncio.CancelledError:
            # It may be on record by now: if it is not, the next start takes the file away.
            raise
        except BaseException:
            await self._folder.drop(kept.name)
            raise
        if document.file != kept.name:
            await self._folder.drop(kept.name)
        self._wake.set()
        return document

    async def all(
        self, caller: Caller, assistant_id: int | None, text: str | None = None
    ) -> list[Document]:
        """In the order in which they came; with a text those that tell of it, best first."""
        whose = await self._knowledge.whose(caller, assistant_id)
        documents = await self._store.all(caller.workspace, whose)
        if text is None or not text.strip():
            return documents
        found = await self._knowledge.search(
            caller.workspace, whose, text, limit=_WANTED, only="document"
        )
        by_id = {one.id: one for one in documents}
        ids = dict.fromkeys(one.document_id for one in found if one.document_id is not None)
        return [by_id[id] for id in ids if id in by_id]

    async def remove(self, caller: Caller, id: int) -> None:
        """The file, and all that was read out of it. Raises NotFound."""
        whose = await self._knowledge.whose(caller, None)
        gone = await self._store.remove(caller.workspace, id, whose)
        await self._folder.drop(gone.file)

    async def follow(self) -> None:
        """Read whatever waits, one after another, for ever; also what a restart interrupted.

        One of each workspace in turn: whoever uploads a hundred lets others wait for one.
        """
        await self.tidy()
        while True:
            self._wake.clear()
            waiting = await self._store.waiting()
            for document in {one.workspace: one for one in reversed(waiting)}.values():
                await self._read(document)
            if not waiting:
                await self._wake.wait()

    async def tidy(self) -> None:
        """Remove what deleted assistants knew, and files that a killed process left."""
        known = await self._store.tidied(self._clock() - KEEP_DELETED)
        removed = await self._folder.tidy(known)
        if removed:
            log.info("Files of no document removed", files=removed)

    async def _taken(self, caller: Caller, upload: Upload, kept: Kept) -> Document:
        kind = await self._folder.kind_of(kept, upload)
        await self._folder.scan(kept)
        now = self._clock()
        document = Document(
            id=0,
            workspace=caller.workspace,
            assistant_id=upload.assistant_id,
            filename=shown_name(upload.filename),
            file=kept.name,
            kind=kind,
            size=kept.size,
            content_type=MIME[kind],
            digest=kept.digest,
            created_at=now,
            updated_at=now,
        )
        room = self._room(await self._store.plan(caller.workspace))
        return await self._store.add(document, room=room, most=MOST_DOCUMENTS)

    async def _read(self, document: Document) -> None:
        try:
            pieces = await self._folder.read(document.file, document.kind)
        except FileRefused as error:
            await self._store.finish(document, (), str(error))
            # Whoever tries again sends it again.
            await self._folder.drop(document.file)
            log.info("A document cannot be read", document=document.id, why=str(error))
            return
        await self._store.finish(document, pieces)


def shown_name(filename: str) -> str:
    """A file's own name to be shown: without folders, and without characters nobody sees."""
    name = _UNSEEN.sub("", re.split(r"[\\/]", filename)[-1]).strip()
    stem, dot, extension = name.rpartition(".")
    room = LONGEST_NAME - len(dot + extension)
    if len(name) > LONGEST_NAME and stem and room > 0:
        return f"{stem[:room]}.{extension}"
    return name[:LONGEST_NAME] or "document"
