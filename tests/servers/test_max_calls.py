"""The fake MAX takes what MAX takes and refuses what MAX refuses; the schema says the same."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.servers.max import SECRET, TOKEN, Max
from tests.servers.max_calls import METHODS, wrong_in
from tests.servers.shape_strategies import strategy_of
from tests.servers.specs_max import MaxSchema, schema_file

USER = 7
SEND = f"/messages?user_id={USER}"
EMPTY = {"text": None, "attachments": None, "link": None}
KEYBOARD = {
    "type": "inline_keyboard",
    "payload": {"buttons": [[{"type": "callback", "text": "Да", "payload": "y"}]]},
}


@pytest.fixture(scope="module")
def server() -> Iterator[Max]:
    with Max.start() as server:
        yield server


@pytest.fixture
def fake(server: Max) -> Max:
    server.reset(whole=True)
    server.person(USER, "open")
    return server


def body(**fields: Any) -> dict[str, Any]:
    return {**EMPTY, **fields}


def keys(*rows: Any) -> dict[str, Any]:
    return {"type": "inline_keyboard", "payload": {"buttons": list(rows)}}


def a_button(**fields: Any) -> dict[str, Any]:
    return {"type": "callback", "text": "Да", "payload": "y", **fields}


@pytest.mark.parametrize(
    "message",
    [
        body(text="Привет"),
        body(text="Ч" * 4000, attachments=[KEYBOARD]),
        body(text="<b>Да</b> &amp; <i>нет</i>", format="html"),
        body(attachments=[{"type": "location", "latitude": 55.7, "longitude": 37.6}]),
        body(attachments=[{"type": "contact", "payload": {"name": "А", "vcf_phone": "+7999"}}]),
        body(text="Д", attachments=[keys(*([[a_button()] * 7] * 30))]),
    ],
)
def test_what_max_takes_is_taken(fake: Max, message: dict[str, Any]) -> None:
    assert fake.call("POST", SEND, message)[0] == 200
    assert fake.violations() == []


@pytest.mark.parametrize(
    "message",
    [
        body(),
        body(text="Ч" * 4001),
        body(text="<b>Да", format="html"),
        body(text="<script>Да</script>", format="html"),
        {"text": "Привет"},
        body(text="Привет", parse_mode="html"),
        body(text="Д", attachments=[keys([a_button()] * 8)]),
        body(text="Д", attachments=[keys(*([[a_button()]] * 31))]),
        body(
            text="Д", attachments=[keys([{"type": "link", "text": "С", "url": "https://a.ru"}] * 4)]
        ),
        body(text="Д", attachments=[keys([a_button(text="Ч" * 129)])]),
        body(text="Д", attachments=[keys([a_button(payload="y" * 1025)])]),
        body(text="Д", attachments=[keys([a_button(type="reply")])]),
        body(text="Д", attachments=[KEYBOARD, KEYBOARD]),
        body(
            attachments=[
                {"type": "contact", "payload": {"name": "А"}},
                {"type": "location", "latitude": 1, "longitude": 1},
            ]
        ),
    ],
)
def test_what_max_refuses_is_a_violation(fake: Max, message: dict[str, Any]) -> None:
    status, answer = fake.call("POST", SEND, message)
    assert (status, answer["code"]) == (400, "proto.payload")
    assert len(fake.violations()) == 1


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/messages", 400, "proto.payload"),
        (f"{SEND}&chat_id=1", 400, "proto.payload"),
        ("/messages?user_id=8", 404, "chat.not.found"),
        ("/message?user_id=7", 404, "not.found"),
    ],
)
def test_an_address_has_to_be_right(fake: Max, path: str, status: int, code: str) -> None:
    answered, answer = fake.call("POST", path, body(text="Привет"))
    assert (answered, answer["code"]) == (status, code)


def test_a_token_is_taken_in_the_header_alone(fake: Max) -> None:
    assert fake.call("GET", "/me", token="WRONG")[0] == 401
    assert fake.violations() == []
    assert fake.call("GET", f"/me?access_token={TOKEN}")[0] == 400
    assert len(fake.violations()) == 1


def test_who_stopped_the_bot_is_told_of(fake: Max) -> None:
    fake.person(USER, "suspended")
    status, answer = fake.call("POST", SEND, body(text="Привет"))
    assert (status, answer["code"]) == (403, "chat.denied")


@pytest.mark.parametrize("secret", ["abcd", "с секретом", "a" * 257])
def test_a_secret_has_to_be_of_its_form(fake: Max, secret: str) -> None:
    given = {"url": "https://a.ru/x", "secret": secret}
    assert fake.call("POST", "/subscriptions", given)[0] == 400


def test_an_edit_keeps_what_is_null(fake: Max) -> None:
    _, sent = fake.call("POST", SEND, body(text="Что?", attachments=[KEYBOARD]))
    mid = sent["message"]["body"]["mid"]
    assert fake.call("PUT", f"/messages?message_id={mid}", body(text="Что же?"))[0] == 200
    assert fake.said(USER)[-2:] == ["bot edits: Что же?", "  [Да]"]
    fake.call("PUT", f"/messages?message_id={mid}", body(attachments=[]))
    assert fake.said(USER)[-1] == "bot edits: Что же?"


def test_a_press_names_the_button_and_is_answered_by_its_callback(fake: Max) -> None:
    fake.call("POST", SEND, body(text="Что?", attachments=[KEYBOARD]))
    told = fake.presses(USER, "Да")
    assert told["callback"]["payload"] == "y"
    assert "chat_id" not in told["message"]["recipient"]
    token = told["callback"]["callback_id"]
    assert fake.call("POST", f"/answers?callback_id={token}", {})[0] == 200
    assert fake.call("POST", "/answers?callback_id=other", {})[0] == 400
    with pytest.raises(LookupError):
        fake.presses(USER, "Нет")


def test_updates_are_fetched_until_their_marker_is_given_back(fake: Max) -> None:
    fake.says(USER, "раз")
    for _ in range(2):
        _, told = fake.call("GET", "/updates?timeout=0")
        assert [one["message"]["body"]["text"] for one in told["updates"]] == ["раз"]
    fake.says(USER, "два")
    _, told = fake.call("GET", f"/updates?timeout=0&marker={told['marker']}")
    assert [one["message"]["body"]["text"] for one in told["updates"]] == ["два"]
    fake.call("POST", "/subscriptions", {"url": "http://127.0.0.1:9/x", "secret": SECRET})
    assert fake.call("GET", "/updates?timeout=0")[0] == 405


# ---------------------------------------------------------------- the schema


@pytest.fixture(scope="module")
def schema() -> MaxSchema:
    file = schema_file()
    if file is None:
        pytest.skip("no schema of MAX beside the checkout nor in EASYFLOW_SPECS")
    return MaxSchema(file)


def test_every_method_of_the_table_is_of_the_schema(schema: MaxSchema) -> None:
    assert [method for method in METHODS if not schema.knows(method)] == []


@pytest.mark.parametrize("method", METHODS)
def test_what_the_table_takes_the_schema_takes(method: str, schema: MaxSchema) -> None:
    declared = METHODS[method]
    content = st.none() if declared.body is None else strategy_of(declared.body, strange=False)

    @settings(max_examples=30, suppress_health_check=list(HealthCheck), deadline=None)
    @given(strategy_of(declared.query, strange=False), content)
    def each(query: dict[str, str], given_: Any) -> None:
        if not wrong_in(method, query, given_):
            assert schema.wrong_in_call(method, query, given_) == []

    each()


def test_what_is_answered_is_of_the_schema(fake: Max, schema: MaxSchema) -> None:
    calls = [
        ("GET", "/me", None),
        ("POST", SEND, body(text="Что?", attachments=[KEYBOARD])),
        ("POST", "/uploads?type=image", None),
        ("POST", "/uploads?type=video", None),
        ("POST", "/subscriptions", {"url": "http://127.0.0.1:9/x", "secret": SECRET}),
        ("GET", "/subscriptions", None),
        ("DELETE", "/subscriptions?url=http://127.0.0.1:9/x", None),
        ("GET", "/updates?timeout=0", None),
    ]
    fake.says(USER, "Привет")
    for verb, path, given_ in calls:
        status, answer = fake.call(verb, path, given_)
        assert status == 200
        assert schema.wrong_in_answer(f"{verb} {path.partition('?')[0]}", answer) == [], path
