"""The fake Cloud API treats a bot the way WhatsApp does."""

import asyncio
import base64
import hashlib
import hmac
import http.client
from collections.abc import AsyncIterator, Iterator
from typing import Any

import orjson
import pytest

from tests.servers import specs_whatsapp
from tests.servers import whatsapp_webhooks as webhooks
from tests.servers.tiny_http import Request, Response, serve
from tests.servers.whatsapp import (
    ACCOUNT_ID,
    PHONE_ID,
    SECRET,
    TOKEN,
    VERIFY_TOKEN,
    Number,
    Person,
    WhatsApp,
)

CHAT = "79001234567"
JPEG = b"\xff\xd8\xff\xe0" + b"0" * 60


class Hook:
    """A bot's webhook: verifies as Meta asks, keeps what came and answers as told."""

    def __init__(self) -> None:
        self.got: list[Any] = []
        self.raw: list[bytes] = []
        self.refuse: dict[str, int] = {}
        self._news = asyncio.Event()

    def handle(self, request: Request) -> Response:
        if request.method == "GET":
            fits = request.query.get("hub.verify_token") == VERIFY_TOKEN
            return Response(request.query["hub.challenge"].encode(), 200 if fits else 403)
        expected = hmac.new(SECRET.encode(), request.body, hashlib.sha256).hexdigest()
        assert request.headers["x-hub-signature-256"] == f"sha256={expected}"
        self.raw.append(request.body)
        body = orjson.loads(request.body)
        value = body["entry"][0]["changes"][0]["value"]
        self.got.append(value)
        self._news.set()
        name = next((key for key in self.refuse if key in request.body.decode()), None)
        if name is not None and self.refuse[name] > 0:
            self.refuse[name] -= 1
            return Response(status=500)
        return Response()

    async def until(self, count: int) -> list[Any]:
        async with asyncio.timeout(60):
            while len(self.got) < count:
                self._news.clear()
                await self._news.wait()
        return self.got


@pytest.fixture(scope="module")
def server() -> Iterator[WhatsApp]:
    other = Number("206540352242922", "202290129340398", "EAATEST-OTHER")
    with WhatsApp.start([Number(), other]) as server:
        yield server


@pytest.fixture
def whatsapp(server: WhatsApp) -> WhatsApp:
    server.reset()
    server.tell_statuses()
    server.open_window(CHAT)
    return server


@pytest.fixture
async def hook(whatsapp: WhatsApp) -> AsyncIterator[Hook]:
    hook = Hook()
    server = await serve(hook.handle)
    await asyncio.to_thread(whatsapp.set_webhook, server.url)
    yield hook
    await whatsapp.settled()
    await server.close()


def call(
    whatsapp: WhatsApp,
    path: str = f"/v23.0/{PHONE_ID}/messages",
    body: Any = None,
    *,
    verb: str = "POST",
    token: str = TOKEN,
    kind: str = "application/json",
) -> tuple[int, Any]:
    """An answer of the server: status, and the JSON or the bytes of the body."""
    connection = http.client.HTTPConnection(whatsapp.base.removeprefix("http://"), timeout=60)
    content = body if isinstance(body, bytes) else orjson.dumps(body) if body is not None else b""
    headers = {"Content-Type": kind, "Authorization": f"Bearer {token}"}
    connection.request(verb, path, content, headers)
    response = connection.getresponse()
    answer = response.read()
    connection.close()
    is_json = response.headers["Content-Type"] == "application/json"
    return response.status, orjson.loads(answer) if is_json else answer


def message(kind: str, content: Any, to: str = CHAT, **more: Any) -> dict[str, Any]:
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": to,
        "type": kind,
        kind: content,
        **more,
    }


def text(body: str = "Привет", to: str = CHAT) -> dict[str, Any]:
    return message("text", {"body": body}, to)


