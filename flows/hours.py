"""Working hours, quiet hours and durations as owners write them."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Hours:
    text: str

    def open(self, local: datetime) -> bool:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Window:
    text: str

    def after(self, local: datetime) -> datetime:
        raise NotImplementedError


def parse_hours(source: str) -> Hours:
    raise NotImplementedError


def parse_window(source: str) -> Window:
    raise NotImplementedError


def parse_duration(source: str) -> timedelta:
    raise NotImplementedError
