"""Everything kept in a PostgreSQL database: migrate it, open it, give its stores."""

import asyncpg
import structlog
from sqlalchemy.exc import DBAPIError, EmulatedDBAPIException

from bots.model.slots import ALONE, Slots
from bots.ports import Clock, NewId
from storage.migrate import NewerDatabase
from storage.postgres import schema
from storage.postgres.intake import SequencedIntake
from storage.postgres.outages import is_outage
from storage.postgres.readers import READERS, PoolReaders, PoolReading, open_pool
from storage.postgres.single import SINGLES
from storage.postgres.troubles import trouble
from storage.postgres.walls import IS_IDLE, WARNING
from storage.postgres.writer import TaskWriter
from storage.stores import Base, Stores, stores_over
from storage.words import Vectors

_log = structlog.get_logger()


async def open_postgres(url: str, *, new_id: NewId, clock: Clock, slots: Slots = ALONE) -> Stores:
    """Raises OSError with a sentence: not there, or not ours to change."""
    try:
        await schema.migrate(url)
        pool = await open_pool(url)
        if await pool.fetchval(IS_IDLE):
            _log.warning("PostgreSQL keeps no walls between workspaces", why=WARNING)
    except NewerDatabase:
        raise
    except Exception as error:
        cause = _cause(error)
        if is_outage(cause) or isinstance(cause, asyncpg.PostgresError):
            raise OSError(trouble(url, cause)) from error
        raise
    intake = SequencedIntake()
    singles = {**SINGLES, intake: intake.single}
    writer = TaskWriter(url, name=f"easyflow {slots.holder}", singles=singles)
    reader = PoolReaders(pool, url)

    def sizes() -> tuple[int, int]:
        return READERS + 1, pool.get_size() - pool.get_idle_size() + writer.busy

    async def close() -> None:
        await writer.close()
        await reader.dispose()

    base = Base(
        writer=writer,
        reader=reader,
        reading=PoolReading(pool, url),
        pool=sizes,
        close=close,
        words=Vectors(),
    )
    return stores_over(base, intake, new_id=new_id, clock=clock, slots=slots)


def _cause(error: BaseException) -> BaseException:
    """What asyncpg raised, where SQLAlchemy has it wrapped."""
    while isinstance(error, DBAPIError | EmulatedDBAPIException) and error.__cause__ is not None:
        error = error.__cause__
    return error
