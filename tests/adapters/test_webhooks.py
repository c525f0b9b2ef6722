"""Endpoints are called signed and at their own address alone; the documented checks take what is sent."""

import asyncio
import base64
import hashlib
import hmac
import http.client
import json
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import playwright
import pytest

from adapters.addresses import Allowed
from adapters.guarded_http import GuardedHttp
from adapters.signing import key_of, signed
from adapters.webhooks import HttpWebhookSender, retry_after
from bots.errors import AddressRefused
from bots.model.webhook import Endpoint
from tests.servers.easyflow import free_port
from tests.servers.tiny_http import Request, Response, serve

PAGE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
NODE = Path(playwright.__file__).parent / "driver" / "node"
"""The JavaScript that the browsers of other tests bring."""
PHP = shutil.which("php")
NOW = datetime.now(UTC).replace(microsecond=0)
OLD, NEW = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
BODY = {"event": "message.received", "data": {"message": {"content": "Привет"}}}


class Receiver:
    """A customer's server; answers with what it is told to."""

    def __init__(self) -> None:
        self.answer = Response(b"ok")
        self.got: list[Request] = []
        self.url = ""

    def take(self, request: Request) -> Response | None:
        self.got.append(request)
        return self.answer


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    one = Receiver()
    server = await serve(one.take)
    one.url = f"{server.url}hook"
    yield one
    await server.close()


def sender(receiver: Receiver, *, now: Callable[[], datetime] = lambda: NOW) -> HttpWebhookSender:
    place = receiver.url.removeprefix("http://").removesuffix("/hook")
    return HttpWebhookSender(
        GuardedHttp(Allowed.read(place)), GuardedHttp(Allowed()), owner=1, clock=now
    )


def endpoint(receiver: Receiver, *secrets: str, **fields: Any) -> Endpoint:
    given: dict[str, Any] = {"workspace": 1, "old_until": NOW + timedelta(hours=1)}
    return Endpoint(
        id="e1",
        url=receiver.url,
        events=("*",),
        secrets=secrets or (NEW,),
        cursor=0,
        created_at=NOW,
        **(given | fields),
    )


def test_the_signature_is_that_of_standard_webhooks() -> None:
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = signed(b'{"test": 2432232314}', "msg_p5jXN8AQM9LWM0D4loKWxJek", at, [OLD])
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-timestamp"] == "1614265330"
    assert key_of("a secret of one's own") == b"a secret of one's own"


async def test_a_call_is_a_post_of_json_with_both_signatures(receiver: Receiver) -> None:
    answered = await sender(receiver).send(endpoint(receiver), "evt_1", BODY)
    assert (answered.status, answered.error, answered.taken) == (200, "", True)
    (request,) = receiver.got
    assert (request.method, request.path) == ("POST", "/hook")
    assert orjson.loads(request.body) == BODY
    headers = request.headers
    assert headers["content-type"] == "application/json"
    assert headers["webhook-id"] == "evt_1"
    plain = hmac.new(NEW.encode(), request.body, hashlib.sha256).hexdigest()
    assert headers["x-webhook-signature"] == plain
    content = f"evt_1.{headers['webhook-timestamp']}.".encode() + request.body
    digest = hmac.new(base64.b64decode(NEW[6:]), content, hashlib.sha256).digest()
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
    assert "x-webhook-signature-previous" not in headers


async def test_for_a_day_the_secret_of_before_opens_it_too(receiver: Receiver) -> None:
    both = endpoint(receiver, NEW, OLD)
    await sender(receiver).send(both, "evt_1", BODY)
    await sender(receiver).send(endpoint(receiver, NEW, OLD, old_until=NOW), "evt_1", BODY)
    first, second = (one.headers for one in receiver.got)
    assert len(first["webhook-signature"].split()) == 2
    assert second["webhook-signature"] == first["webhook-signature"].split()[0]
    old = hmac.new(OLD.encode(), receiver.got[0].body, hashlib.sha256).hexdigest()
    assert first["x-webhook-signature-previous"] == old
    assert "x-webhook-signature-previous" not in second


