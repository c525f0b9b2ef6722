"""Our table of what may be sent agrees with the platform's documentation and its description."""

from typing import Any

import pytest

from tests.servers import specs_whatsapp
from tests.servers.graph_checks import check_message
from tests.servers.graph_errors import Refused
from tests.servers.whatsapp_calls import Call

TO = "79001234567"


def message(kind: str, content: Any, **more: Any) -> dict[str, Any]:
    around = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": TO}
    return {**around, "type": kind, kind: content, **more}


def button(id_: str = "a", title: str = "Да") -> dict[str, Any]:
    return {"type": "reply", "reply": {"id": id_, "title": title}}


def buttons(*given: dict[str, Any], **more: Any) -> dict[str, Any]:
    action = {"buttons": list(given or [button()])}
    return message(
        "interactive", {"type": "button", "body": {"text": "Что?"}, "action": action, **more}
    )


def row(id_: str = "a", title: str = "Стрижка", **more: Any) -> dict[str, Any]:
    return {"id": id_, "title": title, **more}


def rows(*sections: list[dict[str, Any]], label: str = "Выбрать", **more: Any) -> dict[str, Any]:
    titled = [
        {"title": f"Раздел {number}", "rows": section}
        for number, section in enumerate(sections or [[row()]])
    ]
    action = {"button": label, "sections": titled}
    return message(
        "interactive", {"type": "list", "body": {"text": "Что?"}, "action": action, **more}
    )