def upload(whatsapp: WhatsApp, content: bytes, mime: str, name: str = "a.jpg") -> tuple[int, Any]:
    parts = [
        b'--B\r\nContent-Disposition: form-data; name="messaging_product"\r\n\r\nwhatsapp\r\n',
        f'--B\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'.encode(),
        f"Content-Type: {mime}\r\n\r\n".encode() + content + b"\r\n--B--\r\n",
    ]
    body = b"".join(parts)
    path = f"/v23.0/{PHONE_ID}/media"
    return call(whatsapp, path, body, kind="multipart/form-data; boundary=B")


def call_for_id(answer: tuple[int, Any]) -> str:
    return str(answer[1]["messages"][0]["id"])


def code(answer: tuple[int, Any]) -> int:
    return int(answer[1]["error"]["code"])


# ---------------------------------------------------------------- calls


def test_a_message_is_answered_with_whom_it_is_for_and_its_id(whatsapp: WhatsApp) -> None:
    status, answer = call(whatsapp, body=text(to="+7 900 123-45-67"))
    assert status == 200
    assert answer["contacts"] == [{"input": "+7 900 123-45-67", "wa_id": CHAT}]
    (made,) = whatsapp.calls(chat_id=CHAT)
    assert made.message_id == answer["messages"][0]["id"]
    assert str(made.message_id).startswith("wamid.")
    assert (made.kind, made.text, made.phone) == ("text", "Привет", PHONE_ID)
    assert whatsapp.violations() == []


def test_a_wrong_token_and_anothers_number_are_refused(whatsapp: WhatsApp) -> None:
    status, answer = call(whatsapp, body=text(), token="nobody")
    assert (status, answer["error"]["code"], answer["error"]["type"]) == (
        401,
        190,
        "OAuthException",
    )
    status, answer = call(whatsapp, body=text(), token="EAATEST-OTHER")
    assert (status, answer["error"]["code"], answer["error"]["error_subcode"]) == (400, 100, 33)


def test_each_number_has_customers_of_its_own(whatsapp: WhatsApp) -> None:
    path = "/v23.0/206540352242922/messages"
    assert code(call(whatsapp, path, text(), token="EAATEST-OTHER")) == 131047
    whatsapp.open_window(CHAT, phone="206540352242922")
    assert call(whatsapp, path, text("Другой"), token="EAATEST-OTHER")[0] == 200
    assert whatsapp.said(CHAT) == []
    assert whatsapp.said(CHAT, phone="206540352242922") == ["bot: Другой"]


def test_after_a_day_of_silence_only_templates_get_through(whatsapp: WhatsApp) -> None:
    whatsapp.template("reminder", "Здравствуйте, {{1}}! Ждём вас {{2}}.", buttons=["Приду"])
    words = [{"type": "text", "text": word} for word in ("Иван", "завтра")]
    body = {"type": "body", "parameters": words}
    template = {"name": "reminder", "language": {"code": "ru"}, "components": [body]}
    whatsapp.hears("79005550000", "Привет")
    whatsapp.forward(24 * 3600 - 60)
    assert call(whatsapp, body=text(to="79005550000"))[0] == 200
    whatsapp.forward(120)
    assert code(call(whatsapp, body=text(to="79005550000"))) == 131047
    assert call(whatsapp, body=message("template", template, "79005550000"))[0] == 200
    assert code(call(whatsapp, body=text(to="79005550000"))) == 131047
    assert whatsapp.violations() == []
    assert whatsapp.said("79005550000")[-2:] == [
        "bot: [template reminder: Иван, завтра]",
        "  [Приду]",
    ]


