"""Everything that is known to fail at a desk, and the tests that hold what becomes of it: no row without one.

The rows that had no test beside the part they are about stand below the table.
"""

import ast
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.desk.rig import DeskRig
from tests.servers import telegram_happenings as happenings

TESTS = Path(__file__).resolve().parents[1]

ROWS: Mapping[str, Sequence[str]] = {
    "429 with retry_after": (
        "desk/test_mirror_failures.py::test_telegrams_wait_is_obeyed_and_nothing_overtakes",
        (
            "adapters/messengers/telegram/desk/test_line.py"
            "::test_what_only_looks_nice_is_left_out_when_there_is_no_room_for_long"
        ),
        "adapters/messengers/telegram/desk/test_line.py::test_people_are_told_when_words_wait_for_long",
    ),
    "the thread is missing, in each of three texts": (
        "desk/test_topics.py::test_a_topic_that_somebody_deleted_is_made_anew",
        (
            "desk/test_topics.py"
            "::test_topics_that_are_deleted_over_and_over_are_not_made_over_and_over"
        ),
    ),
    "TOPIC_CLOSED": (
        "desk/test_topics.py::test_a_topic_closed_by_a_stranger_is_opened_for_the_next_message",
    ),
    "TOPIC_NOT_MODIFIED, message is not modified": (
        "adapters/messengers/telegram/desk/test_line.py::test_what_changes_nothing_is_done",
        "desk/test_mirror.py::test_an_edit_that_changes_nothing_to_be_seen_shows_nothing",
    ),
    "message to edit not found": (
        "desk/test_mirror.py::test_an_edit_of_what_was_deleted_in_the_topic_is_said_anew",
    ),
    "what is replied to or quoted is not found": (
        "desk/test_mirror_failures.py::test_what_answers_a_message_that_is_gone_is_shown_without_it",
        "desk/test_mirror_failures.py::test_what_quotes_words_that_are_gone_is_shown_without_them",
    ),
    "entities that cannot be parsed, captions too long, what cannot be copied": (
        "desk/test_mirror_failures.py::test_words_whose_marks_are_refused_are_shown_plain",
        "desk/test_messengers.py::test_words_that_are_too_long_for_a_caption_stand_below",
        "desk/test_mirror_failures.py::test_what_is_refused_in_every_form_is_told_with_the_reason",
    ),
    "the customer cannot be reached": (
        "desk/test_failures.py::test_a_customer_who_blocked_the_bot_stands_on_the_card_until_they_are_back",
        "desk/test_failures.py::test_a_chat_that_is_gone_is_told_under_the_operators_words",
        "adapters/messengers/vk/test_channel.py::test_what_vk_says_becomes_our_error",
        "conversations/test_conversations.py::test_blocked_and_back",
    ),
    "the group cannot be written to, is no forum, took a right away": (
        "desk/test_setup.py::test_thrown_out_and_let_in_again_nothing_is_lost",
        "desk/test_setup.py::test_rights_that_are_lost_are_noticed_and_healed_by_themselves",
        "desk/test_groups_that_fail.py::test_topics_turned_off_in_mid_chat_lose_nothing",
        "desk/test_groups_that_fail.py::test_with_one_group_down_chats_go_on_in_another",
        "desk/test_failures.py::test_admins_are_told_in_private_that_a_group_is_down",
    ),
    "migrate_to_chat_id": (
        (
            "desk/test_groups_that_fail.py"
            "::test_a_group_that_became_a_supergroup_is_written_to_under_its_new_id"
        ),
    ),
    "WhatsApp: the window is closed": (
        "desk/test_messengers.py::test_what_is_held_is_told_and_a_template_goes",
        "desk/test_messengers.py::test_operators_are_told_an_hour_before_the_window_closes",
    ),
    "WhatsApp and VK: too fast": (
        "adapters/messengers/whatsapp/test_errors.py::test_every_code_has_its_error",
        (
            "conversations/test_moved_clock.py"
            "::test_whoever_is_throttled_waits_as_long_as_told_and_alone"
        ),
    ),
    "WhatsApp and VK: what cannot be edited": (
        "desk/test_messengers.py::test_an_edit_becomes_a_correction_where_nothing_can_be_edited",
        (
            "adapters/messengers/vk/test_corrections.py"
            "::test_what_is_too_old_to_be_changed_is_said_anew"
        ),
    ),
    "the database takes nothing": (
        "bots/test_inbox.py::test_while_the_disk_is_full_nothing_is_accepted",
        (
            "adapters/messengers/telegram/test_polling.py"
            "::test_an_update_that_was_not_kept_comes_again"
        ),
        "desk/test_failures.py::test_while_the_disk_is_full_what_operators_write_waits_at_telegram",
    ),
    "one surface is down and the others go on": (
        "desk/test_mirror_failures.py::test_where_telegram_does_not_answer_nothing_is_lost",
        "desk/test_failures.py::test_customers_are_answered_while_their_group_does_not_answer",
    ),
}


