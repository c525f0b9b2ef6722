"""How much the fault rig does: EASYFLOW_FAULTS=ci (seconds), long (minutes), soak (hours).

EASYFLOW_FAULTS_MINUTES ends a storm after so many, with the wave that is under way then.
"""

import os
from typing import TypeVar

T = TypeVar("T")

SIZES = ("ci", "long", "soak")
SIZE = os.environ.get("EASYFLOW_FAULTS") or "ci"
if SIZE not in SIZES:
    raise SystemExit(f"EASYFLOW_FAULTS is {SIZE!r}: write one of {', '.join(SIZES)}")
MINUTES = float(os.environ.get("EASYFLOW_FAULTS_MINUTES") or "inf")


def sized(ci: T, long: T, soak: T | None = None) -> T:
    """What this run takes; a soak takes what a long one does where nothing else is said."""
    if SIZE == "ci":
        return ci
    return long if SIZE == "long" or soak is None else soak
