"""What no route answers leaves in the envelope of the contract whose address was asked."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.http import app as surface
from adapters.http.faults import STATUS, Fault
from adapters.http.words import WORDS, preferred
from tests.adapters.http.fakes import House, build_house


def easyflow(body: dict[str, Any]) -> bool:
    return set(body) == {"error"} and set(body["error"]) == {
        "type",
        "message",
        "details",
        "request_id",
    }


def replyx(body: dict[str, Any]) -> bool:
    return set(body) == {"error"} and set(body["error"]) == {"code", "message", "details"}


def chatflow(body: dict[str, Any]) -> bool:
    error = body["error"]
    return set(body) == {"error"} and set(error) == {
        "code",
        "message",
        "message_en",
        "details",
        "request_id",
    }


def omnisupport(body: dict[str, Any]) -> bool:
    return set(body) == {"detail", "code"}


def avito(body: dict[str, Any]) -> bool:
    return set(body) == {"status", "message"} and body["status"] == "error"


SPEAKS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "/": easyflow,
    "/nothing": easyflow,
    "/api": easyflow,
    "/api/nothing": easyflow,
    "/api/v1": easyflow,
    "/api/v1/nothing": easyflow,
    "/api/v1/conversation/nothing": easyflow,
    "/api/v1/analytics/nothing": easyflow,
    "/api/v1/integration/nothing": easyflow,
    "/api/v1x": easyflow,
    "/api/dialogs/1/nothing": replyx,
    "/api/auth/nothing": replyx,
    "/api/admin": replyx,
    "/ws/dialogs/1": replyx,
    "/v1": chatflow,
    "/v1/chats": chatflow,
    "/v1/nothing/at/all": chatflow,
    "/api/v1/conversations": omnisupport,
    "/api/v1/conversations/1": omnisupport,
    "/api/v1/auth/nothing": omnisupport,
    "/api/v1/analytics/stats": omnisupport,
    "/api/v1/analytics/export": omnisupport,
    "/api/v1/widget/v1/nothing": omnisupport,
    "/api/v1/webhooks": omnisupport,
    "/api/v1/v1/avito/sync": avito,
    "/api/v1/avito/sync": avito,
    "/api/v1/llm/nothing": avito,
    "/api/v1/reports/nothing": avito,
}

FAILING = [path for path in SPEAKS if path.count("/") > 1]


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async def broken(request: Request) -> Response:
        raise RuntimeError("the password is swordfish")

    routes = [Route(f"{path}/broken", broken, methods=["PUT"]) for path in FAILING]
    house = await build_house(extra_routes=routes)
    async with house.client:
        yield house


@pytest.mark.parametrize("path", SPEAKS)
async def test_an_unknown_address_is_answered_by_whose_it_is(house: House, path: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        answer = await house.client.request(method, path)
        assert answer.status_code == 404, answer.text
        assert SPEAKS[path](answer.json()), answer.text
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-request-id"].startswith("req_")


@pytest.mark.parametrize("path", FAILING)
async def test_a_wrong_method_a_failure_and_a_doubled_header_alike(house: House, path: str) -> None:
    answer = await house.client.patch(f"{path}/broken")
    assert (answer.status_code, answer.headers["allow"]) == (405, "PUT")
    assert SPEAKS[path](answer.json())
    answer = await house.client.put(f"{path}/broken")
    assert answer.status_code == 500
    assert SPEAKS[path](answer.json())
    assert "swordfish" not in answer.text
    twice = [("Authorization", "Bearer a"), ("Authorization", "Bearer b")]
    answer = await house.client.put(f"{path}/broken", headers=twice)
    assert answer.status_code == 400
    assert SPEAKS[path](answer.json())


async def test_allow_names_the_methods_of_all_routes_of_an_address(house: House) -> None:
    path = "/api/v1/messaging/context/telegram/1/2"
    answer = await house.client.delete(path)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, PUT")
    answer = await house.client.delete("/api/v1/conversation/chat")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("languages", "message"),
    [
        ("", "Topilmadi"),
        ("uz", "Topilmadi"),
        ("ru", "Не найдено"),
        ("en-GB,en;q=0.9,ru;q=0.8", "Not found"),
        ("fr, ru;q=0.1", "Не найдено"),
        ("ru;q=0, de", "Topilmadi"),
        ("*", "Topilmadi"),
        ("ru;q=" + "9" * 300, "Topilmadi"),
    ],
)
async def test_chatflow_says_it_in_the_callers_language(
    house: House, languages: str, message: str
) -> None:
    answer = await house.client.get("/v1/nothing", headers={"Accept-Language": languages})
    assert answer.json()["error"]["message"] == message
    assert answer.json()["error"]["message_en"] == "There is nothing at this address"


def test_the_first_of_the_best_liked_languages_is_chosen() -> None:
    assert preferred("en;q=0.5, ru;q=0.5", ("uz", "ru", "en")) == "en"


def _said(fault: Fault) -> list[dict[str, Any]]:
    return [dict(package.DIALECT.render(fault, "req_1")) for package in surface.SPOKEN]


@pytest.mark.parametrize("kind", sorted({kind for _, kind in STATUS.values()}))
def test_every_kind_of_fault_has_words_in_every_language_and_a_code(kind: str) -> None:
    assert set(WORDS[kind]) == {"ru", "en", "uz"}
    told = _said(Fault(status=400, kind=kind, message="In our own words"))
    easy, reply, chat, omni, av = told
    assert easy["error"]["type"] == kind
    assert reply["error"]["message"] == omni["detail"] == av["message"] == WORDS[kind]["ru"]
    assert omni["code"] == kind.upper()
    assert chat["error"]["message"] == WORDS[kind]["uz"]


def test_codes_of_chatflow_are_told_apart() -> None:
    from adapters.http.chatflow.errors import CODES

    assert len(set(CODES.values())) == len(CODES)
    assert CODES["invalid_credentials"] == "AUTH-001"
