"""A mutant: a patch that breaks one promise, and the test that has to notice.

The head of a patch says it in words: which `promise:` (G1 …), `breaks:` what, `test:` which test
notices, and `fast:` whether it does so within a few seconds.
"""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
FOLDER = Path(__file__).parent
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", ".mypy_cache", ".ruff_cache", ".pytest_cache", "data", "htmlcov"
)
"""What was compiled goes along: nobody compiles all of it anew for a patch of one file."""
_HEAD = re.compile(r"^(promise|breaks|test|fast): (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Mutant:
    name: str
    promise: str
    breaks: str
    test: str
    fast: bool
    patch: Path

    def applies(self, root: Path, *, dry: bool = True) -> str:
        """Nothing where the patch fits the tree; else what `patch` says of it."""
        command = ["patch", "-p1", "--batch", "--forward", "--no-backup-if-mismatch"]
        command += ["-r", "-", "-i", str(self.patch)] + ["--dry-run"] * dry
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        return "" if done.returncode == 0 else done.stdout + done.stderr


def mutants() -> list[Mutant]:
    return [_read(path) for path in sorted(FOLDER.glob("*.patch"))]


def _read(path: Path) -> Mutant:
    head = dict(_HEAD.findall(path.read_text().partition("\n--- ")[0]))
    return Mutant(
        name=path.stem,
        promise=head["promise"],
        breaks=head["breaks"],
        test=head["test"],
        fast=head.get("fast") == "yes",
        patch=path,
    )


def copy_of_the_tree(folder: Path) -> Path:
    """All of ours in a folder of its own, to be broken; the libraries stay where they are."""
    copy = folder / "tree"
    shutil.copytree(ROOT, copy, ignore=LEFT_OUT, symlinks=True)
    return copy
