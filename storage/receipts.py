"""What messengers told of messages of ours: kept as it comes, held beside a message when it is read."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from bots.model.answer import Delivery
from bots.model.message import Address
from bots.model.receipt import RANK, Receipt
from storage.db import Db, side_by_side
from storage.events import insert_events
from storage.rows import to_json, to_micros
from storage.sql import Insert

LONGEST_ERROR = 500
"""Characters kept of what a messenger says of a failure."""

_SEARCHED = 1000
"""Messages of a chat, the newest first, among which one that failed is looked for."""

_HIGHEST = " DO UPDATE SET rank = excluded.rank, at = excluded.at, code = excluded.code, error = excluded.error"
_NEWS = " RETURNING channel, platform_message_id, rank"
_insert_receipts = Insert(
    "receipts",
    "channel, platform_message_id, rank, at, code, error",
    tail=f"ON CONFLICT (channel, platform_message_id){_HIGHEST} WHERE excluded.rank > receipts.rank{_NEWS}",
)
_insert_marks = Insert(
    "read_marks",
    "channel, chat_id, rank, platform_message_id, at",
    tail="ON CONFLICT (channel, chat_id, rank) DO UPDATE SET"
    " platform_message_id = excluded.platform_message_id, at = excluded.at"
    " WHERE excluded.at >= read_marks.at"
    f" AND (excluded.at, excluded.platform_message_id) <> (read_marks.at, read_marks.platform_message_id){_NEWS}",
)
# The index on chats begins with the workspace, of which there are few.
_CHATS = (
    "SELECT id, workspace, bot FROM conversations WHERE workspace IN (SELECT id FROM workspaces)"
    " AND chat_id = ? AND channel = ? ORDER BY updated_at DESC"
)
_WHICH = (
    "SELECT message_id FROM (SELECT message_id, platform_message_id, more_ids FROM messages"
    " WHERE conversation_id = ? ORDER BY seq DESC LIMIT ?) AS latest"
    " WHERE platform_message_id = ? OR instr(more_ids, ?) > 0"
)
_PRUNE = (
    "DELETE FROM receipts WHERE id IN (SELECT id FROM"
    " (SELECT id, at FROM receipts ORDER BY id LIMIT ?) AS oldest WHERE at < ?)"
)


# ---------------------------------------------------------------- kept, in the writer's thread


@side_by_side
def note(db: Db, groups: Sequence[Sequence[Receipt]]) -> list[list[Address]]:
    """Keep the highest of each message; an event tells of each that is news.

    Gives for each group the chats whose customers are unreachable.
    """
    receipts = [receipt for group in groups for receipt in group]
    # In rising order, so that of several for one message the highest is left.
    receipts.sort(key=lambda one: (RANK[one.status], one.at))
    marks = {(one.channel, one.chat_id, one.status): one for one in receipts if one.upto}
    reached = {
        (one.channel, one.platform_message_id): one
        for one in receipts
        if not one.upto and one.status != "failed"
    }
    marked = _insert_marks.returning(db, [_mark(one) for one in marks.values()])
    news = _insert_receipts.returning(db, [_row(one) for one in reached.values()])
    for one in marks.values():
        if (one.channel, one.platform_message_id, RANK[one.status]) in marked:
            _tell(db, one)
    for channel, id, _ in news:
        _tell(db, reached[channel, id])
    return [_failures(db, group) for group in groups]


def _failures(db: Db, group: Sequence[Receipt]) -> list[Address]:
    gone: list[Address] = []
    for receipt in group:
        if receipt.status == "failed" and _insert_receipts.returning(db, [_row(receipt)]):
            address = _tell(db, receipt)
            if address is not None and receipt.unreachable:
                gone.append(address)
    return gone


def prune(db: Db, before: int, chunk: int) -> int:
    """Drop some of those told before a moment; how many."""
    return db.execute(_PRUNE, (chunk, before)).rowcount


def _row(receipt: Receipt) -> tuple[Any, ...]:
    return (
        receipt.channel,
        receipt.platform_message_id,
        RANK[receipt.status],
        to_micros(receipt.at),
        receipt.code,
        receipt.error[:LONGEST_ERROR],
    )


def _mark(receipt: Receipt) -> tuple[Any, ...]:
    return (
        receipt.channel,
        receipt.chat_id,
        RANK[receipt.status],
        receipt.platform_message_id,
        to_micros(receipt.at),
    )


def _tell(db: Db, receipt: Receipt) -> Address | None:
    """The chat that was told."""
    id = receipt.platform_message_id
    chats = db.execute(_CHATS, (receipt.chat_id, receipt.channel)).fetchall()
    for conversation, workspace, bot in chats:
        found = db.execute(*which(conversation, id)).fetchone()
        # It may have failed before our own note that it was sent.
        if found is None and len(chats) > 1:
            continue
        data: dict[str, Any] = {
            "message_id": found[0] if found is not None else "",
            "platform_message_id": id,
        }
        if receipt.status == "failed":
            data |= {"code": receipt.code, "error": receipt.error[:LONGEST_ERROR]}
        elif receipt.upto:
            data["upto"] = True
        name = f"message.{receipt.status}"
        row = (workspace, conversation, name, to_json(data), to_micros(receipt.at))
        insert_events(db, [row])
        return Address(workspace, bot, receipt.channel, receipt.chat_id)
    return None


def which(conversation: int, platform_message_id: str) -> tuple[str, tuple[Any, ...]]:
    """What finds the message of a chat that its messenger calls so."""
    return _WHICH, (conversation, _SEARCHED, platform_message_id, platform_message_id)


# ---------------------------------------------------------------- read

MESSAGE = (
    "SELECT m.platform_message_id, m.more_ids, m.sent_at, c.channel, c.chat_id"
    " FROM messages m JOIN conversations c ON c.id = m.conversation_id WHERE m.message_id = ?"
)
MARKS = "SELECT rank, platform_message_id, at FROM read_marks WHERE channel = ? AND chat_id = ?"


class Sent(NamedTuple):
    """A message of ours as a row of MESSAGE tells of it."""

    platform_message_id: str
    more_ids: str | None
    sent_at: int | None
    channel: str
    chat_id: str

    @property
    def ids(self) -> list[str]:
        """What the messenger calls its parts."""
        more = self.more_ids.split() if self.more_ids else []
        return [self.platform_message_id, *more] if self.platform_message_id else more


def receipts_of(count: int) -> str:
    """The query for so many messages of a channel: id, rank, code and error of each."""
    return (
        "SELECT platform_message_id, rank, code, error FROM receipts WHERE channel = ?"
        f" AND platform_message_id IN ({', '.join('?' * count)})"
    )


def told_of(sent: Sent, receipts: Iterable[Any], marks: Iterable[Any]) -> Delivery:
    """How far it came by what was told of its parts: as far as the slowest, or failed as one did."""
    ranks = dict.fromkeys(sent.ids, RANK["sent"])
    for id, rank, code, error in receipts:
        if rank == RANK["failed"]:
            return Delivery(
                status="failed",
                platform_message_id=sent.platform_message_id,
                error=error,
                code=code,
            )
        ranks[id] = rank
    for rank, upto, at in marks:
        for id in ranks:
            if _covers(upto, at, id, sent.sent_at):
                ranks[id] = max(ranks[id], rank)
    lowest = min(ranks.values(), default=RANK["sent"])
    status = next(status for status, rank in RANK.items() if rank == lowest)
    return Delivery(status=status, platform_message_id=sent.platform_message_id)


def _covers(upto: str, at: int, id: str, sent_at: int | None) -> bool:
    """Where a messenger numbers its messages its numbers tell, else the time."""
    if upto.isdecimal() and id.isdecimal():
        return int(id) <= int(upto)
    return sent_at is not None and sent_at <= at
