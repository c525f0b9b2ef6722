"""Every mutant still fits the tree, and the fast ones are noticed by the tests that they name."""

import subprocess
import sys

import pytest

from tests.faults.mutants.mutant import ROOT, Mutant, mutants


@pytest.mark.parametrize("mutant", mutants(), ids=lambda one: one.name)
def test_a_mutant_fits_the_tree(mutant: Mutant) -> None:
    assert mutant.applies(ROOT) == ""
    assert (ROOT / mutant.test.partition("::")[0]).exists()


def test_every_promise_has_one() -> None:
    assert {one.promise for one in mutants()} == {f"G{number}" for number in range(1, 15)}


def test_fast_mutants_are_noticed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.mutants", "--fast"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
