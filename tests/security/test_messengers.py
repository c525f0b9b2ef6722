"""A running server with two accounts at each messenger, attacked by whoever knows its address, and by customers."""

import hashlib
import hmac
import http.client
import time
from collections.abc import Iterator
from email.message import Message
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pytest

from tests.servers import max_events
from tests.servers import telegram_happenings as happen
from tests.servers import vk_events as make
from tests.servers import whatsapp_webhooks as webhooks
from tests.servers.easyflow import KEY, ROOT, EasyFlow
from tests.servers.max import Max
from tests.servers.telegram import FakeTelegram
from tests.servers.vk import Vk
from tests.servers.whatsapp import Number, Person, WhatsApp

WEBHOOK = "/api/v1/messaging/webhook/"
CONTEXT = "/api/v1/messaging/context"
SESSIONS = "/api/v1/conversation/sessions"
HISTORY = "/api/v1/conversation/history"
FIRST, SECOND = 222111, 222112
PHONES = ("106540352242001", "106540352242002")
CANARIES = (
    "111111:canary-token-canary-token-canary-01",
    "222222:canary-token-canary-token-canary-02",
    "canary-telegram-secret-03",
    "canary-telegram-secret-04",
    "vk1.a.canary-05",
    "vk1.a.canary-06",
    "canary-vk-secret-07",
    "canary-vk-secret-08",
    "EAAcanary09",
    "EAAcanary10",
    "canary-app-secret-11",
    "canary-app-secret-12",
    "canary-verify-13",
    "canary-verify-14",
    "canary-max-token-15",
    "canary-max-token-16",
    "canary-max-secret-17",
    "canary-max-secret-18",
)
_ids = count(1)


class House(NamedTuple):
    server: EasyFlow
    telegram: FakeTelegram
    vk: Vk
    whatsapp: WhatsApp
    max: Max

    def post(
        self, platform: str, body: Any, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        content = body if isinstance(body, bytes) else orjson.dumps(body)
        return self.server.call("POST", WEBHOOK + platform, content, key=None, headers=headers)

    def knows(self, platform: str, chat: Any) -> bool:
        return self.server.call("GET", f"{CONTEXT}/{platform}/{chat}/{chat}")[0] == 200

    def hears(self, platform: str, chat: Any) -> None:
        deadline = time.monotonic() + 60
        while not self.knows(platform, chat):
            assert time.monotonic() < deadline, self.server.log[-3000:]
            time.sleep(0.05)

    def history(self, user: Any) -> list[dict[str, Any]]:
        """What was said in the only chat of a customer, as soon as something was."""
        deadline = time.monotonic() + 60
        while True:
            sessions = self.server.call("GET", f"{SESSIONS}/{user}")[1]["sessions"]
            if sessions:
                (one,) = sessions
                told = self.server.call("GET", f"{HISTORY}/{one['session_id']}")[1]
                if found := list(told["messages"]):
                    return found
            assert time.monotonic() < deadline, self.server.log[-3000:]
            time.sleep(0.05)

    def file(self, ref: str, name: str) -> tuple[int, Message, bytes]:
        """What the API gives out of a file that a customer of VK sent."""
        chat = 100_000 + next(_ids)
        told = make.message(chat, "a", attachments=[make.document(ref, name)], id=next(_ids))
        around = {"group_id": FIRST, "event_id": f"e{next(_ids)}", "secret": CANARIES[6]}
        assert self.post("vk", {**told, **around})[0] == 200
        address = f"/api/v1/messaging/files/{self.history(chat)[0]['message_id']}/1"
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=40)
        try:
            connection.request("GET", address, headers={"Authorization": f"Bearer {KEY}"})
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    token, other, *secrets = CANARIES
    nicks = {"first_bot": CANARIES[14], "second_bot": CANARIES[15]}
    maxes = [
        {"bot": "counter", "token": one, "nick": nick, "webhook_secret": CANARIES[16 + at]}
        for at, (nick, one) in enumerate(nicks.items())
    ]
    numbers = [
        Number(id=id, account=id[::-1], token=CANARIES[8 + at]) for at, id in enumerate(PHONES)
    ]
    groups = {FIRST: ("first", CANARIES[4]), SECOND: ("second", CANARIES[5])}
    telegrams = [
        {"bot": "counter", "token": one, "webhook_secret": secrets[at]}
        for at, one in enumerate((token, other))
    ]
    vks = [
        {"bot": "counter", "token": one, "group": str(group), "secret": CANARIES[6 + at]}
        for at, (group, (_, one)) in enumerate(groups.items())
    ]
    whatsapps = [
        {
            "bot": "counter",
            "token": CANARIES[8 + at],
            "phone_id": phone,
            "app_secret": CANARIES[10 + at],
            "verify_token": CANARIES[12 + at],
        }
        for at, phone in enumerate(PHONES)
    ]
    with (
        FakeTelegram.start({token: "first_bot", other: "second_bot"}) as telegram,
        Vk.start(groups) as vk,
        WhatsApp.start(numbers) as whatsapp,
        Max.start(nicks) as max_,
    ):
        server = EasyFlow(
            tmp_path_factory.mktemp("messengers") / "data",
            bots=ROOT / "tests" / "faults" / "bots",
            log__level="debug",
            telegram__bots=orjson.dumps(telegrams).decode(),
            telegram__api_base=telegram.base,
            vk__bots=orjson.dumps(vks).decode(),
            vk__api_base=f"{vk.base}/method",
            whatsapp__bots=orjson.dumps(whatsapps).decode(),
            whatsapp__api_base=f"{whatsapp.base}/v23.0",
            max__bots=orjson.dumps(maxes).decode(),
            max__api_base=max_.base,
        )
        server.set(public_url=server.base)
        with server:
            yield House(server, telegram, vk, whatsapp, max_)


