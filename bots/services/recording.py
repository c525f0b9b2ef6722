"""A conversation looked into by the owner who tries the bot, and made a test of."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bots.inside import Inside
from bots.model.conversation import Conversation
from bots.model.message import Address, Attachment
from bots.model.turn import MessageRecord
from bots.ports import Clock, Conversations
from bots.tape import Tape
from flows.errors import Place
from flows.model import Bot
from flows.recording import Deed, Recording, write_test
from flows.script_lines import Line
from flows.testing import Company, Outcome, play
from flows.turn import Sent

LONGEST = 500
"""Messages of a conversation that a test is made of; of a longer one, from its last /start."""

LOOKED_BACK = 10
_NOWHERE = Place("", 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A test file that was made, and how it went when it was played."""

    file: str
    text: str
    outcomes: Sequence[Outcome]

    @property
    def passed(self) -> bool:
        return all(outcome.passed for outcome in self.outcomes)


class Recorder:
    """`bots` gives the bot that talks, `company` what its tests are played with: raises LoadError."""

    def __init__(
        self,
        conversations: Conversations,
        tape: Tape,
        *,
        bots: Callable[[str], Bot],
        company: Callable[[str], Company],
        clock: Clock,
    ) -> None:
        self._bots = bots
        self._conversations = conversations
        self._tape = tape
        self._company = company
        self._clock = clock

    async def inside(self, address: Address, platform: str) -> Inside:
        """What goes on in a conversation. Raises NotFound."""
        chat = await self._found(address, platform)
        inside = Inside(self._bots(address.bot).language)
        inside.told(chat, await self._records(chat), ())
        return inside

    async def record(self, address: Address, platform: str, name: str) -> Recorded:
        """Make a test of a conversation and play it. Raises NotFound and LoadError."""
        chat = await self._found(address, platform)
        records, whole = _since_start(await self._records(chat), chat.seq)
        company = self._company(address.bot)
        begun = records[0].created_at if records else chat.created_at
        recording = Recording(
            name=name,
            begun=begun,
            ended=self._clock(),
            deeds=in_order(deeds_of(records), self._tape.events(chat.uuid)),
            calls=self._tape.calls(chat.uuid),
            means=self._tape.means,
            user={} if whole else chat.user,
        )
        text = write_test(company.bot, recording, fresh=company.fresh, understands=company.means)
        file = f"{slug(name)}.test.yaml"
        outcomes = play(company, {f"tests/{file}": text})
        return Recorded(file=file, text=text, outcomes=outcomes)

    async def _found(self, address: Address, platform: str) -> Conversation:
        return await self._conversations.by_chat(
            address.workspace, platform, address.chat_id, bot=address.bot
        )

    async def _records(self, chat: Conversation) -> list[MessageRecord]:
        records, _ = await self._conversations.history(
            chat.id, limit=LONGEST, offset=max(0, chat.seq - LONGEST)
        )
        return records


def in_order(deeds: Iterable[Deed], events: Iterable[Deed]) -> list[Deed]:
    """What the customer did and what happened around them, as it came."""
    return sorted([*deeds, *events], key=lambda deed: deed.at)


def slug(name: str) -> str:
    """A name as a file may have it, in letters of any alphabet."""
    return re.sub(r"[^\w-]+", "_", name.casefold()).strip("_-")[:60] or "test"


def _since_start(records: list[MessageRecord], seq: int) -> tuple[list[MessageRecord], bool]:
    """Where a test may begin, and whether that is the conversation's own beginning."""
    if seq <= LONGEST:
        return records, True
    starts = [place for place, one in enumerate(records) if one.text == "/start"]
    return records[starts[-1] if starts else 0 :], False


def deeds_of(records: Sequence[MessageRecord]) -> Iterator[Deed]:
    """What was done, as history tells it; the label of a button near by was a press of the customer's."""
    labels: list[frozenset[str]] = []
    for record in records:
        if record.author == "operator" and record.text:
            answer = Line(place=_NOWHERE, move="operator", deed="answer", text=record.text)
            yield Deed(record.created_at, answer)
        elif record.direction == "outbound":
            labels = [*labels, _labels(record)][-LOOKED_BACK:]
        elif record.author == "customer":
            pressed = any(record.text in shown for shown in labels)
            yield Deed(record.created_at, _line(record, pressed))


def _labels(record: MessageRecord) -> frozenset[str]:
    boards = [record.keyboard, *(card.keyboard for card in record.cards)]
    buttons = [button for board in boards if board for row in board.rows for button in row]
    return frozenset(button.text for button in buttons if not button.url and not button.share)


def _line(record: MessageRecord, pressed: bool) -> Line:
    attached = tuple(map(_sent, record.attachments))
    if not attached:
        return Line(place=_NOWHERE, move="presses" if pressed else "says", text=record.text)
    first = attached[0]
    if first.kind == "contact" and first.details.get("own"):
        return Line(place=_NOWHERE, move="shares", text=str(first.details.get("phone", "")))
    return Line(place=_NOWHERE, move="sends", text=record.text, attached=attached)


def _sent(attachment: Attachment) -> Sent:
    details: Mapping[str, Any] = attachment.details
    if attachment.name is not None:
        details = {**details, "name": attachment.name}
    return Sent(kind=attachment.kind, ref=attachment.ref, details=details)
