"""Logs: facts with fields, pretty in a terminal and JSON elsewhere, every secret masked."""

import logging
import re
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any, Literal, TextIO

import orjson
import structlog

MASK = "***"

_SECRET_FIELDS = frozenset(
    {
        "api_key",
        "authorization",
        "cookie",
        "passwd",
        "password",
        "secret",
        "set-cookie",
        "token",
        "x-api-key",
        "x-telegram-bot-api-secret-token",
        "x-visitor-token",
    }
)
_SECRET_ENDINGS = ("_key", "_password", "_secret", "_token")
_SECRETS = re.compile(
    # A Telegram token, in an address too (`/bot123456789:AAE…/sendMessage`).
    r"(?<!\d)(?P<telegram>\d{6,12}:)[A-Za-z0-9_-]{30,}"
    r"|(?P<bearer>(?i:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,}"
    r"|(?P<jwt>\bey)[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"
    # In an address: `?token=…`, and a Telegram token whose colon is quoted.
    r"|(?P<query>[?&;](?i:[a-z_-]*(?:token|key|secret|password|code))=)[^&#\s\"']+"
    r"|(?<!\d)(?P<quoted>\d{6,12}%3[Aa])[A-Za-z0-9_-]{30,}"
    r"|(?P<key>(?:[sp]k|st)_(?:live|test)_|\brt_(?=\w{43}))[A-Za-z0-9_-]+"
    r"|(?P<login>://[^/\s:@]*:)[^/\s@]+(?=@)"
)
_QUIET = (
    "aiogram",
    "aiosqlite",
    "alembic",
    "apscheduler",
    "asyncio",
    "httpcore",
    "httpx",
    "transitions",
    "uvicorn",
    "watchfiles",
    "websockets",
)


def set_up_logs(
    *,
    format: Literal["auto", "pretty", "json"],
    level: str,
    secrets: Iterable[str] = (),
    stream: TextIO | None = None,
) -> "Mask":
    """Send all logs, our own and the libraries', to `stream`; `secrets` are masked word for word.

    What is given masks them; it may be told of more.
    """
    stream = stream or sys.stderr
    pretty = format == "pretty" or (format == "auto" and stream.isatty())
    number = logging.getLevelNamesMapping()[level.upper()]
    mask = Mask(secrets)
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if pretty else "iso", utc=not pretty),
    ]
    # Plain tracebacks: richer ones show local variables, secrets among them.
    console = structlog.dev.ConsoleRenderer(
        colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    ending: list[Any] = (
        [mask, _in_one_line, console, lambda logger, method, line: mask.text(line)]
        if pretty
        else [structlog.processors.format_exc_info, mask, _Json()]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(number)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
    # uvicorn brings handlers of its own; its lines go through ours.
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = True
    return mask


class Mask:
    """A step of structlog that hides secrets wherever they stand in an event."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: set[str] = set()
        self._known: re.Pattern[str] | None = None
        self.hide(secrets)

    def hide(self, secrets: Iterable[str]) -> None:
        """Mask these too."""
        # Short ones would mask words that are no secrets; the longest first, as one may hold another.
        fresh = {one for one in secrets if len(one) >= 6} - self._secrets
        if fresh:
            self._secrets |= fresh
            known = sorted(self._secrets, key=len, reverse=True)
            self._known = re.compile("|".join(map(re.escape, known)))

    def __call__(
        self, logger: Any, method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        for name, value in event.items():
            if _names_a_secret(name) and value is not None:
                event[name] = MASK
            elif name == "exc_info":
                continue
            else:
                event[name] = self._masked(value)
        return event

    def text(self, text: str) -> str:
        """`text` without secrets."""
        if self._known is not None:
            text = self._known.sub(MASK, text)
        return _SECRETS.sub(_kept, text)

    def _masked(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if value is None or isinstance(value, (bool, int, float)):
            return value
        if isinstance(value, dict):
            return {
                name: MASK if _names_a_secret(str(name)) else self._masked(one)
                for name, one in value.items()
            }
        if isinstance(value, (list, tuple, set, frozenset)):
            return [self._masked(one) for one in value]
        return self.text(str(value))


def _names_a_secret(field: str) -> bool:
    name = field.lower()
    return name in _SECRET_FIELDS or name.endswith(_SECRET_ENDINGS)


def _kept(match: re.Match[str]) -> str:
    """What is left of a secret: enough to know its kind."""
    return (match[match.lastgroup] if match.lastgroup else "") + MASK


def _in_one_line(
    logger: Any, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """What a library repeats of a stranger's words must not look like lines of ours.

    Fields are quoted by the console, and JSON quotes everything.
    """
    said = event.get("event")
    if isinstance(said, str) and not said.isprintable():
        event["event"] = "".join(
            sign if sign.isprintable() else sign.encode("unicode_escape").decode()
            for sign in said.rstrip("\n")
        )
    return event


class _Json:
    def __call__(self, logger: Any, method: str, event: MutableMapping[str, Any]) -> str:
        return orjson.dumps(dict(event), default=str).decode()
