"""The fake VK treats a community's bot the way VK does."""

import asyncio
import http.client
from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp
import orjson
import pytest

from tests.servers import vk_events
from tests.servers.tiny_http import Request, Response, serve
from tests.servers.vk import GROUP, SECRET, TOKEN, Vk

CHAT = 2_000_000_007
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
OGG = b"OggS" + b"0" * 40


class Hook:
    """A bot's callback address: keeps what came and answers as told."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.counters: list[str] = []
        self.answers: list[Response] = []
        self.confirmation = ""
        self._news = asyncio.Event()

    def handle(self, request: Request) -> Response:
        event = orjson.loads(request.body)
        self.got.append(event)
        self.counters.append(request.headers.get("x-retry-counter", ""))
        self._news.set()
        if event["type"] == "confirmation":
            return Response(self.confirmation.encode(), content_type="text/plain")
        return self.answers.pop(0) if self.answers else Response(b"ok", content_type="text/plain")

    async def until(self, count: int) -> list[dict[str, Any]]:
        async with asyncio.timeout(60):
            while len(self.got) < count:
                self._news.clear()
                await self._news.wait()
        return self.got


@pytest.fixture(scope="module")
def server() -> Iterator[Vk]:
    with Vk.start({GROUP: ("shop", TOKEN), 333: ("cafe", "vk1.a.OTHER")}) as vk:
        yield vk


@pytest.fixture
def vk(server: Vk) -> Vk:
    server.reset(whole=True)
    return server


@pytest.fixture
async def hook(vk: Vk) -> AsyncIterator[Hook]:
    hook = Hook()
    listening = await serve(hook.handle)
    vk.set_callback(listening.url)
    yield hook
    await listening.close()


def send(vk: Vk, peer_id: int = 5, text: str = "Да", random_id: int = 1, **more: Any) -> Any:
    parameters: dict[str, Any] = {
        "peer_id": peer_id,
        "message": text,
        "random_id": random_id,
    } | more
    return vk.call("messages.send", **parameters)


def code(answer: dict[str, Any]) -> int:
    return int(answer["error"]["error_code"])


def keyboard(*rows: list[dict[str, Any]], **fields: Any) -> str:
    buttons = [[{"action": action} for action in row] for row in rows]
    return orjson.dumps({"buttons": buttons} | fields).decode()


TEXT = {"type": "text", "label": "Да", "payload": '{"a":1}'}
CALLBACK = {"type": "callback", "label": "Нет", "payload": '{"b":2}'}
LINK = {"type": "open_link", "label": "Сайт", "link": "https://example.com"}
LOCATION = {"type": "location", "payload": '{"c":3}'}


# ---------------------------------------------------------------- calls


def test_a_message_counts_in_the_community_and_in_its_talk(vk: Vk) -> None:
    vk.allow(5, 6)
    assert [send(vk, peer)["response"] for peer in (5, 6)] == [1, 2]
    told = vk.call("messages.send", peer_ids="5,6,7", message="Всем", random_id=9)["response"]
    assert [one["conversation_message_id"] for one in told] == [2, 2, 0]
    assert told[2]["error"]["code"] == 901
    found = vk.call("messages.getByConversationMessageId", peer_id=5, conversation_message_ids=2)
    assert [one["text"] for one in found["response"]["items"]] == ["Всем"]
    assert vk.violations() == []


def test_the_same_random_id_is_the_same_message_for_an_hour(vk: Vk) -> None:
    vk.allow(5, 6)
    first = send(vk, text="раз")["response"]
    assert send(vk, text="раз")["response"] == first
    assert send(vk, 6, text="раз")["response"] != first
    assert vk.said(5) == ["bot: раз"]
    vk.clock(forward=3601)
    assert send(vk, text="раз")["response"] != first
    assert vk.said(5) == ["bot: раз", "bot: раз"]


def test_only_who_wrote_or_allowed_it_is_written_to(vk: Vk) -> None:
    assert code(send(vk)) == 901
    vk.says(5, "Привет")
    assert "response" in send(vk)
    vk.update(vk_events.deny(5))
    assert code(send(vk, random_id=2)) == 901
    vk.update(vk_events.allow(5))
    assert "response" in send(vk, random_id=2)
    vk.update(vk_events.block(5))
    assert code(send(vk, random_id=3)) == 900
    allowed = vk.call("messages.isMessagesFromGroupAllowed", user_id=5, group_id=GROUP)
    assert allowed["response"] == {"is_allowed": 0}
    assert vk.violations() == []


@pytest.mark.parametrize(
    ("state", "number"),
    [("private", 902), ("deleted", 18), ("missing", 936), ("timed_out", 950), ("left", 917)],
)
def test_a_peer_out_of_reach_has_its_number(vk: Vk, state: str, number: int) -> None:
    vk.person(5, state=state)
    assert code(send(vk)) == number
    assert code(vk.call("messages.setActivity", peer_id=5, type="typing")) == 932
    assert code(vk.call("photos.getMessagesUploadServer", peer_id=5)) == number
    conversation = vk.call("messages.getConversationsById", peer_ids=5)["response"]["items"][0]
    assert conversation["can_write"] == {"allowed": False, "reason": number}


def test_a_chat_is_written_to_once_somebody_wrote_there(vk: Vk) -> None:
    assert code(send(vk, CHAT)) == 917
    told = vk.says(5, "Эй", peer_id=CHAT)
    assert (told["id"], told["conversation_message_id"], told["from_id"]) == (0, 1, 5)
    assert send(vk, CHAT)["response"] == 0
    assert vk.said(CHAT) == ["client: Эй", "bot: Да"]


def test_tokens_are_told_apart(vk: Vk) -> None:
    vk.allow(5)
    assert code(vk.call("users.get", token="")) == 5
    assert code(vk.call("users.get", token="wrong")) == 5
    assert code(vk.call("groups.getLongPollServer", group_id=333)) == 15
    vk.group(revoked=True)
    assert code(send(vk)) == 5


def test_the_token_may_come_in_the_header_and_parameters_in_the_query(vk: Vk) -> None:
    connection = http.client.HTTPConnection(vk.base.removeprefix("http://"))
    headers = {"Authorization": f"Bearer {TOKEN}"}
    connection.request("POST", "/method/groups.getById?v=5.199", b"", headers)
    found = orjson.loads(connection.getresponse().read())["response"]["groups"]
    connection.close()
    assert [(group["id"], group["screen_name"]) for group in found] == [(GROUP, "shop")]


async def test_communities_do_not_meet(vk: Vk, hook: Hook) -> None:
    other = Hook()
    listening = await serve(other.handle)
    vk.set_callback(listening.url, "other", group_id=333)
    vk.says(5, "раз")
    vk.update(vk_events.message(5, "два"), group_id=333)
    here, there = (await hook.until(1))[0], (await other.until(1))[0]
    assert (here["group_id"], here["secret"]) == (GROUP, SECRET)
    assert (there["group_id"], there["secret"]) == (333, "other")
    assert vk.said(5, group_id=333) == ["client: два"]
    sent: dict[str, Any] = {"peer_id": 5, "message": "Да", "random_id": 1}
    assert [vk.call("messages.send", token="vk1.a.OTHER", **sent)["response"]] == [2]
    assert vk.said(5) == ["client: раз"]
    await listening.close()


def test_more_calls_than_allowed_in_a_second_are_refused(vk: Vk) -> None:
    vk.allow(5)
    vk.group(per_second=20)
    vk.clock(stop=True)
    codes = [send(vk, random_id=n).get("error", {}).get("error_code") for n in range(1, 23)]
    assert codes == [None] * 20 + [6, 6]
    vk.clock(forward=1.1)
    assert "response" in send(vk, random_id=21)


def test_bot_features_switched_off_leave_plain_texts(vk: Vk) -> None:
    vk.allow(5)
    vk.group(bot_features=False)
    assert code(send(vk, keyboard=keyboard([TEXT]))) == 912
    assert "response" in send(vk)


def test_a_broken_rule_is_refused_and_written_down(vk: Vk) -> None:
    vk.allow(5)
    answer = send(vk, text="a" * 4097)
    assert code(answer) == 914
    assert {"key": "method", "value": "messages.send"} in answer["error"]["request_params"]
    assert TOKEN not in str(answer)
    assert code(vk.call("messages.send", peer_id=5, message="Да")) == 100
    assert [found["code"] for found in vk.violations()] == [914, 100]
    assert code(vk.call("messages.sendAll")) == 3


@pytest.mark.parametrize("number", [1, 6, 9, 10, 14, 15, 29])
def test_scripted_errors_come_as_often_as_told(vk: Vk, number: int) -> None:
    vk.allow(5)
    vk.script(method="messages.send", code=number, times=2)
    answers = [send(vk) for _ in range(3)]
    assert [code(answer) for answer in answers[:2]] == [number] * 2
    assert ("captcha_sid" in answers[0]["error"]) is (number == 14)
    assert answers[2] == {"response": 1}
    assert [call.code for call in vk.calls()] == [number, number, 0]


async def test_scripted_breakdowns(vk: Vk) -> None:
    vk.allow(5)
    form = {"access_token": TOKEN, "v": "5.199", "peer_id": 5, "message": "Да", "random_id": 7}
    address = f"{vk.api}messages.send"
    async with aiohttp.ClientSession() as session:
        vk.script(status=502, body="<html>Bad Gateway</html>")
        async with session.post(address, data=form) as response:
            assert (response.status, await response.text()) == (502, "<html>Bad Gateway</html>")
        for action in ("drop", "swallow"):
            vk.script(action=action)
            with pytest.raises(aiohttp.ClientError):
                await session.post(address, data=form)
        assert vk.said(5) == ["bot: Да"]
        async with session.post(address, data=form) as response:
            assert await response.json() == {"response": 1}
        vk.script(action="hang")
        with pytest.raises(TimeoutError):
            await session.post(address, data=form, timeout=aiohttp.ClientTimeout(total=0.2))


# ---------------------------------------------------------------- files


async def uploaded(vk: Vk, url: str, name: str, content: bytes, field: str) -> Any:
    form = aiohttp.FormData(quote_fields=False)
    form.add_field(field, content, filename=name)
    async with aiohttp.ClientSession() as session, session.post(url, data=form) as response:
        return orjson.loads(await response.read())


async def fetched(url: str) -> bytes:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        assert response.status == 200
        return await response.read()


async def test_a_photo_goes_through_three_calls(vk: Vk) -> None:
    vk.allow(5)
    place = vk.call("photos.getMessagesUploadServer", peer_id=5)["response"]
    told = await uploaded(vk, place["upload_url"], "чашка.png", PNG, "photo")
    (photo,) = vk.call("photos.saveMessagesPhoto", **told)["response"]
    attachment = f"photo{photo['owner_id']}_{photo['id']}_{photo['access_key']}"
    assert send(vk, attachment=attachment)["response"] == 1
    assert vk.said(5) == ["bot: [photo чашка.png] Да"]
    assert await fetched(photo["sizes"][0]["url"]) == PNG
    assert code(vk.call("photos.saveMessagesPhoto", **told)) == 100
    wrong = await uploaded(vk, place["upload_url"], "чашка.png", PNG, "photo")
    assert code(vk.call("photos.saveMessagesPhoto", **wrong | {"hash": "0"})) == 121


async def test_what_is_no_image_is_found_out_when_it_is_saved(vk: Vk) -> None:
    place = vk.call("photos.getMessagesUploadServer")["response"]
    told = await uploaded(vk, place["upload_url"], "чашка.png", b"<html>", "photo")
    assert told["photo"] == "[]"
    assert code(vk.call("photos.saveMessagesPhoto", **told)) == 100


async def test_documents_and_voices(vk: Vk) -> None:
    vk.allow(5)
    attachments = []
    for kind, name, content in (("doc", "a.pdf", b"%PDF"), ("audio_message", "b.ogg", OGG)):
        place = vk.call("docs.getMessagesUploadServer", type=kind, peer_id=5)["response"]
        told = await uploaded(vk, place["upload_url"], name, content, "file")
        saved = vk.call("docs.save", file=told["file"], title="Счёт")["response"]
        body = saved[saved["type"]]
        assert await fetched(body["url"] if kind == "doc" else body["link_ogg"]) == content
        attachments.append(f"doc{body['owner_id']}_{body['id']}_{body['access_key']}")
    assert "response" in send(vk, attachment=",".join(attachments))
    assert vk.said(5) == ["bot: [doc a.pdf] [audio_message b.ogg] Да"]


@pytest.mark.parametrize(
    ("kind", "name"), [("doc", "song.mp3"), ("doc", "noname"), ("audio_message", "a.wav")]
)
async def test_upload_servers_refuse_what_vk_does_not_keep(vk: Vk, kind: str, name: str) -> None:
    vk.allow(5)
    place = vk.call("docs.getMessagesUploadServer", type=kind, peer_id=5)["response"]
    told = await uploaded(vk, place["upload_url"], name, b"0000", "file")
    assert "error" in told
    assert "file" not in told
    assert len(vk.violations()) == 1


def test_a_community_cannot_upload_films(vk: Vk) -> None:
    assert code(vk.call("video.save", name="Двор")) == 27


# ---------------------------------------------------------------- messages that are there


def test_edits_and_deletions_are_seen(vk: Vk) -> None:
    vk.says(5, "Привет")
    send(vk, text="раз", keyboard=keyboard([CALLBACK], inline=True))
    assert vk.call("messages.edit", peer_id=5, cmid=2, message="два") == {"response": 1}
    assert code(vk.call("messages.edit", peer_id=5, cmid=1, message="два")) == 920
    assert code(vk.call("messages.edit", peer_id=5, cmid=9, message="два")) == 15
    gone = vk.call("messages.delete", peer_id=5, cmids=2, delete_for_all=1)["response"]
    assert [one["response"] for one in gone] == [1]
    assert vk.said(5) == [
        "client: Привет",
        "bot: раз",
        "  [Нет]",
        "bot edits: два",
        "bot deletes «два»",
    ]


def test_old_messages_stay_as_they_are(vk: Vk) -> None:
    vk.allow(5)
    send(vk)
    vk.clock(forward=86_500)
    assert code(vk.call("messages.edit", peer_id=5, cmid=1, message="два")) == 909
    assert code(vk.call("messages.delete", peer_id=5, cmids=1, delete_for_all=1)) == 924


def test_an_answer_points_at_what_it_answers(vk: Vk) -> None:
    vk.says(5, "Сколько?")
    forward = {"peer_id": 5, "conversation_message_ids": [1], "is_reply": True}
    send(vk, text="Сто", forward=orjson.dumps(forward).decode())
    assert vk.said(5)[1] == "bot replies to «Сколько?»: Сто"


def test_people_and_names(vk: Vk) -> None:
    vk.person(5, first_name="Анна", screen_name="anna", city={"id": 1, "title": "Москва"})
    (anna,) = vk.call("users.get", user_ids="anna", fields="city")["response"]
    assert (anna["id"], anna["first_name"], anna["city"]["title"]) == (5, "Анна", "Москва")
    (other,) = vk.call("users.get", user_ids=6)["response"]
    assert other["id"] == 6
    resolved = {
        name: vk.call("utils.resolveScreenName", screen_name=name)["response"]
        for name in ("anna", "shop", "nobody")
    }
    assert resolved == {
        "anna": {"type": "user", "object_id": 5},
        "shop": {"type": "group", "object_id": GROUP},
        "nobody": [],
    }


# ---------------------------------------------------------------- buttons


def test_a_text_button_writes_its_label(vk: Vk) -> None:
    vk.allow(5)
    send(vk, keyboard=keyboard([TEXT], one_time=True))
    told = vk.presses(5, "Да")["message"]
    assert (told["text"], told["payload"]) == ("Да", '{"a":1}')
    assert vk.said(5) == ["bot: Да", "  keyboard: [Да]", "client: presses «Да»"]
    with pytest.raises(RuntimeError, match="no button 'Да' among"):
        vk.presses(5, "Да")


def test_a_callback_button_waits_for_its_answer_a_minute(vk: Vk) -> None:
    vk.allow(5)
    send(vk, keyboard=keyboard([CALLBACK, LINK], inline=True))
    told = vk.presses(5, "Нет")
    assert (told["payload"], told["conversation_message_id"]) == ({"b": 2}, 1)
    snackbar = orjson.dumps({"type": "show_snackbar", "text": "Ладно"}).decode()
    answer = {"event_id": told["event_id"], "user_id": 5, "peer_id": 5, "event_data": snackbar}
    method = "messages.sendMessageEventAnswer"
    assert code(vk.call(method, **answer | {"user_id": 6})) == 100
    assert vk.call(method, **answer) == {"response": 1}
    assert code(vk.call(method, **answer)) == 100
    late = vk.presses(5, "Нет")
    vk.clock(forward=61)
    assert code(vk.call(method, **answer | {"event_id": late["event_id"]})) == 100
    assert vk.violations() == []
    assert vk.presses(5, "Сайт") == {"opened": "https://example.com"}
    assert vk.said(5) == [
        "bot: Да",
        "  [Нет] [Сайт → https://example.com]",
        "client: presses «Нет»",
        "bot snackbar: Ладно",
        "client: presses «Нет»",
    ]


def test_a_keyboard_stands_until_another_takes_its_place(vk: Vk) -> None:
    vk.allow(5)
    send(vk, keyboard=keyboard([TEXT], [LOCATION]))
    assert vk.presses(5, "location")["message"]["geo"]["coordinates"]["latitude"] > 0
    send(vk, text="Всё", random_id=2, keyboard=keyboard())
    assert vk.said(5) == [
        "bot: Да",
        "  keyboard: [Да]",
        "  keyboard: [location (location)]",
        "client: [location 55.75222,37.61556]",
        "bot: Всё",
        "  keyboard: none",
    ]
    with pytest.raises(RuntimeError, match="no button"):
        vk.presses(5, "Да")


def test_a_carousel_has_buttons_too(vk: Vk) -> None:
    vk.allow(5)
    element = {
        "title": "Чашка",
        "description": "900 ₽",
        "photo_id": "-1_7",
        "action": {"type": "open_link", "link": "https://example.com/1"},
        "buttons": [{"action": CALLBACK}],
    }
    template = orjson.dumps({"type": "carousel", "elements": [element]}).decode()
    send(vk, text="Вот", template=template)
    assert vk.presses(5, "Нет")["payload"] == {"b": 2}
    assert vk.said(5) == [
        "bot: Вот",
        "  card: [photo -1_7] Чашка",
        "      900 ₽",
        "    [Нет]",
        "    (opens https://example.com/1)",
        "client: presses «Нет»",
    ]


# ---------------------------------------------------------------- events


async def test_events_come_with_secret_and_ids_of_their_own(vk: Vk, hook: Hook) -> None:
    vk.says(5, "раз")
    vk.update(vk_events.start(6), vk_events.event("brand_new_kind", {"x": 1}))
    got = await hook.until(3)
    assert {event["secret"] for event in got} == {SECRET}
    assert len({event["event_id"] for event in got}) == 3
    assert {(event["type"], event["group_id"], event["v"]) for event in got} == {
        ("message_new", GROUP, "5.199"),
        ("brand_new_kind", GROUP, "5.199"),
    }
    await vk.settled()
    assert vk.state()["delivered"] == 3
    assert vk.said(6) == ["client: presses «Начать»"]


async def test_what_is_not_answered_with_ok_comes_again(vk: Vk, hook: Hook) -> None:
    hook.answers = [Response(b"OK"), Response(b"ok", 500), Response(b"")]
    vk.says(5, "раз")
    await vk.settled()
    assert hook.counters == ["", "1", "2", "3"]
    assert len({event["event_id"] for event in hook.got}) == 1


async def test_a_failed_event_does_not_keep_back_the_next_one(vk: Vk, hook: Hook) -> None:
    hook.answers = [Response(b"", 503, headers={"Retry-After": "60"})]
    vk.says(5, "раз")
    vk.says(5, "два")
    got = await hook.until(2)
    assert [event["object"]["message"]["text"] for event in got] == ["раз", "два"]
    await asyncio.sleep(0.2)  # nothing comes before its time
    assert len(hook.got) == 2
    vk.clock(forward=60)
    await vk.settled()
    assert hook.counters == ["", "", "1"]


async def test_copies_are_delivered_although_they_were_acknowledged(vk: Vk, hook: Hook) -> None:
    vk.update(vk_events.message(5, "раз"), copies=3)
    got = await hook.until(3)
    assert len({event["event_id"] for event in got}) == 1


async def test_our_own_messages_come_back_with_their_random_id(vk: Vk, hook: Hook) -> None:
    vk.allow(5)
    send(vk, random_id=77)
    vk.update(vk_events.reply(5, "Это я", admin_id=9))
    own, admins = [event["object"] for event in await hook.until(2)]
    assert (own["random_id"], own["from_id"], own["out"]) == (77, -GROUP, 1)
    assert (admins["admin_author_id"], admins["random_id"]) == (9, 0)
    assert vk.said(5) == ["bot: Да", "admin: Это я"]


async def test_a_server_is_confirmed_and_gets_what_it_asked_for(vk: Vk) -> None:
    hook = Hook()
    listening = await serve(hook.handle)
    hook.confirmation = vk.call("groups.getCallbackConfirmationCode", group_id=GROUP)["response"][
        "code"
    ]
    server: dict[str, Any] = {
        "group_id": GROUP,
        "url": listening.url,
        "title": "Bot",
        "secret_key": "k",
    }
    number = vk.call("groups.addCallbackServer", **server)["response"]["server_id"]
    assert (await hook.until(1))[0]["type"] == "confirmation"
    assert await vk.confirmed(number) == "ok"
    switched: dict[str, Any] = {"group_id": GROUP, "server_id": number, "api_version": "5.131"}
    vk.call("groups.setCallbackSettings", **switched | {"message_new": 1})
    vk.says(5, "раз")
    vk.update(vk_events.typing(5, GROUP))
    event = (await hook.until(2))[1]
    assert (event["type"], event["secret"], event["v"]) == ("message_new", "k", "5.131")
    settings = vk.call("groups.getCallbackSettings", group_id=GROUP, server_id=number)["response"]
    assert {kind for kind, on in settings["events"].items() if on} == {"message_new"}
    assert vk.state()["lost"] == 1
    # The string is another one by now: an address that is changed has to give the new one.
    vk.call("groups.editCallbackServer", **server | {"server_id": number})
    assert await vk.confirmed(number) == "failed"
    await listening.close()


def test_ten_servers_are_enough(vk: Vk) -> None:
    server: dict[str, Any] = {"group_id": GROUP, "url": "http://127.0.0.1:1/", "title": "Bot"}
    for _ in range(10):
        assert "response" in vk.call("groups.addCallbackServer", **server)
    assert code(vk.call("groups.addCallbackServer", **server)) == 2000


async def polled(session: aiohttp.ClientSession, server: dict[str, Any], **more: Any) -> Any:
    asked = {"act": "a_check", "key": server["key"], "ts": server["ts"], "wait": 0} | more
    async with session.get(server["server"], params=asked) as response:
        return orjson.loads(await response.read())


async def test_the_long_poll_waits_and_tells_all_since(vk: Vk) -> None:
    assert code(vk.call("groups.getLongPollServer", group_id=GROUP)) == 100
    switched: dict[str, Any] = {"group_id": GROUP, "enabled": 1, "message_new": 1}
    assert vk.call("groups.setLongPollSettings", **switched) == {"response": 1}
    server = vk.call("groups.getLongPollServer", group_id=GROUP)["response"]
    async with aiohttp.ClientSession() as session:
        assert await polled(session, server) == {"ts": "0", "updates": []}
        waiting = asyncio.ensure_future(polled(session, server, wait=25))
        vk.says(5, "раз")
        vk.update(vk_events.typing(5, GROUP))
        first = await waiting
        assert (first["ts"], len(first["updates"])) == ("1", 1)
        assert "secret" not in first["updates"][0]
        vk.says(5, "два")
        later = await polled(session, server, ts=1)
        assert [event["object"]["message"]["text"] for event in later["updates"]] == ["два"]


async def test_the_long_poll_loses_its_history_its_key_and_all(vk: Vk) -> None:
    vk.set_long_poll()
    server = vk.call("groups.getLongPollServer", group_id=GROUP)["response"]
    vk.says(5, "раз")
    async with aiohttp.ClientSession() as session:
        vk.break_long_poll("history")
        assert await polled(session, server) == {"failed": 1, "ts": 1}
        vk.break_long_poll("all")
        assert await polled(session, server, ts=1) == {"failed": 3}
        vk.break_long_poll("key")
        assert await polled(session, server) == {"failed": 2}


async def test_every_kind_of_attachment_is_shown(vk: Vk) -> None:
    url = vk.file("a.ogg", OGG)
    assert await fetched(url) == OGG
    vk.says(
        5,
        "Вот",
        attachments=[
            vk_events.photo(url),
            vk_events.video(),
            vk_events.audio(),
            vk_events.audio_message(url),
            vk_events.document(url),
            vk_events.sticker(),
            vk_events.link("https://example.com"),
            vk_events.wall(),
            vk_events.market(),
        ],
        geo=vk_events.place(title="Кремль"),
        reply_message=vk_events.other_message(-GROUP, "Покажите"),
    )
    (line,) = vk.said(5)
    assert line == (
        "client replies to «Покажите»: [photo] [video Двор] [audio Кино — Пачка сигарет]"
        " [audio_message] [doc договор.pdf] [sticker 9046] [link Статья] [wall] [market Чашка]"
        " [location 55.75,37.61 Кремль] Вот"
    )


def test_quiet_counts_and_keeps_no_texts() -> None:
    with Vk.start(quiet=True) as vk:
        assert send(vk, random_id=0, keyboard="nonsense") == {"response": 1}
        (call,) = vk.calls("messages.send", peer_id=5)
        assert call.parameters == {}
        assert vk.said(5) == []
