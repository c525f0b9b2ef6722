"""What a flow says and reads of a hand-off while the whole runtime is at work."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bots.people import PeopleRig
from tests.bots.rig import address_of, bot_files

BOT = """
queues:
  support: {say: "Number {{ handoff.position }}, {{ handoff.estimate | default('soon') }}.", unclaimed: 20m}
meanwhile:
  - when: [/where]
    then: {say: "You are {{ handoff.position }} in {{ handoff.queue }}."}
  - when: [/operator]
    then: {handoff: support}
  - when: {confidence: 0.7}
    then: {handoff: support, note: "Unsure: {{ trigger.text }}"}
"""
FLOWS = """
flow: form
about: A form
when: [/form]
steps:
  name:
    - ask: Name?
      save: name
      as: text
  pay:
    - ask: Paid?
      save: paid
      as: yes_no
---
flow: help
when: [/help]
steps:
  call:
    - handoff: support
      unanswered: {after: 5m, then: [{say: "Nobody: {{ handoff.outcome }}."}]}
  after:
    - say: "{{ handoff.operator }}, {{ handoff.duration }}, {{ handoff.tags | join }}, {{ handoff.form.order }}, {{ handoff.code }}."
    - each: handoff.messages
      then: {say: "{{ item.author }}: {{ item.text }}"}
---
flow: topic
when: {means: something is asked}
steps: {a: [{say: Well.}]}
"""


@pytest.fixture
async def people(database: Path) -> AsyncIterator[PeopleRig]:
    one = PeopleRig(database, bot_files(FLOWS, BOT))
    await one.open()
    try:
        await one.hires("Olya")
        yield one
    finally:
        await one.crash()


async def test_everybody_is_told_their_own_place_and_a_place_moves_up(people: PeopleRig) -> None:
    for chat in ("anna", "boris", "vera"):
        await people.hears(chat, "/help")
    assert [people.messenger.texts(chat) for chat in ("anna", "boris", "vera")] == [
        ["Number 1, soon."],
        ["Number 2, soon."],
        ["Number 3, soon."],
    ]
    await people.hears("vera", "/where")
    assert people.messenger.texts("vera")[-1] == "You are 3 in support."
    await people.passes(120)
    await people.takes("Olya", "anna")
    await people.hears("vera", "/where")
    assert people.messenger.texts("vera")[-1] == "You are 2 in support."
    await people.hears("galya", "/help")
    assert people.messenger.texts("galya") == ["Number 3, about 2 minutes."]


async def test_the_flow_reads_what_came_of_it(people: PeopleRig) -> None:
    await people.hears("anna", "/help")
    await people.takes("Olya", "anna")
    await people.hears("anna", "where is my order")
    await people.says("Olya", "anna", "on its way")
    await people.handoff.set_field(address_of("anna"), people.people["Olya"], "order", 7)
    await people.handoff.tag(address_of("anna"), people.people["Olya"], add=("vip",))
    await people.passes(60)
    await people.closes("Olya", "anna", code="solved")
    assert people.messenger.texts("anna")[-3:] == [
        "Olya, 1 minute, vip, 7, solved.",
        "customer: where is my order",
        "operator: on its way",
    ]


async def test_a_person_sends_the_chat_to_a_step_or_a_flow(people: PeopleRig) -> None:
    await people.hears("anna", "/form", "/operator")
    await people.takes("Olya", "anna")
    await people.releases("Olya", "anna", step="pay")
    assert people.messenger.texts("anna")[-1] == "Paid?"
    await people.takes("Olya", "anna")
    await people.releases("Olya", "anna", step="form")
    assert people.messenger.texts("anna")[-1] == "Name?"


async def test_the_steps_patience_and_the_queues_are_one_clock_each(people: PeopleRig) -> None:
    await people.hears("anna", "/help")
    await people.hears("boris", "/operator")
    await people.passes(6 * 60)
    assert people.messenger.texts("anna")[-1] == "Nobody: unanswered."
    assert (await people.conversation("boris")).owner == "queue"
    await people.passes(15 * 60)
    assert (await people.conversation("boris")).owner == "bot"
    assert [one["outcome"] for one in people.happened("handoff.failed")] == ["unanswered"] * 2


async def test_what_led_to_a_person_is_kept(people: PeopleRig) -> None:
    await people.hears("anna", "/operator")
    assert (await people.episode("anna")).source == "phrase"
    await people.hears("boris", "mumble")
    episode = await people.episode("boris")
    assert (episode.source, episode.note) == ("rule", "Unsure: mumble")
