"""One of several processes on a PostgreSQL: what it loses of a chat, and gets back, stays in order."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bots.inbox import ASKED
from bots.model.answer import Answer
from bots.model.slots import SLOTS, Slots, slot_of
from storage.opening import open_stores
from storage.postgres.membership import SqlMembership
from storage.stores import Stores
from tests.bots.rig import Rig, address_of, bot_files

ANNA = address_of("anna")


class SharedRig(Rig):
    """A process that works for Anna's slot, beside others whom the test plays."""

    def __init__(self, url: str) -> None:
        super().__init__(Path(), {"counter": bot_files()})
        self._url = url
        self._writing: set[asyncio.Task[Any]] = set()
        self.slots = Slots(f"{1:032x}")
        self.other: Stores
        self._membership = SqlMembership(url, id=self.slots.holder, role="work", version="1")

    async def opened(self) -> Stores:
        own: dict[str, Any] = {"new_id": self.new_id, "clock": self.hands.now}
        self.other = await open_stores(self._url, slots=Slots(f"{2:032x}"), **own)
        stores = await open_stores(self._url, slots=self.slots, **own)
        await self._membership.beat()
        await self.gets()
        # What writes for ever does not come to rest.
        self._writing = self._ours()
        return stores

    async def furnish(self) -> None:
        self.inbox.neighbourhood = self.stores.neighbourhood(self.slots.holder)

    def _ours(self) -> set[asyncio.Task[Any]]:
        return super()._ours() - self._writing

    async def gets(self) -> None:
        """Anna's slot, by the database and by what the process believes."""
        taken = await self._membership.take(SLOTS)
        await self._membership.release(taken - {slot_of(ANNA)})
        self.slots.hold({slot_of(ANNA)}, 1e12)

    async def loses(self) -> None:
        """By the database alone: nobody has told the process."""
        await self._membership.release({slot_of(ANNA)})

    async def ends(self) -> None:
        await self._membership.leave()
        await self.other.close()
        await self.close()

    async def heard(self) -> list[str | None]:
        return [one.text for one in await self.history("anna") if one.direction == "inbound"]


@pytest.fixture
async def shared(postgres: str) -> AsyncIterator[SharedRig]:
    one = SharedRig(postgres)
    await one.open()
    try:
        yield one
    finally:
        await one.ends()


async def test_what_waits_behind_a_turn_whose_lease_is_lost_does_not_pass_it(
    shared: SharedRig,
) -> None:
    await shared.hears("anna", "/start")
    shared.life.happens = {"before commit": shared.loses, "failed commit": shared.gets}
    await shared.inbox.accept([shared.message("anna", text) for text in ("a", "b", "c")])
    await shared.quiet()
    assert not shared.life.happens
    await shared.inbox.look()
    await shared.quiet()
    assert await shared.heard() == ["/start", "a", "b", "c"]


async def test_what_was_read_before_a_lease_was_lost_does_not_pass_what_waited(
    shared: SharedRig,
) -> None:
    await shared.hears("anna", "/start")
    gone, looks = asyncio.Event(), list[asyncio.Task[None]]()

    async def till_it_is_gone() -> None:
        await shared.hands.park(gone.wait())

    async def loses_amid_a_look() -> None:
        await shared.loses()
        await shared.other.journal.accept([shared.message("anna", "d")])
        shared.life.happens["after came"] = till_it_is_gone
        looks.append(shared.beside(shared.inbox.look()))

    shared.life.happens = {"before commit": loses_amid_a_look, "failed commit": shared.gets}
    await shared.inbox.accept([shared.message("anna", text) for text in ("a", "b", "c")])
    await shared.quiet()
    gone.set()
    await looks[0]
    await shared.quiet()
    await shared.inbox.look()
    await shared.quiet()
    assert await shared.heard() == ["/start", "a", "b", "c", "d"]


async def test_an_album_behind_a_turn_whose_lease_is_lost_is_heard_whole(shared: SharedRig) -> None:
    await shared.hears("anna", "/start")
    parts = [
        replace(shared.message("anna", text), metadata={"album": "one"}) for text in ("b", "c")
    ]
    shared.life.happens = {"before commit": shared.loses, "failed commit": shared.gets}
    await shared.inbox.accept([shared.message("anna", "a"), *parts])
    await shared.quiet()
    await shared.inbox.look()
    await shared.passes(5)
    assert await shared.heard() == ["/start", "a", "b\nc"]


async def test_what_another_process_asked_is_answered_before_what_came_behind_it(
    shared: SharedRig,
) -> None:
    await shared.hears("anna", "/start")
    asked = shared.message("anna", "a")
    asked = replace(asked, metadata={ASKED: {"context": None, "patience": 25.0}})
    first, *_ = await shared.other.journal.accept([asked, shared.message("anna", "b")])
    await shared.inbox.look()
    await shared.quiet()
    assert await shared.heard() == ["/start", "a", "b"]
    answer = await shared.other.neighbourhood("x").answer(first.seq)
    assert isinstance(answer, Answer)
    assert [one.text for one in answer.said] == ["1:a"]


async def test_a_message_whose_bringer_was_cancelled_goes_behind_what_others_took_in_before(
    shared: SharedRig,
) -> None:
    await shared.hears("anna", "/start")
    await shared.other.journal.accept([shared.message("anna", "a")])
    bringing = shared.beside(shared.inbox.accept([shared.message("anna", "b")]))
    await asyncio.sleep(0)
    bringing.cancel()
    await asyncio.gather(bringing, return_exceptions=True)
    await shared.quiet()
    await shared.inbox.look()
    await shared.quiet()
    assert await shared.heard() == ["/start", "a", "b"]
