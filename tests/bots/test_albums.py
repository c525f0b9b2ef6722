"""Albums that come part by part: one message to the bot, whatever happens meanwhile."""

import random
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bots.albums import LONGEST, MOST, QUIET
from bots.model.message import LOOSE_ALBUM, Attachment, Entity, UnifiedMessage
from bots.model.turn import MessageRecord
from tests.bots.rig import Rig, bot_files

PICTURES = """
flow: pictures
when: [{sends: photo}]
steps:
  thanks:
    - say: thanks
"""
TALK = """
flow: talk
when: [hello]
steps:
  hello:
    - say: hello yourself
"""


@pytest.fixture
async def rig(database: Path) -> AsyncIterator[Rig]:
    files = bot_files(PICTURES) | {"flows/talk.yaml": TALK}
    one = Rig(database, {"counter": files})
    await one.open()
    try:
        yield one
    finally:
        await one.crash()


def photo(
    rig: Rig, ref: str, *, album: str = "7", text: str = "", chat: str = "anna", id: str = ""
) -> UnifiedMessage:
    message = rig.message(chat, text, external_id=id or f"9{ref}")
    return replace(
        message,
        attachments=(Attachment(kind="photo", ref=ref),),
        message_type="image",
        metadata={"album": album} if album else {},
    )


async def brings(rig: Rig, *messages: UnifiedMessage) -> None:
    for message in messages:
        await rig.inbox.accept([message])


async def heard(rig: Rig, chat: str = "anna") -> list[MessageRecord]:
    return [one for one in await rig.history(chat) if one.direction == "inbound"]


def refs(record: MessageRecord) -> list[str]:
    return [one.ref for one in record.attachments]


async def test_the_parts_of_an_album_are_one_message_with_all_of_them(rig: Rig) -> None:
    await brings(rig, photo(rig, "1"), photo(rig, "2", text="my works"), photo(rig, "3"))
    await rig.passes(QUIET)
    assert rig.messenger.texts("anna") == ["thanks"]
    (record,) = await heard(rig)
    assert (refs(record), record.text) == (["1", "2", "3"], "my works")


async def test_a_lone_photo_is_answered_at_once(rig: Rig) -> None:
    await brings(rig, photo(rig, "1", album=""))
    await rig.quiet()
    assert rig.messenger.texts("anna") == ["thanks"]


async def test_an_album_waits_while_more_of_it_comes_but_not_for_ever(rig: Rig) -> None:
    for number in range(1, 8):
        await brings(rig, photo(rig, str(number)))
        await rig.passes(0.5)
    assert LONGEST == 3.0
    await rig.passes(QUIET)
    # The seventh came too late: a message of its own, and one that the bot knows as a late part.
    assert [len(one.attachments) for one in await heard(rig)] == [6, 1]
    assert rig.messenger.texts("anna") == ["thanks"]


async def test_parts_that_come_one_by_one_for_ever_are_all_heard_in_bounded_time(rig: Rig) -> None:
    for number in range(40):
        await brings(rig, photo(rig, f"{number:02}"))
        await rig.passes(QUIET - 0.01)
    await rig.passes(LONGEST)
    albums = [refs(one) for one in await heard(rig)]
    assert [ref for album in albums for ref in album] == [f"{number:02}" for number in range(40)]
    assert max(map(len, albums)) <= LONGEST / (QUIET - 0.01) + 1
    # What comes late of an album is heard, and answered with nothing.
    assert rig.messenger.texts("anna") == ["thanks"]


async def test_parts_stand_in_the_messengers_order_not_in_that_of_their_coming(rig: Rig) -> None:
    await brings(rig, photo(rig, "b", id="11"), photo(rig, "a", id="9"), photo(rig, "c", id="101"))
    await rig.passes(QUIET)
    (record,) = await heard(rig)
    assert refs(record) == ["a", "b", "c"]


async def test_what_comes_after_an_album_waits_behind_it_and_other_chats_do_not(rig: Rig) -> None:
    await brings(rig, photo(rig, "1"), rig.message("anna", "hello"), rig.message("boris", "hello"))
    await rig.quiet()
    assert rig.messenger.texts("anna") == []
    assert rig.messenger.texts("boris") == ["hello yourself"]
    await brings(rig, photo(rig, "2"))
    await rig.passes(QUIET)
    assert rig.messenger.texts("anna") == ["thanks", "hello yourself"]
    assert refs((await heard(rig))[0]) == ["1", "2"]


async def test_two_albums_are_two_messages(rig: Rig) -> None:
    await brings(
        rig,
        photo(rig, "1"),
        photo(rig, "2", album="8"),
        photo(rig, "3"),
        photo(rig, "4", album="8"),
    )
    await rig.passes(QUIET)
    assert rig.messenger.texts("anna") == ["thanks", "thanks"]
    assert [refs(one) for one in await heard(rig)] == [["1", "3"], ["2", "4"]]