@pytest.mark.parametrize("row", ROWS)
def test_each_failure_has_its_tests(row: str) -> None:
    for named in ROWS[row]:
        file, _, test = named.partition("::")
        tree = ast.parse((TESTS / file).read_text())
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
        assert test in {one.name for one in tree.body if isinstance(one, kinds)}, named


async def test_a_customer_who_blocked_the_bot_stands_on_the_card_until_they_are_back(
    desk: DeskRig,
) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna")
    await olya.takes("anna")
    desk.happens(happenings.blocked(desk.number("anna")))
    await desk.later(70)
    assert "Недоступен" in (await desk.card("anna")).text
    desk.happens(happenings.unblocked(desk.number("anna")))
    await desk.later(70)
    assert "Недоступен" not in (await desk.card("anna")).text
    await olya.writes("anna", "С возвращением")
    assert desk.heard("anna")[-1] == "С возвращением"


async def test_a_chat_that_is_gone_is_told_under_the_operators_words(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna")
    await olya.takes("anna")
    said = "Forbidden: user is deactivated"
    number = desk.number("anna")
    desk.telegram.script(method="sendMessage", chat_id=number, status=403, description=said)
    written = await olya.writes("anna", "Уже едет")
    await desk.later(30)
    told = [one for one in await desk.shown("anna") if one.reply_to == written]
    assert [one.text.partition(".")[0] for one in told] == ["❌ Не доставлено"]
    assert desk.heard("anna")[-1] == "Зову коллегу."


async def test_admins_are_told_in_private_that_a_group_is_down(desk: DeskRig) -> None:
    admin = await desk.operator("Мария", role="admin")
    olya = await desk.operator("Оля")
    assert desk.owner is not None
    desk.forum.thrown_out(by=desk.owner)
    await desk.later(100)
    told = desk.telegram.said(admin.person.number)
    assert len(told) == 1
    assert "бота нет в группе" in told[0]
    assert desk.telegram.said(olya.person.number) == []


async def test_while_the_disk_is_full_what_operators_write_waits_at_telegram(desk: DeskRig) -> None:
    olya = await desk.operator("Оля")
    await desk.asks("anna")
    await olya.takes("anna")
    thread = await desk.topic_of("anna")
    desk.life.outage = True
    olya.person.writes(thread, "Уже едет")
    await desk.settle()
    assert desk.telegram.state()["pending"] != []
    assert "Уже едет" not in desk.heard("anna")
    desk.life.outage = False
    await desk.later(10)
    assert desk.heard("anna")[-1] == "Уже едет"
    assert desk.telegram.state()["pending"] == []


async def test_customers_are_answered_while_their_group_does_not_answer(desk: DeskRig) -> None:
    await desk.asks("anna")
    desk.telegram.script(chat_id=desk.forum.chat_id, status=502, body="", times=None)
    await desk.customer("anna", "вы тут?")
    await desk.customer("boris", "/start", "привет")
    assert "Бот: привет" in desk.heard("boris")
    assert "вы тут?" not in await desk.texts("anna")