@pytest.mark.parametrize(
    ("template", "refused_with"),
    [
        ({"name": "unknown", "language": {"code": "ru"}}, 132001),
        ({"name": "greeting", "language": {"code": "en_US"}}, 132001),
        ({"name": "greeting", "language": {"code": "ru"}}, 132000),
        ({"name": "paused", "language": {"code": "ru"}}, 132015),
    ],
)
def test_a_template_is_filled_as_it_was_approved(
    whatsapp: WhatsApp, template: dict[str, Any], refused_with: int
) -> None:
    whatsapp.template("greeting", "Здравствуйте, {{1}}!")
    whatsapp.template("paused", "Здравствуйте!", status="PAUSED")
    assert code(call(whatsapp, body=message("template", template))) == refused_with


def test_one_person_gets_45_messages_at_once_and_then_one_in_six_seconds(
    whatsapp: WhatsApp,
) -> None:
    whatsapp.forward(0, stop=True)
    whatsapp.limit(pair=True)
    assert [call(whatsapp, body=text())[0] for _ in range(45)] == [200] * 45
    assert code(call(whatsapp, body=text())) == 131056
    whatsapp.open_window("79009999999")
    assert call(whatsapp, body=text(to="79009999999"))[0] == 200
    whatsapp.forward(6)
    assert call(whatsapp, body=text())[0] == 200
    assert code(call(whatsapp, body=text())) == 131056


def test_a_number_sends_80_messages_in_a_second(whatsapp: WhatsApp) -> None:
    whatsapp.forward(0, stop=True)
    whatsapp.limit(throughput=True)
    assert [call(whatsapp, body=text())[0] for _ in range(80)] == [200] * 80
    assert code(call(whatsapp, body=text())) == 130429
    whatsapp.forward(1)
    assert call(whatsapp, body=text())[0] == 200


def test_a_file_is_uploaded_sent_and_forgotten(whatsapp: WhatsApp) -> None:
    status, answer = upload(whatsapp, JPEG, "image/jpeg", "кот.jpg")
    assert status == 200
    shown = {"id": answer["id"], "caption": "Вот"}
    assert call(whatsapp, body=message("image", shown))[0] == 200
    assert whatsapp.said(CHAT) == ["bot: [photo кот.jpg] Вот"]
    assert code(call(whatsapp, body=message("video", {"id": answer["id"]}))) == 131053
    path = f"/v23.0/{answer['id']}"
    assert call(whatsapp, path, verb="DELETE") == (200, {"success": True})
    assert code(call(whatsapp, path, verb="GET")) == 100


@pytest.mark.parametrize(
    ("content", "mime", "refused_with"),
    [
        (JPEG, "image/gif", 100),
        (b"x" * (5 * 2**20 + 1), "image/jpeg", 131053),
        (b"RIFF....WEBPVP8 " + b"x" * 101 * 1024, "image/webp", 131053),
        (b"", "image/png", 131053),
    ],
)
def test_only_files_of_known_kinds_and_sizes_are_taken(
    whatsapp: WhatsApp, content: bytes, mime: str, refused_with: int
) -> None:
    assert code(upload(whatsapp, content, mime)) == refused_with
    assert [violation["code"] for violation in whatsapp.violations()] == [refused_with]


def test_a_customers_file_is_downloaded_with_the_token_within_five_minutes(
    whatsapp: WhatsApp,
) -> None:
    described = whatsapp.file("голос.ogg", b"OggS123", "audio/ogg; codecs=opus")
    assert described["sha256"] == base64.b64encode(hashlib.sha256(b"OggS123").digest()).decode()
    info = call(whatsapp, f"/v23.0/{described['id']}", verb="GET")[1]
    assert (info["mime_type"], info["file_size"]) == ("audio/ogg; codecs=opus", 7)
    path = info["url"].removeprefix(whatsapp.base)
    assert call(whatsapp, path, verb="GET") == (200, b"OggS123")
    assert call(whatsapp, path, verb="GET", token="")[0] == 401
    assert call(whatsapp, path, verb="GET", token="EAATEST-OTHER")[0] == 404
    whatsapp.forward(301)
    assert call(whatsapp, path, verb="GET")[0] == 404


