"""Generated updates are of the documented kinds, and so are those that tests build by hand."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.servers import max_events as make
from tests.servers.max_updates import KINDS, UPDATES, update_bodies
from tests.servers.shapes import Tagged, problems
from tests.servers.specs_max import MaxSchema, schema_file

SLOW = settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)
BY_HAND = [
    make.message(5, "Привет"),
    make.message(
        5, None, attachments=[make.image("https://i.ru/1"), make.video("t", "https://i.ru/2")]
    ),
    make.message(5, "", attachments=[make.audio("https://i.ru/1"), make.place(55.7, 37.6)]),
    make.message(5, "", attachments=[make.paper("https://i.ru/1", "a.pdf")]),
    make.message(5, None, attachments=[make.contact("79991234567", 5)]),
    make.message(5, None, attachments=[make.sticker("https://i.ru/1", "x")]),
    make.message(5, "Да", link={"type": "reply", "message": make.written(5, "?")["body"]}),
    make.edited(5, "mid.1", "Пока"),
    make.removed(5, "mid.1"),
    make.started(5, "promo"),
    make.stopped(5),
    make.press(5, "t", of=make.written(5, "Что?")),
    make.press(5, "t"),
]


@pytest.fixture(scope="module")
def schema() -> MaxSchema:
    file = schema_file()
    if file is None:
        pytest.skip("no schema of MAX beside the checkout nor in EASYFLOW_SPECS")
    return MaxSchema(file)


def as_told(update: dict[str, Any]) -> dict[str, Any]:
    """A body without attachments tells them as null in the schema, and not at all in fact."""
    told: dict[str, Any] = json.loads(json.dumps(update))
    message = told.get("message") or {}
    bodies = [message.get("body"), ((message.get("link") or {}).get("message"))]
    for body in bodies:
        if isinstance(body, dict):
            body.setdefault("attachments", None)
    return told


def test_every_kind_stands_in_the_table() -> None:
    assert set(KINDS) == set(UPDATES)


@SLOW
@given(update=update_bodies(strange=False))
def test_a_generated_update_is_of_the_schema(update: dict[str, Any], schema: MaxSchema) -> None:
    found = schema.wrong_in_update(update)
    assert [line for line in found if ".chat:" not in line] == []


@pytest.mark.parametrize("update", BY_HAND, ids=lambda one: one["update_type"])
def test_an_update_by_hand_is_of_table_and_schema(
    update: dict[str, Any], schema: MaxSchema
) -> None:
    told = as_told(update)
    assert [f"{one.path} {one.says}" for one in problems(Tagged("update_type", KINDS), told)] == []
    assert schema.wrong_in_update(told) == []
