"""`http.get` and `http.post`: what goes out, what comes back, and what is failed."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from adapters.actions.http import Http
from adapters.actions.job import BotFacts, Job
from adapters.guarded_http import Answer, Request
from bots.errors import ActionFailed, AddressRefused, RemoteFailed
from bots.model.message import Address

URL = "https://api.example.com/orders"


class Remote:
    """A server that answers as it is told, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: list[Answer | Exception] = []
        self.asked: list[Request] = []

    async def __call__(self, request: Request) -> Answer:
        self.asked.append(request)
        given = self.answers.pop(0) if self.answers else said("{}")
        if isinstance(given, Exception):
            raise given
        return given


def said(text: str, status: int = 200, kind: str = "application/json") -> Answer:
    return Answer(status=status, headers={"content-type": kind}, body=text.encode())


Does = Callable[..., Any]


@pytest.fixture
def remote() -> Remote:
    return Remote()


@pytest.fixture
def does(remote: Remote) -> Does:
    async def run(action: str, **arguments: Any) -> Any:
        job = Job(
            arguments={"url": URL, **arguments},
            address=Address(1, "shop", "web", "5"),
            key="chat:w7",
            now=datetime(2026, 3, 3, tzinfo=UTC),
            bot=BotFacts(),
        )
        return await Http(remote).acts[action](job)

    return run


async def test_an_answer_in_json_is_read(remote: Remote, does: Does) -> None:
    remote.answers = [said('{"id": 7}', kind="application/vnd.api+json; charset=utf-8")]
    given = await does("http.get")
    assert (given["status"], given["ok"], given["json"]) == (200, True, {"id": 7})
    assert given["text"] == '{"id": 7}'


async def test_a_query_is_written_so_that_nothing_in_it_can_be_more(
    remote: Remote, does: Does
) -> None:
    query = {"q": "a&b=c #@/", "day": date(2026, 3, 4), "n": 5, "yes": True, "none": None}
    await does("http.get", url=f"{URL}?x=1", query=query)
    assert remote.asked[0].url == f"{URL}?x=1&q=a%26b%3Dc+%23%40%2F&day=2026-03-04&n=5&yes=true"


async def test_what_is_posted_goes_with_the_key_of_the_action(remote: Remote, does: Does) -> None:
    await does("http.post", json={"name": "Аня", "day": date(2026, 3, 4)})
    (asked,) = remote.asked
    assert asked.body == '{"name":"Аня","day":"2026-03-04"}'.encode()
    assert asked.headers == {"Idempotency-Key": "chat:w7", "Content-Type": "application/json"}


async def test_an_owners_header_wins(remote: Remote, does: Does) -> None:
    await does("http.post", form={"a": "b c"}, headers={"idempotency-key": "mine", "X": 5})
    assert remote.asked[0].headers == {
        "Content-Type": "application/x-www-form-urlencoded",
        "idempotency-key": "mine",
        "X": "5",
    }
    assert remote.asked[0].body == b"a=b+c"


async def test_a_refusal_of_the_other_side_is_an_answer(remote: Remote, does: Does) -> None:
    remote.answers = [said("no", 404, "text/plain")]
    given = await does("http.get")
    assert (given["status"], given["ok"], given["json"], given["text"]) == (404, False, None, "no")


@pytest.mark.parametrize("failure", [said("", 500), said("", 503), RemoteFailed("silence")])
async def test_a_broken_server_is_failed_and_may_be_tried_again(
    failure: Answer | Exception, remote: Remote, does: Does
) -> None:
    remote.answers = [failure]
    with pytest.raises(ActionFailed) as failed:
        await does("http.post", json={})
    assert failed.value.transient


async def test_an_address_that_is_not_called_is_not_tried_again(remote: Remote, does: Does) -> None:
    remote.answers = [AddressRefused("not public")]
    with pytest.raises(ActionFailed, match="not public") as failed:
        await does("http.get")
    assert not failed.value.transient


@pytest.mark.parametrize(
    "arguments",
    [
        {"json": {}, "body": "a"},
        {"headers": "X: 5"},
        {"query": ["a"]},
        {"expects": "xml"},
        {"timeout": "long"},
    ],
)
async def test_what_makes_no_sense_is_failed_before_anything_is_called(
    arguments: dict[str, Any], remote: Remote, does: Does
) -> None:
    with pytest.raises(ActionFailed):
        await does("http.post", **arguments)
    assert remote.asked == []


async def test_json_that_was_expected_and_did_not_come_is_failed(
    remote: Remote, does: Does
) -> None:
    remote.answers = [said("<html>"), said("<html>")]
    assert (await does("http.get"))["json"] is None
    with pytest.raises(ActionFailed, match="the answer is no JSON"):
        await does("http.get", expects="json")


async def test_text_is_read_as_its_server_says(remote: Remote, does: Does) -> None:
    cyrillic = Answer(
        status=200,
        headers={"content-type": 'text/plain; charset="windows-1251"'},
        body="привет".encode("cp1251"),
    )
    odd = Answer(status=200, headers={"content-type": "text/plain; charset=zip"}, body=b"a\xff")
    remote.answers = [cyrillic, odd]
    assert (await does("http.get"))["text"] == "привет"
    assert (await does("http.get"))["text"] == "a\ufffd"
