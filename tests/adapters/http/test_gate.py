"""Names of the server, doubled headers, and what pages of other sites may."""

from collections.abc import AsyncIterator

import pytest

from adapters.http.gate import Doors
from adapters.http.origins import is_of, is_own
from tests.adapters.http.fakes import House, build_house

CHAT = "/api/v1/conversation/chat"
BODY = {"message": "Привет", "user_id": "u"}
SITE = "https://shop.example"
ASKING = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization",
}


@pytest.fixture
async def house() -> AsyncIterator[House]:
    doors = Doors(hosts=["bot.example.com", "easyflow"], origins=[SITE])
    house = await build_house(doors=doors)
    house.client.base_url = "https://bot.example.com"
    async with house.client:
        yield house


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("bot.example.com", 200),
        ("BOT.example.com:8443", 200),
        ("easyflow:8000", 200),
        ("localhost:8000", 200),
        ("[::1]:8000", 200),
        ("evil.example", 400),
        ("bot.example.com.evil.example", 400),
        ("evil.example:bot.example.com", 400),
        ("bot.example.com@evil.example", 400),
        ("xbot.example.com", 400),
        ("10.0.0.1", 400),
        ("", 400),
    ],
)
async def test_a_server_answers_to_its_own_names_alone(
    house: House, host: str, status: int
) -> None:
    answer = await house.client.get("/api/v1/messaging/platforms", headers={"Host": host})
    assert answer.status_code == status
    if status == 400:
        assert answer.json()["error"]["type"] == "bad_request"
        answer = await house.client.get("/v1/chats", headers={"Host": host})
        assert answer.json()["error"]["code"] == "REQ-001"
    for path in ("/livez", "/healthz"):
        assert (await house.client.get(path, headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    "name", ["Authorization", "X-API-Key", "Content-Type", "Idempotency-Key", "Origin", "Host"]
)
async def test_a_doubled_header_is_refused(house: House, name: str) -> None:
    twice = [(name, "application/json"), (name, "application/json")]
    headers = [("Authorization", house.client.headers["authorization"])] if name[:2] != "Au" else []
    del house.client.headers["authorization"]
    answer = await house.client.post(CHAT, content=b"{}", headers=[*headers, *twice])
    assert answer.status_code == 400
    assert name.lower() in answer.json()["error"]["message"]


async def test_a_named_site_may_ask_and_read(house: House) -> None:
    asked = await house.client.options(CHAT, headers={"Origin": SITE, **ASKING})
    assert asked.status_code == 204
    assert asked.headers["access-control-allow-origin"] == SITE
    assert "Authorization" in asked.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in asked.headers
    answer = await house.client.post(CHAT, json=BODY, headers={"Origin": SITE})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == SITE
    readable = answer.headers["access-control-expose-headers"].split(", ")
    assert {"X-RateLimit-Remaining", "X-Site-Token"} <= {*readable}
    assert "Origin" in answer.headers["vary"]


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "http://shop.example", f"{SITE}:8443", f"{SITE}.evil.example", "null"],
)
async def test_another_site_may_neither_ask_nor_read(house: House, origin: str) -> None:
    path = "/api/v1/messaging/send"
    asked = await house.client.options(path, headers={"Origin": origin, **ASKING})
    assert asked.status_code == 403
    assert asked.json()["error"]["type"] == "forbidden"
    assert origin in (told := asked.json()["error"]["message"])
    assert "EASYFLOW_HTTP__ALLOWED_ORIGINS" in told
    answer = await house.client.get("/api/v1/messaging/platforms", headers={"Origin": origin})
    assert "access-control-allow-origin" not in asked.headers
    assert "access-control-allow-origin" not in answer.headers
    assert "Origin" in answer.headers["vary"]


async def test_a_refusal_can_be_read_by_whom_an_answer_could(house: House) -> None:
    answer = await house.client.get("/v1/nothing", headers={"Origin": SITE})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (404, SITE)


async def test_our_own_pages_are_no_other_site(house: House) -> None:
    own = {"Origin": "https://bot.example.com"}
    answer = await house.client.post(CHAT, json=BODY, headers=own)
    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers


async def test_any_page_may_ask_about_the_address_that_pages_have_keys_for(house: House) -> None:
    asked = await house.client.options(CHAT, headers={"Origin": "https://any.example", **ASKING})
    assert asked.status_code == 204
    answer = await house.client.post(CHAT, json=BODY, headers={"Origin": "https://any.example"})
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    ("origin", "fits"),
    [
        ("https://shop.example", True),
        ("https://SHOP.example", True),
        ("https://shop.example:8443", True),
        ("https://a.wild.example", True),
        ("https://wild.example", False),
        ("https://port.example:1", True),
        ("https://port.example", False),
        ("https://evilshop.example", False),
        ("https://shop.example.evil", False),
        ("https://shop.example@evil.example", False),
        ("file://shop.example", False),
        ("https://", False),
        ("https://[", False),
        ("null", False),
        ("", False),
    ],
)
def test_domains_are_compared_whole(origin: str, fits: bool) -> None:
    assert is_of(origin, ["shop.example", "*.wild.example", "port.example:1"]) is fits


def test_nowhere_is_no_page_of_ours() -> None:
    assert not is_own("", "")
    assert not is_own("null", "null")
    assert is_own("http://a:1", "a:1")


async def test_answers_with_data_are_kept_by_no_cache(house: House) -> None:
    answer = await house.client.get("/api/v1/messaging/platforms")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
