"""The moment, waiting and new ids: nobody inside asks the machine for them."""

from collections.abc import Awaitable, Callable
from datetime import datetime

Clock = Callable[[], datetime]
"""Gives the present moment, aware, in UTC."""


Sleep = Callable[[float], Awaitable[None]]
"""Waits so many seconds."""


NewId = Callable[[], str]
"""Gives a new UUIDv7 as 32 hex digits, rising within a process."""
