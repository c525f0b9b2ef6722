"""How much the fault rig does: EASYFLOW_FAULTS=ci (seconds), long (minutes), soak (hours)."""

import os
from typing import TypeVar

T = TypeVar("T")

SIZES = ("ci", "long", "soak")
SIZE = os.environ.get("EASYFLOW_FAULTS") or "ci"
if SIZE not in SIZES:
    raise SystemExit(f"EASYFLOW_FAULTS is {SIZE!r}: write one of {', '.join(SIZES)}")


def sized(ci: T, long: T, soak: T | None = None) -> T:
    """What this run takes; a soak takes what a long one does where nothing else is said."""
    if SIZE == "ci":
        return ci
    return long if SIZE == "long" or soak is None else soak
