"""Each example of the chapter Assistants, and what its clients do wrong, against a running server."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contracts.likeness import assert_like
from tests.servers.easyflow import EasyFlow
from tests.servers.telegram import FakeTelegram
from tests.surface.people import Person, owner, register

TOKEN = "1234567890:ABC-of-my-support"
SECOND = "2345678901:DEF-of-my-sales"
SILENT = "3456789012:GHI-of-nobody"
BOTS = {TOKEN: "my_support_bot", SECOND: "my_sales_bot", SILENT: "my_silent_bot"}

LISTED = {
    "id": 1,
    "name": "Техподдержка",
    "description": "Помощник по техническим вопросам",
    "system_prompt": "Ты техподдержка компании...",
    "ai_model": "gpt-3.5-turbo",
    "is_active": True,
    "telegram_bot_token": "1234567890:ABC...",
    "telegram_bot_username": "my_support_bot",
    "website_integration": True,
    "allowed_domains": ["example.com"],
    "created_at": "2025-08-01T10:00:00Z",
}
MADE = {
    "name": "Мой ассистент",
    "description": "Описание ассистента",
    "system_prompt": "Системный промпт для AI",
    "ai_model": "gpt-3.5-turbo",
    "telegram_bot_token": TOKEN,
    "website_integration": True,
    "allowed_domains": ["example.com", "test.com"],
}
CHANGED = {"name": "Обновленное имя", "system_prompt": "Новый промпт", "is_active": False}


@pytest.fixture(scope="module")
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram.start(BOTS) as running:
        yield running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, telegram: FakeTelegram) -> Iterator[EasyFlow]:
    with EasyFlow(
        tmp_path_factory.mktemp("assistants") / "data",
        telegram__api_base=telegram.base,
        log__level="warning",
    ) as running:
        yield running


@pytest.fixture(scope="module")
def somebody(server: EasyFlow) -> Person:
    """Whoever only asks for what is refused."""
    return register(server)


@pytest.fixture
def anna(server: EasyFlow) -> Person:
    return register(server)


def made(person: Person, **body: Any) -> Any:
    status, answer = person.call("POST", "/api/assistants", {"name": "Справка", **body})
    assert status == 201, answer
    return answer


def refused(answer: tuple[int, Any]) -> tuple[int, str]:
    status, body = answer
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message", "details"}
    return status, body["error"]["code"]


def free(person: Person, token: str) -> None:
    """Whoever of the tests before has the account lets go of it."""
    for one in person.get("/api/assistants"):
        person.call("DELETE", f"/api/assistants/{one['id']}")
    assert token


def test_a_registered_person_has_an_assistant_of_their_own(anna: Person) -> None:
    (first,) = anna.get("/api/assistants")
    assert first["is_active"] is True
    assert first["website_integration"] is True
    assert first["telegram_bot_token"] is None


def test_one_is_made_shown_changed_and_taken_away(anna: Person) -> None:
    status, answer = anna.call("POST", "/api/assistants", MADE)
    assert status == 201
    assert_like(LISTED, answer)
    said = {name: value for name, value in MADE.items() if name != "telegram_bot_token"}
    assert {name: answer[name] for name in said} == said
    assert answer["telegram_bot_token"] == "1234567890:ABC..."
    assert answer["telegram_bot_username"] == "my_support_bot"
    assert answer in anna.get("/api/assistants")

    path = f"/api/assistants/{answer['id']}"
    status, changed = anna.call("PUT", path, CHANGED)
    assert (status, changed) == (200, {**answer, **CHANGED})
    # Who sends back what they were shown changes nothing.
    assert anna.call("PUT", path, changed) == (200, changed)

    assert anna.call("DELETE", path) == (200, {"success": True})
    assert answer["id"] not in [one["id"] for one in anna.get("/api/assistants")]
    assert refused(anna.call("PUT", path, CHANGED)) == (404, "NOT_FOUND")
    assert refused(anna.call("DELETE", path)) == (404, "NOT_FOUND")
    # The account is free again.
    free(anna, made(anna, telegram_bot_token=TOKEN)["telegram_bot_token"])


def test_another_workspaces_assistant_is_not_there(server: EasyFlow, anna: Person) -> None:
    (own,) = anna.get("/api/assistants")
    boris = register(server)
    path = f"/api/assistants/{own['id']}"
    for person in (boris, owner(server)):
        assert own["id"] not in [one["id"] for one in person.get("/api/assistants")]
        assert refused(person.call("PUT", path, {"name": "Чужой"})) == (404, "NOT_FOUND")
        assert refused(person.call("DELETE", path)) == (404, "NOT_FOUND")
    assert anna.get("/api/assistants") == [own]


def test_an_account_serves_one_assistant_whoever_asks(server: EasyFlow, anna: Person) -> None:
    boris = register(server)
    mine = made(anna, telegram_bot_token=TOKEN)
    status, answer = boris.call(
        "POST", "/api/assistants", {"name": "х", "telegram_bot_token": TOKEN}
    )
    assert refused((status, answer)) == (409, "BOT_ALREADY_EXISTS")
    assert mine["name"] not in str(answer)
    (theirs,) = boris.get("/api/assistants")
    taken = boris.call("PUT", f"/api/assistants/{theirs['id']}", {"telegram_bot_token": TOKEN})
    assert refused(taken) == (409, "BOT_ALREADY_EXISTS")
    assert boris.get("/api/assistants") == [theirs]
    # Given up, it may go to another.
    path = f"/api/assistants/{mine['id']}"
    status, answer = anna.call("PUT", path, {"telegram_bot_token": None})
    assert (status, answer["telegram_bot_token"]) == (200, None)
    assert made(boris, telegram_bot_token=TOKEN)["telegram_bot_username"] == "my_support_bot"
    free(boris, TOKEN)


@pytest.mark.parametrize(
    "token", ["1234567890:ABC...", "no token at all", "12345:", "9999999999:Nobody-has-this"]
)
def test_a_token_that_telegram_does_not_know(somebody: Person, token: str) -> None:
    before = somebody.get("/api/assistants")
    answer = somebody.call("POST", "/api/assistants", {**MADE, "telegram_bot_token": token})
    assert refused(answer) == (422, "INVALID_TELEGRAM_TOKEN")
    assert answer[1]["error"]["details"]["field"] == "telegram_bot_token"
    assert token not in str(answer)
    assert somebody.get("/api/assistants") == before


def test_nothing_stays_of_one_that_cannot_be_started(anna: Person, telegram: FakeTelegram) -> None:
    before = anna.get("/api/assistants")
    telegram.script(token=SILENT, method="getMe", status=502, times=20)
    answer = anna.call("POST", "/api/assistants", {**MADE, "telegram_bot_token": SILENT})
    assert refused(answer) == (502, "BOT_STARTUP_FAILED")
    assert anna.get("/api/assistants") == before
    telegram.reset()
    telegram.script(token=SILENT, method="deleteWebhook", status=500, times=20)
    answer = anna.call("POST", "/api/assistants", {**MADE, "telegram_bot_token": SILENT})
    assert refused(answer) == (502, "BOT_STARTUP_FAILED")
    (mine,) = before
    path = f"/api/assistants/{mine['id']}"
    answer = anna.call("PUT", path, {"name": "Другой", "telegram_bot_token": SILENT})
    assert refused(answer) == (502, "BOT_STARTUP_FAILED")
    assert anna.get("/api/assistants") == before
    telegram.reset()
    status, _ = anna.call("PUT", path, {"telegram_bot_token": SILENT})
    assert status == 200
    free(anna, SILENT)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"description": "x"}, "name"),
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "а\nб"}, "name"),
        ({"name": "а" * 101}, "name"),
        ({"name": 5}, "name"),
        ({"name": "а", "system_prompt": "а" * 20_001}, "system_prompt"),
        ({"name": "а", "allowed_domains": ["https://example.com"]}, "allowed_domains"),
        ({"name": "а", "allowed_domains": ["example.com/path"]}, "allowed_domains"),
        ({"name": "а", "allowed_domains": ["a b"]}, "allowed_domains"),
        ({"name": "а", "allowed_domains": "example.com"}, "allowed_domains"),
        ({"name": "а", "allowed_domains": ["a.example"] * 51}, "allowed_domains"),
        ({"name": "а", "website_integration": "yes"}, "website_integration"),
        ({"name": "а", "telegram_bot_token": 5}, "telegram_bot_token"),
    ],
)
def test_what_cannot_be_taken_is_named(somebody: Person, body: Any, field: str) -> None:
    answer = somebody.call("POST", "/api/assistants", body)
    assert refused(answer) == (422, "VALIDATION_ERROR")
    assert answer[1]["error"]["details"]["field"].startswith(field)


@pytest.mark.parametrize("id", ["0", "-1", "abc", "99999999999999999999", "1e3", "%00"])
def test_what_is_no_assistant_is_not_found(somebody: Person, id: str) -> None:
    assert refused(somebody.call("PUT", f"/api/assistants/{id}", {"name": "а"})) == (
        404,
        "NOT_FOUND",
    )
    assert refused(somebody.call("DELETE", f"/api/assistants/{id}")) == (404, "NOT_FOUND")


def test_a_name_is_a_name_whatever_stands_in_it(somebody: Person) -> None:
    for name in ("{{ 1 + 1 }}", "- a: b", "'\"#", "бот: что", "null", "🙂"):
        one = made(somebody, name=name)
        assert one["name"] == name
        status, _ = somebody.call("DELETE", f"/api/assistants/{one['id']}")
        assert status == 200


def test_a_plan_has_so_many_assistants_and_no_more(anna: Person) -> None:
    for _ in range(4):
        made(anna)
    answer = anna.call("POST", "/api/assistants", {"name": "Лишний"})
    assert refused(answer) == (409, "CONFLICT")
    assert "5 assistants" in answer[1]["error"]["details"]["reason"]


def test_bots_of_folders_are_assistants_that_are_changed_in_their_folders(
    server: EasyFlow,
) -> None:
    me = owner(server)
    shop = next(one for one in me.get("/api/assistants") if "Ромашка" in one["name"])
    assert_like({**LISTED, "telegram_bot_token": None, "telegram_bot_username": None}, shop)
    path = f"/api/assistants/{shop['id']}"
    for body in (
        {"name": "Другой"},
        {"system_prompt": "Отвечай коротко"},
        {"is_active": False},
        {"telegram_bot_token": TOKEN},
    ):
        assert refused(me.call("PUT", path, body)) == (409, "CONFLICT"), body
    assert refused(me.call("DELETE", path)) == (409, "CONFLICT")
    status, changed = me.call("PUT", path, {"allowed_domains": ["Shop.Example"]})
    assert (status, changed["allowed_domains"]) == (200, ["shop.example"])


def test_the_same_once_more_under_its_key_makes_no_second(anna: Person) -> None:
    headers = {"Idempotency-Key": "once"}
    first = anna.call("POST", "/api/assistants", {"name": "Один"}, headers=headers)
    again = anna.call("POST", "/api/assistants", {"name": "Один"}, headers=headers)
    assert first == again
    assert [one["name"] for one in anna.get("/api/assistants")].count("Один") == 1
