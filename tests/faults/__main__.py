"""`python -m tests.faults` (`make faults`): break everything for a quarter of an hour, print what came of it.

    python -m tests.faults [ci|long|soak]

Runs every test of the guarantees at that size, then every mutant, and prints the table that stands
in docs/guarantees.md. Ends with 1 where a promise was not kept or a mutant not noticed.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tests.faults.rig.figures import Figures, seconds
from tests.faults.rig.sizes import SIZES

ROOT = Path(__file__).resolve().parents[2]
HEAD = (
    "| promise | on | what | messages | faults | lost | doubled | out of order | sent twice"
    " (may be) | recovery: median, longest |"
)


def main() -> None:
    size = sys.argv[1] if len(sys.argv) > 1 else "long"
    if size not in SIZES:
        raise SystemExit(f"There is no size {size!r}: write one of {', '.join(SIZES)}")
    with tempfile.TemporaryDirectory(prefix="easyflow-faults-") as folder:
        kept = Path(folder) / "figures"
        kept.touch()
        broken = run_tests(size, kept)
        figures = [Figures(**json.loads(line)) for line in kept.read_text().splitlines()]
    mutants = subprocess.run([sys.executable, "-m", "tests.faults.mutants"], cwd=ROOT, check=False)
    print(*table(figures), sep="\n")
    print("\nEvery promise was kept." if not broken else "\nA promise was NOT kept: see above.")
    sys.exit(1 if broken or mutants.returncode else 0)


def run_tests(size: str, kept: Path) -> bool:
    """Whether any test failed."""
    environ = {**os.environ, "EASYFLOW_FAULTS": size, "EASYFLOW_FAULTS_FIGURES": str(kept)}
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            *("--deselect", "tests/faults/test_mutants.py"),
            *sorted(map(str, (ROOT / "tests" / "faults").glob("test_g*.py"))),
        ],
        cwd=ROOT,
        env=environ,
        check=False,
    )
    return done.returncode != 0


def table(figures: Iterable[Figures]) -> list[str]:
    """As it stands in docs/guarantees.md."""
    lines = [HEAD, "|---|---|---|---|---|---|---|---|---|---|"]
    for one in figures:
        cells = [one.promise, one.layout, one.what, one.messages, one.faults, one.lost]
        cells += [one.doubled, one.disordered, f"{one.repeated} ({one.allowed})"]
        cells.append(seconds(one.recovery) if one.recovery else "")
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return lines


if __name__ == "__main__":
    main()
