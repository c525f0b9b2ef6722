"""The comparison with other frameworks works; how fast anything is, is not judged here."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS = "floor,easyflow"


def compared(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.peers", *words]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False
    )


def test_a_quick_comparison_answers_every_step_and_forgets_no_dialog_of_ours_when_killed() -> None:
    ended = compared("--quick", "--kill", "--only", OURS)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    lines = [line for line in ended.stdout.splitlines() if line.startswith("| ")]
    assert len(lines) == 1 + len(OURS.split(","))
    ours = next(line for line in lines if "Easy Flow" in line)
    assert ours.endswith("| 0 of 200 |")
    assert "SQLite against the floor" in ended.stdout


def test_a_contestant_nobody_knows_is_told_with_those_there_are() -> None:
    ended = compared("--only", "nobody")

    assert ended.returncode != 0
    assert "Nobody is called nobody; there are floor, durable-floor, easyflow" in ended.stderr
