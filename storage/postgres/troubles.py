"""Why a PostgreSQL database cannot be used, in a sentence with what to do."""

import socket
import ssl

import asyncpg

from storage.postgres.url import UnknownOption, postgres_url, shown

TROUBLES = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
    UnknownOption,
)
"""What asyncpg raises where a database cannot be had."""


def trouble(url: str, error: BaseException) -> str:
    """Shows no password."""
    parsed = postgres_url(url)
    host = parsed.query.get("host", parsed.host) or "localhost"
    where = f"{host}:{parsed.port or 5432}"
    name, user = parsed.database, parsed.username or "this user"
    match error:
        case asyncpg.InvalidPasswordError():
            why = f"the password of {user} is not right (EASYFLOW_DATABASE_URL)"
        case asyncpg.InvalidAuthorizationSpecificationError():
            why = (
                f"PostgreSQL lets {user} not in ({error}): look at EASYFLOW_DATABASE_URL,"
                " pg_hba.conf and whether there is such a role"
            )
        case asyncpg.InvalidCatalogNameError():
            why = f"there is no database {name}: CREATE DATABASE {name} OWNER {user}"
        case asyncpg.InsufficientPrivilegeError():
            why = f"{user} may not do that ({error}): the database has to be {user}'s own"
        case asyncpg.TooManyConnectionsError():
            why = "PostgreSQL has no connection left: raise max_connections, or stop somebody"
        case ssl.SSLError():
            why = (
                f"the certificate of {where} cannot be trusted ({error}): name the one that signed it"
                " as sslrootcert=/path/to/root.crt behind the ? of the URL"
            )
        case ConnectionError() if "SSL" in str(error):
            why = (
                f"PostgreSQL at {where} speaks no TLS, and the URL wants it: switch ssl on there, or"
                " take sslmode out of the URL"
            )
        case socket.gaierror():
            why = f"there is no host {host}: look at EASYFLOW_DATABASE_URL"
        case TimeoutError():
            why = (
                f"nobody answers at {where} in time: look at the host, the port and the firewalls"
                " between"
            )
        case OSError():
            why = f"no PostgreSQL answers at {where}: start it, or look at EASYFLOW_DATABASE_URL"
        case _:
            why = f"{error or type(error).__name__}"
    return f"The database {shown(url)} cannot be used: {why}"