def test_a_message_is_marked_as_read_with_the_dots_of_typing(whatsapp: WhatsApp) -> None:
    number = whatsapp.hears(CHAT, "Привет")
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": number}
    assert call(whatsapp, body=body) == (200, {"success": True})
    assert call(whatsapp, body=body | {"typing_indicator": {"type": "text"}})[0] == 200
    assert whatsapp.state()["typing"] == [number]
    assert code(call(whatsapp, body=body | {"message_id": "wamid.unknown"})) == 131009
    assert len(whatsapp.calls("read")) == 3


def test_the_number_the_subscription_and_the_token_say_what_they_are(whatsapp: WhatsApp) -> None:
    fields = "display_phone_number,verified_name,quality_rating"
    assert call(whatsapp, f"/v23.0/{PHONE_ID}?fields={fields}", verb="GET")[1] == {
        "display_phone_number": "+1 555-078-3881",
        "verified_name": "Test Shop",
        "quality_rating": "GREEN",
        "id": PHONE_ID,
    }
    assert code(call(whatsapp, f"/v23.0/{PHONE_ID}?fields=colour", verb="GET")) == 100
    path = f"/v23.0/{ACCOUNT_ID}/subscribed_apps"
    assert call(whatsapp, path, verb="GET")[1] == {"data": []}
    assert call(whatsapp, path, {}) == (200, {"success": True})
    assert len(call(whatsapp, path, verb="GET")[1]["data"]) == 1
    assert call(whatsapp, path, verb="DELETE") == (200, {"success": True})
    info = call(whatsapp, f"/debug_token?input_token={TOKEN}", verb="GET")[1]["data"]
    assert info["is_valid"] is True
    assert not call(whatsapp, "/debug_token?input_token=x", verb="GET")[1]["data"]["is_valid"]


# ---------------------------------------------------------------- the script


@pytest.mark.parametrize(
    ("number", "status"),
    [(131056, 400), (130429, 400), (80007, 400), (4, 400), (131026, 400), (190, 401), (368, 403)],
)
def test_errors_come_by_script_as_often_as_told(
    whatsapp: WhatsApp, number: int, status: int
) -> None:
    whatsapp.script(code=number, chat_id=CHAT, times=2, details="слишком часто")
    answers = [call(whatsapp, body=text()) for _ in range(3)]
    assert [answer[0] for answer in answers] == [status, status, 200]
    assert code(answers[0]) == number
    assert answers[0][1]["error"]["error_data"]["details"] == "слишком часто"
    assert whatsapp.violations() == []


def test_a_server_in_trouble_answers_html_or_nothing(whatsapp: WhatsApp) -> None:
    whatsapp.script(status=502, body="<html>Bad Gateway</html>")
    assert call(whatsapp, body=text()) == (502, b"<html>Bad Gateway</html>")
    whatsapp.script(action="drop")
    with pytest.raises(http.client.RemoteDisconnected):
        call(whatsapp, body=text("Потеряно"))
    whatsapp.script(action="swallow", kind="text")
    with pytest.raises(http.client.RemoteDisconnected):
        call(whatsapp, body=text("Дошло"))
    assert whatsapp.said(CHAT) == ["bot: Дошло"]
    assert [made.status for made in whatsapp.calls()] == [502, 0, 200]


async def test_a_message_may_fail_after_it_was_accepted(whatsapp: WhatsApp, hook: Hook) -> None:
    whatsapp.script(code=131026, action="fail")
    status, answer = await asyncio.to_thread(call, whatsapp, body=text())
    assert status == 200
    (value,) = await hook.until(1)
    (told,) = value["statuses"]
    assert (told["id"], told["status"]) == (answer["messages"][0]["id"], "failed")
    assert told["errors"][0]["code"] == 131026
    assert told["recipient_id"] == CHAT


# ---------------------------------------------------------------- webhooks


