"""What is written in a group goes to the customer, stays inside, or is refused: case by case."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest

from adapters.messengers.telegram.desk.guard import (
    Hints,
    Notes,
    Refused,
    Sends,
    Verdict,
    Written,
    judged,
)
from bots.model.conversation import Conversation, Owner
from bots.model.episode import Episode, State
from bots.model.message import Address
from bots.model.operator import Operator, Role

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
OLYA, IVAN = 1, 2


def person(id: int = OLYA, role: Role = "operator", **more: Any) -> Operator:
    return Operator(id=id, workspace=1, name=f"p{id}", role=role, **more)


def chat(
    state: State | None = "active",
    assignee: int | None = OLYA,
    *,
    native: str = "",
    blocked: bool = False,
    queue: str = "support",
) -> Conversation:
    owner: Owner = "operator" if state == "active" else "queue" if state == "requested" else "bot"
    episode = None
    if state is not None:
        episode = Episode(
            id="e",
            number=1,
            state=state,
            assignee=assignee,
            native=native,
            queue=queue,
            requested_at=NOW,
        )
    return Conversation(
        id=7,
        uuid="u",
        address=Address(1, "shop", "telegram:1", "5"),
        platform="telegram",
        user_id="5",
        customer_id=1,
        created_at=NOW,
        updated_at=NOW,
        owner=owner,
        episode=episode,
        blocked=blocked,
    )


def case(**more: Any) -> Written:
    given: dict[str, Any] = {"chat": chat(), "who": person(), "text": "Здравствуйте!"}
    return Written(**(given | more))


Write = Literal["assignee", "department", "any"]

CASES: dict[str, tuple[Written, Verdict]] = {
    "the assignee's words": (case(), Sends()),
    "the assignee's picture without words": (case(text=""), Sends()),
    "the assignee answers the customer's message": (case(to_colleague=False), Sends()),
    "two slashes": (case(text="// он злится"), Notes("он злится")),
    "two slashes in a chat of another": (
        case(chat=chat(assignee=IVAN), text="//проверь оплату"),
        Notes("проверь оплату"),
    ),
    "two slashes in a chat that waits": (
        case(chat=chat("requested", None), text="//а"),
        Notes("а"),
    ),
    "a reply to a colleague": (case(to_colleague=True, text="давай ты"), Notes("давай ты")),
    "an anonymous administrator": (case(who=None, anonymous=True), Refused("anonymous")),
    "an anonymous administrator's note": (
        case(who=None, anonymous=True, text="// тут"),
        Refused("anonymous"),
    ),
    "a stranger": (case(who=None), Refused("stranger")),
    "a stranger's note": (case(who=None, text="// тут"), Refused("stranger")),
    "somebody who was removed": (case(who=person(active=False)), Refused("stranger")),
    "a viewer": (case(who=person(role="viewer")), Refused("viewer")),
    "a viewer whose chat it was": (
        case(who=person(role="viewer"), chat=chat(assignee=OLYA)),
        Refused("viewer"),
    ),
    "by another bot": (case(foreign=True), Refused("foreign")),
    "nobody took it": (case(chat=chat("requested", None)), Refused("waits", ("take", "note"))),
    "nobody took it, written by a lead": (
        case(chat=chat("requested", None), who=person(role="lead")),
        Refused("waits", ("take", "note")),
    ),
    "it was given back": (case(chat=chat("released")), Refused("at_bot", ("take", "note"))),
    "it never was with people": (case(chat=chat(None)), Refused("at_bot", ("take", "note"))),
    "somebody else has it": (case(chat=chat(assignee=IVAN)), Refused("others", ("note",))),
    "somebody else has it, written by a lead": (
        case(chat=chat(assignee=IVAN), who=person(role="lead")),
        Refused("others", ("force", "once", "note")),
    ),
    "answered in the messenger itself": (
        case(chat=chat(assignee=None, native="vk")),
        Refused("natively", ("take", "note")),
    ),
    "the customer is blocked": (case(chat=chat(blocked=True)), Refused("blocked", ("note",))),
    "everybody may write": (case(chat=chat(assignee=IVAN), write="any"), Sends()),
    "the department may write, and is theirs": (
        case(chat=chat(assignee=IVAN), who=person(queues=("support",)), write="department"),
        Sends(),
    ),
    "the department may write, and is not theirs": (
        case(chat=chat(assignee=IVAN), who=person(queues=("sales",)), write="department"),
        Refused("others", ("note",)),
    ),
    "everybody may write, but nobody took it": (
        case(chat=chat("requested", None), write="any"),
        Refused("waits", ("take", "note")),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_becomes_of(name: str) -> None:
    written, verdict = CASES[name]
    assert judged(written) == verdict


def test_nobody_but_who_may_answer_is_ever_let_through() -> None:
    writes: tuple[Write, ...] = ("assignee", "department", "any")
    people = [None, person(active=False), person(role="viewer")]
    for who in people:
        for write in writes:
            for text in ("да", "//да", ""):
                verdict = judged(case(who=who, write=write, text=text))
                assert isinstance(verdict, Refused), (who, write, text)


def test_what_looks_internal_never_goes_out_whoever_writes_it() -> None:
    for role in ("operator", "lead", "admin", "owner"):
        for write in ("assignee", "department", "any"):
            written = case(who=person(role=role), write=write, text="//тихо")
            assert not isinstance(judged(written), Sends)
            assert not isinstance(judged(replace(written, text="x", to_colleague=True)), Sends)


def test_of_ten_messages_in_a_row_one_is_answered() -> None:
    hints = Hints()
    told = [hints.due(7, "5", "waits", NOW + timedelta(seconds=n)) for n in range(10)]
    assert told == [True] + [False] * 9
    assert hints.due(7, "6", "waits", NOW), "another person is told too"
    assert hints.due(8, "5", "waits", NOW), "and of another chat"
    assert hints.due(7, "5", "waits", NOW + timedelta(seconds=61)), "and again after a minute"
