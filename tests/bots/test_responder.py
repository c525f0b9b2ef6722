"""One turn: what is kept of it, which buttons are on offer, and what a customer's state does."""

from bots.actions import Performer
from bots.deciding import Decider
from flows.turn import Heard, Say
from tests.bots.rig import NobodyUnderstands, Rig, bot_files, compiled

BUTTONS = """
flow: order
when: [/order]
steps:
  phone:
    - ask: Your phone?
      save: phone
      as: text
      buttons:
        - Share: {share: phone}
  colour:
    - ask: Which colour?
      save: colour
      as: text
      buttons: [Red, Blue]
    - say: "{{ colour }}|it is"
"""


async def ordering(rig: Rig) -> None:
    files = bot_files(BUTTONS)
    rig.files = {"counter": files}
    await rig.published.publish(compiled("counter", files), files)


async def test_history_holds_both_sides_in_order_with_what_was_understood(rig: Rig) -> None:
    await rig.hears("anna", "/start", "a")
    history = await rig.history("anna")
    assert [(one.seq, one.author, one.text) for one in history] == [
        (1, "customer", "/start"),
        (2, "bot", "0:start"),
        (3, "customer", "a"),
        (4, "bot", "1:a"),
    ]
    assert {one.intent for one in history} == {"count"}
    assert [one.platform_message_id for one in history if one.author == "bot"] == [
        f"p-{row.key}" for row in rig.messenger.taken
    ]


async def test_the_buttons_of_the_question_are_suggested(rig: Rig) -> None:
    await ordering(rig)
    await rig.inbox.ask(rig.message("anna", "/order"))
    answer = await rig.inbox.ask(rig.message("anna", "+7 900"))
    assert [button.text for button in answer.suggested] == ["Red", "Blue"]
    answer = await rig.inbox.ask(rig.message("anna", "Red"))
    assert [button.text for button in answer.suggested] == []


async def test_a_keyboard_of_ours_is_taken_away_with_the_next_message_that_can(rig: Rig) -> None:
    await ordering(rig)
    await rig.hears("anna", "/order")
    assert (await rig.conversation("anna")).keyboard
    await rig.hears("anna", "+7 900")
    # Buttons under a message cannot take away a keyboard.
    assert (await rig.conversation("anna")).keyboard
    await rig.hears("anna", "Red")
    assert not (await rig.conversation("anna")).keyboard
    assert [row.payload["clears"] for row in rig.messenger.taken] == [False, False, True, True]


async def test_the_parts_of_a_message_leave_in_order_and_count_as_one(rig: Rig) -> None:
    await ordering(rig)
    await rig.hears("anna", "/order", "+7 900", "Red")
    assert rig.messenger.texts("anna")[-2:] == ["Red", "it is"]
    last = (await rig.history("anna"))[-1]
    delivery = await rig.outbox.delivery(last.message_id, patience=60)
    assert delivery.status == "sent"


async def test_who_blocks_us_is_unreachable_until_he_comes_back(rig: Rig) -> None:
    await rig.hears("anna", "/start")
    for happening, unreachable in (("blocked", True), ("unblocked", False)):
        message = rig.message("anna", "", happening=happening)  # type: ignore[arg-type]
        await rig.inbox.accept([message])
        await rig.quiet()
        assert (await rig.conversation("anna")).unreachable is unreachable
    await rig.inbox.accept([rig.message("anna", "", happening="blocked")])
    await rig.hears("anna", "a")
    assert not (await rig.conversation("anna")).unreachable
    # What is no message is not in history either.
    assert len(await rig.history("anna")) == 4


async def test_an_edited_message_is_kept_and_does_not_move_the_dialog(rig: Rig) -> None:
    await rig.hears("anna", "/start", "a")
    await rig.inbox.accept([rig.message("anna", "b", happening="edited")])
    await rig.quiet()
    history = await rig.history("anna")
    assert [record.text for record in history][-1] == "b"
    await rig.hears("anna", "c")
    assert rig.messenger.texts("anna") == ["0:start", "1:a", "2:c"]


CHANCE = """
flow: luck
when: [/luck]
steps:
  say:
    - say: {pick: [a, b, c, d, e, f, g, h]}
    - say: {pick: [a, b, c, d, e, f, g, h]}
"""


async def test_a_turn_that_is_tried_again_has_the_same_luck_and_another_one_its_own(
    rig: Rig,
) -> None:
    files = bot_files(CHANCE)
    await rig.published.publish(compiled("counter", files), files)
    await rig.hears("anna", "/start")
    conversation = await rig.conversation("anna")
    performer = Performer(rig.world, NobodyUnderstands(), rig.meter)
    decider = Decider(
        published=rig.published,
        performer=performer,
        clock=rig.hands.now,
        board=rig.board,
    )

    async def said(cause: str) -> list[str]:
        decided = await decider.decide(conversation, Heard(text="/luck"), cause)
        return [effect.text for effect in decided.effects if isinstance(effect, Say)]

    turns = [await said(f"in:{number}") for number in range(20)]
    assert turns == [await said(f"in:{number}") for number in range(20)]
    assert len({tuple(turn) for turn in turns}) > 5


async def test_history_keeps_why_a_message_went_where_it_went(rig: Rig) -> None:
    await rig.hears("anna", "/start", "a")
    first, second = [one for one in await rig.history("anna") if one.author == "customer"]
    assert (first.rung, first.because) == ("exact", {"words": "/start", "scope": "starts"})
    assert (second.rung, second.because) == ("answer", {"type": "text", "step": "next"})
