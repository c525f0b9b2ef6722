"""Operators: added, changed, linked by codes that work once, away and back, over a real database."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from bots.errors import CodeRefused, Conflict, Guessing, Invalid, LinkedElsewhere, NotFound
from bots.services.operators import Operators, SetUp
from storage.beside import Hand
from storage.operators import SqlOperators
from storage.sqlite import open_sqlite
from storage.stores import Stores


class Hands:
    def __init__(self) -> None:
        self.time = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def move(self, **by: float) -> None:
        self.time += timedelta(**by)


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
async def stores(database: Path, clock: Hands) -> AsyncIterator[Stores]:
    ids = iter(range(1, 1000))
    stores = await open_sqlite(database, new_id=lambda: f"{next(ids):032x}", clock=clock)
    await stores.accounts.found(email="o@x", password_hash="h", now=clock())
    yield stores
    await stores.close()


@pytest.fixture
def operators(stores: Stores, clock: Hands) -> Operators:
    return serving(stores.operators, clock)


def serving(store: SqlOperators, clock: Hands) -> Operators:
    return Operators(store, workspace=1, clock=clock, random_bytes=Random(1).randbytes)


async def test_an_operator_is_added_changed_and_removed(operators: Operators) -> None:
    olya = await operators.add(
        " Оля  Лидер ", role="lead", queues=["sales", "", "sales"], capacity=3
    )
    assert (olya.name, olya.queues, olya.capacity) == ("Оля Лидер", ("sales",), 3)
    changed = await operators.change(olya, role="admin", queues=())
    assert (changed.role, changed.queues, changed.capacity) == ("admin", (), 3)
    assert await operators.all() == [changed]
    gone = await operators.remove(changed)
    assert await operators.all() == []
    assert (await operators.known())[olya.id] == gone
    assert not gone.may("viewer")


async def test_what_makes_no_sense_is_refused_in_words(operators: Operators) -> None:
    await operators.add("Оля")
    with pytest.raises(Conflict, match="There is an operator оля already"):
        await operators.add("оля")
    with pytest.raises(Invalid, match="from 1 to 64 letters"):
        await operators.add("  ")
    with pytest.raises(Invalid, match="from 1 to 64 letters"):
        await operators.add("a\x1b[31m")
    with pytest.raises(Invalid, match="'boss', and must be one of viewer, operator"):
        await operators.add("Ира", role="boss")  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="is -1, and must be from 0"):
        await operators.add("Ира", capacity=-1)


async def test_a_name_finds_whom_it_can_only_mean(operators: Operators) -> None:
    olya, oleg = await operators.add("Ольга"), await operators.add("Олег")
    await operators.link((await operators.code_for(oleg)).code, "7", "@Oleg_N")
    assert await operators.named("оль") == olya
    assert (await operators.named("@oleg_n")).id == oleg.id
    with pytest.raises(Conflict, match="Ольга, Олег"):
        await operators.named("ол")
    with pytest.raises(NotFound):
        await operators.named("Ира")
    with pytest.raises(NotFound):
        await operators.named("@")


async def test_of_two_who_add_one_name_at_once_one_is_refused(operators: Operators) -> None:
    both = await asyncio.gather(operators.add("Оля"), operators.add("Оля"), return_exceptions=True)
    assert sorted(type(one).__name__ for one in both) == ["Conflict", "Operator"]


# ---------------------------------------------------------------- linking


async def test_a_code_links_once_and_says_what_stood_before(operators: Operators) -> None:
    olya = await operators.add("Оля")
    code = (await operators.code_for(olya)).code
    assert await operators.of_telegram("501") is None
    linked = await operators.link(code, "501", "@olya")
    assert (linked.operator.telegram, linked.operator.username) == ("501", "olya")
    assert (linked.before, linked.again) == ("", False)
    assert await operators.of_telegram("501") == linked.operator
    # The same update brought again.
    assert (await operators.link(code, "501", "@olya")).again
    with pytest.raises(CodeRefused) as refused:
        await operators.link(code, "502")
    assert refused.value.why == "used"

    moved = await operators.link((await operators.code_for(olya)).code, "502", "olya2")
    assert (moved.operator.telegram, moved.before) == ("502", "501")
    assert await operators.of_telegram("501") is None
    with pytest.raises(CodeRefused):
        await operators.link(code, "501")


async def test_a_code_may_be_typed_as_people_type(operators: Operators) -> None:
    code = (await operators.code_for(await operators.add("Оля"))).code
    looks = code.lower().replace("-", " ").translate(str.maketrans("acekmhptxy", "асекмнртху"))
    assert (await operators.link(f" {looks}", "501")).operator.name == "Оля"


async def test_a_code_is_old_after_a_quarter_of_an_hour_and_void_by_a_newer_one(
    operators: Operators, clock: Hands
) -> None:
    olya = await operators.add("Оля")
    first = (await operators.code_for(olya)).code
    second = await operators.code_for(olya)
    with pytest.raises(CodeRefused) as refused:
        await operators.link(first, "501")
    assert refused.value.why == "unknown"
    assert second.expires - clock() == timedelta(minutes=15)
    clock.move(minutes=15)
    with pytest.raises(CodeRefused) as refused:
        await operators.link(second.code, "501")
    assert refused.value.why == "expired"


async def test_who_is_somebody_already_cannot_become_another(operators: Operators) -> None:
    olya, ira = await operators.add("Оля"), await operators.add("Ира")
    await operators.link((await operators.code_for(olya)).code, "501")
    code = (await operators.code_for(ira)).code
    with pytest.raises(LinkedElsewhere) as refused:
        await operators.link(code, "501")
    assert refused.value.name == "Оля"
    # The code still serves whom it is for.
    assert (await operators.link(code, "502")).operator.name == "Ира"


async def test_a_removed_operators_account_and_codes_are_free(operators: Operators) -> None:
    olya, ira = await operators.add("Оля"), await operators.add("Ира")
    await operators.link((await operators.code_for(olya)).code, "501")
    late = (await operators.code_for(olya)).code
    await operators.remove(olya)
    with pytest.raises(CodeRefused):
        await operators.link(late, "501")
    assert (await operators.link((await operators.code_for(ira)).code, "501")).before == ""


async def test_whoever_guesses_is_not_listened_to_for_a_minute(
    operators: Operators, clock: Hands
) -> None:
    code = (await operators.code_for(await operators.add("Оля"))).code
    for number in range(5):
        with pytest.raises(CodeRefused):
            await operators.link(f"AAAA-AAA{number}", "666")
        clock.move(seconds=5)
    with pytest.raises(Guessing) as refused:
        await operators.link(code, "666")
    assert (refused.value.first, refused.value.retry_after) == (True, 35)
    with pytest.raises(Guessing) as refused:
        await operators.set_up("AAAA-AAAA", telegram="666", channel="telegram:1", chat_id="-1")
    assert not refused.value.first
    # Others are; so is this one when a minute has passed.
    assert (await operators.link(code, "501")).operator.name == "Оля"
    clock.move(seconds=35)
    with pytest.raises(CodeRefused):
        await operators.link("AAAA-AAAA", "666")


async def test_of_many_who_type_one_code_at_once_one_is_linked(operators: Operators) -> None:
    code = (await operators.code_for(await operators.add("Оля"))).code
    tried = (operators.link(code, str(id)) for id in range(500, 540))
    came = await asyncio.gather(*tried, return_exceptions=True)
    assert sum(not isinstance(one, BaseException) for one in came) == 1
    assert {one.why for one in came if isinstance(one, CodeRefused)} == {"used"}


async def test_two_processes_use_one_code_once(
    operators: Operators, stores: Stores, database: Path, clock: Hands
) -> None:
    code = (await operators.code_for(await operators.add("Оля"))).code
    beside = serving(SqlOperators(Hand(database), stores.base.reader), clock)
    came = await asyncio.gather(
        operators.link(code, "501"), beside.link(code, "502"), return_exceptions=True
    )
    assert [type(one).__name__ for one in came].count("CodeRefused") == 1


# ---------------------------------------------------------------- groups, presence


async def test_a_group_is_set_up_by_one_code_once(operators: Operators) -> None:
    what = SetUp(bot="shop", queues=("sales",))
    code = (await operators.code_for_desk(what)).code
    another = (await operators.code_for_desk(what)).code
    here = {"telegram": "501", "channel": "telegram:1", "chat_id": "-100"}
    assert await operators.set_up(code, **here) == what
    assert await operators.set_up(code, **here) == what
    with pytest.raises(CodeRefused):
        await operators.set_up(code, **(here | {"chat_id": "-200"}))
    assert await operators.set_up(another, **(here | {"chat_id": "-200"})) == what


async def test_a_code_of_one_kind_is_none_of_another(operators: Operators) -> None:
    olya = await operators.add("Оля")
    with pytest.raises(CodeRefused):
        await operators.link((await operators.code_for_desk(SetUp())).code, "501")
    code = (await operators.code_for(olya)).code
    with pytest.raises(CodeRefused):
        await operators.set_up(code, telegram="501", channel="telegram:1", chat_id="-1")


async def test_away_for_a_while_and_back(operators: Operators, clock: Hands) -> None:
    olya = await operators.add("Оля")
    assert not (await operators.away(olya, timedelta(minutes=30))).here(clock())
    clock.move(minutes=30)
    assert (await operators.by_id(olya.id)).here(clock())
    forever = await operators.away(olya)
    clock.move(days=900)
    assert not forever.here(clock())
    assert (await operators.back(olya)).here(clock())


async def test_no_code_stands_in_the_database(operators: Operators, database: Path) -> None:
    code = (await operators.code_for(await operators.add("Оля"))).code
    files = b"".join(one.read_bytes() for one in database.parent.glob(f"{database.name}*"))
    assert code.encode() not in files
    assert code.replace("-", "").encode() not in files
