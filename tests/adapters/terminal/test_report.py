"""`report operators`: what a person reads and what a spreadsheet is given, from a real database."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from adapters.terminal import report as terminal
from adapters.terminal.leaving import Refused
from bots.errors import Invalid
from bots.model import handling, handoff
from bots.model.conversation import Conversation
from bots.model.episode import Asked
from bots.model.message import Address
from bots.services.reports import Grouping, Report, Reports, Wanted
from storage.sqlite import open_sqlite
from storage.stores import Stores
from tests.storage.samples import answer, opened

MOSCOW = ZoneInfo("Europe/Moscow")
DAY = date(2026, 11, 2)
MORNING = datetime(2026, 11, 2, 10, 0, tzinfo=MOSCOW)
OLYA, IRA = 1, 2
PEOPLE = {OLYA: "Оля", IRA: "=cmd|calc"}


class Desk:
    """Hand-offs as turns write them, at moments of their own."""

    def __init__(self, stores: Stores) -> None:
        self.stores = stores
        self._ids = iter(range(1, 10_000))

    async def asks(
        self, chat: str, at: datetime, *, queue: str = "sales", reason: str = ""
    ) -> None:
        id = f"{next(self._ids):032x}"
        moved, event = handoff.requested(
            await self._chat(chat), Asked(queue=queue, reason=reason), id=id, now=utc(at)
        )
        await answer(self.stores.journal, moved, events=(event,))

    async def takes(self, chat: str, who: int, at: datetime) -> None:
        moved, event = handoff.taken(await self._chat(chat), by=who, id="", now=utc(at))
        moved, told = handling.answered(moved, by=who, now=utc(at + timedelta(minutes=1)))
        await answer(self.stores.journal, moved, events=(event, *told))

    async def ends(self, chat: str, at: datetime, outcome: str = "closed") -> None:
        moved, event = handoff.released(
            await self._chat(chat),
            outcome,  # type: ignore[arg-type]
            now=utc(at),
        )
        await answer(self.stores.journal, moved, events=(event,))

    async def _chat(self, chat: str) -> Conversation:
        return await opened(self.stores.journal, Address(1, "shop", "telegram:1", chat))

    async def report(self, by: Grouping = "operator", *, last: date = DAY, bot: str = "") -> Report:
        wanted = Wanted(first=DAY, last=last, zone=MOSCOW, by=by, bot=bot)
        return await Reports(self.stores.episodes, workspace=1).of(
            wanted,
            worked=lambda bot, queue, start, end: end - start,
            promised=lambda bot, queue: False,
        )


def utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


def minutes(number: float) -> datetime:
    return MORNING + timedelta(minutes=number)


def table(report: Report) -> list[dict[str, str]]:
    text = terminal.written(report, terminal.names(PEOPLE, "en"), "en")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
async def desk(database: Path) -> AsyncIterator[Desk]:
    ids = iter(range(1, 10_000))
    stores = await open_sqlite(
        database, new_id=lambda: f"{next(ids):032x}", clock=lambda: utc(MORNING)
    )
    yield Desk(stores)
    await stores.close()


@pytest.fixture
async def busy(desk: Desk) -> Desk:
    """A day: Olya answers two, Ira one that comes back, one is missed, one still waits."""
    await desk.asks("1", minutes(0), reason="возврат")
    await desk.takes("1", OLYA, minutes(2))
    await desk.ends("1", minutes(12))
    await desk.asks("2", minutes(5))
    await desk.takes("2", OLYA, minutes(9))
    await desk.ends("2", minutes(30), "released")
    await desk.asks("3", minutes(20), queue="help", reason="возврат")
    await desk.takes("3", IRA, minutes(21))
    await desk.ends("3", minutes(25))
    await desk.asks("3", minutes(60))
    await desk.ends("3", minutes(75), "unanswered")
    await desk.asks("4", minutes(80), queue="")
    return desk


async def test_each_operator_has_a_row_and_all_a_total(busy: Desk) -> None:
    report = await busy.report()
    rows = {one["operator"]: one for one in table(report)}
    assert list(rows) == ["'=cmd|calc", "Оля", "nobody took it", "all"]
    olya, ira, nobody, all = rows["Оля"], rows["'=cmd|calc"], rows["nobody took it"], rows["all"]
    assert (olya["chats"], olya["taken"], olya["wait_median"], olya["wait_p90"]) == (
        "2",
        "2",
        "180",
        "240",
    )
    assert (olya["answer_median"], olya["handling_median"]) == ("240", "930")
    assert (olya["first_contact_resolution"], olya["reopened_72h"]) == ("0.5", "0")
    assert (ira["reopened_72h"], ira["first_contact_resolution"]) == ("1", "0")
    assert (nobody["chats"], nobody["missed"], nobody["open"], nobody["wait_median"]) == (
        "2",
        "1",
        "1",
        "",
    )
    assert (all["chats"], all["taken"], all["missed"], all["sla_kept"]) == ("5", "3", "1", "")


async def test_the_table_reads_well(busy: Desk) -> None:
    out = io.StringIO()
    terminal.show(await busy.report(), terminal.names(PEOPLE, "ru"), "ru", out)
    heading, names, _, olya, nobody, total, notes, *_ = out.getvalue().splitlines()
    assert heading == "Передачи людям с 02.11.2026 по 02.11.2026 (Europe/Moscow)"
    assert names.split()[:5] == ["оператор", "чатов", "взято", "проп.", "отобр."]
    assert olya.split()[:8] == ["Оля", "2", "2", "0", "0", "3:00", "4:00", "4:00"]
    assert nobody.split()[:5] == ["никто", "не", "взял", "2", "0"]
    assert total.split()[:2] == ["всего", "5"]
    assert notes == "Ещё не закончены: 1."


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ("queue", ["help", "no queue", "sales"]),
        ("channel", ["telegram"]),
        ("reason", ["step", "возврат"]),
        ("day", ["2026-11-02"]),
    ],
)
async def test_hand_offs_are_told_by_other_things_too(
    busy: Desk, by: Grouping, names: list[str]
) -> None:
    report = await busy.report(by)
    rows = table(report)
    assert [one[by] for one in rows] == [*names, "all"]
    assert sum(int(one["chats"]) for one in rows[:-1]) == int(rows[-1]["chats"]) == 5


async def test_days_are_those_of_the_zone_and_both_ends_count(desk: Desk) -> None:
    for number, (day, hour) in enumerate([(1, 23), (2, 0), (3, 23), (4, 0)]):
        await desk.asks(str(number), datetime(2026, 11, day, hour, 30, tzinfo=MOSCOW))
    report = await desk.report("day", last=date(2026, 11, 3))
    assert sorted(map(str, report.rows)) == ["2026-11-02", "2026-11-03"]


async def test_what_ended_later_counts_with_the_day_it_began(desk: Desk) -> None:
    await desk.asks("1", minutes(0))
    await desk.takes("1", OLYA, minutes(1))
    await desk.ends("1", minutes(60 * 24 * 9))
    report = await desk.report("day")
    assert report.total.resolution.median == 9 * 24 * 3600


async def test_of_one_bot_alone(busy: Desk) -> None:
    assert (await busy.report(bot="salon")).total.chats == 0
    assert (await busy.report(bot="shop")).total.chats == 5


async def test_without_hand_offs_it_says_so(desk: Desk) -> None:
    out = io.StringIO()
    terminal.show(await desk.report(), terminal.names({}, "en"), "en", out)
    assert out.getvalue().splitlines()[1:] == ["There were none on these days."]


async def test_a_reason_that_nobody_gave_is_told_in_words(busy: Desk) -> None:
    report = await busy.report("reason")
    for language, told in (("ru", "так решил сценарий"), ("en", "a step of a flow")):
        text = terminal.written(report, terminal.names({}, language, "reason"), language)
        assert [line.split(",")[0] for line in text.splitlines()[1:3]] == [told, "возврат"]
    # A queue may have such a name.
    assert terminal.names({}, "ru", "queue")("step") == "step"


async def test_a_file_is_for_excel(desk: Desk, tmp_path: Path) -> None:
    await desk.asks("1", minutes(0), reason="-2+3")
    path = tmp_path / "report.csv"
    text = terminal.written(await desk.report("reason"), terminal.names({}, "ru"), "ru")
    terminal.write(text, path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbfreason,")
    assert path.read_text("utf-8-sig").splitlines()[1].startswith("'-2+3,1,")


def test_days_are_read_as_people_write_them_and_mistakes_explained() -> None:
    assert terminal.day("2026-11-01", "ru") == terminal.day(" 1.11.2026", "ru") == date(2026, 11, 1)
    for bad in ("2026-13-01", "31.02.2026", "вчера", ""):
        with pytest.raises(Refused, match="не день. Пишите так: 2026-11-01"):
            terminal.day(bad, "ru")
    today = date(2026, 11, 30)
    assert terminal.days(None, None, today, "en") == (date(2026, 11, 1), today)
    with pytest.raises(Refused, match="is after the last"):
        terminal.days("2026-12-01", None, today, "en")
    with pytest.raises(Refused, match="no time zone «Moskva»"):
        terminal.zone("Moskva", "en")
    with pytest.raises(Invalid):
        Wanted(first=today, last=today - timedelta(days=1), zone=MOSCOW)
