"""Every text by which Telegram refuses something in a group has its meaning."""

import pytest

from adapters.messengers.telegram.desk.refused import (
    BadEntities,
    CannotEdit,
    GroupDown,
    GroupMoved,
    NoSuchReply,
    NotAllowed,
    Protected,
    TooLong,
    TopicClosed,
    TopicLost,
    changes_nothing,
    told,
)
from adapters.messengers.telegram.errors import problem
from bots.errors import ChannelBusy, ChannelError, Rejected

TEXTS: list[tuple[int, str, type[ChannelError]]] = [
    (400, "Bad Request: message thread not found", TopicLost),
    (400, "Bad Request: TOPIC_DELETED", TopicLost),
    (400, "Bad Request: TOPIC_ID_INVALID", TopicLost),
    (400, "Bad Request: TOPIC_CLOSED", TopicClosed),
    (400, "Bad Request: message to edit not found", CannotEdit),
    (400, "Bad Request: message can't be edited", CannotEdit),
    (400, "Bad Request: message to be replied not found", NoSuchReply),
    (400, "Bad Request: QUOTE_TEXT_INVALID", NoSuchReply),
    (400, "Bad Request: can't parse entities: unexpected end", BadEntities),
    (400, "Bad Request: message caption is too long", TooLong),
    (400, "Bad Request: message is too long", TooLong),
    (400, "Bad Request: message has protected content and can't be forwarded", Protected),
    (400, "Bad Request: not enough rights to manage topics", NotAllowed),
    (400, "Bad Request: not enough rights to send text messages to the chat", GroupDown),
    (400, "Bad Request: chat not found", GroupDown),
    (403, "Forbidden: bot was kicked from the supergroup chat", GroupDown),
    (403, "Forbidden: bot is not a member of the supergroup chat", GroupDown),
    (400, "Bad Request: something nobody knows", Rejected),
]


@pytest.mark.parametrize(("code", "text", "meant"), TEXTS)
def test_a_refusal_means(code: int, text: str, meant: type[ChannelError]) -> None:
    assert type(told(problem(code, text, {}))) is meant


def test_a_group_that_became_a_supergroup_tells_its_new_id() -> None:
    moved = told(
        problem(400, "Bad Request: group chat was upgraded", {"migrate_to_chat_id": -1007})
    )
    assert isinstance(moved, GroupMoved)
    assert moved.chat_id == "-1007"


def test_the_right_that_is_missing_is_named() -> None:
    refused = told(problem(400, "Bad Request: not enough rights", {}), "createForumTopic")
    assert isinstance(refused, NotAllowed)
    assert refused.right == "can_manage_topics"


def test_what_passes_stays_what_it_is() -> None:
    assert isinstance(told(problem(429, "Too Many Requests", {"retry_after": 7})), ChannelBusy)


def test_what_is_so_already_is_no_failure() -> None:
    assert changes_nothing(problem(400, "Bad Request: TOPIC_NOT_MODIFIED", {}))
    assert not changes_nothing(problem(400, "Bad Request: TOPIC_CLOSED", {}))