async def test_a_webhook_is_signed_over_escaped_bytes_and_repeated_until_200(
    whatsapp: WhatsApp, hook: Hook
) -> None:
    before = whatsapp.state()
    hook.refuse = {"wamid.IN": 2}
    whatsapp.hears(CHAT, "Да/нет")
    await hook.until(3)
    await whatsapp.settled()
    assert len(set(hook.raw)) == 1
    assert rb"\u0414\u0430\/" in hook.raw[0]
    after = whatsapp.state()
    assert after["delivered"] - before["delivered"] == 1
    assert after["attempts"] - before["attempts"] == 3
    assert hook.got[0]["contacts"] == [{"profile": {"name": "Иван"}, "wa_id": CHAT}]
    assert hook.got[0]["metadata"]["phone_number_id"] == PHONE_ID


async def test_what_fails_is_overtaken_by_what_comes_after_it(
    whatsapp: WhatsApp, hook: Hook
) -> None:
    hook.refuse = {'"one"': 1}
    whatsapp.hears(CHAT, "one")
    whatsapp.hears(CHAT, "two")
    values = await hook.until(3)
    words = [value["messages"][0]["text"]["body"] for value in values]
    assert sorted(words) == ["one", "one", "two"]
    assert words[-1] == "one"


async def test_copies_are_delivered_although_they_were_acknowledged(
    whatsapp: WhatsApp, hook: Hook
) -> None:
    whatsapp.hears(CHAT, "раз", copies=3)
    ids = [value["messages"][0]["id"] for value in await hook.until(3)]
    assert len(set(ids)) == 1


async def test_what_is_not_acknowledged_follows_the_bot_to_a_new_address(
    whatsapp: WhatsApp, hook: Hook
) -> None:
    hook.refuse = {"wamid.IN": 10**6}
    whatsapp.hears(CHAT, "раз")
    await hook.until(2)
    moved = Hook()
    server = await serve(moved.handle)
    await asyncio.to_thread(whatsapp.set_webhook, server.url)
    assert (await moved.until(1))[0]["messages"][0]["text"]["body"] == "раз"
    await whatsapp.settled()
    await server.close()


async def test_a_reset_forgets_what_is_not_acknowledged(whatsapp: WhatsApp, hook: Hook) -> None:
    hook.refuse = {"first": 10**6}
    whatsapp.hears(CHAT, "раз", id_="wamid.first")
    await hook.until(2)
    whatsapp.reset()
    assert whatsapp.state()["pending"] == []
    hook.got.clear()
    whatsapp.hears(CHAT, "два")
    assert (await hook.until(1))[-1]["messages"][0]["text"]["body"] == "два"


async def test_an_address_that_does_not_echo_the_challenge_is_not_taken(
    whatsapp: WhatsApp, hook: Hook
) -> None:
    def ask() -> None:
        url = whatsapp.state()["webhook"]
        with pytest.raises(RuntimeError, match="2200"):
            whatsapp.set_webhook(url, verify_token="wrong")
        path = f"/v23.0/{ACCOUNT_ID}/subscribed_apps"
        body = {"override_callback_uri": f"{url}mine", "verify_token": VERIFY_TOKEN}
        assert call(whatsapp, path, body)[0] == 200
        assert whatsapp.state()["webhook"] == f"{url}mine"
        assert code(call(whatsapp, path, body | {"verify_token": "wrong"})) == 2200

    await asyncio.to_thread(ask)


async def test_statuses_follow_each_message_where_switched_on(
    whatsapp: WhatsApp, hook: Hook
) -> None:
    whatsapp.tell_statuses("sent", "delivered", "read")
    await asyncio.to_thread(call, whatsapp, body=text())
    values = await hook.until(3)
    assert [value["statuses"][0]["status"] for value in values] == ["sent", "delivered", "read"]


