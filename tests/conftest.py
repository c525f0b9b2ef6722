"""What tests of several folders begin with: an empty database, and no hurry."""

from pathlib import Path

import hypothesis
import pytest

from storage.migrate import migrate

# However slow or busy a machine is, an example takes as long as it takes.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all its tables, to be copied: making them takes longer than a test."""
    path = tmp_path_factory.mktemp("migrated") / "easyflow.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def database(tmp_path: Path, migrated: Path) -> Path:
    path = tmp_path / "easyflow.db"
    path.write_bytes(migrated.read_bytes())
    return path
