"""What the frame does for every dialect: allowances, bounds, repeated requests, trusted proxies."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Body, Form, Request, UploadFile
from pydantic import BaseModel

from adapters.http.app import SPOKEN
from adapters.http.body import up_to
from adapters.http.dialect import Dialect, route_class, spend
from adapters.http.faults import Fault
from adapters.http.idempotency import NEVER
from adapters.http.ids import in_path, number
from adapters.http.limits import UNCOUNTED, limited, per_minute
from adapters.http.policy import OPEN, lets, people
from bots.errors import NotFound
from tests.adapters.http.fake_time import SHOP_KEY
from tests.adapters.http.fakes import House, build_house


def render(fault: Fault, request_id: str) -> dict[str, Any]:
    return {"wrong": fault.kind, "said": fault.message, "id": request_id}


class Wrong(BaseModel):
    wrong: str
    said: str
    id: str


TOY = Dialect("toy", ("/toy",), render, title="Toy", error=Wrong, allowance=per_minute("toy", 4))
router = APIRouter(prefix="/toy", route_class=route_class(TOY), tags=["Things"])
done: list[Any] = []


@router.get("/plain", dependencies=lets(people()))
async def plain() -> str:
    return "plain"


@router.get("/other", dependencies=lets(people()))
async def other() -> str:
    return "other"


@router.get("/own", dependencies=[*lets(people()), limited(per_minute("own", 2, minutes=5))])
async def own() -> str:
    return "own"


@router.post("/itself", dependencies=[*lets(people()), UNCOUNTED])
async def itself(request: Request, name: Annotated[str, Body(embed=True)]) -> str:
    await spend(request, per_minute("itself", 1), name)
    return name


@router.get("/open", dependencies=lets(OPEN))
async def opened() -> str:
    return "open"


@router.post("/open", dependencies=lets(OPEN))
async def open_post(name: Annotated[str, Body(embed=True)]) -> list[str]:
    done.append(name)
    return [name, str(len(done))]


@router.post("/login", dependencies=[*lets(OPEN), NEVER, UNCOUNTED])
async def login(name: Annotated[str, Body(embed=True)]) -> int:
    done.append(name)
    return len(done)


@router.post("/files", dependencies=[*lets(people()), up_to(3 << 20), UNCOUNTED])
async def files(file: UploadFile, title: Annotated[str, Form()] = "") -> int:
    done.append(len(await file.read()))
    return len(done)


@router.get("/things/{id}", dependencies=[*lets(people()), UNCOUNTED])
async def thing(id: Annotated[int, in_path("thing"), number("thing")]) -> int:
    if id != 7:
        raise NotFound("thing", str(id))
    return id


class Toy:
    """A dialect is a package with these two, and a line in the list of those spoken."""

    DIALECT = TOY

    @staticmethod
    def routers() -> list[APIRouter]:
        return [router]


@pytest.fixture
async def house() -> AsyncIterator[House]:
    done.clear()
    house = await build_house(spoken=[*SPOKEN, Toy()])
    async with house.client:
        yield house


def stranger(house: House, address: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(house.app, raise_app_exceptions=False, client=(address, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://easyflow.test")


async def test_a_dialect_that_is_added_speaks_for_its_addresses(house: House) -> None:
    for path, status in (("/toy/nothing", 404), ("/toy", 404)):
        answer = await house.client.get(path)
        assert (answer.status_code, answer.json()["wrong"]) == (status, "not_found")
    answer = await house.client.delete("/toy/open")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
    assert answer.json()["id"] == answer.headers["x-request-id"]
    document = (await house.client.get("/openapi.json")).json()
    said = document["paths"]["/toy/open"]["post"]
    assert said["tags"] == ["Toy: Things"]
    assert said["operationId"] == "toy_things_open_post"
    assert {"400", "409", "413", "422", "429", "500", "503"} <= set(said["responses"])
    example = said["responses"]["429"]["content"]["application/json"]["example"]
    assert example["wrong"] == "rate_limit_exceeded"


# ---------------------------------------------------------------- allowances


async def test_a_dialects_allowance_is_for_all_its_routes_together(house: House) -> None:
    paths = ["/toy/plain", "/toy/other", "/toy/plain", "/toy/other", "/toy/plain"]
    answers = [await house.client.get(path) for path in paths]
    assert [each.status_code for each in answers] == [200] * 4 + [429]
    assert [each.headers["x-ratelimit-remaining"] for each in answers] == ["3", "2", "1", "0", "0"]
    assert answers[-1].json()["wrong"] == "rate_limit_exceeded"
    assert int(answers[-1].headers["retry-after"]) >= 1
    other_key = {"Authorization": f"Bearer {SHOP_KEY}"}
    assert (await house.client.get("/toy/plain", headers=other_key)).status_code == 200


async def test_a_route_of_its_own_allowance_spends_no_other(house: House) -> None:
    answers = [await house.client.get("/toy/own") for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert answers[0].headers["x-ratelimit-limit"] == "2"
    assert int(answers[2].headers["retry-after"]) > 60
    said = answers[2].json()["said"]
    assert said == f"Too many requests: try again in {answers[2].headers['retry-after']} s"
    assert (await house.client.get("/toy/plain")).headers["x-ratelimit-remaining"] == "3"


async def test_a_route_that_counts_for_itself_spends_no_other(house: House) -> None:
    for name in ("a", "b"):
        answer = await house.client.post("/toy/itself", json={"name": name})
        assert (answer.status_code, answer.headers["x-ratelimit-limit"]) == (200, "1")
    assert (await house.client.post("/toy/itself", json={"name": "a"})).status_code == 429


async def test_a_refused_value_is_a_call_and_carries_the_headers(house: House) -> None:
    answer = await house.client.post("/toy/open", json={})
    assert (answer.status_code, answer.headers["x-ratelimit-remaining"]) == (422, "3")


async def test_strangers_are_counted_by_where_they_come_from(house: House) -> None:
    places = ["203.0.113.7"] * 5 + ["203.0.113.8"]
    places += ["2001:db8:1:2::1", "2001:db8:1:2:ffff::2", "2001:db8:1:2::3", "2001:db8:1:2::4"]
    places += ["2001:db8:1:2::5", "2001:db8:1:3::1"]
    statuses: list[int] = []
    for place in places:
        async with stranger(house, place) as client:
            headers = {"X-Forwarded-For": f"198.51.100.{len(statuses)}"}
            statuses.append((await client.get("/toy/open", headers=headers)).status_code)
    assert statuses == [200] * 4 + [429, 200] + [200] * 4 + [429, 200]


# ---------------------------------------------------------------- bodies


async def test_a_route_takes_as_much_as_it_says_and_no_more(house: House) -> None:
    for size, status in ((2 << 20, 200), (4 << 20, 413)):
        answer = await house.client.post("/toy/files", files={"file": ("a.txt", b"a" * size)})
        assert answer.status_code == status
    assert answer.json()["wrong"] == "file_too_large"
    assert done == [2 << 20]


async def test_a_form_that_does_not_say_its_size_is_counted_as_it_comes(house: House) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        while sent < 100:
            sent += 1
            yield b"a" * (1 << 18)

    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await house.client.post("/toy/files", content=endless(), headers=kind)
    assert answer.status_code == 413
    assert sent < 20


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--x",
        b"--x\r\n\r\n\r\n--x--",
        b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\n\xff\xfe\r\n--x--\r\n',
        b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\na\0\r\n--x--\r\n',
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a\0"\r\n\r\na\r\n--x--\r\n',
    ],
)
@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "k"}])
async def test_a_form_that_is_none_is_refused(
    house: House, body: bytes, key: dict[str, str]
) -> None:
    for kind in ("multipart/form-data; boundary=x", "multipart/form-data", "application/json"):
        headers = {"Content-Type": kind, **key}
        answer = await house.client.post("/toy/files", content=body, headers=headers)
        assert answer.status_code in {400, 422}, answer.text
        assert set(answer.json()) == {"wrong", "said", "id"}
    assert done == []


async def test_a_form_chooses_no_letters_that_cannot_be_kept(house: House) -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="\\ud800"\r\n\r\na\r\n--x--'
    )
    for charset in ("unicode_escape", "raw_unicode_escape", "utf-7", "nonsense", "zip"):
        kind = {"Content-Type": f"multipart/form-data; boundary=x; charset={charset}"}
        answer = await house.client.post("/toy/files", content=body + b"\r\n", headers=kind)
        assert answer.status_code in {200, 400}, (charset, answer.text)
    assert len(done) < 5


# ---------------------------------------------------------------- repeated requests


async def test_a_form_is_the_same_whatever_divides_its_parts(house: House) -> None:
    async def send(content: bytes, title: str = "a") -> httpx.Response:
        return await house.client.post(
            "/toy/files",
            files={"file": ("a.txt", content)},
            data={"title": title},
            headers={"Idempotency-Key": "k"},
        )

    first = await send(b"content")
    again = await send(b"content")
    assert (again.text, again.headers["idempotency-replayed"]) == (first.text, "true")
    assert (await send(b"another")).status_code == 422
    assert (await send(b"content", "b")).status_code == 422
    assert done == [7]


async def test_a_strangers_request_is_repeated_to_them_alone(house: House) -> None:
    key = {"Idempotency-Key": "k"}
    async with stranger(house, "203.0.113.7") as one, stranger(house, "203.0.113.8") as two:
        first = await one.post("/toy/open", json={"name": "a"}, headers=key)
        again = await one.post("/toy/open", json={"name": "a"}, headers=key)
        assert (again.json(), first.json()) == (["a", "1"], ["a", "1"])
        assert (await one.post("/toy/open", json={"name": "b"}, headers=key)).json() == ["b", "2"]
        assert (await two.post("/toy/open", json={"name": "a"}, headers=key)).json() == ["a", "3"]


async def test_a_login_is_never_repeated(house: House) -> None:
    key = {"Idempotency-Key": "k"}
    for number_ in (1, 2):
        answer = await house.client.post("/toy/login", json={"name": "a"}, headers=key)
        assert answer.json() == number_


async def test_no_answer_can_be_read_in_what_is_kept(house: House) -> None:
    await house.client.post(
        "/toy/open", json={"name": "sk_secret"}, headers={"Idempotency-Key": "k"}
    )
    shelf = f"idempotency {house.clock():%Y-%m-%d}"
    kept = await house.shelf.all(0, shelf)
    assert len(kept) == 1
    assert "sk_secret" not in str(kept)


async def test_two_uploads_at_once_under_one_key_are_one(house: House) -> None:
    async def send() -> int:
        answer = await house.client.post(
            "/toy/files", files={"file": ("a", b"a")}, headers={"Idempotency-Key": "k"}
        )
        return answer.status_code

    statuses = await asyncio.gather(*(send() for _ in range(5)))
    assert set(statuses) <= {200, 409}
    assert done == [1]


# ---------------------------------------------------------------- ids


@pytest.mark.parametrize(
    ("id", "status"),
    [
        ("7", 200),
        ("8", 404),
        ("0", 404),
        ("-7", 404),
        ("7.0", 404),
        ("+7", 404),
        ("7_0", 404),
        ("seven", 404),
        ("٧", 404),
        ("9" * 19, 404),
        ("9" * 4_000, 404),
        ("%00", 404),
    ],
)
async def test_what_can_be_no_id_is_not_found(house: House, id: str, status: int) -> None:
    assert (await house.client.get(f"/toy/things/{id}")).status_code == status
