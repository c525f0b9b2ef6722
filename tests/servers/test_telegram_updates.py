"""Every kind of update is built, and Telegram's own specification agrees with what is built."""

from typing import Any

import orjson
import pytest
from hypothesis import given, settings

from tests.servers.bot_api_names import ALLOWED_UPDATES
from tests.servers.specs_telegram import against_type, specification
from tests.servers.telegram_updates import KINDS, updates

needs_specification = pytest.mark.skipif(
    specification() is None,
    reason="no telegram/api.json: set EASYFLOW_SPECS to the folder of the specifications",
)


@settings(deadline=None)
@given(updates())
def test_an_update_can_be_written_and_is_of_one_kind(update: dict[str, Any]) -> None:
    assert orjson.loads(orjson.dumps(update)) == update
    (kind,) = update.keys() - {"update_id"}
    assert kind in ALLOWED_UPDATES


@needs_specification
@pytest.mark.parametrize("kind", KINDS)
def test_the_specification_agrees(kind: str) -> None:
    @settings(max_examples=40, deadline=None)
    @given(updates(kind, future=False))
    def agrees(update: dict[str, Any]) -> None:
        assert against_type("Update", update) == []

    agrees()


@needs_specification
@pytest.mark.parametrize(
    ("update", "wrong"),
    [
        ({"update_id": "7"}, "update_id"),
        ({"update_id": 7, "massage": {}}, "massage"),
        ({"update_id": 7, "message": {"message_id": 1, "date": 1}}, "message"),
        ({"update_id": 7, "message": {"message_id": 1, "date": 1, "chat": {"id": 5}}}, "message"),
    ],
)
def test_the_specification_disagrees_with_what_is_wrong(update: dict[str, Any], wrong: str) -> None:
    (found,) = against_type("Update", update)
    assert wrong in found
