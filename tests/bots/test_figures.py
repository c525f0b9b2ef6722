"""What hand-offs come to, from the events that tell of them: by the hand, case by case."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bots.model.cases import Case, Cases, Told
from bots.model.figures import Figures, Spread, holders
from bots.model.turn import Event

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
END = START + timedelta(days=1)
OLYA, IRA = 1, 2


def event(minute: float, name: str, episode: str = "e1", chat: int = 1, **data: Any) -> Told:
    told = {"episode": episode, "number": 1, "queue": "sales", **data}
    if "had" in told:
        told["from"] = told.pop("had")
    at = START + timedelta(minutes=minute)
    return Told(chat, "shop", "telegram", Event(name=f"handoff.{name}", created_at=at, data=told))


def asked(minute: float, episode: str = "e1", chat: int = 1, **data: Any) -> Told:
    return event(minute, "requested", episode, chat, **{"source": "step", "reason": "", **data})


def taken(minute: float, who: int | None, episode: str = "e1", chat: int = 1, **data: Any) -> Told:
    given = {"operator": who, "by": "operator", "source": "step", **data}
    return event(minute, "accepted", episode, chat, **given)


def closed(minute: float, episode: str = "e1", chat: int = 1) -> Told:
    return event(minute, "completed", episode, chat, outcome="closed", operator=OLYA)


def cases(*told: Told) -> list[Case]:
    heard = Cases(START, END)
    return [*(case for one in told for case in heard.hear(one)), *heard.rest()]


def whole(case: Case, **fields: Any) -> Figures:
    figures = Figures()
    figures.add(case, worked=no_hours, promised=lambda bot, queue: True, **fields)
    return figures


def no_hours(bot: str, queue: str, start: datetime, end: datetime) -> timedelta:
    return end - start


def mornings(bot: str, queue: str, start: datetime, end: datetime) -> timedelta:
    return timedelta(seconds=1)


def seconds(spread: Spread) -> list[float]:
    return list(spread._seconds)


# ---------------------------------------------------------------- one case


def test_a_hand_off_from_the_request_to_the_rating() -> None:
    (case,) = cases(
        asked(0, reason="хочу человека"),
        taken(3, OLYA),
        event(4, "answered", operator=OLYA),
        closed(20),
        event(20, "rating_asked"),
        event(21, "rated", rating=4),
    )
    figures = whole(case)
    assert (figures.chats, figures.taken, figures.missed, figures.open) == (1, 1, 0, 0)
    assert seconds(figures.wait) == [180]
    assert seconds(figures.answer) == [240]
    assert seconds(figures.handling) == [17 * 60]
    assert seconds(figures.resolution) == [20 * 60]
    assert (figures.satisfaction, figures.rating_share) == (4, 1)
    assert (figures.first_contact, figures.promises_kept) == (1, 1)
    assert case.reason == "хочу человека"


@pytest.mark.parametrize(
    ("outcome", "missed", "offline"),
    [("unanswered", 1, 0), ("cancel", 1, 0), ("offline", 0, 1)],
)
def test_whom_nobody_took_is_missed_or_came_out_of_hours(
    outcome: str, missed: int, offline: int
) -> None:
    (case,) = cases(asked(0), event(15, "failed", outcome=outcome))
    figures = whole(case)
    assert (figures.taken, figures.missed, figures.offline) == (0, missed, offline)
    assert (figures.ended, figures.first_contact) == (0, None)
    assert len(figures.wait) == len(figures.resolution) == 0


def test_one_that_still_waits_is_open_and_not_missed() -> None:
    (case,) = cases(asked(0))
    assert (whole(case).open, whole(case).missed) == (1, 0)


def test_a_chat_taken_from_the_bot_did_not_wait() -> None:
    (case,) = cases(taken(5, OLYA, source="operator"), closed(10))
    figures = whole(case)
    assert (figures.taken, len(figures.wait)) == (1, 0)
    assert seconds(figures.resolution) == [300]


def test_what_an_answer_in_the_messenger_itself_took_over() -> None:
    (case,) = cases(
        taken(5, None, by="vk", source="native"),
        event(65, "released", outcome="released", operator=None),
    )
    assert list(holders(case)) == ["vk"]
    assert seconds(whole(case, of=lambda who: who == "vk").handling) == [3600]


def test_the_part_of_each_of_two_operators() -> None:
    (case,) = cases(
        asked(0),
        taken(2, OLYA),
        event(10, "transferred", why="silent", to=None, had=OLYA),
        taken(12, IRA),
        event(13, "answered", operator=IRA),
        event(14, "missed", promise="first_response"),
        closed(30),
        event(31, "rated", rating=5),
    )
    assert list(holders(case)) == [OLYA, IRA]
    olya, ira = (whole(case, of=lambda who, me=me: who == me) for me in (OLYA, IRA))
    assert (olya.taken, olya.lost, seconds(olya.wait), seconds(olya.handling)) == (
        1,
        1,
        [120],
        [480],
    )
    assert (ira.taken, ira.lost, seconds(ira.wait), seconds(ira.handling)) == (1, 0, [], [1080])
    assert (len(olya.answer), seconds(ira.answer)) == (0, [780])
    assert (olya.rated, ira.satisfaction, olya.promised, ira.promises_kept) == (0, 5, 0, 0)
    assert (olya.ended, ira.ended, whole(case).ended) == (0, 1, 1)
    assert (whole(case).lost, whole(case).taken, seconds(whole(case).wait)) == (1, 1, [120])


def test_a_transfer_to_somebody_is_no_loss_and_goes_into_the_new_queue() -> None:
    (case,) = cases(
        asked(0),
        taken(1, OLYA),
        event(2, "transferred", why="transfer", to=IRA, queue="help", had=OLYA),
        closed(5),
    )
    # The closing event tells the queue it had by then.
    assert [(one.who, one.until) for one in case.stints] == [
        (OLYA, START + timedelta(minutes=2)),
        (IRA, START + timedelta(minutes=5)),
    ]
    assert not case.lost


def test_taken_by_force_ends_the_part_of_the_other() -> None:
    (case,) = cases(asked(0), taken(1, OLYA), taken(3, IRA, had=OLYA), closed(5))
    assert [one.who for one in case.stints] == [OLYA, IRA]
    assert case.stints[0].until == START + timedelta(minutes=3)


def test_working_hours_are_reckoned_beside() -> None:
    (case,) = cases(asked(0), taken(2, OLYA), event(3, "answered", operator=OLYA), closed(5))
    figures = Figures()
    figures.add(case, worked=mornings, promised=lambda bot, queue: False)
    assert (figures.wait.median, figures.wait_worked.median) == (120, 1)
    assert (figures.answer_worked.median, figures.resolution_worked.median) == (1, 1)
    assert figures.promises_kept is None


# ---------------------------------------------------------------- coming back


@pytest.mark.parametrize(("hours", "reopened"), [(1, True), (72, True), (73, False)])
def test_who_comes_back_within_three_days_was_not_helped(hours: float, reopened: bool) -> None:
    first, *_ = cases(asked(0), taken(1, OLYA), closed(2), asked(2 + hours * 60, "e2"))
    assert first.reopened is reopened
    assert whole(first).solved == (not reopened)


def test_another_customer_is_nobodys_return() -> None:
    first, second = cases(asked(0), taken(1, OLYA), closed(2), asked(5, "e2", chat=2))
    assert not first.reopened
    assert second.conversation == 2


def test_what_was_taken_up_again_is_a_return_too() -> None:
    first, _ = cases(asked(0), taken(1, OLYA), closed(2), taken(9, OLYA, "e2", source="reopened"))
    assert first.reopened


# ---------------------------------------------------------------- which ones


def test_only_those_that_began_in_the_time_count() -> None:
    day = 24 * 60
    came = cases(
        # Began before: taken, given on, taken again, over.
        taken(1, OLYA, "old"),
        event(2, "transferred", "old", why="transfer", to=None),
        taken(3, OLYA, "old", source="operator"),
        closed(4, "old"),
        # Taken by force from somebody who had it before.
        taken(5, OLYA, "older", chat=3, source="operator", had=IRA),
        asked(6, "mine", chat=4),
        # Began afterwards.
        asked(day, "new", chat=5),
        taken(day + 1, OLYA, "mine", chat=4),
        closed(day + 2, "mine", chat=4),
    )
    assert [(one.id, one.outcome) for one in came] == [("mine", "closed")]


def test_however_many_there_were_few_are_in_memory() -> None:
    def many() -> Iterable[Told]:
        for number in range(20_000):
            minute = number * 5
            yield asked(minute, f"e{number}", chat=number)
            yield taken(minute + 1, OLYA, f"e{number}", chat=number)
            yield event(minute + 2, "answered", f"e{number}", number, operator=OLYA)
            yield closed(minute + 3, f"e{number}", chat=number)

    heard = Cases(START, START + timedelta(days=100))
    most = total = 0
    for one in many():
        total += sum(1 for _ in heard.hear(one))
        most = max(most, heard.waiting)
    assert total + sum(1 for _ in heard.rest()) == 20_000
    assert most <= 72 * 60 / 5 + 2
    assert len(heard._of_chat) <= most
    assert not heard._others


def test_the_middle_and_the_ninetieth_of_a_hundred() -> None:
    spread = Spread()
    for number in spread_of(range(1, 101)):
        spread.add(timedelta(seconds=number))
    assert (spread.median, spread.p90, spread.mean, len(spread)) == (50.5, 90, 50.5, 100)
    assert Spread().median is None


def spread_of(numbers: Iterable[int]) -> Iterator[int]:
    """Not in their order."""
    yield from sorted(numbers, key=lambda one: one * 37 % 101)
