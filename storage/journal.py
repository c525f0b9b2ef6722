"""The hot tables behind bots.ports.Journal: durable before anything is answered."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime

from bots.model.conversation import Conversation, Opening
from bots.model.message import Address, UnifiedMessage
from bots.model.receipt import Receipt
from bots.model.slots import ALONE, Slots, slot_of, slot_of_message
from bots.model.turn import Arrival, TurnRecord
from bots.ports import Clock, NewId
from storage import receipts, rows
from storage.course import moves_to_rows
from storage.db import Readers, Writes
from storage.events import events_of
from storage.known import Known
from storage.leases import lease_of, of_slots
from storage.remembered import Learnt
from storage.writes import (
    Intake,
    TurnRows,
    Wanted,
    claim,
    commit,
    dealt_with,
    postpone,
    prune,
)

_BACKLOG = (
    "SELECT seq, message, attempts FROM inbox"
    " WHERE done_at IS NULL AND parked_at IS NULL{ours} ORDER BY seq"
)
_CAME = (
    "SELECT seq, message, attempts FROM inbox WHERE done_at IS NULL AND parked_at IS NULL"
    " AND (not_before IS NULL OR not_before <= ?){ours} AND seq <> ALL(?) ORDER BY seq LIMIT ?"
)


class SqlJournal:
    """Writes through the writer's thread; conversations it has claimed come from memory."""

    def __init__(
        self,
        writer: Writes,
        reader: Readers,
        *,
        intake: Intake,
        new_id: NewId,
        clock: Clock,
        slots: Slots = ALONE,
        remembers: int = 50_000,
    ) -> None:
        self._writer = writer
        self._reader = reader
        self._intake = intake
        self._new_id = new_id
        self._clock = clock
        self._known = Known(remembers)
        self._slots = slots
        self.read_anew: Callable[[Address], None] = lambda address: None

    async def accept(self, messages: Sequence[UnifiedMessage]) -> list[Arrival]:
        if not messages:
            return []
        now = rows.to_micros(self._clock())
        alone = self._slots.alone
        arrived = [
            rows.message_to_row(message, now, 0 if alone else slot_of_message(message))
            for message in messages
        ]
        numbers = await self._writer.do(self._intake, arrived)
        return [
            Arrival(number, message)
            for number, message in zip(numbers, messages, strict=True)
            if number is not None
        ]

    async def claim(self, address: Address, opening: Opening | None = None) -> Conversation:
        known = self._known.get(address)
        if known is not None:
            return known
        now = rows.to_micros(self._clock())
        wanted = Wanted(address, opening, now, self._new_id(), self._new_id())
        self._known.keep(await self._writer.do(claim, wanted))
        conversation = self._known.get(address)
        assert conversation is not None
        self.read_anew(address)
        return conversation

    def forget(self, which: Callable[[Address], bool]) -> None:
        """Conversations that another process works for now are not as they are known here."""
        self._known.drop_all(which)

    async def commit(self, turn: TurnRecord) -> None:
        address = turn.conversation.address
        try:
            more = await self._writer.do(commit, self._as_rows(turn))
        except BaseException:
            # Whether a cancelled commit went through is not known here: the next claim will read.
            self._known.drop(address)
            raise
        conversation = turn.conversation
        if more is not None:
            conversation = replace(conversation, user=rows.from_json(more))
        self._known.keep(
            conversation,
            user_changed=turn.user_changed,
            profile_changed=turn.profile_changed,
        )

    async def note(self, told: Sequence[Receipt]) -> list[Address]:
        return await self._writer.do(receipts.note, told, patient=True)

    async def postpone(self, arrival: int, *, until: datetime | None, error: str) -> None:
        parked = rows.to_micros(self._clock()) if until is None else None
        await self._writer.do(postpone, (rows.maybe_micros(until), parked, error, arrival))

    async def dealt_with(self, arrivals: Sequence[int]) -> None:
        await self._writer.do(dealt_with, (rows.to_micros(self._clock()), arrivals), patient=True)

    async def backlog(self) -> list[Arrival]:
        async with self._reader.connect() as connection:
            ours, slots = of_slots(self._slots, "slot")
            found = await connection.exec_driver_sql(_BACKLOG.format(ours=ours), slots)
            return [rows.arrival_from_row(row) for row in found]

    async def came(self, known: Collection[int], now: datetime, *, limit: int) -> list[Arrival]:
        ours, slots = of_slots(self._slots, "slot")
        values = (rows.to_micros(now), *slots, list(known), limit)
        async with self._reader.connect() as connection:
            found = await connection.exec_driver_sql(_CAME.format(ours=ours), values)
            return [rows.arrival_from_row(row) for row in found]

    async def prune(self, before: datetime) -> int:
        """Drop answered messages and sent rows of before; repeats of them are taken for new."""
        total = 0
        while gone := await self._writer.do(prune, rows.to_micros(before)):
            total += gone
        return total

    def _as_rows(self, turn: TurnRecord) -> TurnRows:
        conversation = turn.conversation
        workspace = conversation.address.workspace
        id = conversation.id
        now = rows.to_micros(self._clock())
        slot, lease = 0, None
        if not self._slots.alone:
            slot = slot_of(conversation.address)
            lease = lease_of(self._slots, slot) if _is_of_its_lane(turn) else None
        episode = conversation.episode
        changed = episode is not None and self._known.episode(conversation.address) is not episode
        return TurnRows(
            conversation_id=id,
            conversation=(
                conversation.owner,
                conversation.status,
                conversation.unreachable,
                conversation.blocked,
                conversation.keyboard,
                conversation.epoch,
                conversation.seq,
                conversation.step,
                rows.to_json(turn.waits) if turn.waits else None,
                rows.to_json(conversation.position),
                rows.to_json(conversation.context),
                rows.maybe_micros(conversation.heard_at),
                rows.to_json(episode) if episode is not None else None,
                episode.state if episode is not None else "none",
                rows.to_micros(conversation.updated_at),
                id,
                conversation.claim,
            ),
            lease=lease,
            now=now,
            epoch=conversation.epoch,
            epoch_moved=self._known.epoch(conversation.address) != conversation.epoch,
            learnt=Learnt(
                conversation.customer_id,
                now,
                rows.to_json(turn.user_before),
                rows.to_json(conversation.user),
            )
            if turn.user_changed
            else None,
            profile=(rows.to_json(conversation.profile), now, conversation.customer_id)
            if turn.profile_changed
            else None,
            arrivals=turn.arrivals,
            fired=(turn.fired.name, rows.to_micros(turn.fired.due)) if turn.fired else None,
            finished=turn.finished,
            messages=[rows.record_to_row(record, conversation) for record in turn.messages],
            outgoing=[rows.outgoing_to_row(row, workspace, slot) for row in turn.outgoing],
            timers=[rows.timer_to_row(timer, workspace, slot) for timer in turn.timers],
            cancelled=turn.cancelled,
            intents=[rows.intent_to_row(intent, workspace, slot) for intent in turn.intents],
            cancelled_intents=turn.cancelled_intents,
            events=events_of(turn, self._known.status(conversation.address), now),
            moves=moves_to_rows(turn),
            episodes=[rows.episode_to_row(episode, conversation)] if changed and episode else [],
            relays=[rows.relay_to_row(relay, now) for relay in turn.relays],
            deleted=turn.deleted,
            notes=[rows.note_to_row(note, workspace) for note in turn.notes],
            tallies=[
                ((workspace, conversation.address.bot, turn.day, *tally), count)
                for tally, count in turn.tallies.items()
            ],
        )


def _is_of_its_lane(turn: TurnRecord) -> bool:
    """Whether only the process that works for the chat may do it: it consumes something, or sends at once."""
    if turn.arrivals or turn.fired is not None or turn.finished is not None:
        return True
    return any(row.sending_at is not None for row in turn.outgoing)
