"""Logs: facts with fields, pretty in a terminal and JSON elsewhere, every secret masked."""

import logging
import re
import sys
import threading
from collections.abc import Iterable, MutableMapping
from typing import Any, Literal, TextIO

import orjson
import structlog

from bots.under_way import UNDER_WAY

MASK = "***"

SHORTEST = 6
"""Characters of a secret that is masked word for word."""

_NAMES_A_SECRET = re.compile(
    # Counts of a model's tokens are none.
    r"token(?!s\b|s_)|secret|passw|api[-_]?key|[-_]key$|authori[sz]ation|cookie|credential|signature",
    re.IGNORECASE,
)
_SECRETS = re.compile(
    # A Telegram token, in an address too (`/bot123456789:AAE…/sendMessage`).
    r"(?<!\d)(?P<telegram>\d{6,12}:)[A-Za-z0-9_-]{30,}"
    r"|(?P<bearer>(?i:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,}"
    r"|(?P<jwt>\bey)[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"
    # In an address: `?token=…`, and a Telegram token whose colon is quoted.
    r"|(?P<query>[?&;](?i:[a-z_-]*(?:token|key|secret|password|code))=)[^&#\s\"']+"
    r"|(?<!\d)(?P<quoted>\d{6,12}%3[Aa])[A-Za-z0-9_-]{30,}"
    # Ours, and those of others that tell what they are: OpenAI, VK, Meta, YooKassa, Standard Webhooks,
    # GitHub, AWS, Slack, Google.
    r"|(?P<key>(?:[sp]k|st)_(?:live|test)_|\brt_(?=\w{43}))[A-Za-z0-9_-]+"
    r"|(?P<brand>\b(?:sk-|vk1\.a\.|EAA(?=\w{20})|(?:live|test)_(?=[\w-]{20})|whsec_|gh[opsu]_|github_pat_"
    r"|AKIA|xox[abp]-|AIza))[A-Za-z0-9+/=_.-]{6,}"
    # What the vault sealed.
    r"|(?P<sealed>\bv1\.[0-9a-f]{8}\.)[A-Za-z0-9_=-]{20,}"
    r"|(?P<cookie>(?i:cookie)\\?[\"']?\s?[:=]\s?)[^\n]+"
    # A header, a field of JSON or of a dictionary, `password=…`.
    r"|(?P<field>(?i:token|secret|passwor[dt]|passwd|api[-_]?key|authori[sz]ation|credentials?)"
    r"\\?[\"']?(?:\s{0,2}[:=]|(?<=[\"']),)\s{0,2}b?(?i:(?:bearer|basic|token|key|digest)\s)?)"
    r"(?![\"']?\*\*\*)"
    r"(?:\\?\"[^\"\n]{3,}\"?|'[^'\n]{3,}'?|[^\s\"',;&<>(){}\[\]]{6,})"
    r"|(?P<login>://[^/\s:@]*:)[^/\s]+(?=@)"
    r"|(?P<private>-----BEGIN [A-Z ]*PRIVATE KEY-----)[A-Za-z0-9+/=\s\\]+"
)
_OURS = ("adapters", "bots", "composition", "config", "flows", "scheduler", "storage")
"""Whose debug lines are shown: those of libraries hold whatever passes through them."""

_QUIET = (
    "aiogram",
    "aiosqlite",
    "asyncpg",
    "alembic",
    "apscheduler",
    "asyncio",
    "httpcore",
    "httpx",
    "multipart",
    "opentelemetry",
    "python_multipart",
    "redis",
    "sqlalchemy",
    "transitions",
    "urllib3",
    "uvicorn",
    "watchfiles",
    "websockets",
)


_NEVER = ("asyncpg.pool",)
"""What we say better: it gives a traceback a second while PostgreSQL is away."""


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
        _about_the_turn,
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
    root.setLevel(max(number, logging.INFO))
    for name in _OURS:
        logging.getLogger(name).setLevel(number)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
    for name in _NEVER:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    # uvicorn brings handlers of its own; its lines go through ours.
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = True
    _log_what_python_prints()
    return mask


def _log_what_python_prints() -> None:
    """Python writes warnings and errors that nobody catches to the terminal, secrets in them too."""
    log = structlog.get_logger()
    logging.captureWarnings(True)

    def uncaught(kind: type[BaseException], error: BaseException, trace: Any) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
        else:
            log.critical("It ended with an error", exc_info=(kind, error, trace))

    def in_thread(told: threading.ExceptHookArgs) -> None:
        if told.exc_value is not None:
            log.error("A thread ended with an error", exc_info=told.exc_value)

    def unraisable(told: "sys.UnraisableHookArgs") -> None:
        if told.exc_value is not None:
            log.error("An error could not be raised", exc_info=told.exc_value)

    sys.excepthook = uncaught
    threading.excepthook = in_thread
    sys.unraisablehook = unraisable


class Mask:
    """A step of structlog that hides secrets wherever they stand in an event."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        # By their first letters: however many there are, a text is looked through once.
        self._by_start: dict[str, list[str]] = {}
        self.hide(secrets)

    def hide(self, secrets: Iterable[str]) -> None:
        """Mask these too."""
        for secret in secrets:
            # Short ones would mask words that are no secrets.
            if len(secret) < SHORTEST:
                continue
            alike = self._by_start.setdefault(secret[:SHORTEST], [])
            if secret not in alike:
                # The longest first, as one may hold another.
                alike.append(secret)
                alike.sort(key=len, reverse=True)

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
        return _SECRETS.sub(_kept, self._without_known(text))

    def _without_known(self, text: str) -> str:
        kept, done, at = [], 0, 0
        while at <= len(text) - SHORTEST:
            for secret in self._by_start.get(text[at : at + SHORTEST], ()):
                if text.startswith(secret, at):
                    kept += [text[done:at], MASK]
                    at = done = at + len(secret)
                    break
            else:
                at += 1
        return "".join([*kept, text[done:]]) if kept else text

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
    return _NAMES_A_SECRET.search(field) is not None


def _kept(match: re.Match[str]) -> str:
    """What is left of a secret: enough to know its kind."""
    return (match[match.lastgroup] if match.lastgroup else "") + MASK


def _about_the_turn(
    logger: Any, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Which chat, by its number, and which message something is written about."""
    under_way = UNDER_WAY.get()
    if under_way is not None:
        cause, conversation = under_way
        event.setdefault("chat", conversation.id)
        event.setdefault("bot", conversation.address.bot)
        event.setdefault("channel", conversation.address.channel)
        if cause.arrival is not None:
            event.setdefault("inbox", cause.arrival.seq)
    return event


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
