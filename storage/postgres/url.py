"""What a URL of PostgreSQL says, for asyncpg."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

WALL = "easyflow.workspace"
"""The setting of a session that says whose rows it may see. Where it is not set, it sees none."""

ALL = "all"

CHANGES = "easyflow_changes"
"""On which each process is notified that something was committed which is seldom changed."""

TELL_CHANGES = f"NOTIFY {CHANGES}"

_SHAPE = "postgresql+asyncpg://user:password@host:5432/easyflow"

_TLS = ("sslmode", "sslrootcert", "sslcert", "sslkey")
_OPTIONS = ("host", "ssl", *_TLS)


class UnknownOption(ValueError):
    """Something behind the `?` of a URL that means nothing to us."""


def postgres_url(url: str) -> URL:
    """Raises ValueError with a sentence."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ValueError(f"The database URL cannot be read; write it like {_SHAPE}") from None
    if parsed.get_backend_name() != "postgresql" or not parsed.database:
        raise ValueError(f"This is no URL of PostgreSQL; write it like {_SHAPE}")
    return parsed.set(drivername="postgresql+asyncpg")


def connecting(url: str, **settings: str) -> dict[str, Any]:
    """The arguments of `asyncpg.connect`, with settings of the session.

    It sees all workspaces, as whoever does the machinery's work has to: see walls.py. Raises UnknownOption.
    """
    parsed = postgres_url(url)
    asked = parsed.query
    for name in asked:
        if name not in _OPTIONS:
            raise UnknownOption(
                f"nobody knows {name} behind the ? of its URL: there may be {', '.join(_OPTIONS)}"
            )
    given = {
        "dsn": _tls(asked),
        "host": asked.get("host", parsed.host),
        "port": parsed.port,
        "user": parsed.username,
        "password": parsed.password,
        "database": parsed.database,
    }
    known = {name: value for name, value in given.items() if value is not None}
    return {**known, "server_settings": {WALL: ALL, **settings}}


def _tls(asked: Mapping[str, Any]) -> str | None:
    """What is said of TLS, in the form in which asyncpg reads certificates by itself."""
    said = {name: asked[name] for name in _TLS if name in asked}
    if "ssl" in asked:
        said["sslmode"] = asked["ssl"]
    return f"postgresql://?{urlencode(said)}" if said else None


def shown(url: str) -> str:
    """A URL for people's eyes."""
    return re.sub(r"//([^:/@]*):.*@", r"//\1:***@", url)
