"""The one thread that writes: it takes all that waits and commits it together."""

import asyncio
import contextlib
import sqlite3
import threading
import time
from queue import Empty, SimpleQueue
from typing import Any

import structlog

from bots.errors import Unavailable
from storage.checkpoints import Checkpoints
from storage.db import Item, Result, Work
from storage.figures import WriterFigures

Outcome = Any | BaseException

AT_ONCE = 256
"""How many items are committed together at most: keeps the wait of the last one short."""

COMPANY = 0.002
"""Seconds the patient wait for company: long enough under load, short beside a messenger's answer."""

AT_LEISURE = 0.002
"""Seconds in which a loop that has time goes on by what it is told; a busy one takes longer."""

HEARD_WITHIN = 0.02
"""Seconds that are waited for it at most."""

# The codes of SQLite that are nobody's fault and pass: busy, locked, out of memory, read-only,
# input/output error, full, cannot open.
_OUTAGES = frozenset({5, 6, 7, 8, 10, 13, 14})

_log = structlog.get_logger()


class ThreadWriter:
    """Hand it work with `do`; it returns when the work is synced to disk."""

    def __init__(self, connection: sqlite3.Connection, checkpoints: Checkpoints) -> None:
        self._connection = connection
        self._checkpoints = checkpoints
        self.figures = WriterFigures()
        self._queue: SimpleQueue[_Order | None] = SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._closed = False
        self._broken = False
        self._busy = False
        self._heard = threading.Event()
        self._thread = threading.Thread(target=self._run, name="easyflow-writer", daemon=True)
        self._thread.start()

    def do(
        self, work: "Work[Item, Result]", item: Item, *, patient: bool = False
    ) -> "asyncio.Future[Result]":
        """Raises Unavailable when the disk does not take it; then nothing of it was written.

        What is `patient` waits a moment for others to share its commit with.
        """
        future: asyncio.Future[Result] = self._loop.create_future()
        if self._closed:
            future.set_exception(Unavailable("The database is closed"))
        else:
            self._queue.put(_Order(work, item, future, patient))
        return future

    @property
    def works(self) -> bool:
        """Whether the last write went to disk."""
        return not self._broken

    @property
    def queued(self) -> int:
        """How much waits to be written."""
        return self._queue.qsize()

    @property
    def busy(self) -> bool:
        """Whether something is being written at this moment."""
        return self._busy

    async def close(self) -> None:
        """Finish what was handed in, then fold the log into the database file."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _tell(self, orders: "list[_Order]", outcomes: list[Outcome]) -> None:
        _tell(orders, outcomes)
        # Behind everybody who goes on by what they were told just now.
        self._loop.call_soon(self._heard.set)

    # ------------------------------------------------------------ in the thread

    def _run(self) -> None:
        more = True
        while more:
            orders, more = self._take()
            if orders:
                self._busy = True
                outcomes = self._write(orders)
                self._busy = False
                self._heard.clear()
                told = time.perf_counter()
                with contextlib.suppress(RuntimeError):  # the loop may be gone by now
                    self._loop.call_soon_threadsafe(self._tell, orders, outcomes)
                self._let_company_come(told)
                self._checkpoints.after_commit(self._connection)
        self._checkpoints.finish(self._connection)
        self._connection.close()

    def _let_company_come(self, told: float) -> None:
        """Nobody is answered any sooner by more commits than a busy loop can follow: each costs as much
        as many turns do. So the next one waits until all go on by the last, and as long again."""
        self._heard.wait(HEARD_WITHIN)
        behind = time.perf_counter() - told
        if behind > AT_LEISURE:
            # No longer than that for who was stopped in between; and no plain sleep, which a wall clock
            # that is moved from outside can break.
            threading.Event().wait(min(behind, HEARD_WITHIN))

    def _take(self) -> "tuple[list[_Order], bool]":
        """Wait for something to do, then take whatever else is there."""
        orders: list[_Order] = []
        wait: float | None = None
        while len(orders) < AT_ONCE:
            try:
                order = self._queue.get(wait is None or wait > 0, wait)
            except Empty:
                break
            if order is None:
                return orders, False
            orders.append(order)
            wait = COMPANY if order.patient and wait is None else 0
        return orders, True

    def _write(self, orders: "list[_Order]") -> list[Outcome]:
        began = time.perf_counter()
        try:
            outcomes = self._together(orders)
        except Exception as error:  # noqa: BLE001 - it is raised where the work is awaited
            if _is_outage(error):
                return self._refuse(orders, error)
            if len(orders) == 1:
                return [error]
            # By halves, what is wrong is found in a few commits, however many it came with.
            half = len(orders) // 2
            return self._write(orders[:half]) + self._write(orders[half:])
        self._recovered()
        self.figures.wrote(len(orders), time.perf_counter() - began)
        return outcomes

    def _together(self, orders: "list[_Order]") -> list[Outcome]:
        """One transaction for all, work of one kind in one go."""
        kinds: dict[Work[Any, Any], list[int]] = {}
        for place, order in enumerate(orders):
            kinds.setdefault(order.work, []).append(place)
        outcomes: list[Outcome] = [None] * len(orders)
        with self._transaction():
            for work, places in kinds.items():
                results = work(self._connection, [orders[place].item for place in places])
                for place, result in zip(places, results, strict=True):
                    outcomes[place] = result
        return outcomes

    @contextlib.contextmanager
    def _transaction(self) -> Any:
        connection = self._connection
        if connection.in_transaction:  # the last one could not even be undone
            connection.execute("ROLLBACK")
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _refuse(self, orders: "list[_Order]", error: Exception) -> list[Outcome]:
        if not self._broken:
            self._broken = True
            self.figures.refused()
            _log.error("The database takes no writes", reason=str(error))
        return [Unavailable("The database takes no writes", why=str(error)) for _ in orders]

    def _recovered(self) -> None:
        if self._broken:
            self._broken = False
            self.figures.recovered()
            _log.info("The database takes writes again")


class _Order:
    __slots__ = ("future", "item", "patient", "work")

    def __init__(
        self, work: Work[Any, Any], item: Any, future: "asyncio.Future[Any]", patient: bool
    ) -> None:
        self.work = work
        self.item = item
        self.future = future
        self.patient = patient


def _is_outage(error: Exception) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _OUTAGES


def _tell(orders: list[_Order], outcomes: list[Outcome]) -> None:
    for order, outcome in zip(orders, outcomes, strict=True):
        if order.future.done():  # its caller was cancelled; the work stands
            continue
        if isinstance(outcome, BaseException):
            order.future.set_exception(outcome)
        else:
            order.future.set_result(outcome)
