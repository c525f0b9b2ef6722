"""Fold the write-ahead log into the database beside the writer, which would stall for it."""

import contextlib
import sqlite3
import threading
from pathlib import Path

FOLD_EVERY = 4000
"""Rows written until the log is folded again: some 16 MB of it when turns come one by one."""

_FOLD = "PRAGMA wal_checkpoint(PASSIVE)"


class Checkpoints:
    """A thread copies pages while the writer goes on; the writer folds the few of meanwhile.

    Only when everything is folded does SQLite begin the log anew, and with somebody always
    writing that moment would never come: hence the second half.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._begun_at = 0
        self._mostly_folded = False
        self._stopping = False
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="easyflow-checkpoints", daemon=True)
        self._thread.start()

    def after_commit(self, connection: sqlite3.Connection) -> None:
        """The writer's part, between two transactions."""
        if self._mostly_folded:
            self._mostly_folded = False
            with contextlib.suppress(sqlite3.Error):
                connection.execute(_FOLD).fetchall()
        elif connection.total_changes - self._begun_at >= FOLD_EVERY:
            self._begun_at = connection.total_changes
            self._wake.set()

    def finish(self, connection: sqlite3.Connection) -> None:
        """Fold all of it, so that the database is one file again."""
        self._stopping = True
        self._wake.set()
        self._thread.join()
        with contextlib.suppress(sqlite3.Error):
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _run(self) -> None:
        connection = sqlite3.connect(self._path, isolation_level=None)
        try:
            while self._wake.wait() and not self._stopping:
                self._wake.clear()
                # What goes wrong here goes wrong for the writer too, and there it is told.
                with contextlib.suppress(sqlite3.Error):
                    connection.execute(_FOLD).fetchall()
                    self._mostly_folded = True
        finally:
            connection.close()
