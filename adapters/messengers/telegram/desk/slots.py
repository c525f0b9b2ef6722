"""How many topics a group is given: a flood of requests must not become a flood of topics."""

from collections import deque
from datetime import datetime, timedelta

PER_MINUTE = 6
_WINDOW = timedelta(minutes=1)


class Slots:
    """Moments at which topics may be made, given out in the order in which they were asked for."""

    def __init__(self, per_minute: int = PER_MINUTE) -> None:
        self._taken: deque[datetime] = deque(maxlen=per_minute)
        self._of: dict[int, datetime] = {}
        self._asked_at: datetime | None = None

    def of(self, conversation: int, now: datetime) -> datetime:
        """When a chat may have its topic; asking again changes nothing."""
        if self._asked_at is not None and now < self._asked_at:
            self._set_back(self._asked_at - now)
        self._asked_at = now
        if conversation not in self._of:
            full = len(self._taken) == self._taken.maxlen
            moment = max(now, self._taken[0] + _WINDOW) if full else now
            self._taken.append(moment)
            self._of[conversation] = moment
        return self._of[conversation]

    def _set_back(self, by: timedelta) -> None:
        """The clock was: nobody's turn is further away for that."""
        self._taken = deque((moment - by for moment in self._taken), maxlen=self._taken.maxlen)
        self._of = {chat: moment - by for chat, moment in self._of.items()}

    def used(self, conversation: int) -> None:
        """It has one, or needs none any more."""
        self._of.pop(conversation, None)