# ---------------------------------------------------------------- bodies as the messengers post them


def signed(body: bytes, secret: str) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={digest}"}


def update(chat: int, text: str = "forged") -> dict[str, Any]:
    return {**happen.message(chat, text), "update_id": 1_000_000 + next(_ids)}


def event(chat: int, group: int, **fields: Any) -> dict[str, Any]:
    around = {"group_id": group, "event_id": f"e{next(_ids)}", "v": "5.199"}
    return {**around, **make.message(chat, "forged", id=next(_ids)), **fields}


def written(chat: int, *phones: str) -> bytes:
    """One body with a message for each of the numbers."""
    person = Person(wa_id=str(chat))
    values = [
        webhooks.value(
            phone,
            "79990000000",
            messages=[
                webhooks.message(
                    person, webhooks.text("forged"), id_=f"wamid.F{next(_ids)}", at=time.time()
                )
            ],
            people=[person],
        )
        for phone in phones
    ]
    entries = [webhooks.entry("1", webhooks.change(value)) for value in values]
    return orjson.dumps(webhooks.body(*entries))


# ---------------------------------------------------------------- forgery


@pytest.mark.parametrize("secret", ["", "wrong", CANARIES[6], CANARIES[10], CANARIES[3] + " "])
def test_telegram_is_believed_by_its_secret_alone(house: House, secret: str) -> None:
    header = {"X-Telegram-Bot-Api-Secret-Token": secret}
    assert house.post("telegram", update(9001), header)[0] == 401
    assert house.post("telegram", update(9001))[0] == 401
    assert not house.knows("telegram", 9001)


@pytest.mark.parametrize(
    "secret", [None, "", "wrong", CANARIES[7], CANARIES[7].upper(), [CANARIES[6]], 7, {"a": 1}]
)
def test_vk_is_believed_by_the_communitys_own_secret_alone(house: House, secret: Any) -> None:
    assert house.post("vk", event(9003, FIRST, secret=secret))[0] == 401
    large = event(9003, FIRST, secret=secret, more="a" * 5000)
    assert house.post("vk", large)[0] == 401
    for group in (SECOND + 1, str(FIRST), -FIRST, None):
        assert house.post("vk", event(9003, FIRST, secret=CANARIES[6], group_id=group))[0] == 401
    assert not house.knows("vk", 9003)


def test_of_two_secrets_in_one_event_the_one_that_is_parsed_counts(house: House) -> None:
    body = orjson.dumps(event(9004, FIRST, secret="wrong"))
    twice = b'{"secret":"' + CANARIES[6].encode() + b'",' + body[1:]
    assert house.post("vk", twice)[0] == 401
    assert house.post("vk", twice + b" " * 5000)[0] == 401
    assert not house.knows("vk", 9004)


@pytest.mark.parametrize("secret", ["", "wrong", CANARIES[2], CANARIES[14], CANARIES[16] + "x"])
def test_max_is_believed_by_its_secret_alone(house: House, secret: str) -> None:
    told = max_events.message(9011, "forged")
    assert house.post("max", told, {"X-Max-Bot-Api-Secret": secret})[0] == 401
    assert house.post("max", told)[0] == 401
    assert not house.knows("max", 9011)
    assert house.post("max", max_events.message(9012, "?"), {"X-Max-Bot-Api-Secret": CANARIES[17]})
    house.hears("max", 9012)


def test_a_confirmation_string_is_no_way_in(house: House) -> None:
    asked = {"type": "confirmation", "group_id": FIRST}
    known = house.vk.state(FIRST)["confirmation"]
    assert house.post("vk", {**asked, "secret": CANARIES[6]}) == (200, known)
    assert house.post("vk", {**asked, "secret": CANARIES[7]})[0] == 401
    assert house.post("vk", {**asked, "group_id": 1})[0] == 401
    assert house.post("vk", event(9005, FIRST, secret=known))[0] == 401
    assert not house.knows("vk", 9005)


