"""Secrets that the server makes for itself."""

from pathlib import Path

from config.kept_secrets import kept_secret


def test_a_secret_is_made_once_and_stays(tmp_path: Path) -> None:
    first = kept_secret(tmp_path / "secrets", "telegram-1")
    assert len(first) >= 32
    assert kept_secret(tmp_path / "secrets", "telegram-1") == first
    assert kept_secret(tmp_path / "secrets", "telegram-2") != first


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    kept_secret(tmp_path, "telegram")
    assert (tmp_path / "telegram").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["telegram"]
