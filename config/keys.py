"""The keys of what is sealed in the database: those of the settings, else one made and kept beside it."""

import os
import secrets
from pathlib import Path

from config.kept_secrets import kept_secret
from config.settings import Settings, split_keys

KEY_FILE = "easyflow.key"


def keys_at_hand(settings: Settings) -> list[str]:
    """The first seals, all open. One is made where there is none at all."""
    given = split_keys(settings.keys)
    if given and not (settings.data_dir / KEY_FILE).exists():
        return given
    return [*given, *kept_secret(settings.data_dir, KEY_FILE).split()]


def add_kept_key(settings: Settings) -> None:
    """Put a new key before those that are kept in the data folder."""
    _write(settings, [secrets.token_urlsafe(32), *keys_at_hand(settings)])


def drop_older_keys(settings: Settings) -> None:
    """Keep only the newest key in the data folder."""
    _write(settings, keys_at_hand(settings)[:1])


def _write(settings: Settings, keys: list[str]) -> None:
    """In one move, so that a server that looks meanwhile finds either."""
    path = settings.data_dir / KEY_FILE
    fresh = Path(f"{path}.{secrets.token_hex(8)}")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("\n".join(keys) + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
