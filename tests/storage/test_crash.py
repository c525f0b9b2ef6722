"""A process killed in the middle of commits: all it acknowledged is there, each turn whole."""

import sqlite3
import subprocess
import sys
from pathlib import Path

# It talks in twenty chats at once and prints what was acknowledged.
_CHILD = Path(__file__).with_name("crashing.py")
_KILLS = 3
_LINES = 400


def test_nothing_acknowledged_is_lost_to_kill_9(database: Path) -> None:
    acknowledged: list[list[str]] = []
    for number in range(_KILLS):
        acknowledged += lines_until_killed(database, number)
    accepted = {name for what, name in acknowledged if what == "accepted"}
    committed = {name for what, name in acknowledged if what == "committed"}
    assert len(acknowledged) >= _KILLS * _LINES
    connection = sqlite3.connect(database)
    try:
        done = names(connection, "SELECT external_id FROM inbox WHERE done_at IS NOT NULL")
        assert accepted <= names(connection, "SELECT external_id FROM inbox")
        assert committed <= done
        # Nothing of a turn without the rest of it.
        assert (
            names(
                connection, "SELECT substr(message_id, 7) FROM messages WHERE direction = 'inbound'"
            )
            == done
        )
        assert names(connection, "SELECT substr(message_id, 6) FROM outbox") == done
        assert not names(
            connection,
            "SELECT c.chat_id FROM conversations c LEFT JOIN messages m ON m.conversation_id = c.id"
            " GROUP BY c.id HAVING c.seq != count(m.seq)",
        )
    finally:
        connection.close()


def lines_until_killed(database: Path, number: int) -> list[list[str]]:
    child = subprocess.Popen(
        [sys.executable, "-u", str(_CHILD), str(database), str(number)],
        stdout=subprocess.PIPE,
        text=True,
    )
    with child:
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(_LINES)]
        child.kill()
        lines += child.stdout.readlines()
    return [line.split() for line in lines if line.endswith("\n")]


def names(connection: sqlite3.Connection, query: str) -> set[str]:
    return {name for (name,) in connection.execute(query)}
