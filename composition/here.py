"""What holds for the whole program: its clock, its version, its .env, how long its stop may take."""

from datetime import UTC, datetime
from pathlib import Path

SHUTDOWN = 9.0
"""Seconds all of a stop may take."""

HTTP_SHUTDOWN = 3
"""Seconds of them for the requests under way."""

VERSION = "0.1.0"

ENV_FILE = Path(".env")


def now() -> datetime:
    """The clock of the whole house."""
    return datetime.now(UTC)
