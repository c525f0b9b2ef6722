"""Which troubles of PostgreSQL are nobody's fault and pass."""

import asyncpg

_STATES = frozenset(
    {
        "08",  # the connection is gone
        "25006",  # a server that only reads: it is being changed over
        "53",  # no room: disk full, out of memory, too many connections
        "57P",  # shutting down, crashed, starting up
        "58",  # an error of the system below it
        "XX",  # its own data cannot be read just now
    }
)


_OF_A_LINE = frozenset({"bind_execute", "bind_execute_many", "prepare", "query", "execute"})
_PASSING = frozenset({"40001", "40P01", "23505"})


def is_collision(error: BaseException) -> bool:
    """Whether another process was in the way: a deadlock, or the same key, which a second look will find."""
    return isinstance(error, asyncpg.PostgresError) and error.sqlstate in _PASSING


def is_outage(error: BaseException) -> bool:
    """Whether the same statement may go well later on, without anybody changing it."""
    if isinstance(error, asyncpg.PostgresError):
        state: str = getattr(error, "sqlstate", None) or ""
        return state[:2] in _STATES or state[:3] in _STATES or state in _STATES
    if isinstance(error, AttributeError):
        # What asyncpg says of a line that was ended while something waited for it.
        return error.obj is None and error.name in _OF_A_LINE
    if isinstance(error, ValueError):  # asyncpg was given what it cannot send
        return False
    return isinstance(
        error,
        asyncpg.InterfaceError | asyncpg.InternalClientError | OSError | TimeoutError,
    )
