"""A conversation's course: its messages and the moves of its hand-offs, numbered without a gap.

A message's number is its `seq` and the moves before it; a move's is the `seq` of the message it comes
behind, the moves before it, and one. So a turn that moves nothing has nothing to write for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bots.model.episode import Episode
from bots.model.turn import Event, MessageRecord, TurnRecord

ENDED = frozenset({"handoff.released", "handoff.completed", "handoff.failed"})
MOVES = frozenset({"handoff.requested", "handoff.accepted", "handoff.transferred"}) | ENDED
"""The events that change who has the chat."""

_KEPT = frozenset(
    {"episode", "number", "queue", "source", "reason", "priority", "by", "operator", "from", "to"}
    | {"why", "outcome", "code", "who"}
)
"""What of a move's data is kept; a note of operators is not among it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Somebody else has the chat; `behind` is the `seq` of the message it comes after."""

    behind: int
    name: str
    at: datetime
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One number of a course: a message or a move."""

    seq: int
    what: MessageRecord | Move

    @property
    def at(self) -> datetime:
        """When it was."""
        return self.what.at if isinstance(self.what, Move) else self.what.created_at


def moves_of(turn: TurnRecord) -> list[Move]:
    """A turn's moves in order, each in its place among the turn's messages."""
    moves: list[Move] = []
    last = turn.messages[0].seq - 1 if turn.messages else turn.conversation.seq
    for event in turn.events:
        if event.name not in MOVES:
            continue
        last = min(max(last, _place(event, turn.conversation.episode)), turn.conversation.seq)
        data = {key: value for key, value in event.data.items() if key in _KEPT}
        moves.append(Move(behind=last, name=event.name, at=event.created_at, data=data))
    return moves


def merged(
    after: int, moved: int, messages: Sequence[MessageRecord], moves: Sequence[tuple[int, Move]]
) -> list[Point]:
    """The points past a number, of which `moved` up to it are moves; each move has its own number.

    Without messages `moved` is of no account. It ends where the next number is in neither: each may
    have been read to a limit.
    """
    points: list[Point] = []
    said, told = iter(messages), iter(moves)
    message, move = next(said, None), next(told, None)
    while True:
        after += 1
        if move is not None and move[0] == after:
            points.append(Point(seq=after, what=move[1]))
            move, moved = next(told, None), moved + 1
        elif message is not None and message.seq + moved == after:
            points.append(Point(seq=after, what=message))
            message = next(said, None)
        else:
            return points


def _place(event: Event, episode: Episode | None) -> int:
    """Behind which message; 0 where the event does not say: before all that its turn has."""
    if episode is None or event.data.get("episode") != episode.id:
        return 0
    if event.name == "handoff.requested":
        return episode.first_seq
    return episode.last_seq if event.name in ENDED else 0