async def test_one_post_may_hold_several_of_everything(whatsapp: WhatsApp, hook: Hook) -> None:
    people = [Person(wa_id=CHAT), Person(wa_id="79005554433", name="Анна")]
    number = whatsapp.numbers[0]
    messages = [
        webhooks.message(person, webhooks.text(person.name), id_=f"wamid.{person.chat}", at=1.79e9)
        for person in people
    ]
    sent = call_for_id(await asyncio.to_thread(call, whatsapp, body=text()))
    statuses = [webhooks.status(sent, what, at=1.79e9) for what in ("sent", "delivered")]
    heard = webhooks.value(number.id, number.display, messages=messages, people=people)
    told = webhooks.value(number.id, number.display, statuses=statuses)
    whatsapp.update(whatsapp.body(heard, told))
    await hook.until(1)
    body = orjson.loads(hook.raw[0])
    assert [len(entry["changes"]) for entry in body["entry"]] == [2]
    assert whatsapp.said(CHAT) == ["bot: Привет", "client: Иван"]
    assert whatsapp.said("79005554433") == ["client: Анна"]


async def test_a_group_is_a_chat_of_its_own(whatsapp: WhatsApp) -> None:
    group = "Y2FwaV9ncm91cDoxOTUwNTU1MDA3OToxMjAzNjMzOTQzMjAdOTY0MTUZD"
    whatsapp.hears(CHAT, "Всем привет", group_id=group)
    body = text("И вам", to=group) | {"recipient_type": "group"}
    assert call(whatsapp, body=body)[0] == 200
    assert whatsapp.said(group) == ["client: Всем привет", "bot: И вам"]
    assert whatsapp.said(CHAT) == []


async def test_a_person_without_a_number_is_written_to_by_user_id(
    whatsapp: WhatsApp, hook: Hook
) -> None:
    person = Person(wa_id=None, user_id="RU.13491208655302741918", username="ivan")
    whatsapp.hears(person, "Привет")
    (value,) = await hook.until(1)
    assert "from" not in value["messages"][0]
    assert value["contacts"][0]["user_id"] == value["messages"][0]["from_user_id"]
    body = text("Здравствуйте")
    del body["to"]
    body["recipient"] = person.user_id
    status, answer = await asyncio.to_thread(call, whatsapp, body=body)
    assert (status, answer["contacts"][0]["user_id"]) == (200, person.user_id)
    assert whatsapp.said(person.chat) == ["client: Привет", "bot: Здравствуйте"]


async def test_a_person_known_by_number_and_user_id_is_one_person(whatsapp: WhatsApp) -> None:
    whatsapp.hears(Person(wa_id="79007777777", user_id="RU.777"), "Привет")
    body = text() | {"recipient": "RU.777"}
    del body["to"]
    assert call(whatsapp, body=body)[0] == 200
    assert whatsapp.said("79007777777") == ["client: Привет", "bot: Привет"]


# ---------------------------------------------------------------- the screen


