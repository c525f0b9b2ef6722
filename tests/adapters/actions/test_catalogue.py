"""The demo actions: orders, returns, answers and a calendar in which nobody is booked twice."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.actions.calendar import BOOKINGS, Calendar
from adapters.actions.catalogue import CATALOGUE, Catalogue, catalogue
from adapters.actions.job import BotFacts
from adapters.actions.knowledge import KnowledgeBase
from adapters.actions.marketplace import DemoShop
from adapters.actions.memory import MemoryShelf
from adapters.actions.stats import SCORES, Stats
from bots.errors import ActionFailed
from bots.model.message import Address
from flows.hours import parse_hours
from flows.model import Booking, Service

TUESDAY = datetime(2026, 3, 3, 6, 0, tzinfo=UTC)
FAQ = "# О магазине\n\n## Нужна ли бирка?\nВещь должна быть с биркой.\n"
DELIVERY = "## Сколько стоит доставка?\nДоставка стоит 300 рублей.\n"
PICKUP = "Самовывоз бесплатный, со склада на Лесной.\n"
ANYBODY = Address(1, "salon", "web", "5")
BOT = BotFacts(
    timezone="Asia/Yekaterinburg",
    knowledge={
        "faq": {"knowledge/faq.md": FAQ},
        "delivery": {"knowledge/delivery/1.md": DELIVERY, "knowledge/delivery/2.txt": PICKUP},
    },
)


class Salon:
    """The actions of one demo bot, at one moment that a test may move."""

    def __init__(self) -> None:
        self.now = TUESDAY
        self.shelf = MemoryShelf()
        self.bot = BOT
        families = (
            DemoShop(self.shelf).acts,
            KnowledgeBase().acts,
            Calendar(self.shelf).acts,
            Stats(self.shelf).acts,
        )
        self.actions = Catalogue(families, bots=lambda _: self.bot, clock=lambda: self.now)
        self._keys = 0

    async def does(self, action: str, *, key: str = "", **arguments: Any) -> Any:
        self._keys += 1
        return await self.actions.run(
            action, arguments, address=ANYBODY, key=key or str(self._keys)
        )

    async def free(self, day: str = "2026-03-04") -> list[Mapping[str, Any]]:
        free = await self.does("calendar.free", service="haircut", day=day)
        assert isinstance(free, list)
        return free

    async def books(self, slot: str, *, key: str = "", phone: str = "+79120000000") -> Any:
        return await self.does("calendar.book", slot=slot, name="Аня", phone=phone, key=key)


@pytest.fixture
def salon() -> Salon:
    return Salon()


async def test_the_order_of_the_printed_example_is_in_transit(salon: Salon) -> None:
    order = await salon.does("marketplace.order", number="12345")
    assert (order["status"], order["delivery_date"]) == ("in_transit", "2024-01-15")


async def test_a_delivered_order_was_delivered_days_ago_whenever_one_looks(salon: Salon) -> None:
    order = await salon.does("marketplace.order", number="12344")
    assert order["delivered_at"] == "2026-02-28"


async def test_an_unknown_order_is_nothing(salon: Salon) -> None:
    assert await salon.does("marketplace.order", number="99999") is None


async def test_one_order_shows_what_happens_when_the_warehouse_is_silent(salon: Salon) -> None:
    with pytest.raises(ActionFailed) as failure:
        await salon.does("marketplace.order", number="50000")
    assert failure.value.transient


async def test_the_same_key_makes_one_return(salon: Salon) -> None:
    given: dict[str, Any] = {"order": "12344", "reason": "Брак", "phone": "+7", "photos": []}
    first = await salon.does("marketplace.create_return", key="a", **given)
    again = await salon.does("marketplace.create_return", key="a", **given)
    other = await salon.does("marketplace.create_return", key="b", **given)
    assert first == again
    assert (first["id"], first["days"], first["status"]) == ("В-1001", 3, "open")
    assert other["id"] == "В-1002"


async def test_a_question_is_answered_from_the_fitting_section(salon: Salon) -> None:
    answer = await salon.does("knowledge.answer", question="а бирки нужны?")
    assert (answer["found"], answer["text"]) == (True, "Вещь должна быть с биркой.")


async def test_only_the_named_sources_are_searched(salon: Salon) -> None:
    question = "сколько стоит доставка"
    in_faq = await salon.does("knowledge.answer", question=question, sources=["faq"])
    in_delivery = await salon.does("knowledge.answer", question=question, sources=["delivery"])
    assert (in_faq["found"], in_delivery["found"]) == (False, True)


async def test_one_sentence_of_a_long_message_is_enough(salon: Salon) -> None:
    around = "Искала подарок племяннице, она модница и обожает яркое."
    question = f"{around} Сколько стоит доставка? Хорошего вечера и побольше покупателей!"
    answer = await salon.does("knowledge.answer", question=question)
    assert answer["text"] == "Доставка стоит 300 рублей."


@pytest.mark.parametrize(
    "question",
    [
        "",
        "???",
        "хочу пиццу",
        "сколько стоит слон",
        "Вы меня обманули! Верните мне деньги. Доставка. Бирка.",
    ],
)
async def test_what_stands_nowhere_is_not_found(salon: Salon, question: str) -> None:
    assert (await salon.does("knowledge.answer", question=question))["found"] is False


async def test_free_times_are_whole_hours_of_the_working_day_in_the_bots_zone(
    salon: Salon,
) -> None:
    starts = [datetime.fromisoformat(slot["start"]) for slot in await salon.free()]
    assert starts
    assert {start.date() for start in starts} == {date(2026, 3, 4)}
    assert {str(start.utcoffset()) for start in starts} == {"5:00:00"}
    assert all(10 <= start.hour <= 19 for start in starts)


async def test_a_day_may_be_given_as_a_date_too(salon: Salon) -> None:
    given = await salon.does("calendar.free", service="haircut", day=date(2026, 3, 4))
    kept = await salon.does("calendar.free", service="haircut", day={"$date": "2026-03-04"})
    assert given == kept == await salon.free()


async def test_the_past_and_the_day_off_are_never_free(salon: Salon) -> None:
    assert await salon.free("2026-03-02") == []
    assert await salon.free("2026-03-09") == []
    today = [datetime.fromisoformat(slot["start"]) for slot in await salon.free("2026-03-03")]
    assert all(start > salon.now for start in today)


async def test_a_booked_time_is_gone_and_comes_back_when_cancelled(salon: Salon) -> None:
    slot = (await salon.free())[0]
    booking = await salon.books(slot["id"])
    assert booking["start"] == slot["start"]
    assert slot not in await salon.free()
    assert (await salon.does("calendar.mine", phone="+79120000000"))[0]["id"] == booking["id"]
    await salon.does("calendar.cancel", id=booking["id"])
    assert slot in await salon.free()
    assert await salon.does("calendar.mine", phone="+79120000000") == []


async def test_of_two_people_who_want_one_time_only_one_gets_it(salon: Salon) -> None:
    slot = (await salon.free())[0]["id"]
    results = await asyncio.gather(
        salon.books(slot, key="a"), salon.books(slot, key="b"), return_exceptions=True
    )
    assert [isinstance(result, ActionFailed) for result in results] == [False, True]


async def test_booking_again_with_the_same_key_is_the_same_booking(salon: Salon) -> None:
    slot = (await salon.free())[0]["id"]
    assert await salon.books(slot, key="a") == await salon.books(slot, key="a")


@pytest.mark.parametrize(
    "slot", ["", "haircut", "haircut@never", "sauna@2026-03-04T12:00", "haircut@2026-03-04T03:00"]
)
async def test_a_time_that_was_never_offered_cannot_be_booked(salon: Salon, slot: str) -> None:
    with pytest.raises(ActionFailed):
        await salon.books(slot)


async def test_without_a_telephone_number_nothing_is_mine(salon: Salon) -> None:
    await salon.books((await salon.free())[0]["id"], phone="")
    assert await salon.does("calendar.mine", phone=None) == []


async def test_a_booking_that_does_not_exist_cannot_be_confirmed(salon: Salon) -> None:
    assert await salon.does("calendar.confirm", id="L999") is None


async def test_a_score_is_kept(salon: Salon) -> None:
    await salon.does("stats.csat", score=5, about="разговор", key="k")
    kept = await salon.shelf.get(1, SCORES + "salon", "k")
    assert kept is not None
    assert kept["score"] == 5


async def test_an_action_nobody_wrote_fails_in_words(salon: Salon) -> None:
    with pytest.raises(ActionFailed, match=r"no action loyalty\.points"):
        await salon.does("loyalty.points")


def test_what_writes_is_never_quick() -> None:
    assert all(spec.effect == "none" for spec in CATALOGUE.values() if spec.quick)


# ---------------------------------------------------------------- a calendar of the owner's own

YOGA = Booking(
    services={
        "yoga": Service(name="Йога", price=700, length=timedelta(minutes=90), places=2),
        "tea": Service(name="Чай", price=0, length=timedelta(minutes=30)),
    },
    hours=parse_hours("вт-чт 10:00-13:00, вт-чт 14:00-16:00"),
    closed=frozenset({date(2026, 3, 5)}),
    step=timedelta(minutes=30),
    horizon=timedelta(days=7),
)


@pytest.fixture
def studio() -> Salon:
    salon = Salon()
    salon.bot = replace(BOT, booking=YOGA)
    return salon


async def starts(studio: Salon, service: str, day: str) -> list[str]:
    free = await studio.does("calendar.free", service=service, day=day)
    return [slot["start"][11:16] for slot in free]


async def test_visits_begin_every_step_and_end_before_the_break(studio: Salon) -> None:
    assert await starts(studio, "yoga", "2026-03-04") == [
        "10:00",
        "10:30",
        "11:00",
        "11:30",
        "14:00",
        "14:30",
    ]


async def test_closed_days_and_days_too_far_ahead_are_never_free(studio: Salon) -> None:
    assert await starts(studio, "tea", "2026-03-05") == []
    assert await starts(studio, "tea", "2026-03-10") != []
    assert await starts(studio, "tea", "2026-03-11") == []


async def test_as_many_guests_as_there_are_places_may_come_at_one_time(studio: Salon) -> None:
    for phone in ("+7912", "+7913"):
        await studio.books("yoga@2026-03-04T10:30", phone=phone)
    with pytest.raises(ActionFailed, match="this time is taken"):
        await studio.books("yoga@2026-03-04T10:30", phone="+7914")
    # Whoever would still be there, or already, when the others are.
    assert await starts(studio, "yoga", "2026-03-04") == ["14:00", "14:30"]
    assert "10:30" in await starts(studio, "tea", "2026-03-04")


async def test_a_booking_is_moved_and_its_old_time_is_free_again(studio: Salon) -> None:
    booking = await studio.books("tea@2026-03-04T10:00")
    await studio.does("calendar.confirm", id=booking["id"])
    moved = await studio.does("calendar.move", id=booking["id"], slot="tea@2026-03-04T11:00")
    assert (moved["id"], moved["start"][11:16]) == (booking["id"], "11:00")
    assert moved["confirmed"] is False
    free = await starts(studio, "tea", "2026-03-04")
    assert "10:00" in free
    assert "11:00" not in free
    again = await studio.does("calendar.move", id=booking["id"], slot="tea@2026-03-04T11:00")
    assert again == moved


async def test_a_booking_stays_where_it_is_when_its_new_time_is_taken(studio: Salon) -> None:
    booking = await studio.books("tea@2026-03-04T10:00")
    await studio.books("tea@2026-03-04T11:00", phone="+7913")
    with pytest.raises(ActionFailed, match="this time is taken"):
        await studio.does("calendar.move", id=booking["id"], slot="tea@2026-03-04T11:00")
    (mine,) = await studio.does("calendar.mine", phone="+79120000000")
    assert mine["start"][11:16] == "10:00"


async def test_a_cancelled_booking_comes_back_by_no_other_action(studio: Salon) -> None:
    booking = await studio.books("tea@2026-03-04T10:00")
    await studio.does("calendar.cancel", id=booking["id"])
    confirmed = await studio.does("calendar.confirm", id=booking["id"])
    assert (confirmed["cancelled"], confirmed["confirmed"]) == (True, False)
    with pytest.raises(ActionFailed, match="there is no such booking"):
        await studio.does("calendar.move", id=booking["id"], slot="tea@2026-03-04T11:00")


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 5)), max_size=12))
@settings(max_examples=30, deadline=None)
def test_no_moment_ever_has_more_guests_than_places(wishes: list[tuple[str, int]]) -> None:
    async def play() -> None:
        studio = Salon()
        studio.bot = replace(BOT, booking=YOGA)
        for guest, place in wishes:
            hour, minute = divmod(600 + 30 * place, 60)
            with suppress(ActionFailed):
                await studio.books(f"yoga@2026-03-04T{hour}:{minute:02}", phone=guest)
        booked = (await studio.shelf.all(1, BOOKINGS + "salon")).values()
        spans = [(one["start"], one["end"]) for one in booked]
        for moment, _ in spans:
            assert sum(start <= moment < end for start, end in spans) <= 2

    asyncio.run(play())


# ---------------------------------------------------------------- knowledge and scores


async def test_a_folder_is_all_of_its_files(salon: Salon) -> None:
    found = await salon.does("knowledge.search", query="самовывоз", sources=["delivery"])
    assert [one["text"] for one in found] == ["Самовывоз бесплатный, со склада на Лесной."]


async def test_a_search_gives_the_best_first_and_no_more_than_wanted(salon: Salon) -> None:
    query = "сколько стоит доставка и самовывоз"
    found = await salon.does("knowledge.search", query=query)
    assert [one["source"] for one in found] == ["delivery", "delivery"]
    assert found[0]["score"] > found[1]["score"] > 0
    assert len(await salon.does("knowledge.search", query=query, limit=1)) == 1
    assert await salon.does("knowledge.search", query="слон") == []


async def test_a_source_that_is_empty_answers_nothing(salon: Salon) -> None:
    salon.bot = replace(BOT, knowledge={"docs": {}})
    answer = await salon.does("knowledge.answer", question="доставка", sources=["docs"])
    assert answer == {"found": False, "text": "", "passages": []}


@pytest.mark.parametrize("score", ["пять", None, -1, 10**6, True])
async def test_what_is_no_rating_is_not_kept(score: Any, salon: Salon) -> None:
    with pytest.raises(ActionFailed):
        await salon.does("stats.csat", score=score)
    assert await salon.shelf.all(1, SCORES + "salon") == {}


def test_customers_are_not_told_of_an_invented_shop_without_a_warning_to_its_owner() -> None:
    behind = catalogue(public=True, paid=False)
    assert all(spec.missing for name, spec in behind.items() if name.startswith(("market", "pay")))
    beside = catalogue(public=False, paid=True)
    assert not any(spec.missing for name, spec in beside.items() if not name.startswith("llm."))
