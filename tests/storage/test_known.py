"""What is known of conversations: as much as there is room for, the quiet ones packed, and never old news."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.model.conversation import Conversation
from bots.model.episode import Episode
from bots.model.message import Address
from storage.known import Known

NOON = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)


def address(number: int) -> Address:
    return Address(1, "shop", "telegram:1", str(number))


def chat(number: int, *, customer: int | None = None, **fields: Any) -> Conversation:
    made = Conversation(
        id=number,
        uuid=f"{number:032x}",
        address=address(number),
        platform="telegram",
        user_id=str(number),
        customer_id=number if customer is None else customer,
        created_at=NOON,
        updated_at=NOON,
        claim=1,
    )
    return replace(made, **fields)


EPISODE = Episode(id="e" * 32, number=1, state="requested", requested_at=NOON, source="phrase")
FULL: dict[str, Any] = {
    "owner": "queue",
    "status": "escalated",
    "position": {"stack": [{"flow": "order", "vars": {"sum": 2**80, "x": 1.5}}], "met": True},
    "user": {"name": "Анна", "orders": ["7", "8"]},
    "profile": {"name": "Анна"},
    "context": {"from": None},
    "step": "order.phone",
    "epoch": 3,
    "seq": 12,
    "unreachable": True,
    "blocked": True,
    "keyboard": True,
    "heard_at": NOON + timedelta(seconds=1),
    "episode": EPISODE,
}


def filled(known: Known, numbers: range) -> None:
    for number in numbers:
        known.keep(chat(number))


@pytest.mark.parametrize("fields", [{}, FULL])
def test_a_packed_conversation_is_the_same_afterwards(fields: Mapping[str, Any]) -> None:
    known = Known(10, whole=2)
    known.keep(chat(1, **fields))
    filled(known, range(2, 5))
    assert known.get(address(1)) == chat(1, **fields)
    # It is whole again, and the one that is quiet for longest by now is packed.
    assert known.get(address(1)) is known.get(address(1))


def test_what_is_asked_of_a_packed_one() -> None:
    known = Known(10, whole=2)
    known.keep(chat(1, **FULL))
    filled(known, range(2, 5))
    assert known.epoch(address(1)) == 3
    filled(known, range(2, 5))
    assert known.status(address(1)) == "escalated"
    filled(known, range(2, 5))
    assert known.episode(address(1)) == EPISODE


def test_those_used_last_are_known() -> None:
    known = Known(20, whole=4)
    filled(known, range(100))
    found = [number for number in range(100) if known.get(address(number)) is not None]
    assert found[-4:] == [96, 97, 98, 99]
    assert len(found) <= 20
    assert found == list(range(100 - len(found), 100))


def test_what_is_dropped_is_not_known() -> None:
    known = Known(20, whole=2)
    filled(known, range(10))
    known.drop(address(1))
    known.drop(address(9))
    known.drop(address(77))
    assert known.get(address(1)) is None
    assert known.get(address(9)) is None
    known.drop_all(lambda address: int(address.chat_id) % 2 == 0)
    found = [number for number in range(10) if known.get(address(number)) is not None]
    assert found == [3, 5, 7]


def test_conversations_of_one_customer_know_the_same_of_them() -> None:
    known = Known(20, whole=4)
    known.keep(chat(1, customer=7, user={"name": "?"}))
    known.keep(chat(2, customer=7, user={"name": "?"}))
    known.keep(chat(2, customer=7, user={"name": "Anna"}), user_changed=True)
    found = known.get(address(1))
    assert found is not None
    assert found.user == {"name": "Anna"}


def test_news_of_a_customer_never_miss_a_packed_conversation() -> None:
    known = Known(20, whole=2)
    known.keep(chat(1, customer=7, user={"name": "?"}))
    filled(known, range(10, 14))
    known.keep(chat(2, customer=7, user={"name": "Anna"}), user_changed=True)
    # It is read anew.
    assert known.get(address(1)) is None


@given(
    st.lists(
        st.tuples(st.sampled_from(["keep", "change", "get", "drop"]), st.integers(0, 9)),
        max_size=60,
    )
)
def test_whatever_is_known_is_the_latest(done: list[tuple[str, int]]) -> None:
    """Ten conversations of four customers, in room for six, of which two are whole."""
    known = Known(6, whole=2)
    chats: dict[int, Conversation] = {}
    names: dict[int, str] = {}
    for turn, (what, number) in enumerate(done):
        customer = number % 4
        if what == "drop":
            known.drop(address(number))
        elif what == "get" or number not in chats:
            found = known.get(address(number))
            if found is not None:
                assert found.seq == chats[number].seq
                assert found.user == {"name": names[customer]}
            if what == "keep" or found is None:
                # As a claim reads it.
                user = {"name": names.setdefault(customer, "?")}
                chats[number] = chat(number, customer=customer, seq=turn, user=user)
                known.keep(chats[number])
        elif (found := known.get(address(number))) is not None:
            chats[number] = replace(found, seq=turn)
            if what == "change":
                names[customer] = str(turn)
                chats[number] = replace(chats[number], user={"name": names[customer]})
            known.keep(chats[number], user_changed=what == "change")