def test_meta_is_believed_by_a_signature_over_the_bytes_alone(house: House) -> None:
    body = written(9006, PHONES[0])
    right = signed(body, CANARIES[10])["X-Hub-Signature-256"]
    wrong = [
        "",
        "sha256=",
        right[:-1],
        right.upper(),
        right.removeprefix("sha256="),
        right.replace("sha256", "sha1"),
        f"{right}, {right}",
        f"{right} {right}",
        signed(body, "")["X-Hub-Signature-256"],
        signed(b"", CANARIES[10])["X-Hub-Signature-256"],
    ]
    for signature in wrong:
        assert house.post("whatsapp", body, {"X-Hub-Signature-256": signature})[0] == 401
    assert house.post("whatsapp", body)[0] == 401
    old = hmac.new(CANARIES[10].encode(), body, hashlib.sha1).hexdigest()
    assert house.post("whatsapp", body, {"X-Hub-Signature": f"sha1={old}"})[0] == 401
    changed = body.replace(b"forged", b"Forged")
    assert house.post("whatsapp", changed, {"X-Hub-Signature-256": right})[0] == 401
    assert house.post("whatsapp", body + b" ", {"X-Hub-Signature-256": right})[0] == 401
    assert not house.knows("whatsapp", 9006)


def test_one_app_speaks_for_no_number_of_another(house: House) -> None:
    theirs = written(9007, PHONES[1])
    assert house.post("whatsapp", theirs, signed(theirs, CANARIES[10]))[0] == 200
    both = written(9008, *PHONES)
    assert house.post("whatsapp", both, signed(both, CANARIES[10]))[0] == 200
    assert house.history(9008)
    assert not house.knows("whatsapp", 9007)


def test_a_body_that_comes_again_is_taken_once(house: House) -> None:
    body = written(9009, PHONES[0])
    for _ in range(3):
        assert house.post("whatsapp", body, signed(body, CANARIES[10]))[0] == 200
    assert [one["role"] for one in house.history(9009)].count("user") == 1


@pytest.mark.parametrize(
    "token", ["", "wrong", CANARIES[12][:-1], CANARIES[10], CANARIES[12] + "x"]
)
def test_the_address_is_verified_by_its_token_alone(house: House, token: str) -> None:
    asked = f"{WEBHOOK}whatsapp?hub.mode=subscribe&hub.challenge=%3Cscript%3E&hub.verify_token="
    assert house.server.call("GET", asked + token, key=None)[0] == 403
    assert house.server.call("GET", f"{asked}{token}&hub.verify_token=", key=None)[0] == 403
    assert house.server.call("GET", asked + CANARIES[13], key=None) == (200, "<script>")
    assert house.server.call("GET", asked.replace("subscribe", "x") + CANARIES[13])[0] == 403


BOMBS = {
    "an abyss": b"[" * 4_000_000,
    "many lists": b'{"entry": [' + b"[]," * 1_300_000 + b"[]]}",
    "a secret of many": b'{"secret": "a", ' * 250_000,
    "one long secret": b'{"secret": "' + b"\\n" * 2_000_000,
}


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("platform", ["telegram", "vk", "whatsapp", "max"])
def test_what_is_not_signed_is_not_parsed(house: House, platform: str, bomb: str) -> None:
    """Parsed it would be refused as no JSON, or as no event, with 400."""
    assert house.post(platform, BOMBS[bomb])[0] == 401


# ---------------------------------------------------------------- customers


