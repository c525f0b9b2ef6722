"""Updates as MAX posts them, which is not always as its schema has them, become what they should."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.messengers.max.parse import parse_update
from tests.adapters.messengers.max.conftest import around

FOLDER = Path(__file__).parent / "fixtures"
MEANT: dict[str, dict[str, Any]] = {
    "bot_started": {"text": "/start", "metadata": {"start": "promo42"}},
    "message_created": {
        "text": "Где мой заказ?",
        "platform_message_id": "mid.000000000b7af5d80199a1c2d3e4f5a6",
    },
    "message_created_contact": {"text": None, "message_type": "contact"},
    "message_callback": {
        "happening": "button",
        "button": "b:2",
        "text": "Возврат",
        "reply_token": "f9LHodD0cOJTESTTESTTEST",
    },
    "dialog_removed": {"happening": "blocked"},
}


def test_every_fixture_is_replayed() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(MEANT)


@pytest.mark.parametrize("name", MEANT)
def test_it_becomes_what_it_should(name: str) -> None:
    update = orjson.loads((FOLDER / f"{name}.json").read_bytes())
    (message,) = parse_update(update, around())
    assert {key: getattr(message, key) for key in MEANT[name]} == MEANT[name]
    assert (message.chat_id, message.profile["name"]) == ("4562000", "Анна")
    assert message.timestamp.timestamp() * 1000 in (
        update["timestamp"],
        update.get("message", {}).get("timestamp"),
    )


def test_a_number_that_was_shared_is_the_customers_own() -> None:
    update = orjson.loads((FOLDER / "message_created_contact.json").read_bytes())
    (message,) = parse_update(update, around())
    details = {"phone": "+79001234567", "name": "Анна", "own": True}
    assert dict(message.attachments[0].details) == details
