"""What a look at a group comes to."""

from typing import Any

import pytest

from adapters.messengers.telegram.desk.rights import RIGHTS, look

FORUM = {"id": -1, "type": "supergroup", "title": "Поддержка", "is_forum": True}
ADMIN = {"status": "administrator", **dict.fromkeys(RIGHTS, True)}


@pytest.mark.parametrize(
    ("chat", "member", "flat", "down", "missing"),
    [
        (FORUM, ADMIN, False, False, ()),
        (FORUM, ADMIN | {"can_pin_messages": False}, False, False, ("can_pin_messages",)),
        (FORUM, ADMIN | {"can_delete_messages": False}, False, False, ("can_delete_messages",)),
        (FORUM, ADMIN | {"can_manage_topics": False}, True, False, ("can_manage_topics",)),
        (FORUM, {"status": "member"}, True, False, ("no_admin",)),
        ({**FORUM, "is_forum": False}, ADMIN, True, False, ("no_topics",)),
        (
            {"type": "group", "title": "x"},
            {"status": "member"},
            True,
            False,
            ("no_topics", "no_admin"),
        ),
        (FORUM, {"status": "kicked"}, True, True, ("gone",)),
        (FORUM, {"status": "left"}, True, True, ("gone",)),
        (FORUM, {"status": "restricted", "can_send_messages": False}, True, True, ("muted",)),
        (FORUM, {"status": "restricted", "is_member": False}, True, True, ("gone",)),
    ],
)
def test_topics_need_a_forum_and_a_right(
    chat: dict[str, Any],
    member: dict[str, Any],
    flat: bool,
    down: bool,
    missing: tuple[str, ...],
) -> None:
    seen = look(chat, member)
    assert (seen.flat, seen.down, seen.missing) == (flat, down, missing)


def test_what_is_wrong_is_told_by_the_names_of_telegrams_own_switches() -> None:
    seen = look(FORUM, {"status": "administrator"})
    assert "«Управление темами»" in seen.trouble("ru")
    assert "“Manage Topics”" in seen.trouble("en")
    assert look(FORUM, ADMIN).trouble("ru") == ""
