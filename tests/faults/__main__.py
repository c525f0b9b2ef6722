"""`python -m tests.faults` (`make faults`): break everything for a quarter of an hour, print what came of it.

    python -m tests.faults [ci|long|soak] [--mutants]

Runs every test of the guarantees at that size, those over SQLite beside those over PostgreSQL, and
prints the table that stands in docs/guarantees.md. `--mutants` sees instead whether each promise
that is broken in a copy of the tree is noticed. Ends with 1 where a promise was not kept, or a
mutant not noticed.
"""

import argparse
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path

from tests.faults.rig.cluster import Cluster, programs
from tests.faults.rig.figures import Figures, seconds
from tests.faults.rig.sizes import SIZES

ROOT = Path(__file__).resolve().parents[2]
HEAD = (
    "| promise | on | what | messages | faults | lost | doubled | out of order | sent twice"
    " (may be) | recovery: median, longest | late: median, longest |"
)
LANES = {"SQLite": "not PostgreSQL", "PostgreSQL": "PostgreSQL"}
"""What goes side by side."""
BOUND = {"ci": 10 * 60.0, "long": 25 * 60.0, "soak": 24 * 3600.0}
"""Seconds after which whatever still runs hangs; on two idle cores `long` takes a quarter of an hour."""
BESIDE = ("surface/test_many_sockets.py", "security/test_tenants.py")
"""What else holds promises, G9 and G14."""
PARTING = 30.0
"""Seconds for what hangs to end."""
VERDICT = re.compile(r"::(test_\S.*) (PASSED|FAILED|ERROR|SKIPPED)\b")


class Lane:
    """Tests that run one after another, in a process of their own."""

    def __init__(self, name: str, chosen: str, environ: Mapping[str, str], began: float) -> None:
        self.name = name
        self.said: list[str] = []
        self.skipped = False
        self._began = began
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", "-k", chosen),
                *("--tb=short", "--deselect", "tests/faults/test_mutants.py"),
                *sorted(map(str, (ROOT / "tests" / "faults").glob("test_g*.py"))),
                *(str(ROOT / "tests" / file) for file in BESIDE),
            ],
            cwd=ROOT,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.said.append(line)
            if (found := VERDICT.search(line)) is not None:
                test, verdict = found.groups()
                self.skipped |= verdict == "SKIPPED"
                minutes, rest = divmod(int(time.monotonic() - self._began), 60)
                print(f"{minutes:3}:{rest:02} {verdict:7} {test}", flush=True)

    def ended(self, by: float) -> bool:
        """Whether every promise was kept by then; what still runs is ended, with all it started."""
        try:
            status = self._process.wait(max(by - time.monotonic(), 0.0))
        except subprocess.TimeoutExpired:
            print(f"What runs over {self.name} has not ended in time", flush=True)
            status = 1
        self.end()
        if status != 0:
            print(f"\n---- over {self.name}:\n", *self.said[-200:], sep="", flush=True)
        return status == 0

    def end(self) -> None:
        """Let it take away what it made, and kill whatever is left of it."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(PARTING)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._reader.join()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("size", nargs="?", choices=SIZES, default="long")
    parser.add_argument("--mutants", action="store_true", help="only these")
    given = parser.parse_args()
    if given.mutants:
        os.execv(sys.executable, [sys.executable, "-m", "tests.faults.mutants"])
    with tempfile.TemporaryDirectory(prefix="easyflow-faults-") as folder:
        kept = Path(folder) / "figures"
        kept.touch()
        were_kept = run_tests(given.size, kept)
        figures = [Figures(**json.loads(line)) for line in kept.read_text().splitlines()]
    print(*table(figures), sep="\n")
    print("\nEvery promise was kept." if were_kept else "\nA promise was NOT kept: see above.")
    sys.exit(0 if were_kept else 1)


def run_tests(size: str, kept: Path) -> bool:
    """Whether all of them passed."""
    environ = {**os.environ, "EASYFLOW_FAULTS": size, "EASYFLOW_FAULTS_FIGURES": str(kept)}
    environ |= {"PYTHONUNBUFFERED": "1"}
    began = time.monotonic()
    with ExitStack() as stack:
        if "EASYFLOW_TEST_POSTGRES" not in environ and programs() is not None:
            # Others may speak to the machine's own, which has connections for few processes.
            cluster = stack.enter_context(Cluster(kept.parent / "postgres"))
            environ["EASYFLOW_TEST_POSTGRES"] = cluster.url
        lanes = [Lane(name, chosen, environ, began) for name, chosen in LANES.items()]
        for lane in lanes:
            stack.callback(lane.end)
        ended = [lane.ended(began + BOUND[size]) for lane in lanes]
        if any(lane.skipped for lane in lanes):
            print(
                "\nWhat was skipped was not tried: something is not installed, or a size leaves it out."
            )
        return all(ended)


def table(figures: Iterable[Figures]) -> list[str]:
    """As it stands in docs/guarantees.md."""
    lines = [HEAD, "|---|---|---|---|---|---|---|---|---|---|---|"]
    for one in sorted(
        figures, key=lambda one: (int(one.promise[1:].partition("–")[0]), one.layout)
    ):
        cells = [one.promise, one.layout, one.what, one.messages, one.faults, one.lost]
        cells += [one.doubled, one.disordered, f"{one.repeated} ({one.allowed})"]
        cells += [seconds(some) if some else "" for some in (one.recovery, one.late)]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return lines


if __name__ == "__main__":
    main()
