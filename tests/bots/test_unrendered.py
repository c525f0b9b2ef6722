"""What is said while a channel is not there: nothing of it is lost, and nothing said to be sent."""

from datetime import timedelta

from bots.model.message import Attachment, Button, Card, Entity, Keyboard, Reply
from bots.outbox import ABSENT
from bots.unrendered import put_off, reply_of
from tests.bots.rig import CHANNEL, Rig, address_of

ANNA = address_of("anna")


async def test_what_is_said_without_its_channel_goes_out_when_it_is_back(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    await rig.quiet()
    del rig.channels[CHANNEL]
    record = await rig.inbox.say(ANNA, Reply(message_id=rig.new_id(), text="a|b", author="api"))
    await rig.passes(601)
    waits = await rig.stores.outbox.delivered(record.message_id)
    assert waits is not None
    assert waits.status == "queued"
    assert rig.messenger.texts("anna") == ["0:start"]
    await rig.restart()
    await rig.passes(60)
    assert rig.messenger.texts("anna") == ["0:start", "a", "b", "still 0"]
    sent = await rig.stores.outbox.delivered(record.message_id)
    assert sent is not None
    assert (sent.status, sent.platform_message_id) == ("sent", f"p-{record.message_id}:0.0")


async def test_after_a_day_it_is_known_to_have_failed(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    await rig.quiet()
    del rig.channels[CHANNEL]
    record = await rig.inbox.say(ANNA, Reply(message_id=rig.new_id(), text="a", author="api"))
    await rig.passes(timedelta(hours=1).total_seconds())
    waiting = await rig.stores.outbox.delivered(record.message_id)
    assert waiting is not None
    assert waiting.status == "queued"
    rig.hands.wake(rig.hands.time + timedelta(hours=23))
    await rig.passes(timedelta(minutes=2).total_seconds())
    failed = await rig.stores.outbox.delivered(record.message_id)
    assert failed is not None
    assert (failed.status, failed.error) == ("failed", ABSENT)


def test_nothing_of_a_reply_is_lost_on_the_way() -> None:
    button = Button(text="Да", payload="q:1:0", data={"сорт": "роза"})
    keyboard = Keyboard(rows=((button, Button(text="Сайт", url="https://a.b")),), inline=False)
    reply = Reply(
        message_id="m",
        text="Выбирайте",
        message_type="image",
        attachments=(Attachment(kind="photo", ref="media/a.jpg", details={"width": 3}),),
        cards=(Card(title="Розы", photo="media/b.jpg", keyboard=keyboard),),
        keyboard=keyboard,
        clear_keyboard=True,
        template={"name": "reminder", "values": ["12:00"]},
        entities=(Entity(kind="bold", start=0, length=3),),
        once=True,
        confidence=0.5,
    )
    assert reply_of(put_off(reply)) == reply
    assert put_off(reply)["template"] is True
    assert reply_of({"text": "a call"}) is None
