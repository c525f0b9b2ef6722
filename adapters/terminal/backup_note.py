"""When the last backup was made, in a small file beside the data: `doctor` reads it."""

import json
from contextlib import suppress
from datetime import datetime
from pathlib import Path

NAME = ".last-backup"
"""No backup holds it, for what begins with a dot is left out."""


def note_backup(data: Path, path: Path, now: datetime) -> None:
    """A backup that was made is none the worse where this cannot be noted."""
    with suppress(OSError):
        told = {"made_at": now.isoformat(), "file": str(path.resolve())}
        (data / NAME).write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")


def last_backup(data: Path) -> datetime | None:
    """None where none was noted."""
    try:
        return datetime.fromisoformat(json.loads((data / NAME).read_text("utf-8"))["made_at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
