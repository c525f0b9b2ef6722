"""What writes to PostgreSQL: like SQLite's thread it takes all that waits and commits it together."""

import asyncio
import time
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, NamedTuple

import asyncpg
import structlog
from sqlalchemy.util import greenlet_spawn

from bots.errors import Unavailable
from storage.db import Item, Result, Work, goes_side_by_side
from storage.figures import WriterFigures
from storage.postgres.connection import PgDb
from storage.postgres.outages import is_collision, is_outage
from storage.postgres.silence import STARTED, end, listened_to
from storage.postgres.single import AGAIN, SINGLES, NotSingle, Single
from storage.postgres.url import ALL, TELL_CHANGES, WALL, connecting
from storage.postgres.walls import own_wall

AT_ONCE = 256
"""How many items are committed together at most: keeps the wait of the last one short."""

COMPANY = 0.002
"""Seconds the patient wait for company."""

ANSWER_WITHIN = 0.7
"""Seconds for a sign of life before a transaction: a dead line is found out before anything is lost."""

CONNECT_WITHIN = 1.2
"""Seconds for a new line; with those before it less than the two that a caller waits for at most."""

TRIES = 3
"""How often work is tried where other processes are in its way."""

FRESH = 0.1
"""Seconds after its last answer for which a line is taken to be alive without being asked first."""

_SETTINGS = {
    "synchronous_commit": "on",
    # Statements are few and look rows up by their keys: they are planned once for a line.
    "plan_cache_mode": "force_generic_plan",
    # Tables of what waits are now empty and now full: what is planned for few rows must do for many.
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
    "jit": "off",
}

_GO_BEHIND = "SELECT set_config($1, $2, true)"
"""Until the end of the transaction."""

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(245690633)"

STATEMENT_WITHIN = 30.0
"""Seconds for one statement."""

_log = structlog.get_logger()


class _Order(NamedTuple):
    work: Work[Any, Any]
    item: Any
    future: "asyncio.Future[Any]"
    patient: bool
    wall: str