def test_the_screen_shows_the_whole_talk(whatsapp: WhatsApp) -> None:
    buttons = [{"type": "reply", "reply": {"id": str(n), "title": t}} for n, t in
               enumerate(("Да", "Нет"))]  # fmt: skip
    rows = [
        {"id": "a", "title": "Стрижка", "description": "40 минут"},
        {"id": "b", "title": "Цвет"},
    ]
    link = {"display_text": "Сайт", "url": "https://example.com"}
    first = whatsapp.hears(CHAT, "Привет")
    for kind, content in [
        ("text", {"body": "Здравствуйте!\nЧем помочь?"}),
        ("interactive", {"type": "button", "body": {"text": "Записать?"}, "footer": {"text": "Низ"},
                         "action": {"buttons": buttons}}),
        ("interactive", {"type": "list", "body": {"text": "Что?"}, "action": {
            "button": "Выбрать", "sections": [{"rows": rows}]}}),
        ("interactive", {"type": "cta_url", "body": {"text": "Вот"}, "action": {
            "name": "cta_url", "parameters": link}}),
        ("interactive", {"type": "location_request_message", "body": {"text": "Где вы?"},
                         "action": {"name": "send_location"}}),
        ("location", {"latitude": "55.75", "longitude": 37.61, "name": "Салон"}),
        ("contacts", [{"name": {"formatted_name": "Анна", "first_name": "Анна"},
                       "phones": [{"phone": "+7900"}]}]),
        ("reaction", {"message_id": first, "emoji": "👍"}),
        ("document", {"link": "https://example.com/a.pdf", "filename": "Счёт.pdf"}),
    ]:  # fmt: skip
        assert call(whatsapp, body=message(kind, content))[0] == 200
    reply = text("На это") | {"context": {"message_id": first}}
    assert call(whatsapp, body=reply)[0] == 200
    whatsapp.presses(CHAT, "Да")
    whatsapp.presses(CHAT, "Стрижка")
    whatsapp.hears(CHAT, webhooks.location(55.7, 37.6))
    whatsapp.hears(CHAT, webhooks.media("image", whatsapp.file("я.jpg", JPEG, "image/jpeg")))
    whatsapp.hears(CHAT, webhooks.voice(whatsapp.file("г.ogg", b"1", "audio/ogg")))
    whatsapp.hears(CHAT, webhooks.reaction(first, None))
    whatsapp.hears(CHAT, webhooks.edit(first, webhooks.text("Добрый день")))
    whatsapp.hears(CHAT, webhooks.revoke(first))
    whatsapp.hears(CHAT, webhooks.unsupported())
    whatsapp.echoes(CHAT, webhooks.text("Я сам отвечу"))
    assert whatsapp.said(CHAT) == [
        "client: Привет",
        "bot: Здравствуйте!",
        "    Чем помочь?",
        "bot: Записать?",
        "  [Да] [Нет]",
        "  (footer «Низ»)",
        "bot: Что?",
        "  (list «Выбрать»: Стрижка — 40 минут | Цвет)",
        "bot: Вот",
        "  [Сайт → https://example.com]",
        "bot: Где вы?",
        "  [Send location (location)]",
        "bot: [location 55.75,37.61 Салон]",
        "bot: [contact Анна +7900]",
        "bot: (reaction 👍)",
        "bot: [document Счёт.pdf]",
        "bot replies to «Привет»: На это",
        "client: presses «Да»",
        "client: presses «Стрижка»",
        "client: [location 55.7,37.6]",
        "client: [photo я.jpg]",
        "client: [voice г.ogg]",
        "client: (reaction removed)",
        "client edits: Добрый день",
        "client deletes «Привет»",
        "client: [unsupported]",
        "operator: Я сам отвечу",
    ]
    assert whatsapp.violations() == []


def test_recorded_calls_are_compared_with_metas_own_description(whatsapp: WhatsApp) -> None:
    if specs_whatsapp.specification() is None:
        pytest.skip("no specification of the platform lies beside the checkout (EASYFLOW_SPECS)")
    number = upload(whatsapp, JPEG, "image/jpeg")[1]["id"]
    read = {"messaging_product": "whatsapp", "status": "read"}
    call(whatsapp, body=read | {"message_id": whatsapp.hears(CHAT, "Привет")})
    call(whatsapp, body=text())
    call(whatsapp, body=message("image", {"id": number, "caption": "Вот"}))
    call(whatsapp, f"/v23.0/{number}", verb="GET")
    assert specs_whatsapp.faults_of(whatsapp.calls(None)) == []
    short = text()
    del short["recipient_type"]
    call(whatsapp, body=short)
    assert specs_whatsapp.faults_of(whatsapp.calls()) == ["messages text.recipient_type is missing"]


def test_quiet_counts_and_checks_nothing() -> None:
    with WhatsApp.start(quiet=True) as whatsapp:
        assert call(whatsapp, body=text("x" * 5000))[0] == 200
        (made,) = whatsapp.calls(chat_id=CHAT)
        assert made.parameters == {}
