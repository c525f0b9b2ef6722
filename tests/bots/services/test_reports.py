"""What the bot did by itself, and which of its steps call for people, from what really happened."""

import csv
import io
from datetime import UTC

from adapters.terminal import report as terminal
from bots.services.reports import Grouping, Report, Reports, Wanted
from tests.bots.people import PeopleRig
from tests.bots.rig import WORKSPACE


async def reported(people: PeopleRig, by: Grouping = "operator") -> Report:
    today = people.hands.now().date()
    reports = Reports(people.stores.episodes, workspace=WORKSPACE, metrics=people.stores.metrics)
    return await reports.of(
        Wanted(first=today, last=today, zone=UTC, by=by),
        worked=lambda bot, queue, start, end: end - start,
        promised=lambda bot, queue: False,
    )


def rows(report: Report) -> dict[str, dict[str, str]]:
    named = terminal.names({}, "en", report.wanted.by)
    found = csv.DictReader(io.StringIO(terminal.written(report, named, "en")))
    return {one[report.wanted.by]: one for one in found}


async def test_what_the_bot_did_alone_is_a_share_of_all_conversations(people: PeopleRig) -> None:
    for chat in ("a", "b", "c"):
        await people.hears(chat, "/start", "socks")
    await people.asks("d")
    await people.takes("Olya", "d")
    await people.hears("e", "/help")
    await people.takes("Petya", "e")
    report = await reported(people)
    assert (report.total.conversations, report.total.handed) == (5, 2)
    assert report.total.contained == 0.6
    all = rows(report)["all"]
    assert (all["conversations"], all["contained"]) == ("5", "0.6")
    assert rows(report)["#1"]["contained"] == ""
    out = io.StringIO()
    terminal.show(report, terminal.names({}, "en"), "en", out)
    assert "Conversations: 5, of them handed to people: 2; the bot did 60% by itself." in (
        out.getvalue()
    )


async def test_the_steps_that_call_for_people_are_told(people: PeopleRig) -> None:
    await people.asks("a")
    await people.asks("b")
    await people.hears("c", "/help")
    await people.takes("Petya", "c")
    steps = rows(await reported(people, "step"))
    assert {name: row["chats"] for name, row in steps.items()} == {
        "shop / next": "2",
        "at no step": "1",
        "all": "3",
    }
    sources = rows(await reported(people, "source"))
    assert {name: row["chats"] for name, row in sources.items()} == {
        "a step of a flow": "2",
        "the customer asked": "1",
        "all": "3",
    }
