"""Those who wait for an answer hear of all that comes of their message."""

from datetime import UTC, datetime

from bots.model.conversation import Conversation
from bots.model.message import Address
from bots.responder import Turn
from bots.watches import Watch
from flows.turn import Understood

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def turn(understood: Understood, *, settled: bool) -> Turn:
    chat = Conversation(
        id=1,
        uuid="0",
        address=Address(1, "shop", "api", "me"),
        platform="api",
        user_id="me",
        customer_id=1,
        created_at=NOW,
        updated_at=NOW,
    )
    return Turn(
        conversation=chat,
        said=[],
        understood=understood,
        offered=(),
        intents=[],
        dropped=[],
        next_timer=None,
        settled=settled,
    )


def test_what_a_slow_action_finds_out_is_added_to_what_was_understood() -> None:
    watch = Watch(arrival=1)
    watch.hears(turn(Understood(intent="order", entities={"id": "7"}), settled=False), 1)
    watch.hears(turn(Understood(entities={"status": "sent"}), settled=True), None)
    assert watch.understood.intent == "order"
    assert watch.understood.entities == {"id": "7", "status": "sent"}
