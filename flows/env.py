"""What a turn needs to know of its surroundings: language, zone, the present moment."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from msgspec import Struct


class Env(Struct, frozen=True, gc=False):
    """Language and time of the bot's owner; `now` is aware and given, never read from a clock."""

    language: str
    timezone: ZoneInfo
    now: datetime

    @property
    def local_now(self) -> datetime:
        return self.now.astimezone(self.timezone)

    @property
    def today(self) -> date:
        return self.local_now.date()
