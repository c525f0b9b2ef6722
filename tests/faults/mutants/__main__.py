"""`python -m tests.faults.mutants`: break each promise in a copy, and see whether a test notices.

    python -m tests.faults.mutants [--fast] [--green] [NAME…]

`--fast` takes those alone that are noticed within seconds; `--green` runs each test over the
unbroken tree first. Ends with 1 where a mutant was not noticed.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from tests.faults.mutants.mutant import ROOT, Mutant, copy_of_the_tree, mutants

AT_ONCE = 2
"""Side by side: most of them wait."""

GREEN, RED = 0, 1
"""pytest's own: all passed, some failed. Anything else is no verdict."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.mutants")
    parser.add_argument("names", nargs="*", help="only these")
    parser.add_argument("--fast", action="store_true", help="only those noticed within seconds")
    parser.add_argument(
        "--green", action="store_true", help="each test over the unbroken tree first"
    )
    given = parser.parse_args()
    chosen = [
        one
        for one in mutants()
        if (not given.names or one.name in given.names) and (one.fast or not given.fast)
    ]
    with (
        tempfile.TemporaryDirectory(prefix="easyflow-mutants-") as folder,
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        seen = list(pool.map(lambda one: noticed(one, Path(folder), given.green), chosen))
    print(f"{sum(seen)} of {len(seen)} mutants were noticed")
    sys.exit(0 if all(seen) else 1)


def noticed(mutant: Mutant, folder: Path, green: bool) -> bool:
    """Whether its test is red over it, and green without it if that is asked for."""
    began = time.monotonic()
    if green and (ended := run(mutant.test, ROOT)).status != GREEN:
        return told(mutant, f"its test is not green without it: {ended}", began)
    tree = copy_of_the_tree(folder / mutant.name)
    trouble = mutant.applies(tree, dry=False)
    if trouble:
        return told(mutant, f"it does not fit the tree any more: {trouble.strip()}", began)
    ended = run(mutant.test, tree)
    if ended.status != RED:
        return told(mutant, f"NOT NOTICED by {mutant.test}: {ended}", began)
    told(mutant, f"noticed: {ended}", began)
    return True


def told(mutant: Mutant, what: str, began: float) -> bool:
    print(
        f"{mutant.promise} {mutant.name} ({mutant.breaks}), {time.monotonic() - began:.0f} s: {what}",
        flush=True,
    )
    return False


class Ended(NamedTuple):
    """How pytest ended: its status, and what it said last that tells why."""

    status: int
    why: str

    def __str__(self) -> str:
        return self.why or f"pytest ended with {self.status}"


def run(test: str, tree: Path) -> Ended:
    """pytest over one test in a tree."""
    environ = {**os.environ, "EASYFLOW_FAULTS": "ci", "COLUMNS": "300"}
    for name in ("EASYFLOW_FAULTS_FIGURES", "PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER"):
        environ.pop(name, None)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", test],
        cwd=tree,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        errors="replace",
        check=False,
        timeout=900,
    )
    said = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return Ended(done.returncode, said[-1][:300] if said else "")


if __name__ == "__main__":
    main()
