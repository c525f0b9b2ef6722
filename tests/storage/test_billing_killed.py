"""A process killed while it spends and earns: no kopeck is lost, and none is made."""

import sqlite3
import subprocess
import sys
from pathlib import Path

_CHILD = Path(__file__).with_name("spending.py")
_KILLS = 2
_LINES = 150


def test_kill_9_leaves_every_balance_the_sum_of_its_ledger(database: Path) -> None:
    with sqlite3.connect(database) as db:
        db.execute("INSERT INTO workspaces (name, created_at) VALUES ('a', 0), ('b', 0)")
    db.close()
    told: set[tuple[int, str]] = set()
    for number in range(_KILLS):
        told |= lines_until_killed(database, number * _LINES // 10)
        with sqlite3.connect(database) as db:
            check(db, told)
        db.close()
    assert len(told) >= _LINES


def check(db: sqlite3.Connection, told: set[tuple[int, str]]) -> None:
    rows = db.execute("SELECT workspace, key, amount, balance FROM ledger ORDER BY id").fetchall()
    running = {1: 0, 2: 0}
    for workspace, _, amount, balance in rows:
        running[workspace] += amount
        assert balance == running[workspace] >= 0
    assert dict(db.execute("SELECT workspace, amount FROM balances").fetchall()) == running
    keys = [(workspace, key) for workspace, key, *_ in rows]
    assert len(keys) == len(set(keys))
    assert told <= set(keys)
    paid = db.execute("SELECT count(*) FROM top_ups WHERE status = 'paid'").fetchone()[0]
    assert paid == sum(key.startswith("top_up:") for _, key in keys)
    counted = db.execute("SELECT sum(count) FROM months_of_messages").fetchone()[0]
    assert counted == sum(key.startswith("message:") for _, key in keys)


def lines_until_killed(database: Path, first: int) -> set[tuple[int, str]]:
    child = subprocess.Popen(
        [sys.executable, "-u", str(_CHILD), str(database), str(first)],
        stdout=subprocess.PIPE,
        text=True,
    )
    with child:
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(_LINES)]
        child.kill()
        lines += child.stdout.readlines()
    words = [line.split() for line in lines if line.endswith("\n")]
    return {(int(workspace), key) for workspace, key in words}
