"""The image of the Dockerfile, built once for all tests of a worker."""

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
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


def libraries_of(dockerfile: str, into: Path) -> Path:
    """What the image is to have and is installed here too, without anything else that is here."""
    (extras,) = re.findall(r'^ARG EXTRAS="(.*)"$', dockerfile, re.MULTILINE)
    for lock in ("requirements.txt", *(f"requirements-{one}.txt" for one in extras.split())):
        text = (ROOT / lock).read_text(encoding="utf-8")
        for name in re.findall(r"^([\w.-]+)(?:\[.*\])?==", text, re.MULTILINE):
            _copied(name, into)
    return into


def _copied(name: str, into: Path) -> None:
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return  # for other systems, or an extra that is not installed
    for file in found.files or ():
        if ".." not in file.parts:
            (into / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(str(found.locate_file(file)), into / file)


@pytest.fixture(scope="session")
def image() -> Iterator[Image]:
    """With copies of this checkout's libraries where their Python is the same: quicker to install."""
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    wanted = BASE.search(dockerfile)
    assert wanted is not None
    python = python_of(wanted[1])
    if python is None:
        said = f"missing: a Python {wanted[1]} that others than root can run"
        if os.environ.get("CI") == "true":
            pytest.fail(said)
        pytest.skip(said)
    same = wanted[1] == f"{sys.version_info[0]}.{sys.version_info[1]}"
    # Not pytest's own folder, which is for one user alone.
    into = Path(tempfile.mkdtemp(prefix="easyflow-image-"))
    into.chmod(0o755)
    try:
        libraries = libraries_of(dockerfile, into / "copied") if same else None
        yield built(ROOT, into, files=files_of(ROOT), python=python, libraries=libraries)
    finally:
        shutil.rmtree(into, ignore_errors=True)
