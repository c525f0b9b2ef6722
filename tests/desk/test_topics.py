"""Topics: made for whoever waits, kept for the next time, found again, never doubled."""

from tests.desk.rig import DeskRig


async def test_whoever_asks_for_a_person_gets_a_topic_with_a_card(desk: DeskRig) -> None:
    await desk.asks("anna", "Где заказ?")
    card = await desk.card("anna")
    assert "Ждёт оператора" in card.text
    assert "Просит человека" in card.text
    assert "anna: Где заказ?" in card.text
    assert len(await desk.texts("anna")) == 1


async def test_what_the_customer_goes_on_to_write_stands_beneath_the_card(desk: DeskRig) -> None:
    await desk.asks("anna")
    await desk.customer("anna", "ау", "вы тут?")
    await desk.later(30)
    assert (await desk.texts("anna"))[1:] == ["ау", "вы тут?"]