def test_whatever_customers_send_each_chat_goes_on(house: House) -> None:
    header = {"X-Telegram-Bot-Api-Secret-Token": CANARIES[2]}
    for data in ('{"a": ' * 1000 + "1" + "}" * 1000, '{"a":1e308,"":18446744073709551615}', "\0"):
        form = {**happen.web_app_data(9010, data, "\u202e"), "update_id": 2_000_000 + next(_ids)}
        assert house.post("telegram", form, header)[0] == 200
    for payload in ("q:w1:0", "✓", "\0", "q:w1:²"):
        press = {**happen.press_of_old(9010, payload), "update_id": 2_000_000 + next(_ids)}
        assert house.post("telegram", press, header)[0] == 200
    odd: list[Any] = [{"b": "q:w1:0"}, {"b": "x" * 5000}, {"b": []}, {"easyflow": 1}, [1], "x"]
    for payload in odd:
        for told in (
            make.message(9010, "a", payload=payload, id=next(_ids), ref="r" * 9000),
            make.callback_press(9010, payload, number=3, event_id="abc"),
        ):
            around = {"group_id": FIRST, "event_id": f"e{next(_ids)}", "secret": CANARIES[6]}
            assert house.post("vk", {**told, **around})[0] == 200
    items = [webhooks.order_item(f"s{number}") for number in range(10_000)]
    deep = {"response_json": '{"a":' + "[" * 1000 + "]" * 1000 + "}", "name": "x"}
    person = Person(wa_id="9010", name="\u202e\0\r\nX-Y: z")
    for content in (
        webhooks.order("c", *items),
        {"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": deep}},
        webhooks.button_reply("q:w1:0\0", "a"),
        webhooks.reaction("wamid.\0", "\u202e"),
        *(webhooks.media("image", {"id": f"{number}"}) for number in range(50)),
    ):
        message = webhooks.message(person, content, id_=f"wamid.C{next(_ids)}", at=time.time())
        value = webhooks.value(PHONES[0], "7999", messages=[message], people=[person])
        body = orjson.dumps(webhooks.body(webhooks.entry("1", webhooks.change(value))))
        assert house.post("whatsapp", body, signed(body, CANARIES[10]))[0] == 200
    for platform in ("telegram", "vk", "whatsapp"):
        house.hears(platform, 9010)
    assert house.server.call("GET", "/readyz")[0] == 200
    assert "Traceback" not in house.server.log


SEND = "/api/v1/messaging/send"
PLATFORMS = ("telegram", "vk", "whatsapp", "max")
MESSAGE = {"chat_id": "9010", "text": "hello"}
INSIDE = (
    "http://169.254.169.254/latest/meta-data/",
    "https://169.254.169.254/",
    "https://vk.com@169.254.169.254/",
    "https://169.254.169.254#.vk.com",
    "https://169.254.169.254\\.vk.com/",
    "https://127.0.0.1.userapi.com.example/",
    "http://userapi.com/plain",
    "file:///etc/passwd",
    "https://[::1]/",
    "https://evilvk.com/",
    "{server}/metrics",
    "{telegram}/",
)


@pytest.mark.parametrize("ref", INSIDE)
def test_no_address_of_ours_is_fetched_for_a_file(house: House, ref: str) -> None:
    ref = ref.format(server=house.server.base, telegram=house.telegram.base)
    status, _, content = house.file(ref, "a.txt")
    assert status in (404, 409)
    assert b"easyflow_" not in content


def test_no_redirect_of_a_file_leads_inside(house: House) -> None:
    inside = {"Location": f"{house.server.base}/metrics"}
    house.vk.script(method="download", status=302, headers=inside)
    status, _, content = house.file(house.vk.file("a.txt", b"a"), "a.txt")
    assert (status, b"easyflow_" in content) == (409, False)


@pytest.mark.parametrize(
    "name", ["a.html", "a\r\nX-Bad: 1\r\n\r\n<b>.svg", '../"; x=".htm', "\u202e\0"]
)
def test_a_page_that_a_customer_sent_is_for_downloading(house: House, name: str) -> None:
    page = b"<script>alert(1)</script>"
    status, headers, content = house.file(house.vk.file("a.html", page), name)
    assert (status, content) == (200, page)
    assert headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["Cache-Control"].startswith("private")
    assert "X-Bad" not in headers


# ---------------------------------------------------------------- secrets


def test_no_secret_of_a_channel_is_found_anywhere(house: House) -> None:
    """The last of this page, after all of the above at the most talkative level."""
    told = [house.server.call("POST", SEND, {**MESSAGE, "platform": one}) for one in PLATFORMS]
    # Each repeats our token in its refusal, as Meta does of one that is malformed.
    house.telegram.script(method="sendMessage", status=401, description=CANARIES[0])
    house.vk.script(method="messages.send", code=5, description=CANARIES[4])
    house.whatsapp.script(code=190, details=CANARIES[8])
    house.max.script(method="POST /messages", status=401, code="verify.token", message=CANARIES[14])
    told += [house.server.call("POST", SEND, {**MESSAGE, "platform": one}) for one in PLATFORMS]
    seen = {
        "answers": str(told),
        "the log": house.server.log,
        "/metrics": house.server.call("GET", "/metrics", key=None)[1],
        "/readyz": str(house.server.call("GET", "/readyz", key=None)[1]),
        "/openapi.json": str(house.server.call("GET", "/openapi.json", key=None)[1]),
        "/platforms": str(house.server.call("GET", "/api/v1/messaging/platforms")[1]),
        "the process": Path(f"/proc/{house.server.process_id}/cmdline").read_text(),
    }
    for path in house.server.data.rglob("*"):
        if path.is_file():
            seen[path.name] = path.read_bytes().decode(errors="replace")
    for place, text in seen.items():
        for canary in CANARIES:
            assert canary not in text, place
            assert canary.rpartition(":")[2] not in text, place
