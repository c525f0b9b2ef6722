"""Logs: readable or JSON, and never a secret in them."""

import io
import json
import logging
import time
from collections.abc import Iterator

import pytest
import structlog

from config.logs import Mask, set_up_logs

TOKEN = "123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc"


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configured = structlog.get_config()
    yield
    root.handlers, root.level = handlers, level
    structlog.configure(**configured)


def logged(*, format: str, secrets: tuple[str, ...] = ()) -> io.StringIO:
    stream = io.StringIO()
    assert format in {"pretty", "json", "auto"}
    set_up_logs(format=format, level="info", secrets=secrets, stream=stream)  # type: ignore[arg-type]
    return stream


def test_json_lines_hold_the_fact_and_its_fields() -> None:
    stream = logged(format="json")
    structlog.get_logger().info("Server ready", port=8000, bots=["shop"])
    line = json.loads(stream.getvalue())
    assert (line["event"], line["port"], line["bots"]) == ("Server ready", 8000, ["shop"])
    assert (line["level"], line["timestamp"][-1]) == ("info", "Z")


def test_a_stream_that_is_no_terminal_gets_json() -> None:
    stream = logged(format="auto")
    structlog.get_logger().warning("Odd")
    assert json.loads(stream.getvalue())["level"] == "warning"


def test_libraries_log_through_the_same_stream() -> None:
    stream = logged(format="json")
    logging.getLogger("pywa").info("Started on %s", 8000)
    for chatty in ("aiogram.event", "httpx"):
        logging.getLogger(chatty).info("Too chatty")
    assert json.loads(stream.getvalue())["event"] == "Started on 8000"


def test_what_is_less_important_is_left_out() -> None:
    stream = logged(format="json")
    structlog.get_logger().debug("Detail")
    assert stream.getvalue() == ""


@pytest.mark.parametrize("format", ["pretty", "json"])
def test_no_secret_ever_reaches_the_log(format: str) -> None:
    stream = logged(format=format, secrets=("correct horse",))
    log = structlog.get_logger()
    log.info("Call", url=f"https://api.telegram.org/bot{TOKEN}/getMe")
    log.info(f"Call {TOKEN}", deep={"in": [f"x{TOKEN}"], "password": "battery"})
    log.info("Header", authorization="sk_live_0123456789", note="Bearer eyJhbGciOi.abc.def")
    log.info("Key", key="sk_live_0123456789abcdef", db="postgresql://me:battery@db/x")
    log.info(
        "Site st_live_0123456789abcdef", code="pk_live_0123456789", it=f"rt_{'0123456789' * 5}"
    )
    log.info("Password correct horse", token="battery")
    logging.getLogger("httpx").warning("POST https://api.telegram.org/bot%s/x", TOKEN)
    try:
        raise ValueError(f"bot{TOKEN} correct horse")
    except ValueError:
        log.exception("It raised")
        logging.getLogger("other").exception("It raised there")
    text = stream.getvalue()
    assert text.count("\n") >= 8
    for secret in (
        "AAEhBOweik6ad9r",
        "battery",
        "0123456789",
        "eyJhbGciOi",
        "correct horse",
    ):
        assert secret not in text
    assert "123456789:***" in text


@pytest.mark.parametrize(
    "name", ["access_token", "client_secret", "db_password", "API_KEY", "Authorization", "token"]
)
@pytest.mark.parametrize("format", ["pretty", "json"])
def test_a_field_named_after_a_secret_is_masked(format: str, name: str) -> None:
    stream = logged(format=format)
    structlog.get_logger().info("Odd", **{name: "canary"})
    structlog.get_logger().info("Odd", inside={name: "canary", "list": [{name: "canary"}]})
    assert "canary" not in stream.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Basic b3duZXI6Y2FuYXJ5Y2FuYXJ5",
        "refused eyJhbGciOiJub25lIn0.eyJzdWIiOiJjYW5hcnkifQ.canarycanary",
        "GET /api/tickets/ws?token=canarycanary&x=1",
        "GET /x?access_token=canarycanary",
        "https://api.example/?api-key=canarycanary#top",
        f"https://api.telegram.org/bot{TOKEN.replace(':', '%3A')}/getMe",
        "redis://user:canarycanary@cache:6379/0",
    ],
)
def test_secrets_are_known_by_their_looks(text: str) -> None:
    stream = logged(format="json")
    structlog.get_logger().info("Odd", why=text)
    logging.getLogger("library").warning(text)
    for secret in ("canary", "Y2FuYXJ5", "AAEhBOweik6ad9r"):
        assert secret not in stream.getvalue()


def test_a_strangers_words_never_look_like_a_line_of_ours() -> None:
    stream = logged(format="pretty")
    logging.getLogger("library").warning("read %s", "\x1b[2J\n00:00:00 [error] forged")
    structlog.get_logger().info("Odd", origin="\x1b[31m\n00:00:00 [error] forged")
    assert "\x1b[2J" not in stream.getvalue()
    assert len(stream.getvalue().splitlines()) == 2


@pytest.mark.parametrize(
    "text", ["bearer" + " " * 50_000, "://a:" * 10_000, "123456:" * 10_000, "?token" * 10_000,
             "ey" + "a" * 50_000, "eyeyeyeyey." * 5_000, "&_key" * 10_000, "&" + "_" * 50_000]
)  # fmt: skip
def test_no_text_is_slow_to_mask(text: str) -> None:
    began = time.process_time()
    Mask(["a-secret"]).text(text)
    assert time.process_time() - began < 1.0