def named(what: str, parameters: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    kinds = {"location_request_message": "send_location"}
    action: dict[str, Any] = {"name": kinds.get(what, what)}
    if parameters is not None:
        action["parameters"] = parameters
    return message(
        "interactive", {"type": what, "body": {"text": "Что?"}, "action": action, **more}
    )


def template(
    *components: dict[str, Any], code: str = "ru", name: str = "greeting"
) -> dict[str, Any]:
    inner: dict[str, Any] = {"name": name, "language": {"code": code, "policy": "deterministic"}}
    if components:
        inner["components"] = list(components)
    return message("template", inner)


FLOW = {"flow_message_version": "3", "flow_id": "1", "flow_cta": "Заполнить"}
NAME = {"formatted_name": "Анна", "first_name": "Анна"}
READ = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.1"}
RIGHT = [
    message("text", {"body": "a" * 4096, "preview_url": True}),
    message("text", {"body": "Привет"}, context={"message_id": "wamid.1"}),
    message("image", {"id": "1", "caption": "a" * 1024}),
    message("video", {"link": "https://example.com/a.mp4"}),
    message("audio", {"id": "1"}),
    message("document", {"link": "https://example.com/a.pdf", "filename": "a.pdf", "caption": "a"}),
    message("sticker", {"id": "1"}),
    message("location", {"latitude": 55.75, "longitude": 37.61, "name": "Салон", "address": "Мира"}),
    message("location", {"latitude": "55.75", "longitude": "37.61"}),
    message("contacts", [{"name": NAME, "phones": [{"phone": "+7900", "type": "WORK"}]}]),
    message("contacts", [{"name": {**NAME, "suffix": None}, "birthday": None, "emails": []}]),
    message("reaction", {"message_id": "wamid.1", "emoji": "👍"}),
    message("reaction", {"message_id": "wamid.1", "emoji": ""}),
    buttons(*(button(str(n), "a" * 19 + str(n)) for n in range(3))),
    buttons(button("a" * 256), header={"type": "text", "text": "a" * 60}, footer={"text": "a" * 60}),
    buttons(header={"type": "image", "image": {"id": "1"}}),
    rows([row(str(n), "a" * 24, description="a" * 72) for n in range(10)], label="a" * 20),
    rows([row("a" * 200)], [row("b")]),
    named("cta_url", {"display_text": "a" * 20, "url": "https://example.com"}),
    named("location_request_message"),
    named("flow", {**FLOW, "flow_action": "navigate", "flow_action_payload": {"screen": "A"}}),
    template({"type": "body", "parameters": [{"type": "text", "text": "Иван"}]}),
    template({"type": "button", "sub_type": "url", "index": "0",
              "parameters": [{"type": "text", "text": "a"}]}),
]  # fmt: skip


@pytest.mark.parametrize("body", [*RIGHT, READ, READ | {"typing_indicator": {"type": "text"}}])
def test_what_the_documentation_allows_is_taken(body: dict[str, Any]) -> None:
    check_message(body)


def without(body: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != key}


TEXT = message("text", {"body": "Привет"})
WRONG = [
    (without(TEXT, "messaging_product"), 100),
    (without(TEXT, "to"), 100),
    (without(TEXT, "text"), 100),
    (TEXT | {"to": "0079001234567"}, 100),
    (TEXT | {"to": 79001234567}, 100),
    (TEXT | {"recipient_type": "person"}, 100),
    (TEXT | {"parse_mode": "HTML"}, 100),
    (TEXT | {"image": {"id": "1"}}, 100),
    (TEXT | {"context": {"id": "wamid.1"}}, 131008),
    (message("text", {"body": ""}), 100),
    (message("text", {"body": "a" * 4097}), 100),
    (message("text", {"body": 7}), 100),
    (message("text", {"body": "a", "preview": True}), 100),
    (message("text", {"body": "a", "preview_url": "true"}), 100),
    (message("poll", {}), 100),
    (message("image", {}), 100),
    (message("image", {"id": "1", "link": "https://example.com"}), 100),
    (message("image", {"link": "ftp://example.com"}), 100),
    (message("image", {"id": 1}), 100),
    (message("image", {"id": "1", "caption": "a" * 1025}), 100),
    (message("audio", {"id": "1", "caption": "a"}), 100),
    (message("sticker", {"id": "1", "caption": "a"}), 100),
    (message("location", {"latitude": 91, "longitude": 0}), 100),
    (message("location", {"latitude": "NaN", "longitude": 0}), 100),
    (message("location", {"latitude": 1}), 131008),
    (message("contacts", []), 100),
    (message("contacts", [{"name": {"formatted_name": "Анна"}}]), 131009),
    (message("contacts", [{"phones": []}]), 131008),
    (message("reaction", {"message_id": "wamid.1"}), 131008),
    (buttons(*(button(str(n), f"Да {n}") for n in range(4))), 131009),
    (buttons(button(title="a" * 21)), 131009),
    (buttons(button(title="")), 131009),
    (buttons(button("a" * 257)), 131009),
    (buttons(button(" a")), 131009),
    (buttons(button("a", "Да"), button("a", "Нет")), 131009),
    (buttons(button("a", "Да"), button("b", "Да")), 131009),
    (buttons(body={"text": "a" * 1025}), 131009),
    (buttons(body={"text": ""}), 131009),
    (buttons(header={"type": "text", "text": "a" * 61}), 131009),
    (buttons(footer={"text": "a" * 61}), 131009),
    (buttons(header={"type": "audio", "audio": {"id": "1"}}), 131009),
    (rows([row(str(n)) for n in range(11)]), 131009),
    (rows([row(f"a{n}") for n in range(6)], [row(f"b{n}") for n in range(5)]), 131009),
    (rows(*([row(str(n))] for n in range(11))), 131009),
    (rows([row("a"), row("a", "Цвет")]), 131009),
    (rows([row(title="a" * 25)]), 131009),
    (rows([row(description="a" * 73)]), 131009),
    (rows([row("a" * 201)]), 131009),
    (rows([]), 131009),
    (rows(label="a" * 21), 131009),
    (rows(header={"type": "image", "image": {"id": "1"}}), 131009),
    (named("cta_url", {"display_text": "a" * 21, "url": "https://example.com"}), 131009),
    (named("cta_url", {"display_text": "a", "url": "example.com"}), 131009),
    (named("location_request_message", footer={"text": "a"}), 100),
    (named("flow", without(FLOW, "flow_id")), 131008),
    (named("poll"), 131009),
    (template(code="русский"), 131009),
    (template(name="Greeting!"), 131009),
    (template({"type": "body", "parameters": [{"type": "text"}]}), 131008),
    (template({"type": "footer"}), 131009),
    (READ | {"status": "delivered"}, 100),
    (READ | {"typing_indicator": {"type": "audio"}}, 100),
    (without(READ, "message_id"), 100),
]


@pytest.mark.parametrize(("body", "code"), WRONG)
def test_what_the_documentation_forbids_is_refused(body: dict[str, Any], code: int) -> None:
    with pytest.raises(Refused) as refused:
        check_message(body)
    assert (refused.value.code, refused.value.wrong) == (code, True)


@pytest.fixture(scope="module")
def described() -> None:
    if specs_whatsapp.specification() is None:
        pytest.skip("no specification of the platform lies beside the checkout (EASYFLOW_SPECS)")


def faults(body: dict[str, Any]) -> list[str]:
    method = "read" if "status" in body else "messages"
    return specs_whatsapp.faults(Call(0.0, method, TO, parameters=body))


@pytest.mark.usefixtures("described")
def test_what_we_take_is_as_meta_describes_it() -> None:
    assert [found for body in [*RIGHT, READ] if (found := faults(body))] == []


@pytest.mark.usefixtures("described")
def test_what_meta_describes_otherwise_is_found() -> None:
    assert faults(buttons(*(button(str(n), f"Да {n}") for n in range(4)))) != []
    assert faults(rows([row(title="a" * 25)])) != []
    assert faults(message("image", {})) != []
    assert faults(without(TEXT, "recipient_type")) == [".recipient_type is missing"]
    assert faults(message("text", {"body": "a", "preview": True})) == [".text.preview is unknown"]


@pytest.mark.usefixtures("described")
def test_an_upload_is_compared_by_its_parts() -> None:
    parts: dict[str, Any] = {"messaging_product": "whatsapp", "type": "image/jpeg"}
    upload = Call(0.0, "media", "", parameters=parts, files={"file": {}})
    assert specs_whatsapp.faults(upload) == []
    nameless = Call(0.0, "media", "", parameters=parts, files={"photo": {}})
    assert specs_whatsapp.faults(nameless) == [".photo is unknown", ".file is missing"]
