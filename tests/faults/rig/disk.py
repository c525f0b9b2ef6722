"""A small disk of its own, to be filled to the last byte and freed."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

BALLAST = "ballast"
PIECE = 1 << 20


@dataclass(frozen=True)
class Disk:
    """What lies at `folder`, and nothing else, shares its room."""

    folder: Path

    def fill(self) -> None:
        with (self.folder / BALLAST).open("ab", buffering=0) as ballast:
            for size in (PIECE, 4096, 1):
                with contextlib.suppress(OSError):
                    while ballast.write(b"\0" * size) == size:
                        pass

    def free(self) -> None:
        (self.folder / BALLAST).unlink(missing_ok=True)


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Disk]:
    """Mounted at a new folder. Skips the test where only root may mount, and we are not."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("a small disk has to be mounted: run this as root")
    folder.mkdir()
    size = f"size={megabytes}m"
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], capture_output=True, check=False
    )
    if done.returncode != 0:
        pytest.skip(f"no disk can be mounted here: {done.stderr.decode(errors='replace').strip()}")
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
