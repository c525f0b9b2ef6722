"""What a run of the rig came to: a line for the reader, and one for the table of `make faults`."""

import json
import os
import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass
class Figures:
    """One run: what was promised (`G1` …), over which installation, and how it ended.

    `recovery` are seconds from a fault until all that was under way then was answered, `late` those by
    which something came after its time.
    """

    promise: str
    layout: str
    messages: int = 0
    faults: int = 0
    lost: int = 0
    doubled: int = 0
    disordered: int = 0
    repeated: int = 0
    allowed: int = 0
    recovery: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    what: str = ""

    def line(self) -> str:
        parts = [f"{self.promise} on {self.layout}"]
        if self.what:
            parts.append(self.what)
        parts.append(f"{self.messages} messages, {self.faults} faults")
        parts.append(f"lost {self.lost}, doubled {self.doubled}, out of order {self.disordered}")
        parts.append(f"sent twice {self.repeated} (at most {self.allowed})")
        if self.recovery:
            parts.append(f"recovery {seconds(self.recovery)}")
        if self.late:
            parts.append(f"late {seconds(self.late)}")
        return ": ".join([parts[0], "; ".join(parts[1:])])

    def tell(self) -> None:
        """Print the line, and keep it where EASYFLOW_FAULTS_FIGURES says."""
        print(self.line(), file=sys.stderr)
        kept = os.environ.get("EASYFLOW_FAULTS_FIGURES")
        if kept:
            with Path(kept).open("a") as file:
                file.write(json.dumps(asdict(self)) + "\n")


def seconds(all_: Sequence[float]) -> str:
    """Median and longest."""
    return f"{statistics.median(all_):.1f} s, longest {max(all_):.1f} s"
