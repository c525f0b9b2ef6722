"""The image of the Dockerfile, built once for all tests of a worker."""

import os
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.image import BASE, Image, built, python_of

ROOT = Path(__file__).resolve().parents[2]


def files_of(folder: Path) -> list[str]:
    """What lies in a checkout, without what no build ever sees."""
    found = []
    for at, folders, files in os.walk(folder):
        folders[:] = [one for one in folders if one not in {".git", ".venv", "node_modules"}]
        found += [(Path(at) / file).relative_to(folder).as_posix() for file in files]
    return found


@pytest.fixture(scope="session")
def image() -> Iterator[Image]:
    """In continuous integration with libraries of its own, elsewhere with those of this checkout
    where their Python is the same.
    """
    automatic = os.environ.get("CI") == "true"
    wanted = BASE.search((ROOT / "Dockerfile").read_text(encoding="utf-8"))
    assert wanted is not None
    python = python_of(wanted[1])
    if python is None:
        said = f"missing: a Python {wanted[1]} that others than root can run"
        if automatic:
            pytest.fail(said)
        pytest.skip(said)
    same = wanted[1] == f"{sys.version_info[0]}.{sys.version_info[1]}"
    libraries = Path(sysconfig.get_path("purelib")) if same and not automatic else None
    # Not pytest's own folder, which is for one user alone.
    into = Path(tempfile.mkdtemp(prefix="easyflow-image-"))
    into.chmod(0o755)
    try:
        yield built(ROOT, into, files=files_of(ROOT), python=python, libraries=libraries)
    finally:
        shutil.rmtree(into, ignore_errors=True)