def documented() -> Callable[[str, dict[str, str], bytes], bool]:
    code = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[0]
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - our own page
    check: Callable[[str, dict[str, str], bytes], bool] = names["is_ours"]
    return check


async def test_the_check_of_the_page_takes_ours_and_nothing_else(receiver: Receiver) -> None:
    # The page's own code holds it against the clock of the machine.
    await sender(receiver, now=partial(datetime.now, UTC)).send(
        endpoint(receiver, NEW, OLD), "evt_1", BODY
    )
    (request,) = receiver.got
    is_ours = documented()
    assert is_ours(NEW, request.headers, request.body)
    assert is_ours(OLD, request.headers, request.body)
    assert not is_ours(NEW, request.headers, request.body + b" ")
    assert not is_ours(NEW, request.headers | {"webhook-id": "evt_2"}, request.body)
    late = str(int(request.headers["webhook-timestamp"]) - 3600)
    assert not is_ours(NEW, request.headers | {"webhook-timestamp": late}, request.body)
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        for wrong in ("", "-1", "\u00b2", "v1,\u00e9"):
            assert not is_ours(NEW, request.headers | {name: wrong}, request.body)
    assert not is_ours(NEW, {}, request.body)


async def test_so_does_that_in_javascript(receiver: Receiver) -> None:
    # The page's own code holds it against the clock of the machine.
    await sender(receiver, now=partial(datetime.now, UTC)).send(
        endpoint(receiver, NEW, OLD), "evt_1", BODY
    )
    (request,) = receiver.got
    code = re.findall(r"```js\n(.*?)```", PAGE, re.DOTALL)[0]
    given = json.dumps([request.headers, request.body.decode()])
    asked = (
        f"{code}\nconst [headers, text] = {given}; const body = Buffer.from(text);\n"
        f"console.log(isOurs('{NEW}', headers, body), isOurs('{OLD}', headers, body),"
        f" isOurs('{NEW}', headers, Buffer.from(text + ' ')), isOurs('whsec_AAAA', headers, body),"
        f" isOurs('{NEW}', {{}}, body), isOurs('{NEW}', {{...headers, 'webhook-timestamp': 'x'}}, body))"
    )
    done = await asyncio.to_thread(
        subprocess.run, [str(NODE), "-e", asked], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["true", "true", *["false"] * 4]


@pytest.mark.skipif(PHP is None, reason="PHP is not here: apt install php-cli")
async def test_so_does_that_in_php_behind_a_server_of_its_own(tmp_path: Path) -> None:
    """As an owner has it: the page's code, in the way that its comment says."""
    code = re.findall(r"```php\n(.*?)```", PAGE, re.DOTALL)[0]
    call = code.splitlines()[0].removeprefix("// ").replace("$secret", "getenv('SECRET')")
    hook = tmp_path / "hook.php"
    hook.write_text(f"<?php\n{code}\nhttp_response_code({call} ? 204 : 400);\n", encoding="utf-8")
    answers: list[int] = []
    for secrets in ((NEW, OLD), (OLD, NEW), (OLD,)):
        async with behind_php(hook, NEW) as receiver:
            sends = sender(receiver, now=partial(datetime.now, UTC))
            answers.append((await sends.send(endpoint(receiver, *secrets), "evt_1", BODY)).status)
            late = sender(receiver, now=lambda: datetime.now(UTC) - timedelta(hours=1))
            theirs = endpoint(receiver, *secrets, old_until=datetime.now(UTC))
            answers.append((await late.send(theirs, "evt_1", BODY)).status)
            answers.append(await asyncio.to_thread(bare, receiver.url))
    assert answers == [204, 400, 400, 204, 400, 400, 400, 400, 400]
    assert not re.search("Warning|Deprecated|Notice", (tmp_path / "php.log").read_text())


def bare(url: str) -> int:
    """What somebody gets who only knows the address."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=60)
    connection.request("POST", place.path, b"{}")
    status = connection.getresponse().status
    connection.close()
    return status


@asynccontextmanager
async def behind_php(hook: Path, secret: str) -> AsyncIterator[Receiver]:
    """A server of PHP's own that answers with a script."""
    assert PHP is not None
    receiver, port = Receiver(), free_port()
    receiver.url = f"http://127.0.0.1:{port}/hook"
    with (hook.parent / "php.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            PHP, "-d", "display_errors=stderr", "-S", f"127.0.0.1:{port}", str(hook),
            env={"SECRET": secret}, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        async with asyncio.timeout(60):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.05)
                else:
                    writer.close()
                    break
        yield receiver
    finally:
        process.terminate()
        await process.wait()


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_redirects_are_not_followed(receiver: Receiver, status: int) -> None:
    elsewhere = Receiver()
    server = await serve(elsewhere.take)
    receiver.answer = Response(b"", status, headers={"Location": server.url})
    answered = await sender(receiver).send(endpoint(receiver), "evt_1", BODY)
    await server.close()
    assert (answered.status, answered.taken) == (status, False)
    assert "redirects are not followed" in answered.error
    assert elsewhere.got == []


@pytest.mark.parametrize(
    ("status", "busy", "refused"),
    [(400, False, True), (410, False, False), (422, False, True), (429, True, False)]
    + [(401, False, False), (500, False, False), (503, True, False)],
)
async def test_what_came_back_is_told(
    receiver: Receiver, status: int, busy: bool, refused: bool
) -> None:
    receiver.answer = Response(b"secret words", status, headers={"Retry-After": "17"})
    answered = await sender(receiver).send(endpoint(receiver), "evt_1", BODY)
    assert answered.error == f"it answered {status}"
    assert (answered.status, answered.busy, answered.refused) == (status, busy, refused)
    assert answered.retry_after == 17


async def test_a_server_that_hangs_up_or_is_not_there_is_no_answer(receiver: Receiver) -> None:
    class HangsUp(Receiver):
        def take(self, request: Request) -> None:
            return None

    server = await serve(HangsUp().take)
    receiver.url = f"{server.url}hook"
    for _ in range(2):
        answered = await sender(receiver).send(endpoint(receiver), "evt_1", BODY)
        assert (answered.status, answered.taken, answered.refused) == (0, False, False)
        assert answered.error
        await server.close()


async def test_an_answer_without_end_is_taken_by_its_status(receiver: Receiver) -> None:
    receiver.answer = Response(b"x" * 5_000_000)
    answered = await sender(receiver).send(endpoint(receiver), "evt_1", BODY)
    assert answered.taken


async def test_what_the_settings_allow_is_for_the_owners_workspace_alone(
    receiver: Receiver,
) -> None:
    one = sender(receiver)
    await one.check(1, receiver.url)
    with pytest.raises(AddressRefused):
        await one.check(2, receiver.url)
    answered = await one.send(endpoint(receiver, workspace=2), "evt_1", BODY)
    assert (answered.status, receiver.got) == (0, [])
    for url in (
        "https://169.254.169.254/latest",
        "https://localhost/",
        "https://[::1]/",
        "https://user:word@example.com/",
        "ftp://example.com/",
        "https://10.0.0.1/",
        "http://93.184.216.34/",
        "https://93.184.216.34:22/",
    ):
        with pytest.raises(AddressRefused):
            await one.check(1, url)


async def test_without_a_secret_nothing_is_sent(receiver: Receiver) -> None:
    locked = Endpoint(
        id="e1",
        workspace=1,
        url=receiver.url,
        events=("*",),
        secrets=(),
        cursor=0,
        created_at=NOW,
    )
    answered = await sender(receiver).send(locked, "evt_1", BODY)
    assert (answered.status, receiver.got) == (0, [])
    assert "sealed" in answered.error


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 60),
        ("Wed, 21 Oct 2026 07:00:00 GMT", 0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("9" * 30, None),
    ],
)
def test_how_long_to_wait_is_seconds_or_a_moment(written: str, seconds: float | None) -> None:
    assert retry_after(written, datetime(2026, 10, 21, 7, 27, tzinfo=UTC)) == seconds
