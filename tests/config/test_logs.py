"""Logs: readable or JSON, and never a secret in them."""

import io
import json
import logging
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import structlog

from bots.model.conversation import Conversation
from bots.model.message import Address, UnifiedMessage
from bots.model.turn import Arrival
from bots.under_way import UNDER_WAY, Cause
from config.logs import Mask, set_up_logs

NOON = datetime(2024, 1, 10, 12, tzinfo=UTC)
TOKEN = "123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc"


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configured = structlog.get_config()
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    yield
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    logging.captureWarnings(False)
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
        "postgresql+asyncpg://easyflow:canary@canary:canary@db:5432/easyflow",
        "wrong key sk-proj-canarycanary",
        "ghp_canarycanarycanary and vk1.a.canary-canary_canary",
        "EAAcanarycanarycanarycanary",
        "whsec_canarycanarycanary/canary==",
        "test_canarycanarycanarycanary",
        "sealed v1.0123abcd.canary_canary-canary-canary==",
        "X-Telegram-Bot-Api-Secret-Token: canary",
        "{'X-API-Key': 'canary canary', 'Accept': '*/*'}",
        '{"password": "canary canary", "email": "a@b.c"}',
        "[(b'x-api-key', b'canary canary'), ('authorization', 'Token canary-canary')]; Authorization: Token canary-canary",
        r"{\"api_key\": \"canary-canary\"}",
        "Set-Cookie: a=canary; b=canary",
        "asyncpg.connect(user='me', password='canary', ssl=None)",
        "password=canarycanary host=db",
        "-----BEGIN RSA PRIVATE KEY-----\ncanarycanary\n-----END RSA PRIVATE KEY-----",
    ],
)
def test_secrets_are_known_by_their_looks(text: str) -> None:
    stream = logged(format="json")
    structlog.get_logger().info("Odd", why=text)
    logging.getLogger("library").warning(text)
    for secret in ("canary", "Y2FuYXJ5", "AAEhBOweik6ad9r"):
        assert secret not in stream.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "300 tokens are left; total_tokens: 1200000",
        "Cannot reach https://api.example.com:8443/v1.2/x: time is over",
        "Which keys are there is told by EASYFLOW_KEYS",
        "The key of row 0190c1d2e3f4:0 is known",
        "live_versions and test_of_bots",
        "v1.2.3 at 10:15:00, basic plan",
    ],
)
def test_what_is_no_secret_can_be_read(text: str) -> None:
    assert Mask(["a-secret-word"]).text(text) == text


def test_of_secrets_that_hold_one_another_nothing_is_left() -> None:
    mask = Mask(["canary-1", "canary-1-and-more", "ry-1-and"])
    mask.hide(["canary-2"])
    assert mask.text("canary-1-and-more canary-1 canary-2canary-1") == "*** *** ******"


def test_many_secrets_make_no_line_slow() -> None:
    mask = Mask(f"{number:06}-of-secrets" for number in range(20_000))
    began = time.process_time()
    for _ in range(100):
        mask.text("019999-of-secret is none, and 019998-of-secrets is one; " * 4)
    assert time.process_time() - began < 1.0


def test_a_line_tells_which_chat_it_is_about_and_no_name_of_a_customer() -> None:
    stream = logged(format="json")
    address = Address(1, "shop", "whatsapp:1", "79991234567")
    message = UnifiedMessage(
        message_id="a", address=address, platform="whatsapp", user_id="79991234567",
        external_id="1", timestamp=NOON, text="canary"
    )  # fmt: skip
    chat = Conversation(
        id=12, uuid="u", address=address, platform="whatsapp", user_id="79991234567",
        customer_id=1, created_at=NOON, updated_at=NOON,
    )  # fmt: skip
    before = UNDER_WAY.set((Cause("message", Arrival(seq=7, message=message)), chat))
    structlog.get_logger().warning("Odd")
    logging.getLogger("library").warning("Odd too")
    UNDER_WAY.reset(before)
    structlog.get_logger().warning("Elsewhere")
    first, second, third = map(json.loads, stream.getvalue().splitlines())
    assert {"chat": 12, "bot": "shop", "channel": "whatsapp:1", "inbox": 7}.items() <= first.items()
    assert second["chat"] == 12
    assert "chat" not in third
    assert "79991234567" not in stream.getvalue()
    assert "canary" not in stream.getvalue()


def test_libraries_keep_their_debug_lines_to_themselves() -> None:
    stream = io.StringIO()
    set_up_logs(format="json", level="debug", stream=stream)
    for name in ("vkbottle", "aiohttp.client", "multipart.multipart", "sqlalchemy.engine"):
        logging.getLogger(name).debug("everything that passes")
    logging.getLogger("adapters.messengers").debug("ours")
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["ours"]


def test_what_python_itself_would_print_goes_through_the_log() -> None:
    stream = logged(format="json", secrets=("correct horse",))
    sys.excepthook(ValueError, ValueError("correct horse"), None)
    thread = threading.Thread(target=_raise)
    thread.start()
    thread.join()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("correct horse", stacklevel=1)
    text = stream.getvalue()
    assert len(text.splitlines()) == 3
    assert "ValueError: ***" in text
    assert "correct horse" not in text


def _raise() -> None:
    raise ValueError("correct horse")


def test_a_strangers_words_never_look_like_a_line_of_ours() -> None:
    stream = logged(format="pretty")
    logging.getLogger("library").warning("read %s", "\x1b[2J\n00:00:00 [error] forged")
    structlog.get_logger().info("Odd", origin="\x1b[31m\n00:00:00 [error] forged")
    assert "\x1b[2J" not in stream.getvalue()
    assert len(stream.getvalue().splitlines()) == 2


@pytest.mark.parametrize(
    "text", ["bearer" + " " * 50_000, "://a:" * 10_000, "123456:" * 10_000, "?token" * 10_000,
             "ey" + "a" * 50_000, "eyeyeyeyey." * 5_000, "&_key" * 10_000, "token" + " " * 50_000, "token:" * 10_000, "cookie" * 9_000,
             '"token": "' * 9_000, "://a:" + "b" * 50_000, "-----BEGIN " * 9_000, "&" + "_" * 50_000]
)  # fmt: skip
def test_no_text_is_slow_to_mask(text: str) -> None:
    began = time.process_time()
    Mask(["a-secret"]).text(text)
    assert time.process_time() - began < 1.0
