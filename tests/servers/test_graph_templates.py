"""A template is sent only as it was approved: with as many values, of the right kinds."""

from typing import Any

import pytest

from tests.servers.graph_errors import Refused
from tests.servers.graph_templates import Template, check_template

GIVEN = [
    Template("plain", "ru", "Здравствуйте!"),
    Template("numbered", "ru", "{{1}}, ждём вас {{2}}, {{1}}!", header="Заказ {{1}}"),
    Template("named", "ru", "Здравствуйте, {{name}}!"),
    Template("pictured", "ru", "Смотрите", header="image"),
    Template("pressed", "ru", "Придёте?", buttons=("Да", "Заказ → https://example.com/{{1}}")),
    Template("paused", "ru", "Здравствуйте!", status="PAUSED"),
    Template("disabled", "ru", "Здравствуйте!", status="DISABLED"),
]
TEMPLATES = {("1", template.name, template.language): template for template in GIVEN}


def words(kind: str, *texts: str, **more: str) -> dict[str, Any]:
    return {"type": kind, "parameters": [{"type": "text", "text": text, **more} for text in texts]}


def picture(kind: str = "image") -> dict[str, Any]:
    return {"type": "header", "parameters": [{"type": kind, kind: {"id": "1"}}]}


def button(index: int | str, sub_type: str, *texts: str) -> dict[str, Any]:
    return words("button", *texts) | {"sub_type": sub_type, "index": index}


def check(name: str, *components: dict[str, Any], account: str = "1") -> None:
    given = {"name": name, "language": {"code": "ru"}, "components": list(components)}
    check_template(TEMPLATES, account, given)


@pytest.mark.parametrize(
    ("name", "components"),
    [
        ("plain", []),
        ("numbered", [words("header", "7"), words("body", "Иван", "завтра")]),
        ("named", [words("body", "Иван", parameter_name="name")]),
        ("pictured", [picture()]),
        ("pressed", [button("1", "url", "7")]),
        ("pressed", [button(0, "quick_reply")]),
    ],
)
def test_a_template_filled_as_approved_is_taken(
    name: str, components: list[dict[str, Any]]
) -> None:
    check(name, *components)


@pytest.mark.parametrize(
    ("name", "components", "code"),
    [
        ("unknown", [], 132001),
        ("paused", [], 132015),
        ("disabled", [], 132016),
        ("plain", [words("body", "Иван")], 132000),
        ("numbered", [words("body", "Иван", "завтра")], 132000),
        ("numbered", [words("header", "7"), words("body", "Иван")], 132000),
        ("numbered", [words("header", "7"), words("body", "Иван", "a\nb")], 132012),
        ("numbered", [words("header", "7"), words("body", "Иван", "a     b")], 132012),
        ("numbered", [words("header", "7"), words("body", "a", "b"), words("body")], 131009),
        ("named", [words("body", "Иван")], 132012),
        ("named", [words("body", "Иван", parameter_name="surname")], 132012),
        ("pictured", [], 132012),
        ("pictured", [picture("video")], 132012),
        ("pressed", [button(1, "url")], 132000),
        ("pressed", [button(1, "quick_reply")], 132012),
        ("pressed", [button(2, "url", "7")], 132000),
        ("pressed", [words("button", "7")], 131008),
    ],
)
def test_a_template_filled_otherwise_is_refused(
    name: str, components: list[dict[str, Any]], code: int
) -> None:
    with pytest.raises(Refused) as refused:
        check(name, *components)
    assert refused.value.code == code


def test_another_account_has_other_templates() -> None:
    with pytest.raises(Refused, match="132001"):
        check("plain", account="2")