async def test_of_too_many_parts_the_rest_is_another_message(rig: Rig) -> None:
    await brings(rig, *(photo(rig, str(number)) for number in range(MOST + 1)))
    await rig.passes(QUIET * 2)
    assert [len(one.attachments) for one in await heard(rig)] == [MOST, 1]


async def test_captions_are_joined_and_what_is_marked_in_them_stays_marked(rig: Rig) -> None:
    bold = (Entity(kind="bold", start=0, length=3),)
    parts = [
        replace(photo(rig, "1", text="one"), entities=bold),
        photo(rig, "2"),
        replace(photo(rig, "3", text="two"), entities=bold),
    ]
    await brings(rig, *parts)
    await rig.passes(QUIET)
    (record,) = await heard(rig)
    assert record.text == "one\ntwo"
    assert [one.start for one in record.entities] == [0, 4]


async def test_pictures_without_an_albums_id_are_gathered_when_they_come_at_once(rig: Rig) -> None:
    await brings(rig, *(photo(rig, ref, album=LOOSE_ALBUM) for ref in "ab"))
    await rig.passes(QUIET)
    await rig.passes(5)
    await brings(rig, photo(rig, "c", album=LOOSE_ALBUM))
    await rig.passes(QUIET)
    # The third is no late part of the first two: it is answered for itself.
    assert rig.messenger.texts("anna") == ["thanks", "thanks"]


async def test_a_repeated_part_is_taken_once(rig: Rig) -> None:
    again = photo(rig, "1")
    await brings(rig, again, photo(rig, "2"), again)
    await rig.passes(QUIET)
    await brings(rig, again)
    await rig.passes(QUIET)
    assert rig.messenger.texts("anna") == ["thanks"]
    (record,) = await heard(rig)
    assert refs(record) == ["1", "2"]


@pytest.mark.parametrize("point", ["after accept", "before commit", "after commit", "after send"])
async def test_a_crash_loses_no_part_and_the_album_is_answered_once(rig: Rig, point: str) -> None:
    await rig.hears("anna", "hello")
    await brings(rig, photo(rig, "1"), photo(rig, "2"))
    rig.life.doom = point
    bringing = rig.beside(brings(rig, photo(rig, "3")))
    await rig.passes(QUIET)
    bringing.cancel()
    await rig.restart()
    await rig.passes(QUIET)
    assert rig.messenger.texts("anna") == ["hello yourself", "thanks"]
    assert refs((await heard(rig))[-1]) == ["1", "2", "3"]
    assert await rig.stores.journal.backlog() == []


async def test_an_album_whose_turn_fails_is_tried_again_as_a_whole_and_stops_nobody(
    rig: Rig,
) -> None:
    poison = replace(photo(rig, "1"), text=123)  # type: ignore[arg-type]
    await brings(rig, poison, photo(rig, "2"))
    await rig.passes(QUIET + 1000)
    assert rig.meter.failures == ["turn"] * 6 + ["parked"]
    await rig.hears("anna", "hello")
    assert rig.messenger.texts("anna") == ["hello yourself"]
    assert rig.inbox.oldest is None
    assert await rig.stores.journal.backlog() == []


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_comes_between_and_whenever_we_die_everything_is_heard_once(
    rig: Rig, seed: int
) -> None:
    chance = random.Random(seed)
    sent: list[str] = []
    words: list[str] = []
    brought: list[UnifiedMessage] = []
    for number in range(40):
        match chance.choice(["part", "part", "part", "words", "again", "time", "crash"]):
            case "part":
                album = chance.choice(["7", "8", LOOSE_ALBUM])
                brought.append(photo(rig, str(number), album=album))
                sent.append(str(number))
            case "words":
                brought.append(rig.message("anna", f"w{number}"))
                words.append(f"w{number}")
            case "again" if brought:
                await brings(rig, chance.choice(brought))
                continue
            case "crash":
                rig.life.doom = chance.choice(["", "before commit", "after commit"])
                await rig.passes(chance.uniform(0, 1))
                await rig.restart()
                continue
            case _:
                await rig.passes(chance.uniform(0, 1.5))
                continue
        await brings(rig, brought[-1])
    await rig.passes(LONGEST + QUIET)
    records = await heard(rig)
    assert sorted(ref for one in records for ref in refs(one)) == sorted(sent)
    assert [one.text for one in records if not one.attachments] == words
    for record in records:
        assert refs(record) == sorted(refs(record), key=int)
    assert await rig.stores.journal.backlog() == []
