"""Channels taken up, changed and let go of while everything else goes on."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from bots.errors import (
    BotExists,
    ChannelDown,
    ChannelError,
    ChannelUnauthorised,
    Conflict,
    NotFound,
)
from bots.messengers import Account, Credential, Messenger
from bots.model.channel import ChannelRecord
from bots.model.message import Address, Reply, UnifiedMessage
from bots.model.receipt import Receipt
from bots.model.turn import Outgoing
from bots.ports import Channel, Listening, MessengerChannel, Received, Webhook
from bots.services.channels import Channels
from bots.services.declared import Declared
from bots.services.platforms import Platforms
from bots.supervision import Supervisor
from flows.load import load_bot
from flows.model import Bot
from storage.channels import SqlChannels
from storage.sqlite import open_sqlite
from storage.stores import Stores
from storage.vault import KeyRing
from tests.bots.clockwork import Clockwork, others_go_on
from tests.bots.rig import bot_files

KEY = "key-of-the-tests-" * 3
URL = "https://bot.example/hooks/pigeon"


class Loft:
    """The messenger: what it refuses, and what it was asked."""

    def __init__(self) -> None:
        self.failing: dict[str, ChannelError] = {}
        self.listening: list[str] = []
        self.urls: set[str | None] = set()
        self.announced: dict[str, Sequence[tuple[str, str]]] = {}
        self.closed: list[str] = []
        self.when_ended: Callable[[], None] = lambda: None


class Pigeon(MessengerChannel):
    """An account; its credential `ring` is its number."""

    platform = "pigeon"

    def __init__(self, loft: Loft, record: ChannelRecord) -> None:
        ring = (record.credentials or {}).get("ring", "")
        if not ring.isdecimal():
            raise ChannelUnauthorised("A ring is a number")
        self.name, self.bot, self.loft = f"pigeon:{ring}", record.bot, loft

    async def receive(self, webhook: Webhook) -> Received:
        return Received()

    def render(self, address: Address, reply: Reply) -> list[dict[str, Any]]:
        return []

    async def send(self, row: Outgoing) -> str:
        return ""

    async def typing(self, address: Address) -> None:
        pass

    async def check(self) -> str:
        if self.name in self.loft.failing:
            raise self.loft.failing[self.name]
        return f"@{self.name}"

    async def listen(self, into: Listening, url: str | None) -> None:
        self.loft.listening.append(self.name)
        self.loft.urls.add(url)
        try:
            await asyncio.Event().wait()
        finally:
            self.loft.listening.remove(self.name)
            self.loft.when_ended()

    async def announce(self, commands: Sequence[tuple[str, str]]) -> None:
        self.loft.announced[self.name] = commands

    async def close(self) -> None:
        self.loft.closed.append(self.name)


class Ears:
    async def accept(self, messages: Sequence[UnifiedMessage]) -> None:
        raise AssertionError("nobody writes here")

    async def note(self, receipts: Sequence[Receipt]) -> None:
        raise AssertionError("nobody writes here")


class Bots:
    """The live bots, whose `channels` a test writes."""

    def __init__(self) -> None:
        files = bot_files()
        self.bot = load_bot("shop", {"bot.yaml": files["bot.yaml"], "flows/a.yaml": FLOW}, {}).bot
        self.channels: dict[str, Mapping[str, Mapping[str, str]]] = {"shop": {}, "salon": {}}
        self.whose: dict[str, int] = {}

    def names(self, workspace: int | None = None) -> Sequence[str]:
        return [one for one in self.channels if workspace in (None, self.workspace_of(one))]

    def workspace_of(self, bot: str) -> int:
        if bot not in self.channels:
            raise NotFound("bot", bot)
        return self.whose.get(bot, 1)

    def answers(self, bot: str, workspace: int) -> bool:
        return bot in self.names(workspace)

    def current(self, bot: str) -> Bot:
        if bot not in self.channels:
            raise NotFound("bot", bot)
        return replace(self.bot, folder=bot, channels=self.channels[bot])


FLOW = "flow: menu\nwhen: [/start, /menu]\nsteps:\n  a:\n    - say: Hello\n"


def never(account: Account) -> MessengerChannel:
    raise AssertionError("the tests open channels themselves")


PIGEON = Messenger(
    name="pigeon",
    title="Pigeon post",
    capabilities=("text",),
    credentials=(Credential(name="ring", meaning="On its leg"),),
    api_base="",
    open=never,
)


def record(ring: str, bot: str = "shop", **fields: Any) -> ChannelRecord:
    given: dict[str, Any] = {"origin": "command", **fields}
    given = {"workspace": 1, **given}
    return ChannelRecord(bot=bot, platform="pigeon", credentials={"ring": ring}, **given)


class Rig:
    def __init__(self, stores: Stores) -> None:
        self.stores = stores
        self.clock = Clockwork()
        self.keys = [KEY]
        self.store: SqlChannels = stores.channels(KeyRing(lambda: self.keys))
        self.loft = Loft()
        self.bots = Bots()
        self.variables: dict[str, str] = {}
        self.live: dict[str, Channel] = {"web": cast(Channel, SimpleNamespace(name="web"))}
        self.supervisor = Supervisor()
        self.channels = self.service()
        self.platforms = Platforms({"pigeon": PIGEON}, self.channels, self.bots)

    def service(self, *, alone: bool = True) -> Channels:
        return Channels(
            store=self.store,
            workspace=1,
            live=self.live,
            open=lambda record: Pigeon(self.loft, record),
            read=self.read,
            published=self.bots,
            into=Ears(),
            url=lambda platform: URL,
            supervisor=self.supervisor,
            clock=self.clock.now,
            sleep=self.clock.sleep,
            alone=alone,
        )

    def several(self, count: int) -> list[Channels]:
        """Of as many processes on one database; the first is who listens."""
        self.channels = self.service(alone=False)
        return [self.channels, *(self.beside() for _ in range(count - 1))]

    def beside(self) -> Channels:
        """What another process has."""
        live, self.live = self.live, {}
        try:
            return self.service(alone=False)
        finally:
            self.live = live

    def read(self, bots: Mapping[str, Mapping[str, Mapping[str, str]]]) -> Declared:
        """As config.channels reads bot folders: `$NAME` is a variable."""
        found, complaints, undecided = [], [], set()
        for bot, channels in bots.items():
            for platform, keys in channels.items():
                ring = self.variables.get(keys["ring"].removeprefix("$"))
                if ring is None:
                    complaints.append(f"{bot}: {keys['ring']} is not set")
                    undecided.add((bot, platform))
                else:
                    found.append(record(ring, bot, origin="folder"))
        return Declared(records=found, complaints=complaints, undecided=frozenset(undecided))

    async def begin(self) -> None:
        """Start, and hold time still, so that nothing goes on by itself."""
        await self.channels.arrive()
        self.clock.held.clear()
        await self.channels.listen()
        self.channels.start()
        await others_go_on()

    async def look(self) -> None:
        await self.channels.look()
        await others_go_on()

    def status(self, name: str) -> str:
        return self.channels.states()[name].status

    def at(self) -> list[str]:
        return [one.name for one in self.channels.at.get("pigeon", ())]


@pytest.fixture
async def rig(database: Any) -> AsyncIterator[Rig]:
    stores = await open_sqlite(database, new_id=lambda: "0" * 32, clock=Clockwork().now)
    one = Rig(stores)
    try:
        yield one
    finally:
        await one.supervisor.close()
        await one.channels.close()
        await stores.close()


async def test_a_channel_that_is_kept_is_opened_and_listened_to(rig: Rig) -> None:
    await rig.store.put(record("1", name="pigeon:1"), now=rig.clock.now())
    await rig.begin()
    assert rig.loft.listening == ["pigeon:1"]
    assert rig.loft.urls == {URL}
    assert rig.live.keys() == {"web", "pigeon:1"}
    assert rig.at() == ["pigeon:1"]
    assert rig.status("pigeon:1") == "up"


async def test_nothing_is_listened_to_before_the_start(rig: Rig) -> None:
    await rig.store.put(record("1", name="pigeon:1"), now=rig.clock.now())
    await rig.channels.arrive()
    await others_go_on()
    assert rig.loft.listening == []
    assert rig.status("pigeon:1") == "up"


async def test_one_that_another_process_keeps_is_taken_up_and_let_go(rig: Rig) -> None:
    await rig.begin()
    await rig.store.put(record("1", name="pigeon:1"), now=rig.clock.now())
    await rig.look()
    assert rig.loft.listening == ["pigeon:1"]
    await rig.look()
    assert (await rig.store.states(1))["pigeon:1"].status == "up"
    await rig.store.remove(1, "pigeon:1")
    await rig.look()
    assert rig.loft.listening == []
    assert rig.live.keys() == {"web"}
    assert rig.at() == []
    assert rig.loft.closed == ["pigeon:1"]


async def test_what_accounts_share_is_not_closed_under_the_one_that_stays(rig: Rig) -> None:
    await rig.begin()
    for ring in ("1", "2"):
        await rig.channels.put(record(ring))
    await rig.channels.remove(1, "pigeon:1")
    assert rig.loft.closed == []
    await rig.channels.remove(1, "pigeon:2")
    assert sorted(rig.loft.closed) == ["pigeon:1", "pigeon:2"]


async def test_a_changed_channel_is_opened_anew_under_its_name(rig: Rig) -> None:
    await rig.begin()
    await rig.channels.put(record("1"))
    before = rig.live["pigeon:1"]
    await rig.channels.put(record("1", "salon"))
    await others_go_on()
    after = rig.live["pigeon:1"]
    assert after is not before
    assert cast(Pigeon, after).bot == "salon"
    assert rig.loft.listening == ["pigeon:1"]


async def test_a_channel_is_there_all_the_time_while_it_is_opened_anew(rig: Rig) -> None:
    await rig.begin()
    await rig.channels.put(record("1"))
    await others_go_on()
    there: list[bool] = []
    rig.loft.when_ended = lambda: there.append("pigeon:1" in rig.live)
    await rig.channels.put(record("1", "salon"))
    assert there == [True]


async def test_what_is_as_it_was_is_left_alone(rig: Rig) -> None:
    await rig.begin()
    await rig.channels.put(record("1"))
    before = rig.live["pigeon:1"]
    await rig.channels.put(record("1"))
    await rig.look()
    assert rig.live["pigeon:1"] is before


async def test_a_refused_credential_is_told_once_and_tried_again_after_a_minute(rig: Rig) -> None:
    rig.loft.failing["pigeon:1"] = ChannelUnauthorised("Wrong ring: look at its leg")
    await rig.begin()
    with capture_logs() as logs:
        await rig.channels.put(record("1"))
        await others_go_on()
        for _ in range(3):
            rig.clock.held.set()
            await others_go_on()
            rig.clock.held.clear()
            await others_go_on()
    assert rig.status("pigeon:1") == "refused"
    assert [one["event"] for one in logs if one["log_level"] == "error"] == ["A channel is refused"]
    assert 60.0 in rig.clock.slept
    del rig.loft.failing["pigeon:1"]
    rig.clock.held.set()
    await others_go_on()
    assert rig.status("pigeon:1") == "up"


async def test_a_messenger_that_does_not_answer_is_tried_with_growing_pauses(rig: Rig) -> None:
    rig.loft.failing["pigeon:1"] = ChannelDown("no route")
    await rig.store.put(record("1", name="pigeon:1"), now=rig.clock.now())
    with capture_logs() as logs:
        await rig.channels.arrive()
        assert logs == []
        connection = rig.channels.connections[0]
        task = asyncio.create_task(connection.run())
        await others_go_on()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert rig.status("pigeon:1") == "down"
    assert rig.channels.states()["pigeon:1"].why == "no route"
    assert rig.clock.slept[:6] == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0]
    assert len([one for one in logs if one["log_level"] == "warning"]) == 1


async def test_one_bad_channel_does_not_keep_the_others_away(rig: Rig) -> None:
    rig.loft.failing["pigeon:1"] = ChannelUnauthorised("Wrong ring")
    for ring in ("1", "2"):
        await rig.store.put(record(ring, name=f"pigeon:{ring}"), now=rig.clock.now())
    await rig.store.put(record("no ring", name="pigeon:odd"), now=rig.clock.now())
    await rig.begin()
    states = {name: state.status for name, state in rig.channels.states().items()}
    assert states == {"pigeon:1": "refused", "pigeon:2": "up", "pigeon:odd": "refused"}
    assert rig.platforms.is_up("pigeon", 1)
    up = {"pigeon:1": 0.0, "pigeon:2": 1.0, "pigeon:odd": 0.0}
    assert rig.channels.up(1) == up
    assert rig.channels.up(2) == {}
    assert rig.channels.fares() == {"refused": 2, "up": 1}


async def test_only_the_one_channel_that_the_owner_wrote_down_may_end_a_start(rig: Rig) -> None:
    rig.loft.failing["pigeon:1"] = ChannelUnauthorised("Wrong ring")
    rig.variables["RING"] = "1"
    rig.bots.channels["shop"] = {"pigeon": {"ring": "$RING"}}
    await rig.channels.arrive()
    assert rig.channels.refused_alone == "Wrong ring"
    await rig.channels.put(record("2"))
    assert rig.channels.refused_alone is None
    rig.bots.channels["shop"] = {}
    rig.loft.failing["pigeon:2"] = ChannelUnauthorised("Wrong ring")
    await rig.channels.arrive()
    assert rig.status("pigeon:2") == "refused"
    assert rig.channels.refused_alone is None


async def test_a_channel_whose_bot_is_gone_waits_for_it(rig: Rig) -> None:
    await rig.store.put(record("1", "kiosk", name="pigeon:1"), now=rig.clock.now())
    await rig.begin()
    assert rig.channels.states()["pigeon:1"].why == "There is no bot kiosk to answer here"
    rig.bots.channels["kiosk"] = {}
    await rig.look()
    assert rig.status("pigeon:1") == "up"


async def test_what_is_written_down_wrong_is_listed_too(rig: Rig) -> None:
    rig.variables["RING"] = "no number"
    rig.bots.channels["shop"] = {"pigeon": {"ring": "$RING"}}
    await rig.begin()
    assert rig.channels.states()["pigeon:shop"].why == "A ring is a number"
    await rig.look()
    assert (await rig.store.states(1))["pigeon:shop"].status == "refused"
    rig.bots.channels["shop"] = {}
    await rig.look()
    assert await rig.store.records(1) == []


async def test_without_its_key_a_channel_is_locked_until_the_key_is_back(rig: Rig) -> None:
    await rig.store.put(record("1", name="pigeon:1"), now=rig.clock.now())
    await rig.store.put(record("2", name="pigeon:2"), now=rig.clock.now())
    rig.keys[:] = ["another-key-of-the-tests-" * 2]
    fresh = rig.stores.channels(KeyRing(lambda: rig.keys))
    rig.channels._store = rig.store = fresh
    await rig.channels.put(record("3"))
    await rig.begin()
    assert {name: one.status for name, one in rig.channels.states().items()} == {
        "pigeon:1": "locked",
        "pigeon:2": "locked",
        "pigeon:3": "up",
    }
    assert (await rig.store.states(1))["pigeon:1"].status == "locked"
    rig.keys.append(KEY)
    await rig.look()
    await rig.look()
    assert rig.status("pigeon:1") == "up"
    assert len(rig.loft.listening) == 3


# ---------------------------------------------------------------- what the owner wrote down


async def test_a_bot_folder_that_names_a_channel_opens_and_closes_it(rig: Rig) -> None:
    await rig.begin()
    rig.variables["RING"] = "1"
    rig.bots.channels["shop"] = {"pigeon": {"ring": "$RING"}}
    await rig.look()
    assert rig.loft.listening == ["pigeon:1"]
    (kept,) = await rig.store.records(1)
    assert (kept.name, kept.origin, kept.credentials) == ("pigeon:1", "folder", {})
    rig.bots.channels["shop"] = {}
    await rig.look()
    assert rig.loft.listening == []
    assert await rig.store.records(1) == []


async def test_a_missing_variable_is_told_once_and_everything_else_goes_on(rig: Rig) -> None:
    rig.variables["RING"] = "1"
    rig.bots.channels["shop"] = {"pigeon": {"ring": "$RING"}}
    await rig.begin()
    with capture_logs() as logs:
        rig.bots.channels["shop"] = {"pigeon": {"ring": "$RONG"}}
        rig.bots.channels["salon"] = {"pigeon": {"ring": "$RING2"}}
        for _ in range(3):
            await rig.look()
    assert [one["why"] for one in logs if one["log_level"] == "error"] == [
        "salon: $RING2 is not set",
        "shop: $RONG is not set",
    ]
    assert rig.loft.listening == ["pigeon:1"]
    rig.variables |= {"RONG": "3", "RING2": "2"}
    await rig.look()
    assert sorted(rig.loft.listening) == ["pigeon:2", "pigeon:3"]


async def test_what_is_written_down_wins_over_what_was_added(rig: Rig) -> None:
    await rig.channels.put(record("1", "salon"))
    rig.variables["RING"] = "1"
    rig.bots.channels["shop"] = {"pigeon": {"ring": "$RING"}}
    await rig.begin()
    assert cast(Pigeon, rig.live["pigeon:1"]).bot == "shop"
    with pytest.raises(Conflict, match="in the folder"):
        await rig.channels.put(record("1", "salon"))
    with pytest.raises(Conflict, match="remove it there"):
        await rig.channels.remove(1, "pigeon:1")


async def test_an_account_serves_one_bot_alone(rig: Rig) -> None:
    rig.variables["RING"] = "1"
    for bot in ("shop", "salon"):
        rig.bots.channels[bot] = {"pigeon": {"ring": "$RING"}}
    with capture_logs() as logs:
        await rig.begin()
        await rig.look()
    assert cast(Pigeon, rig.live["pigeon:1"]).bot == "shop"
    assert [one["why"] for one in logs if one["log_level"] == "error"] == [
        "pigeon:1 serves shop (folder), not salon (folder) too"
    ]


async def test_removing_what_is_not_there(rig: Rig) -> None:
    with pytest.raises(NotFound):
        await rig.channels.remove(1, "pigeon:9")


# ---------------------------------------------------------------- how they fare


async def test_what_sending_and_hearing_meet_shows(rig: Rig) -> None:
    await rig.begin()
    await rig.channels.put(record("1"))
    await others_go_on()
    rig.channels.told("pigeon:1", "502 of a proxy")
    assert rig.status("pigeon:1") == "down"
    assert rig.channels.states()["pigeon:1"].why == "502 of a proxy"
    rig.channels.told("pigeon:1", None)
    assert rig.status("pigeon:1") == "up"
    cast(Pigeon, rig.live["pigeon:1"]).trouble = "Another program takes its letters"
    await rig.look()
    assert rig.channels.states()["pigeon:1"].why == "Another program takes its letters"
    cast(Pigeon, rig.live["pigeon:1"]).trouble = None
    await rig.look()
    assert rig.status("pigeon:1") == "up"
    rig.channels.told("pigeon:unknown", "nothing of ours")


async def test_what_sending_meets_in_one_process_all_of_them_show(rig: Rig) -> None:
    listening, worker, web = rig.several(3)
    await rig.store.put(record("1", name="pigeon:1"), now=rig.clock.now())
    await rig.begin()
    for other in (worker, web):
        await other.arrive()

    async def shown() -> list[tuple[str, str]]:
        for one in (worker, listening, listening, web, worker):
            await one.look()
            await others_go_on()
        kept = await rig.store.states(1)
        states = [*(one.states()["pigeon:1"] for one in (listening, worker, web)), kept["pigeon:1"]]
        return [(state.status, state.why) for state in states]

    assert await shown() == [("up", "")] * 4
    worker.told("pigeon:1", "502 of a proxy")
    assert await shown() == [("down", "502 of a proxy")] * 4
    worker.told("pigeon:1", None)
    assert await shown() == [("up", "")] * 4
    # Whoever met it may be gone: the messenger is asked by the one that listens.
    worker.told("pigeon:1", "403 of the messenger")
    rig.loft.failing["pigeon:1"] = ChannelUnauthorised("Wrong ring")
    assert await shown() == [("down", "403 of the messenger")] * 4
    rig.clock.time += timedelta(seconds=60)
    await shown()
    assert await shown() == [("refused", "Wrong ring")] * 4
    del rig.loft.failing["pigeon:1"]
    rig.clock.time += timedelta(seconds=60)
    await shown()
    assert await shown() == [("up", "")] * 4
    for other in (worker, web):
        await other.close()


async def test_a_channel_that_nobody_writes_to_any_more_is_not_down_for_ever(rig: Rig) -> None:
    await rig.begin()
    await rig.channels.put(record("1"))
    await others_go_on()
    rig.channels.told("pigeon:1", "502 of a proxy")
    await rig.look()
    assert rig.status("pigeon:1") == "down"
    rig.loft.failing["pigeon:1"] = ChannelUnauthorised("Wrong ring")
    rig.clock.time += timedelta(seconds=60)
    await rig.look()
    await rig.look()
    assert rig.status("pigeon:1") == "refused"
    assert rig.loft.listening == ["pigeon:1"]
    del rig.loft.failing["pigeon:1"]
    rig.clock.time += timedelta(seconds=59)
    await rig.look()
    assert rig.status("pigeon:1") == "refused"
    rig.clock.time += timedelta(seconds=1)
    await rig.look()
    assert rig.status("pigeon:1") == "up"


async def test_commands_are_shown_once_and_again_when_they_are_others(rig: Rig) -> None:
    await rig.begin()
    await rig.channels.put(record("1"))
    await rig.look()
    assert rig.loft.announced == {"pigeon:1": [("menu", "Menu")]}
    rig.loft.announced.clear()
    await rig.look()
    assert rig.loft.announced == {}
    files = {"bot.yaml": bot_files()["bot.yaml"], "flows/a.yaml": FLOW.replace("/menu", "/help")}
    rig.bots.bot = load_bot("shop", files, {}).bot
    await rig.look()
    assert rig.loft.announced == {"pigeon:1": [("help", "What this bot can do")]}


async def test_accounts_are_listed_for_who_writes_first(rig: Rig) -> None:
    await rig.begin()
    await rig.channels.put(record("1"))
    await rig.channels.put(record("2", "salon"))
    assert [(one.channel, one.bot) for one in rig.platforms.accounts("pigeon", 1)] == [
        ("pigeon:1", "shop"),
        ("pigeon:2", "salon"),
    ]
    assert [one.bot for one in rig.platforms.accounts("web", 1)] == ["shop", "salon"]
    assert [one.name for one in rig.platforms.platforms()] == ["pigeon", "web"]


async def test_an_account_serves_one_bot_over_all_workspaces(rig: Rig) -> None:
    rig.bots.channels["assistant.7"] = {}
    rig.bots.whose["assistant.7"] = 2
    await rig.begin()
    await rig.channels.put(record("1"))
    with pytest.raises(BotExists):
        await rig.channels.put(record("1", bot="assistant.7", workspace=2))
    await rig.channels.put(record("2", bot="assistant.7", workspace=2))
    assert rig.status("pigeon:2") == "up"
    await rig.look()
    assert (await rig.store.states(1)).keys() == {"pigeon:1"}
    assert (await rig.store.states(2))["pigeon:2"].status == "up"
    assert [one.channel for one in rig.platforms.accounts("pigeon", 2)] == ["pigeon:2"]
    assert [one.bot for one in rig.platforms.accounts("web", 1)] == ["shop", "salon"]
    with pytest.raises(NotFound):
        await rig.channels.remove(1, "pigeon:2")


async def test_no_bot_answers_at_an_account_of_another_workspace(rig: Rig) -> None:
    await rig.begin()
    await rig.store.put(record("1", name="pigeon:1", workspace=2, bot="salon"), now=rig.clock.now())
    await rig.look()
    assert rig.at() == []
    assert rig.channels.states()["pigeon:1"].why == "There is no bot salon to answer here"


async def test_an_account_of_the_owners_settings_is_not_taken_away_by_another_workspace(
    rig: Rig,
) -> None:
    rig.bots.channels["assistant.7"] = {}
    rig.bots.whose["assistant.7"] = 2
    await rig.begin()
    await rig.channels.put(record("1", bot="assistant.7", workspace=2, origin="api"))
    rig.bots.channels["shop"] = {"pigeon": {"ring": "$RING"}}
    rig.variables["RING"] = "1"
    await rig.look()
    await rig.look()
    assert [one.record.bot for one in rig.channels.connections] == ["shop"]
    assert rig.status("pigeon:1") == "up"


async def test_an_account_made_over_the_api_rests_while_its_bot_answers_nobody(rig: Rig) -> None:
    rig.bots.channels["assistant.7"] = {}
    await rig.begin()
    await rig.channels.put(record("1", bot="assistant.7", origin="api"))
    assert rig.loft.listening == ["pigeon:1"]
    del rig.bots.channels["assistant.7"]
    await rig.look()
    assert rig.loft.listening == []
    assert "pigeon:1" not in rig.channels.states()
    rig.bots.channels["assistant.7"] = {}
    await rig.look()
    assert rig.loft.listening == ["pigeon:1"]
