"""Workspaces, assistants and keys put into the database of a server, where a test needs others' too."""

import asyncio
import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.servers.easyflow import EasyFlow

MADE_AT = 1_700_000_000_000_000


def assistant_of(server: EasyFlow, *, workspace: int = 1, bot: str = "shop") -> int:
    """The number of a bot's assistant, which is made if the workspace has none."""
    found = _run(server.data, "SELECT id FROM assistants WHERE bot = ?", bot)
    if found:
        return int(str(found[0][0]))
    _run(
        server.data,
        "INSERT INTO assistants (workspace, bot, name, description, system_prompt, ai_model, active,"
        " website, domains, username, created_at, updated_at)"
        " VALUES (?, ?, 'Техподдержка', '', '', '', 1, 1, '[]', '', ?, ?)",
        *(workspace, bot, MADE_AT, MADE_AT),
    )
    return assistant_of(server, workspace=workspace, bot=bot)


def another_workspace(server: EasyFlow, key: str, *, plan: str = "trial") -> int:
    """A workspace of its own, with a secret key."""
    _run(
        server.data,
        "INSERT INTO workspaces (name, plan, timezone, created_at) VALUES ('other', ?, '', ?)",
        plan,
        MADE_AT,
    )
    ((newest,),) = _run(server.data, "SELECT max(id) FROM workspaces")
    workspace = int(str(newest))
    another_key(server, key, workspace=workspace)
    return workspace


def another_key(server: EasyFlow, key: str, *, workspace: int = 1, bot: str | None = None) -> None:
    """One more secret key of a workspace."""
    _run(
        server.data,
        "INSERT INTO api_keys (workspace, name, prefix, digest, bot, kind, domains, created_at)"
        " VALUES (?, 'test', ?, ?, ?, 'secret', ?, ?)",
        *(workspace, key[:12], hashlib.sha256(key.encode()).hexdigest(), bot),
        *(json.dumps([]), MADE_AT),
    )


async def until_read(server: EasyFlow, document: int) -> None:
    """Wait for a document, without a call of those that callers may make in a minute."""
    for _ in range(1_200):
        asked = "SELECT status FROM documents WHERE id = ?"
        ((status,),) = await asyncio.to_thread(_run, server.data, asked, document)
        if status != "processing":
            return
        await asyncio.sleep(0.1)
    raise AssertionError("it is not read")


def _run(data: Path, statement: str, *values: object) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(data / "easyflow.db", isolation_level=None, timeout=30)) as db:
        return db.execute(statement, values).fetchall()