class TaskWriter:
    """Hand it work with `do`; it returns when the work is committed, which PostgreSQL syncs to disk."""

    def __init__(
        self, url: str, *, name: str = "easyflow", singles: Mapping[Any, Single] = SINGLES
    ) -> None:
        """`name` is what PostgreSQL calls us, and the origin of the events we write.

        `singles` are what some work is done by where one statement is enough.
        """
        self._url = url
        self._singles = singles
        self._answered = 0.0
        self._name = name
        self._queue: asyncio.Queue[_Order | None] = asyncio.Queue()
        self._db: PgDb | None = None
        self._served_by: tuple[int, Any] | None = None
        self._cut_off: tuple[int, Any] | None = None
        self._broken = False
        self._closed = False
        self.busy = False
        self.figures = WriterFigures()
        self._task = asyncio.create_task(self._run())

    def do(
        self, work: "Work[Item, Result]", item: Item, *, patient: bool = False
    ) -> "asyncio.Future[Result]":
        """Raises Unavailable when the database does not take it. Where the line broke in the middle of
        a commit it may have been written all the same: everything handed in bears being done again."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        if self._closed:
            future.set_exception(Unavailable("The database is closed"))
        else:
            self._queue.put_nowait(_Order(work, item, future, patient, own_wall()))
        return future

    @property
    def works(self) -> bool:
        """Whether the last write was taken."""
        return not self._broken

    @property
    def queued(self) -> int:
        """How much waits to be written."""
        return self._queue.qsize()

    async def close(self) -> None:
        """Finish what was handed in."""
        if not self._closed:
            self._closed = True
            self._queue.put_nowait(None)
        await self._task
        self._drop()

    # ------------------------------------------------------------ in the task

    async def _run(self) -> None:
        more = True
        while more:
            orders, more = await self._take()
            if orders:
                self.busy = True
                _tell(orders, await self._write(orders))
                self.busy = False
                if self._broken:
                    more = self._refuse_waiting() and more

    async def _take(self) -> tuple[list[_Order], bool]:
        """Wait for something to do, then take whatever else is there."""
        first = await self._queue.get()
        if first is None:
            return [], False
        orders = [first]
        if first.patient and self._queue.empty():
            await asyncio.sleep(COMPANY)
        while len(orders) < AT_ONCE and not self._queue.empty():
            order = self._queue.get_nowait()
            if order is None:
                return orders, False
            orders.append(order)
        return orders, True

    def _refuse_waiting(self) -> bool:
        """Whoever came while nothing was heard has waited long enough. False where it is the end."""
        orders: list[_Order] = []
        more = True
        while not self._queue.empty():
            order = self._queue.get_nowait()
            if order is None:
                more = False
            else:
                orders.append(order)
        _tell(orders, [Unavailable("The database takes no writes") for _ in orders])
        return more

    async def _write(self, orders: list[_Order]) -> list[Any]:
        began = time.perf_counter()
        try:
            outcomes = await self._tried(orders)
        except Exception as error:  # noqa: BLE001 - it is raised where the work is awaited
            if is_outage(error):
                self._drop()
                return self._refuse(orders, error)
            if len(orders) == 1:
                return [error]
            return await self._by_halves(orders)
        self.figures.wrote(len(orders), time.perf_counter() - began)
        if self._broken:
            self._broken = False
            self.figures.recovered()
            _log.info("The database takes writes again")
        return outcomes

    async def _by_halves(self, orders: list[_Order]) -> list[Any]:
        """What is wrong is found in a few commits, however many it came with."""
        half = len(orders) // 2
        outcomes = await self._write(orders[:half])
        if self._broken:
            return outcomes + [outcomes[-1]] * (len(orders) - half)
        return outcomes + await self._write(orders[half:])

    async def _tried(self, orders: list[_Order]) -> list[Any]:
        """Again, where others were in the way."""
        singles = self._singles
        left = TRIES
        while True:
            try:
                return await self._together(orders, singles)
            except NotSingle:
                singles = {}
            except asyncpg.PostgresError as error:
                left -= 1
                if not left or not is_collision(error):
                    raise

    async def _together(self, orders: list[_Order], singles: Mapping[Any, Single]) -> list[Any]:
        """One transaction for all, work of one kind in one go."""
        kinds: dict[tuple[str, Work[Any, Any]], list[int]] = {}
        for place, order in enumerate(orders):
            kinds.setdefault((order.wall, order.work), []).append(place)
        if len(kinds) == 1:
            outcomes = await self._by_itself(orders, singles)
            if outcomes is not None:
                return outcomes
        outcomes = [None] * len(orders)
        db = await self._begun()

        async def carry_out() -> None:
            alone = not all(goes_side_by_side(work) for _, work in kinds)
            if alone:
                await db.connection.execute(ONE_AT_A_TIME)
            behind = ALL
            for (wall, work), places in kinds.items():
                if wall != behind:
                    behind = wall
                    await db.connection.execute(_GO_BEHIND, WALL, wall)
                results = await _done(db, work, [orders[place].item for place in places], singles)
                for place, result in zip(places, results, strict=True):
                    outcomes[place] = result
            if alone:
                # What is seldom written is what others look for seldom.
                await db.connection.execute(TELL_CHANGES)
            await db.connection.execute("COMMIT")

        try:
            await self._heard(carry_out(), db)
        except BaseException:
            if self._db is db:
                await db.connection.execute("ROLLBACK")
            raise
        return outcomes

    async def _by_itself(
        self, orders: list[_Order], singles: Mapping[Any, Single]
    ) -> list[Any] | None:
        """Work of one kind that is a single statement is a transaction without being told so.

        None where it is not, or where it is not sure that the line is alive.
        """
        db, work = self._db, orders[0].work
        single = singles.get(work)
        if db is None or single is None or orders[0].wall != ALL:
            return None
        if time.monotonic() - self._answered > FRESH or db.connection.is_closed():
            return None
        doing = single(db, [order.item for order in orders])
        if doing is None:
            return None
        outcomes = await self._heard(doing, db)
        again = [place for place, outcome in enumerate(outcomes) if outcome is AGAIN]
        if again:
            others = await self._together([orders[place] for place in again], {})
            for place, outcome in zip(again, others, strict=True):
                outcomes[place] = outcome
        return outcomes

    async def _heard(self, doing: Awaitable[Result], db: PgDb) -> Result:
        """The line is given up where nothing is heard of it."""
        try:
            result = await listened_to(doing, db.connection, self._url, lambda: db.answers)
        except BaseException as error:
            if is_outage(error) or not isinstance(error, Exception):
                self._drop()
            raise
        self._answered = time.monotonic()
        return result

    async def _begun(self) -> PgDb:
        """A connection with a transaction begun; of two tries the second has a new line."""
        if self._db is not None:
            try:
                await self._db.connection.execute("BEGIN", timeout=ANSWER_WITHIN)
                return self._db
            except Exception as error:
                self._drop()
                if not is_outage(error):
                    raise
        native = await asyncpg.connect(
            **connecting(self._url, application_name=self._name, **_SETTINGS),
            timeout=CONNECT_WITHIN,
            command_timeout=STATEMENT_WITHIN,
        )
        self._db = PgDb(native)
        if self._cut_off is not None:
            await end(native, *self._cut_off)
            self._cut_off = None
        self._served_by = (native.get_server_pid(), await native.fetchval(STARTED))
        await native.execute("BEGIN", timeout=ANSWER_WITHIN)
        return self._db

    def _drop(self) -> None:
        if self._db is not None:
            self._db.connection.terminate()
            self._db = None
            self._cut_off, self._served_by = self._served_by or self._cut_off, None

    def _refuse(self, orders: list[_Order], error: Exception) -> list[Any]:
        if not self._broken:
            self._broken = True
            self.figures.refused()
            _log.error("The database takes no writes", reason=str(error) or type(error).__name__)
        return [
            Unavailable("The database takes no writes", why=str(error) or type(error).__name__)
            for _ in orders
        ]


async def _done(
    db: PgDb, work: Work[Any, Any], items: list[Any], singles: Mapping[Any, Single]
) -> Sequence[Any]:
    """Within a transaction; what takes more than one statement, by as many as it takes."""
    single = singles.get(work)
    doing = single(db, items) if single is not None else None
    if doing is None:
        results: Sequence[Any] = await greenlet_spawn(work, db, items)
        return results
    outcomes = await doing
    again = [place for place, outcome in enumerate(outcomes) if outcome is AGAIN]
    if again:
        others = await greenlet_spawn(work, db, [items[place] for place in again])
        for place, outcome in zip(again, others, strict=True):
            outcomes[place] = outcome
    return outcomes


def _tell(orders: list[_Order], outcomes: list[Any]) -> None:
    for order, outcome in zip(orders, outcomes, strict=True):
        if order.future.done():  # its caller was cancelled; the work stands
            continue
        if isinstance(outcome, BaseException):
            order.future.set_exception(outcome)
        else:
            order.future.set_result(outcome)
