"""A page's key on a running server: what strangers may do with it, for it can be read by all."""

import http.client
import re
from typing import Any

import orjson
import pytest

from tests.servers.easyflow import EasyFlow
from tests.surface.people import Person

CHAT = "/api/v1/conversation/chat"
SHOP = "https://shop.example"


@pytest.fixture(scope="module")
def key(server: EasyFlow) -> str:
    told = server.command("keys", "add", "--site", "--bot", "shop", "--domain", "shop.example")
    found = re.search(r"st_live_\w+", told)
    assert found, told
    return found[0]


def call(
    server: EasyFlow, method: str, path: str, body: Any = None, **headers: str
) -> tuple[int, Any, dict[str, str]]:
    """Status, answer and headers; `_` in a name of a header is `-`."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    content = orjson.dumps(body) if body is not None else b""
    connection.request(method, path, content, {"Content-Type": "application/json", **sent})
    response = connection.getresponse()
    text = response.read()
    connection.close()
    told = {name.lower(): value for name, value in response.getheaders()}
    return response.status, orjson.loads(text) if text else None, told


def says(server: EasyFlow, key: str, text: str, origin: str = SHOP, **more: Any) -> Any:
    """Fields of the body are in small letters, headers are not."""
    headers = {name: value for name, value in more.items() if name != name.lower()}
    body = {"message": text, "user_id": "visitor"}
    body |= {name: value for name, value in more.items() if name not in headers}
    return call(server, "POST", CHAT, body, X_Site_Token=key, Origin=origin, **headers)


def test_a_page_of_the_domain_talks_and_reads(server: EasyFlow, key: str) -> None:
    asking = {"Access_Control_Request_Method": "POST"}
    status, _, headers = call(server, "OPTIONS", CHAT, Origin=SHOP, **asking)
    assert (status, headers["access-control-allow-origin"]) == (204, SHOP)
    assert "X-Site-Token" in headers["access-control-allow-headers"]
    status, answer, headers = says(server, key, "привет")
    assert (status, bool(answer["message"])) == (200, True)
    assert headers["access-control-allow-origin"] == SHOP
    again = says(server, key, "меню", session_id=answer["session_id"])
    assert (again[0], again[1]["session_id"]) == (200, answer["session_id"])


@pytest.mark.parametrize("origin", ["https://evil.example", "https://shop.example.evil", "null"])
def test_a_page_of_another_domain_does_neither(server: EasyFlow, key: str, origin: str) -> None:
    status, answer, headers = says(server, key, "привет", origin)
    assert (status, answer["error"]["type"]) == (403, "forbidden")
    assert "access-control-allow-origin" not in headers


def test_the_key_opens_nothing_else(server: EasyFlow, key: str) -> None:
    _, document, _ = call(server, "GET", "/openapi.json")
    tried = 0
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if "security" not in operation or path == CHAT:
                continue
            given = re.sub(r"\{\w+\}", "1", path)
            for header in ({"X_Site_Token": key}, {"Authorization": f"Bearer {key}"}):
                status, _, _ = call(server, method.upper(), given, {}, Origin=SHOP, **header)
                assert status == 403, (method, path, status)
                tried += 1
    assert tried > 50


def test_a_session_that_was_not_opened_here_is_not_found(
    server: EasyFlow, key: str, owner: Person
) -> None:
    body = {"message": "секрет", "user_id": "u", "session_id": "s-1", "context": {"bot": "shop"}}
    assert owner.call("POST", CHAT, body)[0] == 200
    for session in ("s-1", "session_" + "0" * 32, "session_1", "' OR 1=1 --"):
        status, _, _ = says(server, key, "привет", session_id=session)
        assert status == 404, session


def test_neither_another_bot_nor_a_context_is_chosen_by_a_page(
    server: EasyFlow, key: str, owner: Person
) -> None:
    context = {"bot": "salon", "vip": "yes"}
    _, answer, _ = says(server, key, "привет", context=context, platform="telegram")
    history = owner.get(f"/api/v1/conversation/history/{answer['session_id']}")
    assert {message["platform"] for message in history["messages"]} == {"web"}
    user = f"{answer['session_id']}/{answer['session_id']}"
    _, kept = owner.call("GET", f"/api/v1/messaging/context/web/{user}")
    assert "vip" not in str(kept)


def test_a_visitor_is_not_the_user_they_name(server: EasyFlow, key: str, owner: Person) -> None:
    body = {"message": "привет", "user_id": "anna", "platform": "web", "context": {"bot": "shop"}}
    known = owner.call("POST", CHAT, body)[1]["session_id"]
    status, answer, _ = says(server, key, "привет", user_id="anna")
    assert status == 200
    again = says(server, key, "меню", user_id="anna", session_id=answer["session_id"])
    assert again[1]["session_id"] == answer["session_id"]
    sessions = owner.get("/api/v1/conversation/sessions/anna")["sessions"]
    assert [each["session_id"] for each in sessions] == [known]
    said = owner.get(f"/api/v1/conversation/history/{answer['session_id']}")["messages"]
    assert {each["user_id"] for each in said} == {answer["session_id"]}


def test_visitors_of_one_page_repeat_their_own_requests_alone(server: EasyFlow, key: str) -> None:
    def once(place: str) -> Any:
        return says(server, key, "привет", Idempotency_Key="1", X_Forwarded_For=place)[1]

    mine = once("198.51.100.1")["session_id"]
    assert once("198.51.100.1")["session_id"] == mine
    assert once("198.51.100.2")["session_id"] != mine


def test_strangers_of_one_place_are_counted_together(server: EasyFlow, key: str) -> None:
    place = "198.51.100.7"
    statuses = []
    for number in range(61):
        body = {"message": "привет", "user_id": f"visitor-{number}"}
        headers = {"X_Site_Token": key, "Origin": SHOP, "X_Forwarded_For": f"1.1.1.1, {place}"}
        statuses.append(call(server, "POST", CHAT, body, **headers)[0])
    assert statuses.count(429) == 1
    assert statuses[-1] == 429


def test_whoever_registers_is_given_a_key_for_their_first_assistant(server: EasyFlow) -> None:
    body = {"email": "pages@example.com", "password": "password123"}
    status, answer, headers = call(server, "POST", "/api/auth/register", body)
    token = headers["x-site-token"]
    assert (status, token[:8]) == (201, "st_live_")
    who = Person(server=server, credential=answer["access_token"])
    (first,) = who.get("/api/assistants")
    # It answers on no page before its owner says on which.
    assert says(server, token, "привет")[0] == 403
    change = {"allowed_domains": ["shop.example"]}
    assert who.call("PUT", f"/api/assistants/{first['id']}", change)[0] == 200
    status, answer, _ = says(server, token, "привет")
    assert (status, answer["current_state"]) == (200, "greeting")


def test_a_key_that_was_lost_on_the_way_is_told_again(server: EasyFlow) -> None:
    """Whoever repeats the request, for no answer came, still hears what is shown this once."""
    body = {"email": "lossy@example.com", "password": "password123"}
    _, answer, _ = call(server, "POST", "/api/auth/register", body)
    sent = {"Authorization": f"Bearer {answer['access_token']}", "Idempotency_Key": "lossy line"}
    wanted = {"name": "Справка", "allowed_domains": ["shop.example"]}
    first, again = (call(server, "POST", "/api/assistants", wanted, **sent) for _ in range(2))
    assert (again[0], again[1]) == (201, first[1])
    assert again[2]["idempotency-replayed"] == "true"
    assert again[2]["x-site-token"] == first[2]["x-site-token"]
    assert says(server, again[2]["x-site-token"], "привет")[0] == 200
