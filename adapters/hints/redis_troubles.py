"""Why a Redis cannot be used, in a sentence with what to do."""

import socket
from urllib.parse import urlsplit

import redis.exceptions
from redis.exceptions import AuthenticationError, InvalidResponse, RedisError, ResponseError

TROUBLES = (RedisError, OSError, TimeoutError)
"""What its library raises where it cannot be had."""


def trouble(url: str, error: BaseException) -> str:
    """Shows no password."""
    parts = urlsplit(url)
    host = parts.hostname or "localhost"
    where = parts.path if parts.scheme == "unix" else f"{host}:{parts.port or 6379}"
    said, cause = str(error), error.__cause__ or error.__context__
    match error:
        case AuthenticationError() | ResponseError() if "HELLO" in said or "required" in said:
            why = f"it wants a password, {parts.scheme}://:PASSWORD@{where}"
        case AuthenticationError():
            why = "the password is not right"
        case ResponseError() if "DB index" in said:
            why = f"it has no database {parts.path.strip('/')}, 0 is always there"
        case InvalidResponse():
            why = f"something else than Redis answers at {where}"
        case _ if isinstance(cause, socket.gaierror):
            why = f"there is no host {host}"
        case TimeoutError() | redis.exceptions.TimeoutError():
            tls = ", and does it speak TLS" if parts.scheme == "rediss" else ""
            why = f"nobody answers at {where} in time: is it the right host{tls}?"
        case _ if isinstance(cause or error, OSError):
            why = f"no Redis answers at {where}"
        case _:
            why = said or type(error).__name__
    return f"{why} (EASYFLOW_REDIS_URL)"
