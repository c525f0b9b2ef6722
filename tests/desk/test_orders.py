"""What operators write and press in a group, and what comes of it."""

from tests.desk.rig import DeskRig


async def test_an_operator_takes_a_chat_answers_and_closes_it(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna", "где заказ?")
    assert await olya.presses("anna", "✋ Взять") == "Чат ваш."
    await olya.writes("anna", "Уже едет")
    assert desk.heard("anna")[-1] == "Уже едет"
    await desk.customer("anna", "спасибо")
    await desk.later(20)
    assert (await desk.texts("anna"))[-1] == "спасибо"
    await olya.writes("anna", "/close")
    chat = await desk.chat("anna")
    assert chat.episode is not None
    assert (chat.owner, chat.episode.outcome) == ("bot", "closed")
    assert "Разговор закрыт." in desk.heard("anna")
