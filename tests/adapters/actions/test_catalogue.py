"""The demo actions: orders, returns, answers and a calendar in which nobody is booked twice."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest

from adapters.actions.calendar import Calendar
from adapters.actions.catalogue import CATALOGUE, Catalogue
from adapters.actions.job import BotFacts
from adapters.actions.knowledge import KnowledgeBase
from adapters.actions.marketplace import DemoShop
from adapters.actions.memory import MemoryShelf
from adapters.actions.stats import SCORES, Stats
from bots.errors import ActionFailed
from bots.model.message import Address

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
