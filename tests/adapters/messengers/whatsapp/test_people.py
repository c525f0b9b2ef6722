"""One person keeps one chat, whatever WhatsApp calls them."""

import pytest

from adapters.messengers.whatsapp.people import People, Person
from tests.adapters.stands import MemoryShelf, Moments

PHONE, NEW_PHONE = "79001234567", "79007777777"
SCOPED, NEW_SCOPED = "RU.134", "RU.777"


@pytest.fixture
def people(shelf: MemoryShelf, time: Moments) -> People:
    return People(shelf, 1, "42", time)


def restarted(shelf: MemoryShelf, time: Moments) -> People:
    return People(shelf, 1, "42", time)


async def test_a_number_alone_is_the_chat_and_needs_no_note(
    people: People, shelf: MemoryShelf
) -> None:
    assert await people.chat_of(Person(PHONE)) == PHONE
    assert await people.way_to(PHONE) == PHONE
    assert shelf.things == {}


@pytest.mark.parametrize(
    "met",
    [
        [Person(PHONE), Person(PHONE, SCOPED), Person(None, SCOPED), Person(PHONE)],
        [Person(PHONE, SCOPED), Person(None, SCOPED), Person(PHONE)],
    ],
)
async def test_whoever_hides_their_number_stays_where_they_were(
    people: People, shelf: MemoryShelf, time: Moments, met: list[Person]
) -> None:
    assert {await people.chat_of(person) for person in met} == {PHONE}
    assert {await restarted(shelf, time).chat_of(person) for person in met} == {PHONE}
    assert await people.way_to(PHONE) == PHONE


async def test_whoever_shows_their_number_stays_where_they_were(
    people: People, shelf: MemoryShelf, time: Moments
) -> None:
    met = [Person(None, SCOPED), Person(PHONE, SCOPED), Person(PHONE), Person(None, SCOPED)]
    assert {await people.chat_of(person) for person in met} == {SCOPED}
    again = restarted(shelf, time)
    assert {await again.chat_of(person) for person in met} == {SCOPED}
    assert await again.way_to(SCOPED) == PHONE


async def test_a_new_number_goes_on_with_the_old_chat(
    people: People, shelf: MemoryShelf, time: Moments
) -> None:
    await people.chat_of(Person(PHONE, SCOPED))
    old, new = Person(PHONE), Person(NEW_PHONE, NEW_SCOPED)
    assert await people.moved(old, new) == PHONE
    assert await people.moved(old, new) == PHONE
    for who in (people, restarted(shelf, time)):
        assert await who.chat_of(Person(NEW_PHONE, NEW_SCOPED)) == PHONE
        assert await who.chat_of(Person(NEW_PHONE)) == PHONE
        assert await who.chat_of(Person(None, NEW_SCOPED)) == PHONE
        assert await who.way_to(PHONE) == NEW_PHONE


async def test_a_new_scoped_id_goes_on_with_the_old_chat(
    people: People, shelf: MemoryShelf, time: Moments
) -> None:
    await people.chat_of(Person(None, SCOPED))
    for _ in range(2):
        assert await people.moved(Person(None, SCOPED), Person(None, NEW_SCOPED)) == SCOPED
    for who in (people, restarted(shelf, time)):
        assert await who.chat_of(Person(None, NEW_SCOPED)) == SCOPED
        assert await who.chat_of(Person(None, SCOPED)) == SCOPED
        assert await who.way_to(SCOPED) == NEW_SCOPED


async def test_what_was_sent_from_the_old_number_may_come_late(people: People) -> None:
    await people.moved(Person(PHONE), Person(NEW_PHONE))
    assert await people.chat_of(Person(PHONE)) == PHONE
    assert await people.way_to(PHONE) == NEW_PHONE


async def test_a_number_left_long_ago_is_somebody_elses(people: People, time: Moments) -> None:
    await people.moved(Person(PHONE), Person(NEW_PHONE))
    time.pass_(days=31)
    stranger = await people.chat_of(Person(PHONE))
    assert stranger not in (PHONE, NEW_PHONE)
    assert await people.way_to(stranger) == PHONE
    assert await people.chat_of(Person(PHONE)) == stranger
    assert await people.chat_of(Person(NEW_PHONE)) == PHONE
    assert await people.way_to(PHONE) == NEW_PHONE


async def test_whoever_comes_back_to_their_number_is_known(people: People) -> None:
    assert await people.moved(Person(PHONE), Person(NEW_PHONE)) == PHONE
    assert await people.moved(Person(NEW_PHONE), Person(PHONE)) == PHONE
    assert await people.chat_of(Person(PHONE)) == PHONE
    assert await people.way_to(PHONE) == PHONE


async def test_a_number_that_whatsapp_writes_otherwise_leads_to_the_same_chat(
    people: People, shelf: MemoryShelf, time: Moments
) -> None:
    await people.also("+5511987654321", "551187654321")
    assert await people.chat_of(Person("551187654321")) == "+5511987654321"
    assert await restarted(shelf, time).chat_of(Person("551187654321")) == "+5511987654321"


async def test_a_chat_of_its_own_is_not_taken_away(people: People) -> None:
    await people.chat_of(Person(PHONE, SCOPED))
    await people.also("+7 900", SCOPED)
    assert await people.chat_of(Person(None, SCOPED)) == PHONE
